import { defineOtherRule } from "../check-rule.js";

export default defineOtherRule({
  id: "edited-after-merge",
  severity: "error",
  summary: "Changes a migration that databases may have run",
  on: [],
  safer: () => ({ words: "take the change back, and write a new migration that does what is missing" }),
  examples: { unsafe: [], safe: [] },
  background: `Databases that have run it keep what it did then, others get what it says now. Prisma refuses to go on ("was modified after it was
applied"), TypeORM does not notice.`,
});
