import type { ColumnSource, Operation } from "../model/index.js";
import { inPhases, withoutCreate } from "./in-phases.js";
import { type ColumnRef, defineRule, type RuleContext } from "./rule.js";

/** A column that becomes required. First code writes it everywhere and rows get their values, then a proof makes it required without a scan. */

export default defineRule({
  id: "set-not-null",
  severity: "error",
  summary: "SET NOT NULL blocks reads and writes while PostgreSQL checks every row",
  on: ["setNotNull", "addNotNull", "redeclareColumn"],
  claims: (concern, { kind }) =>
    kind !== "redeclareColumn" || concern.kind === "fills-silently" || ("why" in concern && concern.why === "null"),
  isMechanical: true,
  safer: (operation, { quote }) => {
    const { table } = operation;
    const column = operation.kind === "redeclareColumn" ? operation.column.name : operation.column;
    // PostgreSQL 18 itself uses the name "…_not_null" for the constraint of NOT NULL.
    const [on, check] = [quote.table(table), quote.identifier(`${table.name}_${column}_is_not_null`)];
    return {
      words: "prove it with a check first, in separate migrations, so that PostgreSQL skips the scan",
      sql: [
        `ALTER TABLE ${on} ADD CONSTRAINT ${check} CHECK (${quote.identifier(column)} IS NOT NULL) NOT VALID`,
        `ALTER TABLE ${on} VALIDATE CONSTRAINT ${check}`,
        `ALTER TABLE ${on} ALTER COLUMN ${quote.identifier(column)} SET NOT NULL`,
        `ALTER TABLE ${on} DROP CONSTRAINT ${check}`,
      ],
    };
  },
  consequence(operation, { concerns }, context) {
    const required = becoming(operation, context);
    if (required === undefined) return undefined;
    const { table, column } = required;
    const isFilled = hasFill(context.source(table, column));
    const isScanned = concerns.some(({ kind }) => kind === "scans");
    if (operation.kind === "setNotNull" && !isScanned) return undefined;
    if (context.isSmall(table) && !isFilled) return undefined;
    const lock = isScanned ? `All rows of "${table.name}" are read under a lock that blocks reads and writes. ` : "";
    const hasDefault = context.formerColumn?.(table, column)?.hasDefault === true;
    return `${lock}Running code may still write rows without a value, and fails then.${withoutCreate(table, column, hasDefault, context)}`;
  },
  columns(operation, context) {
    const required = becoming(operation, context);
    return required === undefined || context.source(required.table, required.column) === undefined ? [] : [required];
  },
  rewrite(operation, planned, context) {
    if (planned.length > 0) return inPhases(planned);
    const required = becoming(operation, context);
    if (required === undefined) return {};
    const { table, column: name } = required;
    const { type = "", attributes } = context.formerColumn?.(table, name) ?? {};
    const hasChildren = context.descendantsOf(table) === "children" ? { hasChildren: true as const } : {};
    const defaultSql = operation.kind === "redeclareColumn" ? operation.column.defaultSql : undefined;
    const column = { name, type, ...attributes, ...(defaultSql === undefined ? {} : { defaultSql }) };
    const on = { table, columns: [column], isExisting: true as const, ...hasChildren };
    return {
      expand: [
        { kind: "ddl", unit: { kind: "prove", ...on } },
        { kind: "ddl", unit: { kind: "enforce", ...on } },
      ],
    };
  },
  instead: `The field stays optional until contract. Code writes the column wherever it creates rows, and code that may write NULL is listed: the
compiler names it. With \`@lockstep.backfill(<sql>)\` above the field, a backfill gives rows without a value one, in batches. There is
no trigger, so the values that code chooses stay. Without an annotation, rows without a value are counted when the change is planned and
before each deployment ([LS6003](../errors/LS6003.md)).

Contract adds a check as NOT VALID and validates it while reads and writes continue. Then it makes the column required without a scan,
and drops the check. On MySQL and MariaDB a query proves it, and the table is rebuilt while reads and writes continue. If no model maps
the column, the plan has one phase.`,
  examples: {
    rewritten: [`ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;`],
    safe: [`CREATE TABLE "User" ("name" TEXT); ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;`],
  },
  background: `PostgreSQL reads the whole table under an ACCESS EXCLUSIVE lock, unless a validated check already proves that no value is NULL. The migration fails if a value is NULL. Afterwards running code that still writes NULL fails.`,
  mysql: {
    background:
      "MODIFY … NOT NULL rebuilds the table while reads and writes continue, and fails if a value is NULL. MariaDB copies the table for a TIMESTAMP, and both copy it if it has a virtual column.",
    unsafe: ["ALTER TABLE `User` MODIFY `name` VARCHAR(191) NOT NULL;"],
    safe: ["CREATE TABLE `User` (`name` TEXT); ALTER TABLE `User` MODIFY `name` TEXT NOT NULL;"],
  },
});

/** The existing column that becomes required by a statement, and by nothing else that it changes; undefined: none. */
function becoming(operation: Operation, context: RuleContext): ColumnRef | undefined {
  if (operation.kind === "setNotNull") {
    const { table, column } = operation;
    if (!context.judging.capabilities.hasNotValidChecks || context.createdInThisChange(table)) return undefined;
    const isNew = context.addedColumn(table, column) !== undefined;
    const isUnknown = context.formerColumn !== undefined && context.formerColumn(table, column) === undefined;
    return isNew || isUnknown ? undefined : { table, column };
  }
  if (operation.kind !== "redeclareColumn") return undefined;
  const { table, formerName, column } = operation;
  const former = context.formerTable(table)?.column(formerName);
  if (former === undefined || former.notNull || !column.notNull || former.isGenerated) return undefined;
  const isSame =
    former.name === column.name &&
    former.type === column.type &&
    former.defaultSql === column.defaultSql &&
    operation.position === undefined;
  const { concerns } = context.judging.verdictOf(operation, context);
  return isSame && !concerns.some(({ kind }) => kind === "rewrites") ? { table, column: column.name } : undefined;
}

/** The model has a value for rows that have none. */
function hasFill(source: ColumnSource | undefined): boolean {
  return source?.skip === undefined && (source?.fill !== undefined || source?.compute !== undefined);
}
