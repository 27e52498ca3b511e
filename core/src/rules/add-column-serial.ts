import { inPhases } from "./in-phases.js";
import { defineRule } from "./rule.js";
import { isPlain } from "./steps.js";

/** A column that numbers its rows from a sequence of its own. */
export default defineRule({
  id: "add-column-serial",
  on: "addColumn",
  summary: "Adds a serial column without rewriting the table",
  examples: {
    unsafe: [
      `ALTER TABLE "Order" ADD COLUMN "number" SERIAL NOT NULL;`,
      `ALTER TABLE "Order" ADD COLUMN "number" BIGSERIAL NOT NULL;`,
    ],
    safe: [`CREATE TABLE "Team" ("id" SERIAL NOT NULL); ALTER TABLE "Team" ADD COLUMN "number" SERIAL NOT NULL;`],
  },
  background: `SERIAL is short for a sequence and a default that takes the next number from it. That default differs from row to row, so
\`ADD COLUMN … SERIAL\` writes the whole table anew, and nobody can read or write it meanwhile.

Instead the parts are made one by one: the sequence under the name that PostgreSQL would give it, the column without a default,
the default in a statement of its own, and the ownership that drops the sequence with its column. New rows are numbered from then
on, those that exist by the backfill; numbers are distinct, in no particular order. After contract the catalogue is the one that
SERIAL makes.

PostgreSQL only: for an AUTO_INCREMENT column MySQL and MariaDB [copy the table](copy-table.md).`,

  detect({ column, table }, context) {
    if (!column.isSerial || !isPlain(column) || context.createdInThisChange(table)) return undefined;
    return `every row of "${table.name}" gets its number at once: the whole table is rewritten while nobody can read or write it.`;
  },

  columns: ({ table, column }) => [{ table, column: column.name }],

  rewrite: (_operation, columns) => inPhases(columns),
});
