import { defineRule } from "./rule.js";

export default defineRule({
  id: "rename-table",
  severity: "error",
  summary: "Renames a table that running code uses",
  on: ["renameTable"],
  safer: () => ({
    words: "keep the table and rename only the model; or keep a view under the old name until no version uses it",
  }),
  examples: {
    unsafe: [`ALTER TABLE "User" RENAME TO "Person";`],
    safe: [`CREATE TABLE "User" ("id" INT); ALTER TABLE "User" RENAME TO "Person";`],
  },
  background: `Two versions of the application run between the migration and the last restart. One of them always uses a name that does not exist. If
the migration gives the old name to another table, running code reads and writes that table.`,
});
