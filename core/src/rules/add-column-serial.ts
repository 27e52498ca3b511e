import { inPhases } from "./in-phases.js";
import { defineRule } from "./rule.js";
import { isPlain } from "./steps.js";

/** A column with numbers from its own sequence. */
export default defineRule({
  id: "add-column-serial",
  severity: "error",
  summary: "Adds a numbered column, which rewrites the table",
  on: ["addColumn"],
  claims: (concern, { column }) =>
    concern.kind === "rewrites" && concern.why === "computed" && (column.isSerial || column.isIdentity),
  safer: () => ({
    words: "add a plain column, set its sequence as the default, fill existing rows in batches, then make it required",
  }),

  consequence({ column, table }, { concerns }) {
    if (concerns.length === 0 || !isPlain(column)) return undefined;
    return `Every row of "${table.name}" gets a number at once: the statement rewrites the whole table and blocks reads and writes.`;
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
  background: `SERIAL is shorthand for a sequence and a default that takes the next number from it. Every row gets its own number, so PostgreSQL
rewrites the whole table, and blocks reads and writes meanwhile.`,
  instead: `A plan creates the parts one by one:

- the sequence, under the name that PostgreSQL would give it
- the column without a default, then the default in a separate statement
- the ownership that drops the sequence with its column

From then on new rows get numbers, and the backfill numbers existing rows. Numbers are unique, but in no particular order. After contract
the catalog is the one that SERIAL creates. Lockstep makes no plan for an identity column.

PostgreSQL only: for an AUTO_INCREMENT column MySQL and MariaDB [copy the table](copy-table.md).`,
});
