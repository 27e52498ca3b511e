import { defineRule } from "./rule.js";

export default defineRule({
  id: "add-column-constraint",
  severity: "error",
  summary: "Adds a column with a key, check or foreign key that reads all rows",
  on: ["addColumn"],
  claims: (concern) =>
    concern.kind === "scans" ||
    concern.kind === "ignores" ||
    (concern.kind === "fails-on-rows" && concern.why !== "any-row"),
  safer: () => ({
    words:
      "add the column alone, then build the index CONCURRENTLY, or add the constraint NOT VALID and validate it afterwards",
  }),
  examples: {
    unsafe: [`ALTER TABLE "User" ADD COLUMN "handle" TEXT UNIQUE;`],
    safe: [`ALTER TABLE "User" ADD COLUMN "teamId" INT REFERENCES "Team"("id");`],
  },
  background: `PostgreSQL enforces the constraint in the same statement. It builds an index or checks every row, and blocks reads and writes of the table meanwhile. A REFERENCES without a default is free, because every value is NULL.`,
  mysql: {
    background:
      "MySQL copies the table for a check on the column, and both servers copy it for a `REFERENCES`. MySQL before 9 parses the `REFERENCES` but creates no foreign key. Both build a unique index while writes continue.",
    unsafe: ["ALTER TABLE `User` ADD COLUMN `teamId` INT REFERENCES `Team`(`id`);"],
    safe: ["ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NULL UNIQUE;"],
  },
});
