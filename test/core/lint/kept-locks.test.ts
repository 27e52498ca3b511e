import { expect, test } from "vitest";
import type { TransactionMode } from "../../../core/src/model/index.js";
import { check } from "./support.js";

const before = `CREATE TABLE "A" ("id" INT PRIMARY KEY); CREATE TABLE "B" ("id" INT PRIMARY KEY, "a" INT);`;
const add = `ALTER TABLE "A" ADD COLUMN "c" TEXT;`;
const update = `UPDATE "B" SET "a" = 1;`;

/** Which locks are kept while the last statement works: `A since line 1`. */
const cases: readonly (readonly [name: string, sql: string, transactions: TransactionMode, kept: readonly string[]])[] =
  [
    ["another table that a file of one transaction has locked", `${add}\n${update}`, "each", ["A ACCESS EXCLUSIVE 1"]],
    ["where all pending ones are one transaction", `${add}\n${update}`, "all", ["A ACCESS EXCLUSIVE 1"]],
    ["statement by statement", `${add}\n${update}`, "none", []],
    ["statement by statement, and a BEGIN", `BEGIN;\n${add}\n${update}\nCOMMIT;`, "none", ["A ACCESS EXCLUSIVE 2"]],
    ["after COMMIT", `BEGIN;\n${add}\nCOMMIT;\n${update}`, "none", []],
    ["the table that is changed itself", `${add}\nUPDATE "A" SET "c" = 'x';`, "each", ["A ACCESS EXCLUSIVE 1"]],
    [
      "a lock that the slow statement takes itself",
      `${add}\nALTER TABLE "A" ALTER COLUMN "c" SET NOT NULL;`,
      "each",
      [],
    ],
    ["a table that the file makes", `CREATE TABLE "C" ("id" INT);\n${update}`, "each", []],
    ["work that takes an instant", `${add}\nALTER TABLE "B" ADD COLUMN "c" INT;`, "each", []],
    ["a lock that stops nobody", `COMMENT ON COLUMN "A"."id" IS 'x';\n${update}`, "each", []],
    [
      "an index while a foreign key keeps its locks",
      `ALTER TABLE "B" ADD CONSTRAINT "fk" FOREIGN KEY ("a") REFERENCES "A" ("id") NOT VALID;\nCREATE INDEX "i" ON "B" ("a");`,
      "each",
      ["B SHARE ROW EXCLUSIVE 1", "A SHARE ROW EXCLUSIVE 1"],
    ],
  ];

test.each(cases)("%s", async (_, sql, transactions, kept) => {
  const { findings } = await check({ migrations: [before, sql], transactions });
  const locks = findings.flatMap(({ about }) => (about?.kind === "keeps-locks" ? about.locks : []));
  expect(locks.map(({ table, mode, line }) => `${table.name} ${mode} ${line}`)).toEqual(kept);
});
