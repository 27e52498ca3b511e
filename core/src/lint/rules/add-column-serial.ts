import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "add-column-serial",
  severity: "error",
  summary: "Adds a column that counts: the table is written again",
  on: ["addColumn"],
  claims: (concern, { column }) =>
    concern.kind === "rewrites" && concern.why === "computed" && (column.isSerial || column.isIdentity),
  safer: () => ({
    words:
      "add a plain column, make its sequence the default, fill the rows that are there in batches, then require it",
  }),
  examples: {
    unsafe: [
      `ALTER TABLE "User" ADD COLUMN "number" BIGSERIAL;`,
      `ALTER TABLE "User" ADD COLUMN "number" BIGINT GENERATED ALWAYS AS IDENTITY;`,
    ],
    safe: [`CREATE TABLE "User" ("number" BIGSERIAL);`],
  },
  background: `Every row gets a number of its own: PostgreSQL writes the whole table again while nobody can read or write it.`,
});
