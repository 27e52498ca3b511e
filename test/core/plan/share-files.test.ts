import { expect, test } from "vitest";
import { inFiles } from "../../../core/src/model/plan.js";
import { planOf } from "../../support/plan-fixture.js";

// What shares a file, by unit. A frame locks one table, unless a single statement needs two; nothing gets in front of what it needs.

const add = (...columns: readonly string[]) =>
  `ALTER TABLE "User" ${columns.map((column) => `ADD COLUMN "${column.replace(" ", '" ')}`).join(", ")};`;
const index = (column: string, unique = "") => `CREATE ${unique}INDEX "${column}_i" ON "User"("${column}");`;
const unique = (column: string) => `ALTER TABLE "User" ADD CONSTRAINT "${column}_u" UNIQUE ("${column}");`;
const key = (column: string, to: string, table = "User") =>
  `ALTER TABLE "${table}" ADD CONSTRAINT "${table}_${column}" FOREIGN KEY ("${column}") REFERENCES "${to}"("id") ON DELETE CASCADE ON UPDATE CASCADE;`;
const team = `CREATE TABLE "Team" ("id" int PRIMARY KEY, "ownerId" int);`;
const role = `CREATE TYPE "Role" AS ENUM ('a');`;

test.each<[string, readonly string[], readonly string[], (readonly string[])?]>([
  [
    "optional columns around a required one",
    [add("bio text", "handle text NOT NULL", "note text")],
    ["own expand own"],
  ],
  ["a type before its column", [role, add(`role "Role" NOT NULL`)], ["own expand"]],
  [
    "two unique columns, as TypeORM orders them",
    [add("a text NOT NULL"), unique("a"), add("b text"), unique("b")],
    ["expand", "create-index", "create-index", "assert-index attach-unique assert-index attach-unique"],
  ],
  [
    "the checks of indexes wait for each other",
    [add("a text", "b text"), index("a"), index("b", "UNIQUE ")],
    ["expand", "create-index", "create-index", "assert-index assert-index"],
  ],
  [
    "a check rides with a short lock, and the scan is alone",
    [add("teamId int"), index("teamId"), key("teamId", "Org")],
    ["expand", "create-index", "assert-index add-foreign-key", "validate-foreign-key"],
  ],
  [
    "foreign keys to one table, and to another",
    [add("a int", "b int", "c int"), key("a", "Org"), key("b", "Org"), key("c", "Plan")],
    [
      "expand",
      "add-foreign-key add-foreign-key",
      "add-foreign-key",
      "validate-foreign-key validate-foreign-key validate-foreign-key",
    ],
  ],
  [
    "foreign keys to a table that the change makes, to the table itself, and back",
    [
      add("teamId int", "bossId int"),
      team,
      key("teamId", "Team"),
      key("bossId", "User"),
      key("ownerId", "User", "Team"),
    ],
    ["expand own add-foreign-key add-foreign-key own", "validate-foreign-key validate-foreign-key"],
  ],
  [
    "a foreign key waits for the unique index that it leads to",
    [
      add("handle text NOT NULL"),
      index("handle", "UNIQUE "),
      team,
      key("ownerId", "User", "Team").replace("id", "handle"),
    ],
    ["expand own", "create-index", "own", "assert-index"],
  ],
  [
    "two tables are two files, and so are those of statements alone",
    [
      add("a text NOT NULL"),
      `ALTER TABLE "Org" ADD COLUMN "b" text NOT NULL, ADD COLUMN "c" text;`,
      `ALTER TABLE "Plan" ADD COLUMN "d" text;`,
      `ALTER TABLE "Item" ADD COLUMN "d" text;`,
    ],
    ["expand", "expand own", "own", "own"],
    ["prove", "prove", "enforce", "enforce"],
  ],
  [
    "foreign keys of a new table are the user's own migration",
    [add("a text NOT NULL"), team, key("ownerId", "Org", "Team"), key("ownerId", "Plan", "Team")],
    ["expand own", "own"],
  ],
  [
    "what is slow is alone, and what follows stays behind it",
    [add("a text NOT NULL"), `UPDATE "User" SET "name" = 'x';`, add("b text"), role],
    ["expand", "own", "own"],
  ],
  [
    "what takes something away passes nothing",
    [add("a text NOT NULL"), index("a"), `DROP INDEX "old";`, add("b text")],
    ["expand", "create-index", "assert-index", "own"],
  ],
  [
    "what cannot run again shares no file",
    [`ALTER TABLE "User" RENAME COLUMN "name" TO "title";`, add("a text NOT NULL")],
    ["own", "expand"],
  ],
])("%s", async (_, statements, expand, contract) => {
  const plan = await planOf({ sql: `${statements.join("\n")}\n` });
  const filesOf = (phase: string) =>
    inFiles(plan.units.filter((unit) => unit.phase === phase)).map((file) =>
      file.map(({ spec }) => (spec.kind === "original" ? "own" : spec.kind)).join(" "),
    );
  expect(filesOf("expand")).toEqual(expand);
  if (contract !== undefined) expect(filesOf("contract")).toEqual(contract);
});
