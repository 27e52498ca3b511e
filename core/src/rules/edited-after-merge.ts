import { defineOtherRule } from "./rule.js";

export default defineOtherRule({
  id: "edited-after-merge",
  severity: "error",
  summary: "Changes a migration that databases may have run",
  on: [],
  waivedBy: "config",
  safer: () => ({ words: "restore the migration, and write a new one with the change" }),
  examples: { unsafe: [], safe: [] },
  background: `Databases that ran the migration keep the old result, and others get the new one. Prisma stops ("was modified after it was
applied"). TypeORM does not notice.`,
});
