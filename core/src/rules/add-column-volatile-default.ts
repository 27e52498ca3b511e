import { inPhases } from "./in-phases.js";
import { defineRule } from "./rule.js";
import { isPlain } from "./steps.js";

/** A column with a default that PostgreSQL evaluates for every row. */
export default defineRule({
  id: "add-column-volatile-default",
  on: "addColumn",
  summary: "Adds a column whose default differs from row to row without rewriting the table",
  examples: {
    unsafe: [
      `ALTER TABLE "User" ADD COLUMN "token" UUID NOT NULL DEFAULT gen_random_uuid();`,
      `ALTER TABLE "User" ADD COLUMN "token" UUID DEFAULT gen_random_uuid();`,
    ],
    safe: [
      `ALTER TABLE "User" ADD COLUMN "token" UUID;`,
      `ALTER TABLE "User" ADD COLUMN "joinedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;`,
      `CREATE TABLE "Team" ("id" TEXT NOT NULL); ALTER TABLE "Team" ADD COLUMN "token" UUID DEFAULT gen_random_uuid();`,
    ],
  },
  background: `PostgreSQL 11 and later store a constant default once in the catalogue. A volatile one, such as gen_random_uuid() or random(), has
to be evaluated for every row: \`ADD COLUMN … DEFAULT gen_random_uuid()\` writes the whole table anew, and nobody can read or write
it meanwhile. (PostgreSQL's documentation: "Adding a Column".)

Instead the column is added without the default, which is set in a statement of its own: from then on new rows get it, and rows
that exist stay NULL and are not touched. They get a value of their own from the same expression, in small batches. A required
column is made required last; one that is optional stays so, and is filled by one pass.
MySQL and MariaDB copy the table for \`DEFAULT (uuid())\` while writes wait; MariaDB evaluates \`DEFAULT (rand())\` once and gives all
rows that exist the same value. Both get the column in an instant without its default, which is set in a statement of its own.
Of a function that Lockstep does not know the development database is asked: the column is added to an empty temporary copy of the
table, in a transaction that is taken back. Where that cannot be tried, because the same change makes the function, it counts as volatile.`,

  detect(operation, context) {
    const { column, table } = operation;
    if (column.defaultSql === undefined || column.isDefaultStored || column.isSerial || !isPlain(column))
      return undefined;
    if (context.createdInThisChange(table)) return undefined;
    const { concerns } = context.judging.verdictOf(operation, context);
    if (concerns.some(({ kind }) => kind === "one-value"))
      return `the default ${column.defaultSql} is evaluated once: all rows of "${table.name}" that exist get the same value.`;
    if (!concerns.some(({ kind }) => kind === "rewrites")) return undefined;
    const waits = context.judging.capabilities.readsDuringRewrites ? "write" : "read or write";
    return `the default ${column.defaultSql} is evaluated for every row of "${table.name}": the whole table is rewritten while nobody can ${waits} it.`;
  },

  columns: ({ table, column }) => [{ table, column: column.name }],

  rewrite: (_operation, columns) => inPhases(columns),
});
