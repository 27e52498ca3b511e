import { defineOtherRule } from "./rule.js";

export default defineOtherRule({
  id: "waiver",
  severity: "warning",
  summary: "A waiver that is not valid: without a reason, expired or unused",
  on: [],
  waivedBy: "nothing",
  safer: () => ({ words: "correct or remove it" }),
  examples: { unsafe: [], safe: [] },
  background: `A waiver has a reason for later readers, and can have a last day. It is a comment above a statement or at the end of its line, or a setting:

- in SQL: \`-- lockstep-ignore add-index until 2027-01-31: the table has 200 rows\`
- in TypeScript and JavaScript: \`// lockstep-ignore add-index: the table has 200 rows\`
- in \`lockstep.config.ts\`, for whole files: \`check: { waivers: [{ rule: "add-index", files: "**/20260201_index/*", reason: "the table has 200 rows" }] }\`

An unused waiver would hide the next hazard of its kind.`,
});
