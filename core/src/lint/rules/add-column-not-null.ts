import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "add-column-not-null",
  severity: "error",
  summary: "Adds a required column without a value for the rows that are there",
  on: ["addColumn"],
  claims: (concern) =>
    concern.kind === "breaks-inserts" ||
    concern.kind === "fills-silently" ||
    (concern.kind === "fails-on-rows" && concern.why === "any-row"),
  safer: () => ({
    words: "add it as nullable, let the code write it, fill the rows in batches, then make it required",
  }),
  examples: {
    unsafe: [`ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;`],
    safe: [
      `ALTER TABLE "User" ADD COLUMN "handle" TEXT;`,
      `ALTER TABLE "User" ADD COLUMN "role" TEXT NOT NULL DEFAULT 'member';`,
    ],
  },
  background: `PostgreSQL refuses it as soon as the table has one row, and on an empty table running code that does not know the column can no longer insert. \`lockstep rewrite\` makes a plan of four phases of it, with the edits of the code.`,
  mysql: {
    background:
      "Neither refuses it: the rows that exist get '' or 0, the first value of an ENUM, on MariaDB '0000-00-00', and nobody is told. Code that does not know the column can no longer insert.",
    unsafe: ["ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NOT NULL;"],
    safe: ["ALTER TABLE `User` ADD COLUMN `role` VARCHAR(191) NOT NULL DEFAULT 'member';"],
  },
});
