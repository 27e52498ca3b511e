import { inPhases, withoutCreate } from "./in-phases.js";
import { defineRule } from "./rule.js";
import { isPlain } from "./steps.js";

/** A required column without a value for existing rows. */
export default defineRule({
  id: "add-column-not-null",
  severity: "error",
  summary: "Adds a required column without a value for existing rows",
  on: ["addColumn"],
  claims: (concern) =>
    concern.kind === "breaks-inserts" ||
    concern.kind === "fills-silently" ||
    (concern.kind === "fails-on-rows" && concern.why === "any-row"),
  safer: () => ({
    words: "add it as nullable, write it in the code, fill the rows in batches, then make it required",
  }),

  consequence({ column, table }, { concerns }, context) {
    if (concerns.length === 0 || !isPlain(column)) return undefined;
    const rows = concerns.some(({ kind }) => kind === "fills-silently")
      ? `Existing rows of "${table.name}" silently get an empty value.`
      : `The statement fails if "${table.name}" has rows.`;
    return `${rows} Running code that omits "${column.name}" can no longer insert rows.${withoutCreate(table, column.name, column.defaultSql !== undefined, context)}`;
  },
  columns: ({ table, column }) => [{ table, column: column.name }],
  rewrite: (_operation, columns) => inPhases(columns),

  examples: {
    rewritten: [`ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;`],
    safe: [
      `ALTER TABLE "User" ADD COLUMN "handle" TEXT;`,
      `ALTER TABLE "User" ADD COLUMN "role" TEXT NOT NULL DEFAULT 'member';`,
      `ALTER TABLE "User" ADD COLUMN "joinedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;`,
      `CREATE TABLE "Team" ("id" TEXT NOT NULL); ALTER TABLE "Team" ADD COLUMN "name" TEXT NOT NULL;`,
    ],
  },
  background: `PostgreSQL rejects the statement if the table has a row. On an empty table it succeeds, but INSERTs of running code that
omits the column then fail. If you write "add, UPDATE, SET NOT NULL" by hand, the UPDATE locks every row until it ends, and SET NOT
NULL locks the whole table for a scan.

PostgreSQL 11 and later store a constant default, or one that they evaluate once such as now(), in the catalog. Such a column passes
unchanged, unless an annotation gives existing rows another value.`,
  instead: `A plan, also one from \`lockstep rewrite\`, has four phases and edits the code:

- It adds the column as nullable, with a trigger that fills it. That takes milliseconds.
- It fills existing rows in small batches, outside any deployment.
- It sets NOT NULL last, after PostgreSQL validated a check while reads and writes continued.`,
  mysql: {
    background: `Existing rows silently get '' or 0, the first value of an ENUM, or on MariaDB '0000-00-00'. MySQL rejects a DATE, DATETIME or
TIMESTAMP. Running code that omits the column can no longer insert rows. A plan sets NOT NULL last with \`MODIFY … NOT NULL, ALGORITHM=INPLACE, LOCK=NONE\`, which
rebuilds the table while reads and writes continue.`,
    unsafe: ["ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NOT NULL;"],
    safe: ["ALTER TABLE `User` ADD COLUMN `role` VARCHAR(191) NOT NULL DEFAULT 'member';"],
  },
});
