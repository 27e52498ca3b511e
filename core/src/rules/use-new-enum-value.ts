import { defineRule } from "./rule.js";
import { addColumn, isPlain } from "./steps.js";

/** A statement that uses an enum value which the same transaction adds. For a column with such a default, a plan rewrites it. */
export default defineRule({
  id: "use-new-enum-value",
  severity: "error",
  summary: "Uses an enum value in the transaction that adds it, so the migration fails",
  on: "every",
  claims: (concern) => concern.kind === "fails-in-transaction" && concern.why === "new-enum-value",
  safer: () => ({ words: "use the value in a later migration" }),

  consequence(operation, { concerns }, { judging }) {
    const [concern] = concerns;
    if (operation.kind !== "addColumn" || !isPlain(operation.column)) return undefined;
    if (concern?.kind !== "fails-in-transaction" || concern.type === undefined || concern.value === undefined)
      return undefined;
    return `The migration fails: PostgreSQL rejects ${judging.quote.literal(concern.value)} in the transaction that adds it to the enum "${concern.type.name}".`;
  },
  columns: (operation) =>
    operation.kind === "addColumn" ? [{ table: operation.table, column: operation.column.name }] : [],
  rewrite: (_operation, columns) => ({ expand: columns.map(addColumn) }),

  examples: {
    unsafe: [
      `BEGIN; ALTER TYPE "Role" ADD VALUE 'GUEST'; ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'GUEST'; COMMIT;`,
    ],
    rewritten: [
      `ALTER TYPE "Role" ADD VALUE 'GUEST'; ALTER TABLE "User" ADD COLUMN "role" "Role" NOT NULL DEFAULT 'GUEST';`,
      // The form that TypeORM writes.
      `ALTER TABLE "User" ADD COLUMN "role" "Role" NOT NULL DEFAULT 'GUEST'; ALTER TYPE "Role" ADD VALUE 'GUEST';`,
    ],
    safe: [
      `ALTER TYPE "Role" ADD VALUE 'GUEST';`,
      `ALTER TYPE "Role" ADD VALUE 'GUEST'; ALTER TABLE "User" ADD COLUMN "role" "Role" NOT NULL DEFAULT 'MEMBER';`,
      `CREATE TYPE "Role" AS ENUM ('GUEST'); ALTER TABLE "User" ADD COLUMN "role" "Role" NOT NULL DEFAULT 'GUEST';`,
    ],
  },
  background: `PostgreSQL rejects a new enum value ("unsafe use of new value") until the transaction that adds it is committed, and a migration file
is often one transaction. If a later statement adds the value of a column's default, the migration fails everywhere. Values of a type
that the same transaction creates are fine.`,
  instead: `If the value is the default of a new column, a plan changes the type in one file and adds the column in the next. The default is
constant: existing rows get it from the catalog, without a rewrite. MySQL and MariaDB have no such limit.`,
});
