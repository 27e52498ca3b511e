import fc from "fast-check";
import { expect, test } from "vitest";
import type { FieldEdit } from "../../../core/src/plugin/plugin.js";
import { editEntities } from "../../../plugin-typeorm/src/entities/edit/index.js";
import { arbitraryEntity } from "./arbitrary-entity.js";
import { Phases } from "./phases.js";

test("optional, open and required again: the user's own bytes", () => {
  fc.assert(
    fc.property(arbitraryEntity("plain"), ({ files, columns }) => {
      const phases = new Phases({ files, columns });
      const { optional, open } = phases;
      expect(phases.edit(open, "makeRequired")).toEqual(files);
      expect(phases.edit(optional, "makeRequired")).toEqual(files);
      expect(phases.edit(optional, "makeOptional")).toEqual(optional);
      expect(phases.edit(open, "openReads")).toEqual(open);
      expect(phases.edit(open, "closeReads")).toEqual(optional);
      expect(phases.edit(files, "makeRequired", "openReads", "dropAnnotations")).toEqual(files);
      expect(phases.edit(files, "closeReads", "closeReads", "openReads", "openReads")).toEqual(files);
      expect(phases.edit(files, "reopen", "openReads")).toEqual(open);
    }),
    { numRuns: 120 },
  );
});

test("the same where the property is not what it was, so that only Lockstep's own goes", () => {
  fc.assert(
    fc.property(arbitraryEntity("plain"), ({ files, columns }) => {
      const phases = new Phases({ files, columns });
      // A decorator that somebody has taken away since.
      const original = (files[0]?.content ?? "").replaceAll(/(readonly |public )?(field\d)/g, "@Gone() $1$2");
      const edits = columns.map((column): FieldEdit => ({ kind: "makeRequired", column, original }));
      expect(editEntities(phases.open, edits)).toEqual(files);
      expect(editEntities(phases.optional, edits)).toEqual(files);
    }),
    { numRuns: 120 },
  );
});

test("a column goes without a trace of its own, and its neighbours stay byte for byte", () => {
  fc.assert(
    fc.property(arbitraryEntity("plain"), ({ files, columns }) => {
      const [first, ...others] = columns;
      if (first === undefined) return;
      const phases = new Phases({ files, columns: [first] });
      const [removed] = phases.removed;
      expect(removed?.content).not.toContain("field0");
      for (const { field } of others) expect(removed?.content).toContain(field);
      const rest = new Phases({ files: phases.removed, columns: others });
      expect(rest.edit(rest.open, "makeRequired")).toEqual(phases.removed);
    }),
    { numRuns: 60 },
  );
});

test("annotations go with contract and come back with its undo", () => {
  fc.assert(
    fc.property(arbitraryEntity("annotated"), ({ files, columns }) => {
      const phases = new Phases({ files, columns });
      const { optional, open, required } = phases;
      expect(required[0]?.content).not.toContain("@lockstep");
      expect(phases.edit(files, "dropAnnotations")).toEqual(required);
      expect(phases.edit(optional, "makeRequired")).toEqual(required);
      expect(phases.edit(required, "reopen")).toEqual(optional);
      expect(phases.edit(required, "reopen", "openReads")).toEqual(open);
      const closed = phases.edit(files, "closeReads");
      expect(phases.edit(closed, "openReads", "dropAnnotations")).toEqual(required);
      const stays = new Phases({ files, columns: columns.map((column) => ({ ...column, isRelaxed: false })) });
      expect(stays.edit(required, "reopen", "closeReads")).toEqual(closed);
    }),
    { numRuns: 120 },
  );
});
