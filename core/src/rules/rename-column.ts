import { defineRule } from "./rule.js";

export default defineRule({
  id: "rename-column",
  severity: "error",
  summary: "Renames a column that running code uses",
  on: ["renameColumn", "redeclareColumn"],
  claims: ({ kind }, operation) => operation.kind === "renameColumn" || kind === "breaks-code-before",
  safer: () => ({
    words:
      "keep the column and rename only the field in the model; or add a new column, write both, fill it and drop the old one",
  }),
  examples: {
    unsafe: [`ALTER TABLE "User" RENAME COLUMN "name" TO "fullName";`],
    safe: [`CREATE TABLE "User" ("name" TEXT); ALTER TABLE "User" RENAME COLUMN "name" TO "fullName";`],
  },
  background: `Two versions of the application run between the migration and the last restart. One of them always uses a name that does not exist.`,
});
