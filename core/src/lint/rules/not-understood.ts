import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "not-understood",
  severity: "warning",
  summary: "A statement that nobody has looked at",
  on: "every",
  claims: (concern) => concern.kind === "not-understood",
  safer: () => ({ words: "look at it yourself; where it is fine, waive it with a reason" }),
  examples: { unsafe: [`SELECT migrate_everything();`], safe: [`SELECT now();`] },
  background: `Functions, procedures and SQL that is put together as it runs may do anything. It is never taken for safe, and never an error
of its own.`,
});
