import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "rename-column",
  severity: "error",
  summary: "Renames a column that running code names",
  on: ["renameColumn", "redeclareColumn"],
  claims: ({ kind }, operation) => operation.kind === "renameColumn" || kind === "breaks-code-before",
  safer: () => ({
    words:
      "keep the column and rename the field in the model alone; or add a new column, write both, fill it and drop the old one",
  }),
  examples: {
    unsafe: [`ALTER TABLE "User" RENAME COLUMN "name" TO "fullName";`],
    safe: [`CREATE TABLE "User" ("name" TEXT); ALTER TABLE "User" RENAME COLUMN "name" TO "fullName";`],
  },
  background: `Between the migration and the last restart two versions run: one of them always says a name that is not there.`,
});
