import { defineRule } from "./rule.js";

export default defineRule({
  id: "add-column-domain",
  severity: "error",
  summary: "Adds a column whose domain has a check, which rewrites the table",
  on: ["addColumn"],
  claims: (concern) => concern.kind === "rewrites" && concern.why === "domain",
  safer: () => ({
    words: "use the domain's base type, then add its check NOT VALID and validate it afterwards",
  }),
  examples: {
    unsafe: [`CREATE DOMAIN "age" AS INT CHECK (VALUE > 0); ALTER TABLE "User" ADD COLUMN "age" "age";`],
    safe: [`CREATE DOMAIN "age" AS INT; ALTER TABLE "User" ADD COLUMN "age" "age";`],
  },
  background: `PostgreSQL evaluates the check of a domain for every row, even if the column stays empty, and rewrites the table.`,
});
