import type { ColumnSource } from "../model/index.js";
import { inPhases } from "./in-phases.js";
import { defineRule } from "./rule.js";

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
    if (operation.kind !== "setNotNull" || !context.judging.capabilities.hasNotValidChecks) return undefined;
    const { table, column } = operation;
    if (context.createdInThisChange(table) || context.addedColumn(table, column) !== undefined) return undefined;
    if (context.formerColumn !== undefined && context.formerColumn(table, column) === undefined) return undefined;
    const isFilled = isFilledBySource(context.source(table, column));
    if ((context.isSmall(table) && !isFilled) || !concerns.some(({ kind }) => kind === "scans")) return undefined;
    return `All rows of "${table.name}" are read under a lock that blocks reads and writes.${isFilled ? " Running code may still write rows without a value." : ""}`;
  },
  columns(operation, context) {
    if (operation.kind !== "setNotNull") return [];
    const { table, column } = operation;
    const source = context.source(table, column);
    return source !== undefined && source.skip === undefined ? [{ table, column }] : [];
  },
  rewrite(operation, planned, context) {
    if (operation.kind !== "setNotNull") return {};
    if (planned.length > 0) return inPhases(planned);
    const { table, column: name } = operation;
    const { type = "" } = context.formerColumn?.(table, name) ?? {};
    const hasChildren = context.descendantsOf(table) === "children" ? { hasChildren: true as const } : {};
    const on = { table, columns: [{ name, type }], isExisting: true as const, ...hasChildren };
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
before each deployment ([LS6003](../errors/LS6003.md)). Contract adds a check as NOT VALID and validates it while reads and writes
continue. Then it makes the column required without a scan, and drops the check. If no model maps the column, the plan has one phase.`,
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

/** The model has a value for rows that have none. */
function isFilledBySource(source: ColumnSource | undefined): boolean {
  return source?.skip === undefined && (source?.fill !== undefined || source?.compute !== undefined);
}
