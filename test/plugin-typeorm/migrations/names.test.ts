import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { downStatements } from "../../../core/src/postgresql/units/index.js";
import { className, migrationName, migrationPath, stamps } from "../../../plugin-typeorm/src/migrations/names.js";
import { typeormFiles } from "../../../plugin-typeorm/src/typeorm-files.js";
import { migrationsOf, ownSpecs, typeormPlan } from "../../support/typeorm-units.js";
import { fileOf } from "../../support/units.js";

/** As a team's linter wants them above every file. */
const licenses = [
  ["a block", "/*\n * Copyright 2026 Example Ltd.\n * SPDX-License-Identifier: MIT\n */\n\n", true],
  ["lines", "// Copyright 2026 Example Ltd.\n// All rights reserved.\n", true],
  ["another comment", "// The first migration of the shop.\n", false],
] as const;

describe.each(licenses)("above a migration: %s", (_, header, isKept) => {
  it(`${isKept ? "stands" : "does not stand"} above those of a plan as well`, () => {
    const root = mkdtempSync(join(tmpdir(), "lockstep-license-"));
    try {
      mkdirSync(join(root, "src"));
      writeFileSync(
        join(root, "src/1763648000000-Base.ts"),
        `${header}export class Base1763648000000 {\n  async up() {}\n  async down() {}\n}\n`,
      );
      const flavour = { language: "ts", module: "esm" } as const;
      const project = { root, migrationsFolder: "src", migrationGlobs: ["src/*.ts"], flavour };
      const [spec] = ownSpecs;
      const [made] = migrationsOf(ownSpecs, flavour);
      if (spec === undefined || made === undefined) throw new Error("the sample plan has no units");
      const { name, unit, text: own } = made;
      const content = { units: [unit] as const, sql: fileOf(spec), down: downStatements(unit, typeormPlan) };
      const text = typeormFiles.migrationText(project as never, name, content);
      expect(text).toBe(`${isKept ? header : ""}${own}`);
      expect(typeormFiles.isMigrationOf(text, `src/${name}.ts`, content)).toBe(true);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

describe("names of migrations", () => {
  const moment = new Date(1763648123456);

  it("are a millisecond apart, after every migration that exists", () => {
    expect(stamps(moment, ["1763648000000-Base"], 2)).toEqual(["1763648123456", "1763648123457"]);
    expect(stamps(moment, ["1763648123456-AddHandle", "1763648123457-AddHandleCreateIndex"], 1)).toEqual([
      "1763648123458",
    ]);
    expect(stamps(moment, ["AheadOfTheClock1863648000000", "no-stamp"], 1)).toEqual(["1863648000001"]);
  });

  it.each([
    [
      "1763648123456-AddHandle",
      "create-index",
      "1763648123457-AddHandleCreateIndex",
      "AddHandleCreateIndex1763648123457",
    ],
    [
      "1763648123456-add-handle",
      "create-index",
      "1763648123457-add-handle-create-index",
      "AddHandleCreateIndex1763648123457",
    ],
    [
      "1763648123456-add_handle",
      "create-index",
      "1763648123457-add_handle_create_index",
      "AddHandleCreateIndex1763648123457",
    ],
    [
      "1763648123456-addHandle",
      "create-index",
      "1763648123457-addHandleCreateIndex",
      "AddHandleCreateIndex1763648123457",
    ],
    ["1763648123456-add_the-handle", "prove", "1763648123457-AddTheHandleProve", "AddTheHandleProve1763648123457"],
    ["1763648123456-v2.1 handles", "enforce", "1763648123457-V21HandlesEnforce", "V21HandlesEnforce1763648123457"],
  ])("%s, %s", (id, slug, name, identifier) => {
    expect(migrationName({ id }, "1763648123457", slug)).toBe(name);
    expect(className(name)).toBe(identifier);
  });

  it("of classes are those that TypeORM gives", () => {
    expect(className("1763648123456-AddHandle")).toBe("AddHandle1763648123456");
    expect(className("1763648123456-add-handle")).toBe("AddHandle1763648123456");
    expect(className("1763648123456-2fa")).toBe("_2fa1763648123456");
  });

  it("of files end in the project's language", () => {
    const project = { migrationsFolder: "src/migrations", flavour: { language: "js", module: "esm" } } as const;
    expect(migrationPath(project, "1763648123456-AddHandle")).toBe("src/migrations/1763648123456-AddHandle.js");
  });
});
