import { expect, test } from "vitest";
import type { IndexFacts } from "../../../core/src/dialect/development.js";
import { phasesOf } from "../../../core/src/plan/phases.js";
import { planText, readPlan } from "../../../core/src/plan/plan-file.js";
import { stayWords } from "../../../core/src/review/messages.js";
import { unsafePhases } from "../../../core/src/review/phase-safety.js";
import { answerTo, type PlanFixture, planOf, userShape } from "../../support/plan-fixture.js";

const key = (name: string, column: string, references: string) =>
  `ALTER TABLE "User" ADD CONSTRAINT "${name}" FOREIGN KEY ("${column}") REFERENCES ${references} ON DELETE RESTRICT ON UPDATE CASCADE;`;
const team = `${key("User_teamId_fkey", "teamId", `"Team"("id")`)}`;
const fill = { fill: { kind: "backfill", sql: "1" } } as const;

test("a foreign key is carried to the column, the backfill and the undo", async () => {
  const sql = `ALTER TABLE "User" ADD COLUMN "teamId" INTEGER NOT NULL; ${team}`;
  const plan = await planOf({ sql, columns: { teamId: fill } });
  const foreignKey = {
    name: "User_teamId_fkey",
    columns: ["teamId"],
    references: { name: "Team" },
    referencedColumns: ["id"],
  };
  expect(plan.columns).toMatchObject([{ name: "teamId", isRelaxed: true, foreignKeys: [foreignKey] }]);
  expect(plan.backfills).toMatchObject([{ foreignKeys: [foreignKey] }]);
  expect(plan.undo.expand).toMatchObject([{ spec: { kind: "undo-expand", references: [{ name: "Team" }] } }]);
  expect(readPlan(planText(plan), "plan.json")).toEqual(JSON.parse(JSON.stringify(plan)));
});

test("rows that filled values reference cannot be deleted by the version before: the phase is not called safe", async () => {
  const sql = `ALTER TABLE "User" ADD COLUMN "teamId" INTEGER NOT NULL; ${team}`;
  const plan = await planOf({ sql, columns: { teamId: fill } });
  const words = [`deleting rows of "Team" fails while rows of "User" reference them by "teamId"`];
  expect(unsafePhases(plan)).toEqual([{ phase: "expand", words }]);
  const cascade = await planOf({ sql: sql.replace("RESTRICT", "CASCADE"), columns: { teamId: fill } });
  expect(unsafePhases(cascade)).toEqual([]);
});

test("optional: one phase, nothing to fill", async () => {
  const plan = await planOf({ sql: `ALTER TABLE "User" ADD COLUMN "teamId" INTEGER; ${team}` });
  expect(phasesOf(plan)).toEqual(["expand"]);
  expect(plan.columns).toMatchObject([{ isRelaxed: false, write: { kind: "none" } }]);
});

test("columns come in the ORM's order, whichever statement needs the plan, and each once", async () => {
  const sql = `ALTER TABLE "User" ADD COLUMN "a" INTEGER,\nADD COLUMN "b" INTEGER,\nADD COLUMN "c" TEXT NOT NULL,\nADD COLUMN "d" INTEGER;
CREATE INDEX "d" ON "User"("d", "b"); CREATE INDEX "b" ON "User"("b"); CREATE UNIQUE INDEX "a" ON "User"("a", "c");`;
  const plan = await planOf({ sql });
  const added = plan.units.flatMap(({ spec }) =>
    spec.kind === "expand" ? [spec.columns.map(({ name }) => name)] : [],
  );
  expect(added).toEqual([["a", "b", "c", "d"]]);
});

