import { defineRule } from "./rule.js";

export default defineRule({
  id: "not-understood",
  severity: "warning",
  summary: "A statement that Lockstep cannot analyse",
  on: "every",
  claims: (concern) => concern.kind === "not-understood",
  safer: () => ({ words: "review it yourself; if it is safe, waive it with a reason" }),
  examples: { unsafe: [`SELECT migrate_everything();`], safe: [`SELECT now();`] },
  background: `Functions, procedures and SQL that is built at run time can do anything. Lockstep never assumes that they are safe, and never reports
them as an error.`,
});
