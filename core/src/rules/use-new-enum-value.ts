import { type ColumnDeclaration, type OperationOf, operationsOfKind, userTypeText } from "../model/index.js";
import { hasEnumValue } from "../sql/enum-value.js";
import { defineRule, type RuleContext } from "./rule.js";
import { addColumn, isPlain } from "./steps.js";

/** A column whose default is an enum value that the same change adds. */
export default defineRule({
  id: "use-new-enum-value",
  on: "addColumn",
  summary: "Uses a new enum value in a file of its own, after the one that adds it",
  examples: {
    unsafe: [
      `ALTER TYPE "Role" ADD VALUE 'GUEST'; ALTER TABLE "User" ADD COLUMN "role" "Role" NOT NULL DEFAULT 'GUEST';`,
    ],
    safe: [
      `ALTER TYPE "Role" ADD VALUE 'GUEST'; ALTER TABLE "User" ADD COLUMN "role" "Role" NOT NULL DEFAULT 'MEMBER';`,
      `CREATE TYPE "Role" AS ENUM ('GUEST'); ALTER TABLE "User" ADD COLUMN "role" "Role" NOT NULL DEFAULT 'GUEST';`,
    ],
  },
  background: `PostgreSQL refuses to use an enum value in the transaction that adds it ("unsafe use of new value"), and a migration file is
one transaction as a rule. So the type is changed in one file, and the column with the default comes in the next. The default is
constant: rows that exist get it from the catalogue, nothing is rewritten. MySQL and MariaDB have no such limit.`,

  detect({ column, table }, context) {
    if (!isPlain(column) || context.createdInThisChange(table)) return undefined;
    const added = newValueIn(column, context);
    if (added === undefined) return undefined;
    return `PostgreSQL refuses to use ${context.judging.quote.literal(added.value)} in the transaction that adds it to the enum "${added.name.name}": the migration fails.`;
  },

  columns: ({ table, column }) => [{ table, column: column.name }],

  rewrite: (_operation, columns) => ({ expand: columns.map(addColumn) }),
});

function newValueIn(
  column: ColumnDeclaration,
  { operations, judging }: RuleContext,
): OperationOf<"addEnumValue"> | undefined {
  return operationsOfKind(operations, "addEnumValue").find(
    (operation) =>
      userTypeText(operation.name) === column.type.replace(/\[\]$/, "") &&
      column.defaultSql !== undefined &&
      hasEnumValue(column.defaultSql, operation.value, judging.quote.literal),
  );
}
