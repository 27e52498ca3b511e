import { expect, test } from "vitest";
import { folded } from "../../../core/src/lint/fold.js";
import { consequence, saferLines } from "../../../core/src/review/check/messages.js";
import { check } from "./support.js";

const before = `CREATE TABLE "A" ("id" INT PRIMARY KEY); CREATE TABLE "B" ("id" INT PRIMARY KEY, "a" INT, "b" INT);`;
const indexes = Array.from({ length: 10 }, (_, at) => `CREATE INDEX "i${at}" ON "B" ("a");`).join("\n");

/** What people read: rule, line, sentence. */
const cases: readonly (readonly [name: string, sql: string, read: readonly string[]])[] = [
  [
    "the same of several statements is said once",
    `CREATE INDEX "i" ON "B" ("a");\nCREATE INDEX "j" ON "B" ("b");`,
    [`add-index 1 writes of "B" wait until its index is built (also in line 2)`],
  ],
  [
    "of many statements not every line is named",
    indexes,
    [`add-index 1 writes of "B" wait until its index is built (also in lines 2, 3, 4, 5, 6, 7, 8, 9 and 1 more)`],
  ],
  [
    "of another table it is another sentence",
    `CREATE INDEX "i" ON "B" ("a");\nCREATE INDEX "j" ON "A" ("id");`,
    [
      `add-index 1 writes of "B" wait until its index is built`,
      `add-index 2 writes of "A" wait until its index is built; writes of "B" (locked in line 1) wait as long, because the transaction holds the lock`,
    ],
  ],
  [
    "a lock that is kept is half a sentence of what it is kept for",
    `ALTER TABLE "A" ADD COLUMN "c" TEXT;\nUPDATE "B" SET "a" = 1;`,
    [
      `change-rows 2 changes rows in a migration: they stay locked until it ends; reads and writes of "A" (locked in line 1) wait as long, because the transaction holds the lock`,
    ],
  ],
  [
    "a lock that is kept for what is safe alone stands for itself",
    `ALTER TABLE "A" ADD COLUMN "c" TEXT;\nALTER TABLE "B" ADD CONSTRAINT "c" CHECK ("a" > 0) NOT VALID;\nALTER TABLE "B" VALIDATE CONSTRAINT "c";`,
    [
      `validate-constraint 3 all rows of "B" are checked while reads and writes wait; reads and writes of "A" (locked in line 1) wait as long, because the transaction holds the lock`,
    ],
  ],
];

test.each(cases)("%s", async (_, sql, read) => {
  const { findings } = await check({ migrations: [before, sql], transactions: "each" });
  expect(folded(findings).map((each) => `${each.rule} ${each.line} ${consequence(each)}`)).toEqual(read);
});

test("a lock that is kept makes an error of a warning, and stays where its statement is waived", async () => {
  const { findings } = await check({
    migrations: [before, `ALTER TABLE "A" ADD COLUMN "c" TEXT;\nUPDATE "B" SET "a" = 1;`],
    transactions: "each",
  });
  expect(folded(findings).map(({ severity }) => severity)).toEqual(["error"]);
  const left = findings.filter(({ rule }) => rule !== "change-rows");
  expect(folded(left).map(({ rule }) => rule)).toEqual(["kept-lock"]);
});

test("the safer statements of all places are shown, as far as anybody reads them", async () => {
  const { findings } = await check({ migrations: [before, indexes], transactions: "none" });
  const [finding] = folded(findings);
  const lines = finding === undefined ? [] : saferLines(finding);
  expect(lines.slice(1, 3)).toEqual([
    `CREATE INDEX CONCURRENTLY "i0" ON "B" ("a");`,
    `CREATE INDEX CONCURRENTLY "i1" ON "B" ("a");`,
  ]);
  expect(lines.at(-2)).toBe("-- and 2 more like these");
});
