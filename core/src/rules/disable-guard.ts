import { defineRule } from "./rule.js";

export default defineRule({
  id: "disable-guard",
  severity: "warning",
  summary: "Disables a table's triggers or foreign keys, or what code needs to insert rows",
  on: ["form"],
  claims: ({ kind }) => kind === "guards-less" || kind === "breaks-inserts",
  safer: () => ({ words: "make sure that nothing relies on it while it is off" }),
  examples: { unsafe: [`ALTER TABLE "User" DISABLE TRIGGER ALL;`], safe: [`ALTER TABLE "User" ENABLE TRIGGER ALL;`] },
  background: `PostgreSQL never checks the rows that are written meanwhile.`,
});
