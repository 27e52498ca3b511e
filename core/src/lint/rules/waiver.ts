import { defineOtherRule } from "../check-rule.js";

export default defineOtherRule({
  id: "waiver",
  severity: "warning",
  summary: "A waiver that does not hold: without a reason, expired, or with nothing to waive",
  on: [],
  safer: () => ({ words: "correct it, or take it out" }),
  examples: { unsafe: [], safe: [] },
  background: `A waiver is a comment before a statement: \`-- lockstep-ignore add-index until 2027-01-31: the table has 200 rows\`. The reason is
for whoever reads it next year, the day is optional. One that nothing needs any more hides the next hazard of its kind.`,
});
