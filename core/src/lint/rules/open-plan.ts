import { defineOtherRule } from "../check-rule.js";

export default defineOtherRule({
  id: "open-plan",
  severity: "error",
  summary: "A plan of Lockstep that its files, its model or another plan contradict",
  on: [],
  safer: () => ({ words: "npx lockstep status" }),
  examples: { unsafe: [], safe: [] },
  background: `A plan stands in \`lockstep/<plan>/plan.json\`, with the hash of every migration that it wrote or still holds. Told are: a file of it
that was changed or is missing, a write that was interrupted, a model that says required before contract has come, a field that is gone
while its column is filled, and two open plans on one column, as a merge of two branches brings them.`,
});
