import { defineRule } from "./rule.js";
import { addColumn, isPlain } from "./steps.js";

/** A statement that uses an enum value which its transaction adds: of a column with such a default a plan is made. */
export default defineRule({
  id: "use-new-enum-value",
  severity: "error",
  summary: "Uses an enum value in the transaction that adds it: the migration fails",
  on: "every",
  claims: (concern) => concern.kind === "fails-in-transaction" && concern.why === "new-enum-value",
  safer: () => ({ words: "use the value in a later migration" }),

  consequence(operation, { concerns }, { judging }) {
    const [concern] = concerns;
    if (operation.kind !== "addColumn" || !isPlain(operation.column)) return undefined;
    if (concern?.kind !== "fails-in-transaction" || concern.type === undefined || concern.value === undefined)
      return undefined;
    return `PostgreSQL refuses to use ${judging.quote.literal(concern.value)} in the transaction that adds it to the enum "${concern.type.name}": the migration fails.`;
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
      // As TypeORM writes it.
      `ALTER TABLE "User" ADD COLUMN "role" "Role" NOT NULL DEFAULT 'GUEST'; ALTER TYPE "Role" ADD VALUE 'GUEST';`,
    ],
    safe: [
      `ALTER TYPE "Role" ADD VALUE 'GUEST';`,
      `ALTER TYPE "Role" ADD VALUE 'GUEST'; ALTER TABLE "User" ADD COLUMN "role" "Role" NOT NULL DEFAULT 'MEMBER';`,
      `CREATE TYPE "Role" AS ENUM ('GUEST'); ALTER TABLE "User" ADD COLUMN "role" "Role" NOT NULL DEFAULT 'GUEST';`,
    ],
  },
  background: `PostgreSQL refuses to evaluate a value ("unsafe use of new value") before the transaction that adds it is committed, and a migration file
is often one transaction. A column whose default is a value that a later statement adds fails everywhere. The values of a type that
the same transaction creates are no problem.`,
  instead: `If the value is the default of a new column, a plan changes the type in one file and adds the column in the next. The default is
constant: existing rows get it from the catalog, and nothing is rewritten. MySQL and MariaDB have no such limit.`,
});
