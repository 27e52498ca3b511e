import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "drop-constraint",
  severity: "warning",
  summary: "Drops a constraint: what it refused is allowed from now on",
  on: ["dropConstraint"],
  safer: () => ({ words: "make sure that nothing relies on it; it cannot come back without a look at every row" }),
  examples: {
    unsafe: [`ALTER TABLE "User" DROP CONSTRAINT "adult";`],
    safe: [
      `CREATE TABLE "User" ("age" INT, CONSTRAINT "adult" CHECK ("age" > 17)); ALTER TABLE "User" DROP CONSTRAINT "adult";`,
    ],
  },
  background: `It takes an instant, under an ACCESS EXCLUSIVE lock, also on the other table of a foreign key.`,
});
