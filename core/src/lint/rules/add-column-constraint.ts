import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "add-column-constraint",
  severity: "error",
  summary: "Adds a column with a key, check or foreign key that all rows are looked at for",
  on: ["addColumn"],
  claims: (concern) =>
    concern.kind === "scans" ||
    concern.kind === "ignores" ||
    (concern.kind === "fails-on-rows" && concern.why !== "any-row"),
  safer: () => ({
    words: "add the column alone, then the index CONCURRENTLY, or the constraint NOT VALID and VALIDATE it afterwards",
  }),
  examples: {
    unsafe: [`ALTER TABLE "User" ADD COLUMN "handle" TEXT UNIQUE;`],
    safe: [`ALTER TABLE "User" ADD COLUMN "teamId" INT REFERENCES "Team"("id");`],
  },
  background: `What is declared with the column is enforced in the same statement: an index is built, or every row is checked, while nobody can read or write the table. A REFERENCES without a default is free: every value is NULL.`,
  mysql: {
    background:
      "MySQL copies the table for a check behind the column, both servers for a `REFERENCES`; MySQL before 9 reads the `REFERENCES` and makes no foreign key of it. A unique index is built while writes go on.",
    unsafe: ["ALTER TABLE `User` ADD COLUMN `teamId` INT REFERENCES `Team`(`id`);"],
    safe: ["ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NULL UNIQUE;"],
  },
});
