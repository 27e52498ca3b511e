import { defineRule } from "./rule.js";

export default defineRule({
  id: "validate-constraint",
  severity: "error",
  summary: "Validates a constraint while an earlier lock of the same transaction blocks reads and writes",
  on: ["validateConstraint"],
  safer: () => ({ words: "validate it in a separate migration, after the one that adds it" }),
  examples: {
    unsafe: [
      `BEGIN; ALTER TABLE "User" ADD CONSTRAINT "adult" CHECK ("age" > 17) NOT VALID; ALTER TABLE "User" VALIDATE CONSTRAINT "adult"; COMMIT;`,
    ],
    safe: [`ALTER TABLE "User" VALIDATE CONSTRAINT "adult";`],
  },
  background: `PostgreSQL holds locks until the transaction ends. The lock of ADD CONSTRAINT, normally an instant, then lasts as long as the check of the rows.`,
});
