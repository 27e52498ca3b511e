import { expect, test } from "vitest";
import type { Plan } from "../../../core/src/model/index.js";
import { returnedFields } from "../../../core/src/plan/returned-fields.js";
import { planOf, userShape } from "../../support/plan-fixture.js";

// What the models of a commit declare, although a plan of the same commit drops its column.

const shape = {
  ...userShape,
  columns: [...userShape.columns, "note"],
  types: new Map(["email", "name", "note"].map((name) => [name, "text"])),
};
const field = (name: string) => ({ model: "User", field: name, table: { name: "User" }, name });

function at(
  plan: Plan,
  id: string,
  released: Plan["state"]["released"],
  files: Readonly<Record<string, string>>,
): Plan {
  const written = Object.entries(files).map(([file, unit]) => ({ file, id: unit, sha256: "" }));
  return { ...plan, id, state: { ...plan.state, released, written } };
}

const undone = async () => {
  const plan = await planOf();
  return at(plan, "1_handle", "undone", { "m/1": plan.units[0]!.id, "m/3_undo": plan.undo.expand.at(-1)!.id });
};
const dropped = async (sql: string) => {
  const plan = await planOf({ sql, shape });
  const contract = plan.units.find(({ phase }) => phase === "contract")!.id;
  return at(plan, "1_drop", "contract", { "m/1": plan.units[0]!.id, "m/3_drop": contract });
};
const note = () => dropped(`ALTER TABLE "User" DROP COLUMN "note";`);

test.each([
  [
    "of an undone plan",
    undone,
    "handle",
    {},
    /^User\.handle is in the model, but plan 1_handle is undone: m\/3_undo drops "User"\."handle"/,
  ],
  ["that no model declares", undone, "name", {}, undefined],
  ["that a migration added before", undone, "handle", { "m/2": `ADD COLUMN "handle"` }, /User\.handle/],
  [
    "that a later migration adds again",
    undone,
    "handle",
    { "m/4": `ALTER TABLE "User" ADD COLUMN "handle" TEXT;` },
    undefined,
  ],
  ["that a later migration only names", undone, "handle", { "m/4": `UPDATE "User" SET "handle" = 1;` }, /User\.handle/],
  ["of a contract", note, "note", {}, /but the contract of plan 1_drop is released: m\/3_drop drops "User"\."note"/],
  ["that came again after contract", note, "note", { "m/4": `ALTER TABLE "User" ADD "note" TEXT` }, undefined],
  ["of a dropped table", () => dropped(`DROP TABLE "User";`), "name", {}, /^User is in the model.* drops "User",/],
] as const)("a field %s", async (_, made, name, own, message) => {
  const plan = await made();
  const migrations = [...plan.state.written.map(({ file }) => file), ...Object.keys(own)].sort();
  const textOf = (file: string) => (own as Readonly<Record<string, string>>)[file] ?? "";
  const request = { migrations, declared: [field(name)], words: { develop: "npx develop" }, textOf };
  const found = returnedFields({ ...request, plans: [plan] });
  expect(found.map(({ error }) => error.message)).toEqual(
    message === undefined ? [] : [expect.stringMatching(message)],
  );
  for (const { error } of found) {
    expect(error.code).toBe("LS3024");
    expect(error.hint).toContain("npx develop   # or, after the drop has run everywhere: adds it again, empty");
  }
  // In a later plan it is another column.
  const again = await planOf({ id: "4_again" });
  if (name === "handle") expect(returnedFields({ ...request, plans: [plan, again] })).toEqual([]);
});
