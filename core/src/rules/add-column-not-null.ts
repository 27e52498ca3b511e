import { inPhases } from "./in-phases.js";
import { defineRule } from "./rule.js";
import { isPlain } from "./steps.js";

/** A required column without a value for the rows that already exist. */
export default defineRule({
  id: "add-column-not-null",
  on: "addColumn",
  summary: "Adds a required column in phases instead of one failing statement",
  examples: {
    unsafe: [`ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;`],
    safe: [
      `ALTER TABLE "User" ADD COLUMN "handle" TEXT;`,
      `ALTER TABLE "User" ADD COLUMN "role" TEXT NOT NULL DEFAULT 'member';`,
      `ALTER TABLE "User" ADD COLUMN "joinedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;`,
      `CREATE TABLE "Team" ("id" TEXT NOT NULL); ALTER TABLE "Team" ADD COLUMN "name" TEXT NOT NULL;`,
    ],
  },
  background: `PostgreSQL refuses \`ADD COLUMN … NOT NULL\` without a default as soon as the table has one row. Written by hand as
"add, UPDATE, SET NOT NULL" it locks every row for the length of the UPDATE and the whole table for a scan, and application
versions that do not know the column can no longer insert.

Instead the column is added as nullable together with a trigger that fills it (milliseconds), existing rows are filled in small
batches outside of any deployment, and NOT NULL is set last, on a check that was proved while reads and writes went on.
MySQL and MariaDB do not refuse it: they put \`''\`, \`0\` or \`0000-00-00\` into every row, in an instant and without a warning. There
NOT NULL is set last by \`MODIFY … NOT NULL, ALGORITHM=INPLACE, LOCK=NONE\`: the table is written again while reads and writes go on.

A constant default, or one that is evaluated once such as now(), is stored in the catalogue by PostgreSQL 11 and later: it passes
as it stands, unless an annotation says that rows which exist shall have another value.`,

  detect({ column, table }, context) {
    if (!column.notNull || !isPlain(column) || column.isSerial || column.defaultSql !== undefined) return undefined;
    if (context.createdInThisChange(table)) return undefined;
    const rows = context.judging.capabilities.hasImplicitDefaults
      ? `"${table.name}" may have rows: they get an empty value that nobody chose, without a word`
      : `"${table.name}" may have rows: then the statement fails`;
    return `${rows}, and running code that does not know "${column.name}" can no longer insert.`;
  },

  columns: ({ table, column }) => [{ table, column: column.name }],

  rewrite: (_operation, columns) => inPhases(columns),
});
