import { describe, expect, test } from "vitest";
import type { PlannedEdit } from "../../../core/src/model/index.js";
import { ownFlags } from "../../support/toggles.js";
import {
  apply,
  type CodePhase,
  type Column,
  codePhases,
  editFor,
  type Files,
  single,
  transforms,
  undoOf,
} from "./phases.js";

const source = `import { prisma } from "./db";
import type { User } from "./generated/prisma/client";

export async function createUser(email: string, name: string) {
  return prisma.user.create({ data: { email, name } });
}

export function toDto(user: User) {
  return { id: user.id, email: user.email, name: user.name, createdAt: user.createdAt, updatedAt: user.updatedAt };
}

export function toOther({ id, email, name, createdAt, updatedAt }: User) {
  return { id, email, name, createdAt, updatedAt };
}

export const short = ({ id, email, name, createdAt, updatedAt }: User): UserDto => ({ id, email, name, createdAt, updatedAt });

export interface UserDto {
  id: number;
  email: string;
  name: string;
  createdAt: Date;
  updatedAt: Date;
}
`;

const names = { createUser: "register", toDto: "present", toOther: "presentAll", short: "brief", UserDto: "Shown" };

function renamed(files: Files): Files {
  return files.map(({ file, text }) => ({
    file,
    text: Object.entries(names).reduce((all, [from, to]) => all.replaceAll(from, to), text),
  }));
}

/** What another release of ours may call the places. */
function reworded(edits: readonly PlannedEdit[]): readonly PlannedEdit[] {
  return edits.map((edit) => ({ ...edit, what: "words for people" }));
}

/** All phases up to one: the files before each, and the edits of all. */
async function upTo(last: CodePhase, column: Column) {
  const before: Partial<Record<CodePhase, Files>> = {};
  let files = single(source);
  let edits: readonly PlannedEdit[] = [];
  for (const phase of codePhases.slice(0, codePhases.indexOf(last) + 1)) {
    before[phase] = files;
    const result = await editFor(phase, files, edits, column);
    files = apply(files, result);
    edits = [...edits, ...result.edits];
  }
  return { before, files, edits };
}

const cases = codePhases.flatMap((last) =>
  codePhases.slice(0, codePhases.indexOf(last) + 1).flatMap((phase) => [
    { last, phase, column: {} as Column },
    { last, phase, column: { toggle: ownFlags } as Column },
  ]),
);

describe("what an edit is known by", () => {
  test.each(cases)(
    "the undo of $phase after $last finds it in functions and types of other names",
    async ({ last, phase, column }) => {
      const { before, files, edits } = await upTo(last, column);
      const undone = await undoOf(phase, renamed(files), edits, column);
      expect(undone.files).toEqual(renamed(before[phase] ?? []));
      expect(undone.places).toEqual([]);
    },
  );

  test.each(cases)("the undo of $phase after $last reads no label", async ({ last, phase, column }) => {
    const { before, files, edits } = await upTo(last, column);
    const undone = await undoOf(phase, files, reworded(edits), column);
    expect(undone.files).toEqual(before[phase]);
    expect(undone.places).toEqual([]);
  });

  test("contract takes out what stands in functions of other names, and reads no label", async () => {
    const { files, edits } = await upTo("switch", {});
    const plain = apply(files, await editFor("contract", files, edits));
    const result = await editFor("contract", renamed(files), reworded(edits));
    expect(apply(renamed(files), result)).toEqual(renamed(plain));
    expect(result.places).toEqual([]);
  });

  test("both phases at once leave one record", async () => {
    const { edits } = await upTo("contract", {});
    expect(edits.every(({ site }) => site !== undefined)).toBe(true);
    expect(transforms.length).toBeGreaterThan(0);
  });
});
