import { defineOtherRule } from "./rule.js";

export default defineOtherRule({
  id: "waiver",
  severity: "warning",
  summary: "A waiver that is not valid: without a reason, expired or unused",
  on: [],
  safer: () => ({ words: "correct or remove it" }),
  examples: { unsafe: [], safe: [] },
  background: `A waiver is a comment before a statement: \`-- lockstep-ignore add-index until 2027-01-31: the table has 200 rows\`. The reason is
for later readers, and the date is optional. An unused waiver would hide the next hazard of its kind.`,
});
