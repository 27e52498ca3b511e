import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "add-column-generated",
  severity: "error",
  summary: "Adds a stored generated column: the table is written again",
  on: ["addColumn"],
  claims: (concern, { column }) =>
    concern.kind === "rewrites" && concern.why === "computed" && !(column.isSerial || column.isIdentity),
  safer: () => ({
    words:
      "add a plain column with a trigger that computes it and fill it in batches, or let it be VIRTUAL (PostgreSQL 18)",
  }),
  examples: {
    unsafe: [`ALTER TABLE "User" ADD COLUMN "full" TEXT GENERATED ALWAYS AS ("first" || "last") STORED;`],
    safe: [`ALTER TABLE "User" ADD COLUMN "full" TEXT;`],
  },
  background: `The value of every row is computed and stored at once, while nobody can read or write the table.`,
});
