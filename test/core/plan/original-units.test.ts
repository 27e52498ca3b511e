import { expect, test } from "vitest";
import { judged, originalUnits } from "../../../core/src/plan/original-units.js";
import { judging } from "../../../core/src/postgresql/judging.js";
import { loadParser } from "../../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../../core/src/postgresql/read/read-migration.js";
import { units } from "../../../core/src/postgresql/units.js";
import { judge } from "../../../core/src/rules/judge.js";

const add = `ALTER TABLE "User" ADD COLUMN "a" TEXT;`;
const link = `ALTER TABLE "New" ADD CONSTRAINT "fk" FOREIGN KEY ("u") REFERENCES "Team"("id");`;
const make = `-- CreateTable\nCREATE TABLE "New" ("u" int);`;
const index = `CREATE INDEX "i" ON "User"("name");`;
const type = `CREATE TYPE "Kind" AS ENUM ('a');`;
const value = `ALTER TYPE "Role" ADD VALUE 'guest';`;

async function unitsOf(statements: readonly string[]) {
  const migration = readMigration(`${statements.join("\n")}\n`, "migration.sql", await loadParser());
  const { context } = judge(migration, { judging });
  const run = migration.statements.map(({ full, index: at }) => ({
    text: full,
    operations: migration.operations.filter(({ statement }) => statement === at),
  }));
  return originalUnits(run.map((passing) => judged(passing, context, units)));
}

// What is quick goes into a frame where somebody could wait for it; order and bytes stay, and a run is cut in two at most.
test.each<[string, readonly string[], readonly string[]]>([
  ["nobody waits for what is new", [make, type], ["plain"]],
  ["a nullable column", [add], ["ACCESS EXCLUSIVE on User"]],
  ["a foreign key of a new table", [make, link], ["SHARE ROW EXCLUSIVE on Team"]],
  ["both", [make, add, link], ["ACCESS EXCLUSIVE on User, Team"]],
  ["what scans alone", [index], ["plain"]],
  ["quick, then slow", [make, add, index], ["ACCESS EXCLUSIVE on User", "plain"]],
  ["slow, then quick", [index, make, link], ["plain", "SHARE ROW EXCLUSIVE on Team"]],
  ["slow between", [add, index, add.replace("a", "b")], ["ACCESS EXCLUSIVE on User", "plain"]],
  ["only new tables before what is slow", [make, type, index], ["plain"]],
  [
    "an enum value is used in another transaction than that which adds it",
    [value, add],
    ["plain", "ACCESS EXCLUSIVE on User"],
  ],
  ["a table that may be missing", [`ALTER TABLE IF EXISTS "User" ADD COLUMN "a" TEXT;`], ["plain"]],
  ["rows", [`UPDATE "User" SET "a" = 1;`], ["plain"]],
  ["what is not understood", [`LOCK TABLE "User";`], ["plain"]],
  ["a view, whose lock would reach its tables", [`DROP VIEW "v";`], ["plain"]],
  ["what must stand outside of a transaction", [`DROP INDEX CONCURRENTLY "i";`], ["plain"]],
])("%s", async (_, statements, expected) => {
  const units = await unitsOf(statements);
  expect(
    units.map(({ spec: { frame } }) =>
      frame === undefined ? "plain" : `${frame.mode} on ${frame.tables.map(({ name }) => name).join(", ")}`,
    ),
  ).toEqual(expected);
  expect(units.map(({ spec }) => spec.sql).join("")).toBe(`${statements.join("\n")}\n`);
});

test("the verdict of a unit is that of its statements, under the lock of its frame", async () => {
  const [quick, slow] = await unitsOf([make, add, link, `ALTER TABLE "User" DROP COLUMN "b";`, index]);
  expect(quick?.verdict).toMatchObject({
    locks: [
      { table: { name: "User" }, mode: "ACCESS EXCLUSIVE" },
      { table: { name: "Team" }, mode: "ACCESS EXCLUSIVE" },
    ],
    held: "instant",
    concerns: [{ kind: "loses-data" }, { kind: "breaks-code-before" }],
    doubts: ["other-tables"],
  });
  expect(slow?.verdict).toMatchObject({ locks: [{ mode: "SHARE" }], held: "scan" });
});
