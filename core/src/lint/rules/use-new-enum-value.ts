import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "use-new-enum-value",
  severity: "error",
  summary: "Uses an enum value in the transaction that adds it: the migration fails",
  on: "every",
  claims: (concern) => concern.kind === "fails-in-transaction" && concern.why === "new-enum-value",
  safer: () => ({ words: "use the value in a later migration" }),
  examples: {
    unsafe: [
      `BEGIN; ALTER TYPE "Role" ADD VALUE 'GUEST'; ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'GUEST'; COMMIT;`,
    ],
    safe: [`ALTER TYPE "Role" ADD VALUE 'GUEST';`],
  },
  background: `PostgreSQL refuses to evaluate a value ("unsafe use of new value") before the transaction that adds it is committed. A type that is
made in the same transaction has no such values.`,
});
