import { defineRule } from "./rule.js";

export default defineRule({
  id: "rename-table",
  severity: "error",
  summary: "Renames a table that running code names",
  on: ["renameTable"],
  safer: () => ({
    words: "keep the table and rename the model alone; or leave a view of the old name behind until no version says it",
  }),
  examples: {
    unsafe: [`ALTER TABLE "User" RENAME TO "Person";`],
    safe: [`CREATE TABLE "User" ("id" INT); ALTER TABLE "User" RENAME TO "Person";`],
  },
  background: `Between the migration and the last restart two versions run: one of them always says a name that is not there. Where the migration
creates or renames another table to the old name, running code reads and writes that one, with or without the rows.`,
});
