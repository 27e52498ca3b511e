import { expect, test } from "vitest";
import { stayWords } from "../../../core/src/review/words.js";
import { handleSql, planOf } from "../../support/plan-fixture.js";

// What the user is told of the parts of a change that an undo leaves.
const type = `-- CreateEnum\nCREATE TYPE "Role" AS ENUM ('a');\n\n`;
const team = `-- CreateTable\nCREATE TABLE "Team" (\n    "id" TEXT NOT NULL,\n\n    CONSTRAINT "Team_pkey" PRIMARY KEY ("id")\n);\n\n`;
const beside = `-- AlterTable\nALTER TABLE "User" ADD COLUMN     "nickname" TEXT;\n\n`;

test.each([
  ["nothing else", handleSql, ""],
  ["a type, which goes with its columns", type + handleSql, ""],
  ["a table", team + handleSql, ` "Team", made by the same change, and what is in it stay.`],
  ["a column that was safe", beside + handleSql, " What the same migration did besides, safe as it stood, stays."],
])("%s", async (_name, sql, words) => {
  expect(stayWords(await planOf({ sql }))).toBe(words);
});
