import { defineRule } from "./rule.js";

export default defineRule({
  id: "drop-constraint",
  severity: "warning",
  summary: "Drops a constraint, so the database no longer rejects invalid rows",
  on: ["dropConstraint"],
  safer: () => ({ words: "make sure that nothing relies on it: restoring it requires a check of every row" }),
  examples: {
    unsafe: [`ALTER TABLE "User" DROP CONSTRAINT "adult";`],
    safe: [
      `CREATE TABLE "User" ("age" INT, CONSTRAINT "adult" CHECK ("age" > 17)); ALTER TABLE "User" DROP CONSTRAINT "adult";`,
    ],
  },
  background: `It takes an instant under an ACCESS EXCLUSIVE lock, for a foreign key on both tables.`,
});
