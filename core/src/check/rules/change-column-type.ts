import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "change-column-type",
  severity: "error",
  summary: "Changing a type writes the table again while nobody can read or write it",
  on: ["setType", "redeclareColumn"],
  safer: () => ({
    words: "add a column of the new type, write both, fill it in batches, read from it, then drop the old one",
  }),
  examples: {
    unsafe: [`ALTER TABLE "User" ALTER COLUMN "id" TYPE BIGINT;`],
    safe: [`CREATE TABLE "User" ("name" VARCHAR(20)); ALTER TABLE "User" ALTER COLUMN "name" TYPE TEXT;`],
  },
  background: `Only changes that keep the stored bytes are free: a longer varchar, varchar to text, more digits of a numeric. The migrations of the repository say which type the column has; where they do not, the worst is said.`,
});
