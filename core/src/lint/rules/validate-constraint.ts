import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "validate-constraint",
  severity: "error",
  summary: "Validates a constraint while an earlier lock of the same transaction stops reads and writes",
  on: ["validateConstraint"],
  safer: () => ({ words: "validate it in a migration of its own, after the one that adds it" }),
  examples: {
    unsafe: [
      `BEGIN; ALTER TABLE "User" ADD CONSTRAINT "adult" CHECK ("age" > 17) NOT VALID; ALTER TABLE "User" VALIDATE CONSTRAINT "adult"; COMMIT;`,
    ],
    safe: [`ALTER TABLE "User" VALIDATE CONSTRAINT "adult";`],
  },
  background: `Locks are kept to the end of the transaction: what ADD CONSTRAINT takes for an instant is then held for as long as the rows are read.`,
});
