import { defineOtherRule } from "./rule.js";

export default defineOtherRule({
  id: "open-plan",
  severity: "error",
  summary: "A plan that its files, its model or another plan contradict",
  on: [],
  waivedBy: "nothing",
  safer: () => ({ words: "npx lockstep status" }),
  examples: { unsafe: [], safe: [] },
  background: `\`lockstep/<plan>/plan.json\` contains the hash of every migration of the plan, released or pending. Lockstep reports:

- a file of the plan that was changed or is missing
- an interrupted write
- a model that makes the column required before contract
- a field that was removed while its column is being filled
- two open plans for one column, for example after a merge
- a plan or a migration that drops, renames or retypes what an open plan needs
- a field whose column an undone plan or a released contract drops`,
});
