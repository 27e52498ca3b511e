import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "disable-guard",
  severity: "warning",
  summary: "Switches off what guards a table: its triggers and foreign keys, or what code needs to insert",
  on: ["form"],
  claims: ({ kind }) => kind === "guards-less" || kind === "breaks-inserts",
  safer: () => ({ words: "make sure that nothing relies on it while it is off" }),
  examples: { unsafe: [`ALTER TABLE "User" DISABLE TRIGGER ALL;`], safe: [`ALTER TABLE "User" ENABLE TRIGGER ALL;`] },
  background: `Rows that are written meanwhile are never checked.`,
});
