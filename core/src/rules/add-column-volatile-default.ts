import { strongestMode } from "../model/index.js";
import { inPhases } from "./in-phases.js";
import { defineRule } from "./rule.js";
import { isPlain } from "./steps.js";

/** A column with a default that the database evaluates for every row. */
export default defineRule({
  id: "add-column-volatile-default",
  severity: "error",
  summary: "Adds a column whose default differs from row to row: the table is written again",
  on: ["addColumn"],
  claims: (concern) =>
    (concern.kind === "rewrites" && (concern.why === "default" || concern.why === "storage")) ||
    concern.kind === "one-value",
  safer: () => ({
    words: "add the column without the default, set the default, then fill the rows that are there in batches",
  }),

  consequence({ column, table }, { concerns, locks }) {
    // On MySQL and MariaDB a table may be rewritten for other reasons, too.
    if (concerns.length === 0 || column.isDefaultStored || !isPlain(column)) return undefined;
    if (concerns.some(({ kind }) => kind === "one-value"))
      return `the default ${column.defaultSql} is evaluated once: all rows of "${table.name}" that exist get the same value.`;
    const waits = strongestMode({ locks }) === "ACCESS EXCLUSIVE" ? "read or write" : "write";
    return `the default ${column.defaultSql} is evaluated for every row of "${table.name}": the whole table is rewritten while nobody can ${waits} it.`;
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
  background: `PostgreSQL 11 and later store a default that they can evaluate once (constants, now()) in the catalog. They evaluate a volatile one, such
as gen_random_uuid() or random(), for every row: \`ADD COLUMN … DEFAULT gen_random_uuid()\` rewrites the whole table, and nobody can
read or write it meanwhile. (PostgreSQL's documentation: "Adding a Column".)`,
  instead: `A plan adds the column without the default and sets the default in a statement of its own. From then on new rows get it, and existing
rows stay NULL. The backfill gives them values from the same expression, in small batches. A required column becomes required last.
An optional one stays optional, and one pass fills it.

If Lockstep does not know a function, it tests it on the development database. It adds the column to an empty temporary copy of the
table, in a transaction that it rolls back. If the same change creates the function, this is not possible, and the function counts as
volatile.`,
  mysql: {
    background: `Constants and CURRENT_TIMESTAMP take an instant. For \`(uuid())\` both copy the table while writes wait (not MariaDB 11.2 and later), MySQL for any expression.
MariaDB evaluates \`(rand())\` once: all existing rows get the same value. In a plan both add the column in an instant without its default, and
set the default in a statement of its own.`,
    unsafe: ["ALTER TABLE `User` ADD COLUMN `token` VARCHAR(36) NOT NULL DEFAULT (uuid());"],
    safe: ["ALTER TABLE `User` ADD COLUMN `joined` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3);"],
  },
});
