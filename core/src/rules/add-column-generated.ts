import { defineRule } from "./rule.js";

export default defineRule({
  id: "add-column-generated",
  severity: "error",
  summary: "Adds a stored generated column, which rewrites the table",
  on: ["addColumn"],
  claims: (concern, { column }) =>
    concern.kind === "rewrites" && concern.why === "computed" && !(column.isSerial || column.isIdentity),
  safer: () => ({
    words: "add a plain column, compute it with a trigger and fill it in batches, or make it VIRTUAL (PostgreSQL 18)",
  }),
  examples: {
    unsafe: [`ALTER TABLE "User" ADD COLUMN "full" TEXT GENERATED ALWAYS AS ("first" || "last") STORED;`],
    safe: [`ALTER TABLE "User" ADD COLUMN "full" TEXT;`],
  },
  background: `PostgreSQL computes and stores the value of every row at once, and blocks reads and writes of the table meanwhile.`,
});
