import { strongestMode } from "../model/index.js";
import { inPhases } from "./in-phases.js";
import { defineRule } from "./rule.js";
import { isPlain } from "./steps.js";

/** A column with a default that the database evaluates for every row. */
export default defineRule({
  id: "add-column-volatile-default",
  severity: "error",
  summary: "Adds a column whose default differs from row to row, which rewrites the table",
  on: ["addColumn"],
  claims: (concern) =>
    (concern.kind === "rewrites" && (concern.why === "default" || concern.why === "storage")) ||
    concern.kind === "one-value",
  safer: () => ({
    words: "add the column without the default, set the default, then fill existing rows in batches",
  }),

  consequence({ column, table }, { concerns, locks }) {
    // MySQL and MariaDB may also rewrite a table for other reasons.
    if (concerns.length === 0 || column.isDefaultStored || !isPlain(column)) return undefined;
    if (concerns.some(({ kind }) => kind === "one-value"))
      return `The default ${column.defaultSql} is evaluated once: all existing rows of "${table.name}" get the same value.`;
    const waits = strongestMode({ locks }) === "ACCESS EXCLUSIVE" ? "reads and writes" : "writes";
    return `The default ${column.defaultSql} is evaluated for every row of "${table.name}": the statement rewrites the whole table and blocks ${waits}.`;
  },
  columns: ({ table, column }) => [{ table, column: column.name }],
  rewrite: (_operation, columns) => inPhases(columns),

  examples: {
    rewritten: [
      `ALTER TABLE "User" ADD COLUMN "token" UUID NOT NULL DEFAULT gen_random_uuid();`,
      `ALTER TABLE "User" ADD COLUMN "token" UUID DEFAULT gen_random_uuid();`,
    ],
    safe: [
      `ALTER TABLE "User" ADD COLUMN "token" UUID;`,
      `ALTER TABLE "User" ADD COLUMN "joined" TIMESTAMPTZ NOT NULL DEFAULT now();`,
      `CREATE TABLE "Team" ("id" TEXT NOT NULL); ALTER TABLE "Team" ADD COLUMN "token" UUID DEFAULT gen_random_uuid();`,
    ],
  },
  background: `PostgreSQL 11 and later store a default that they evaluate once (constants, now()) in the catalog. They evaluate a volatile one, such
as gen_random_uuid() or random(), for every row. \`ADD COLUMN … DEFAULT gen_random_uuid()\` therefore rewrites the whole table, and blocks
reads and writes meanwhile. (PostgreSQL's documentation: "Adding a Column".)`,
  instead: `A plan adds the column without the default and sets the default in a separate statement. From then on new rows get it, and existing
rows stay NULL. The backfill fills them with the same expression, in small batches. A required column becomes required last.
An optional one stays optional, and one pass fills it.

If Lockstep has no record of a function, it tests it on the development database. It adds the column to an empty temporary copy of the
table, in a transaction that it rolls back. If the same change creates the function, Lockstep cannot test it and treats it as volatile.`,
  mysql: {
    background: `Constants and CURRENT_TIMESTAMP take an instant. For \`(uuid())\` both copy the table and block writes (not MariaDB 11.2 and later). MySQL does so for any expression.
MariaDB evaluates \`(rand())\` once: all existing rows get the same value. A plan adds the column in an instant without its default, and
sets the default in a separate statement.`,
    unsafe: ["ALTER TABLE `User` ADD COLUMN `token` VARCHAR(36) NOT NULL DEFAULT (uuid());"],
    safe: ["ALTER TABLE `User` ADD COLUMN `joined` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3);"],
  },
});