const refused: readonly (PlanFixture & { name: string; code: string; message: RegExp })[] = [
  {
    name: "a required relation to a table of the same change",
    sql: `ALTER TABLE "User" ADD COLUMN "teamId" INTEGER NOT NULL; CREATE TABLE "Team" ("id" INTEGER NOT NULL); ${team}`,
    columns: { teamId: fill },
    code: "LS2043",
    message:
      /prisma\/schema\.prisma:14: "User"."teamId" would get 1 in every row, but "Team" is made by the same change/,
  },
  {
    name: "a default that leads to a table of the same change",
    sql: `ALTER TABLE "User" ADD COLUMN "teamId" INTEGER DEFAULT 1; CREATE TABLE "Team" ("id" INTEGER NOT NULL); ${team}`,
    code: "LS2043",
    message: /would get its default 1 in every row/,
  },
  {
    name: "a required relation to a column of the same change",
    sql: `ALTER TABLE "User" ADD COLUMN "teamId" INTEGER NOT NULL; ALTER TABLE "Team" ADD COLUMN "id" INTEGER; ${team}`,
    columns: { teamId: fill },
    code: "LS2043",
    message: /"Team"."id" is added by the same change/,
  },
  {
    name: "a foreign key on a partitioned table",
    sql: `ALTER TABLE "User" ADD COLUMN "teamId" INTEGER; ${team}`,
    shape: { ...userShape, descendants: "partitions" },
    code: "LS2041",
    message: /"User" is partitioned, and this change adds the foreign key "User_teamId_fkey" over "teamId"/,
  },
  {
    name: "a new column in the primary key",
    sql: `ALTER TABLE "User" DROP CONSTRAINT "User_pkey", ADD COLUMN "zone" TEXT NOT NULL DEFAULT 'eu', ADD CONSTRAINT "User_pkey" PRIMARY KEY ("id", "zone");`,
    code: "LS2042",
    message: /The primary key of "User" would become \("id", "zone"\), and this change adds "zone"/,
  },
];
test.each(refused)("$code: $name", async ({ code, message, ...fixture }) => {
  await expect(answerTo(fixture)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test("an optional relation may lead to what the same change makes; skipping is a person's own word", async () => {
  const made = `CREATE TABLE "Team" ("id" INTEGER NOT NULL);`;
  const plan = await planOf({ sql: `ALTER TABLE "User" ADD COLUMN "teamId" INTEGER; ${made} ${team}` });
  expect(plan.madeTables).toEqual([{ name: "Team" }]);
  expect(stayWords(plan)).toMatch(/"Team", created by the same change, and its rows stay/);
  const skip = { skip: "nobody writes it" };
  const partitioned = { ...userShape, descendants: "partitions" } as const;
  expect(
    await answerTo({
      sql: `ALTER TABLE "User" ADD COLUMN "teamId" INTEGER; ${team}`,
      shape: partitioned,
      columns: { teamId: skip },
    }),
  ).toMatchObject({ kind: "pass" });
  const pkey = `ALTER TABLE "User" DROP CONSTRAINT "p", ADD COLUMN "zone" TEXT NOT NULL DEFAULT '', ADD CONSTRAINT "p" PRIMARY KEY ("zone");`;
  expect(await answerTo({ sql: pkey, columns: { zone: skip } })).toMatchObject({ kind: "pass" });
});

const index = (name: string, columns: readonly string[]): IndexFacts => ({
  name,
  table: { schema: "public", name: "User" },
  isUnique: true,
  isPrimary: false,
  columns,
  method: "btree",
});

test("an old unique stays until contract: phases, gates, the model and the code", async () => {
  const sql = `DROP INDEX "old"; ALTER TABLE "User" ADD COLUMN "channel" TEXT NOT NULL DEFAULT 'x'; CREATE UNIQUE INDEX "new" ON "User"("id", "channel");`;
  const plan = await planOf({ sql, indexes: [index("old", ["id"])] });
  expect(phasesOf(plan)).toEqual(["expand", "contract"]);
  expect(plan.gates.contract.map((step) => step.gate)).toEqual(["phase-applied"]);
  expect(plan.keptUniques).toMatchObject([
    { index: { name: "old" }, fields: ["id"], selector: "id", attribute: "@unique", replacedBy: ["id", "channel"] },
  ]);
  expect(plan.intents.contract).toMatchObject([{ kind: "leaveUnique", field: "channel", unique: "id" }]);
  expect(plan.units.filter((unit) => unit.phase === "contract").map(({ spec }) => spec.kind)).toEqual([
    "assert-index",
    "drop-index",
  ]);
  expect(plan.undo.contract.map(({ spec }) => spec)).toMatchObject([
    { kind: "create-index", ifMissing: true },
    { kind: "assert-index" },
  ]);
  expect(readPlan(planText(plan), "plan.json")).toEqual(JSON.parse(JSON.stringify(plan)));
});

test.each([
  { name: "only planned columns use it", more: "", types: [{ name: "Level" }] },
  { name: "a list of it", more: "", list: "[]", types: [{ name: "Level" }] },
  { name: "a table of the change uses it too", more: `CREATE TABLE "T" ("l" "Level");`, types: undefined },
  { name: "a column that passes uses it too", more: `ALTER TABLE "User" ADD COLUMN "m" "Level";`, types: undefined },
])("a type of the change goes with its columns: $name", async ({ more, types, list = "" }) => {
  const sql = `CREATE TYPE "Level" AS ENUM ('A'); ALTER TABLE "User" ADD COLUMN "level" "Level"${list} NOT NULL; ${more}`;
  const plan = await planOf({ sql, columns: { level: { fill: { kind: "backfill", sql: "'A'" } } } });
  const [undo] = plan.undo.expand;
  expect(undo?.spec.kind === "undo-expand" ? undo.spec.types : "none").toEqual(types);
});
