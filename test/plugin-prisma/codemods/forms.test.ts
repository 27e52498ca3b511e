import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { planCodeEdits } from "../../../core/src/code/run/plan-edits.js";
import { TypeClock } from "../../../core/src/code/types/type-clock.js";
import { generatedClients } from "../../support/generated-clients.js";
import { reads, unrelated } from "./forms/reads.js";
import { handed, listed, toldByTypes, writes } from "./forms/writes.js";
import { apply, request, single, withoutTypes } from "./phases.js";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const root = generatedClients();

/** Whether a form is edited, or listed for a person. */
async function told(name: string, code: string, types: { readonly root: string }): Promise<boolean> {
  const files = single(code);
  const result = await planCodeEdits({ ...request(files, ["expand"], [], {}), ...types });
  const isEdited = /handle: (?!true)/.test(apply(files, result)[0]?.text ?? "");
  const isListed = result.places.some(({ kind, mayLeaveOut }) => kind === "required" || mayLeaveOut);
  if (process.env.FORMS)
    console.log(
      `FORM ${isEdited ? "edited" : isListed ? "listed" : "SILENT"} ${name} ${result.places.map((p) => `${p.kind}: ${p.what}: ${p.reason}`).join(" | ")}`,
    );
  return isEdited || isListed;
}

test.each(writes)("%s is edited or listed", async (name, code) => {
  expect(await told(name, code, { root })).toBe(true);
});

test.each(writes)("%s without types: no more than these forms are told by types alone", async (name, code) => {
  expect(await told(name, code, withoutTypes)).toBe(!toldByTypes.has(name));
});

test.each(handed)("a package that is given a client: %s", async (_, code, isListed) => {
  for (const typed of [{ root }, withoutTypes]) {
    const { places } = await planCodeEdits({ ...request(single(code), ["expand"], [], {}), ...typed });
    expect(places.map(({ what }) => what).filter((what) => what.includes(" given to "))).toHaveLength(isListed ? 1 : 0);
  }
});

test.each(listed)("what would get or replace a wrong value is listed: %s", async (name, code) => {
  for (const typed of [{ root }, withoutTypes]) {
    const result = await planCodeEdits({ ...request(single(code), ["expand"], [], {}), ...typed });
    expect(result.changes).toEqual([]);
    const isListed = result.places.some(({ kind, mayLeaveOut }) => kind === "required" || mayLeaveOut);
    expect(isListed).toBe(typed !== withoutTypes || !toldByTypes.has(name));
  }
});

test.each(reads)("%s is a whole row", async (_, code) => {
  const files = single(code);
  const result = await planCodeEdits({ ...request(files, ["switch"], [], {}), root });
  expect(apply(files, result)[0]?.text).toContain(", handle: row.handle");
});

test("a copy of a row that may be something else is not edited where no type says what it is", async () => {
  const row = (value: string) => `import { PrismaClient } from "./generated/prisma/client";
const prisma = new PrismaClient();
export async function show(id: number, other: any, isOwn: boolean) {
  const user = await prisma.user.findUniqueOrThrow({ where: { id } });
  const shown = ${value};
  return { id: shown.id, email: shown.email, name: shown.name, createdAt: shown.createdAt, updatedAt: shown.updatedAt };
}
`;
  const edited = async (value: string) => {
    const files = single(row(value));
    const result = await planCodeEdits({ ...request(files, ["switch"], [], {}), ...withoutTypes });
    return apply(files, result)[0]?.text.includes("handle: shown.handle") ?? false;
  };
  expect([await edited("user"), await edited("isOwn ? user : other")]).toEqual([true, false]);
});

test.each(unrelated)("%s is none", async (_, code) => {
  const files = single(code);
  expect((await planCodeEdits({ ...request(files, ["switch"], [], {}), root })).changes).toEqual([]);
});

test("imports that are nested too deep for the compiler leave the answer to the calls, and say so", async () => {
  const code = writes[0]?.[1] ?? "";
  const chain = Array.from({ length: 4000 }, (_, at) => ({
    file: `src/m${at}.ts`,
    text: `import { user } from "./m${at + 1}";\nexport { user };\n`,
  }));
  const stored =
    "export class Users { constructor(private readonly users: { create(row: unknown): void }) {}\n  make() { return this.users.create({ data: {} }); } }\n";
  const files = [...chain, ...single(code), ...single(stored, "src/users.ts")];
  const result = await planCodeEdits({ ...request(files, ["expand"], [], {}), root });
  expect(result.missingTypes).toEqual({ why: "limit" });
  expect(result.changes.map(({ file }) => file)).toEqual(["src/code.ts"]);
});

const stored =
  "export class Users { constructor(private readonly users: { create(row: unknown): void }) {}\n  make() { return this.users.create({ data: {} }); } }\n";

test("one budget for all plans of a command: what it has used up stays used up", async () => {
  const typeClock = new TypeClock(0);
  for (const phase of ["expand", "switch"] as const) {
    const { missingTypes } = await planCodeEdits({ ...request(single(stored), [phase], [], {}), root, typeClock });
    if (phase === "expand") expect(missingTypes).toEqual({ why: "limit" });
  }
  expect(typeClock.isOver).toBe(true);
});

test("a model that no client was generated with is named, with the command that does it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-not-generated-"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  try {
    const { missingTypes } = await planCodeEdits({ ...request(single(stored), ["expand"], [], {}), root: folder });
    expect(missingTypes).toEqual({ why: "not-generated", model: "User", command: "npx prisma generate" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
