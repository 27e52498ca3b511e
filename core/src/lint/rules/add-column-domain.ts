import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "add-column-domain",
  severity: "error",
  summary: "Adds a column of a domain that has a check: the table is written again",
  on: ["addColumn"],
  claims: (concern) => concern.kind === "rewrites" && concern.why === "domain",
  safer: () => ({
    words: "use the domain's base type, and add its check NOT VALID and VALIDATE it afterwards",
  }),
  examples: {
    unsafe: [`CREATE DOMAIN "age" AS INT CHECK (VALUE > 0); ALTER TABLE "User" ADD COLUMN "age" "age";`],
    safe: [`CREATE DOMAIN "age" AS INT; ALTER TABLE "User" ADD COLUMN "age" "age";`],
  },
  background: `PostgreSQL evaluates the check of a domain for every row, also where the column stays empty, and writes the table again for that.`,
});
