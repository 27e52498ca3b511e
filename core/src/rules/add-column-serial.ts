import { inPhases } from "./in-phases.js";
import { defineRule } from "./rule.js";
import { isPlain } from "./steps.js";

/** A column that numbers its rows from a sequence of its own. */
export default defineRule({
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

  consequence({ column, table }, { concerns }) {
    if (concerns.length === 0 || !isPlain(column)) return undefined;
    return `every row of "${table.name}" gets its number at once: the whole table is rewritten while nobody can read or write it.`;
  },
  columns: ({ table, column }) => [{ table, column: column.name }],
  rewrite: (_operation, columns) => inPhases(columns),

  examples: {
    rewritten: [
      `ALTER TABLE "Order" ADD COLUMN "number" SERIAL NOT NULL;`,
      `ALTER TABLE "Order" ADD COLUMN "number" BIGSERIAL NOT NULL;`,
    ],
    unsafe: [`ALTER TABLE "User" ADD COLUMN "number" BIGINT GENERATED ALWAYS AS IDENTITY;`],
    safe: [
      `CREATE TABLE "User" ("number" BIGSERIAL);`,
      `CREATE TABLE "Team" ("id" SERIAL NOT NULL); ALTER TABLE "Team" ADD COLUMN "number" SERIAL NOT NULL;`,
    ],
  },
  background: `SERIAL is short for a sequence and a default that takes the next number from it. Every row gets a number of its own, so PostgreSQL
rewrites the whole table, and nobody can read or write it meanwhile.`,
  instead: `A plan makes the parts one by one:

- the sequence, under the name that PostgreSQL would give it
- the column without a default, then the default in a statement of its own
- the ownership that drops the sequence with its column

From then on new rows get numbers, and the backfill numbers existing rows. Numbers are distinct, in no particular order. After contract the catalog is the one that SERIAL
makes. No plan is made of an identity column.

PostgreSQL only: for an AUTO_INCREMENT column MySQL and MariaDB [copy the table](copy-table.md).`,
});
