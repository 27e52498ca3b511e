import { type ColumnDeclaration, isFilled, type PlannedColumn, type Step, type TableName } from "../model/index.js";
import type { ColumnRef, Rewrite, RuleContext } from "./rule.js";
import { addColumn, edit, enforce, fillRows, gate, isPlain, prove } from "./steps.js";

/** The safe sequence for columns whose existing rows are filled. Columns without a fill are only added. */
export function inPhases(columns: readonly PlannedColumn[]): Rewrite {
  const rewrites = columns.map((column) =>
    column.isOutsideClient
      ? outsideClient(column)
      : column.becomesRequired
        ? existing(column)
        : column.isRelaxed
          ? required(column)
          : optional(column),
  );
  const steps = (phase: Exclude<keyof Rewrite, "isLater" | "isKept" | "isSplit">) =>
    rewrites.flatMap((rewrite) => rewrite[phase] ?? []);
  return { expand: steps("expand"), backfill: steps("backfill"), switch: steps("switch"), contract: steps("contract") };
}

/**
 * The column is optional until every row has its value: the trigger fills new rows, the backfill fills the others, and a proof makes it
 * required. Only the trigger writes a mirror, as long as possible: code writes it from switch on, because contract's migrations drop the
 * trigger before contract's code is deployed. Its value comes from the columns that it follows, so callers never send it.
 */
function required(column: PlannedColumn): Rewrite {
  const isMirror = column.fill?.kind === "mirror";
  const follows = isMirror ? [gate("mirror-agrees", column)] : [];
  const isTranslated =
    column.write.kind === "sql" && (column.fill?.reads.length ?? 0) > 0 && column.isConverted === undefined;
  return {
    expand: [
      addColumn(column),
      ...(isMirror ? [] : [edit("write", column)]),
      edit("keepFromReads", column),
      edit("completeFixtures", column),
      ...(isMirror ? [] : [edit("acceptInRequests", column)]),
    ],
    backfill: fillRows(column),
    switch: [
      gate("no-missing-values", column),
      ...follows,
      ...(isTranslated ? [gate("translation-agrees", column)] : []),
      ...(isMirror ? [inSwitch(edit("write", column))] : []),
      edit("read", column),
    ],
    contract: [
      gate("no-missing-values", column),
      ...follows,
      gate("writers-aware", column),
      gate("reads-steady", column),
      prove(column),
      enforce(column),
      edit("dropFallback", column),
      ...(isMirror ? [] : [edit("requireInRequests", column)]),
    ],
  };
}

/** Code reads the column already, so there is no switch: it writes a value everywhere before the database requires one. */
function existing(column: PlannedColumn): Rewrite {
  return {
    expand: [edit("write", column), edit("completeFixtures", column)],
    backfill: fillRows(column),
    contract: [gate("no-missing-values", column), gate("writers-aware", column), prove(column), enforce(column)],
  };
}

/** Only SQL reads and writes the column: no code to edit, and so no switch. */
function outsideClient(column: PlannedColumn): Rewrite {
  return {
    expand: column.becomesRequired ? [] : [addColumn(column)],
    backfill: fillRows(column),
    contract: column.isRelaxed
      ? [
          gate("no-missing-values", column),
          ...(column.fill?.kind === "mirror" ? [gate("mirror-agrees", column)] : []),
          gate("writers-aware", column),
          prove(column),
          enforce(column),
        ]
      : [],
  };
}

function inSwitch(step: Step): Step {
  return step.kind === "code" ? { ...step, intent: { ...step.intent, phase: "switch" } } : step;
}

/** Optional for good: code may choose NULL, so only one pass fills it, and only the ledger shows that the pass is complete. */
function optional(column: PlannedColumn): Rewrite {
  if (!isFilled(column)) return { expand: [addColumn(column)] };
  return {
    expand: [
      addColumn(column),
      edit("write", column),
      edit("keepFromReads", column),
      edit("completeFixtures", column),
      edit("acceptInRequests", column),
    ],
    backfill: fillRows(column),
    // Without a fallback: NULL is a valid value here.
    switch: [gate("backfill-done", column), edit("read", { ...column, write: { kind: "none" } })],
  };
}

/** Whether the change adds the column and fills its existing rows, whichever rule requires it. */
export function needsPhases(
  table: TableName,
  { name, notNull, defaultSql, isDefaultStored }: ColumnDeclaration,
  context: RuleContext,
) {
  if (defaultSql === undefined ? notNull : !isDefaultStored) return true;
  const { fill, compute } = context.source(table, name) ?? {};
  return fill !== undefined || (compute !== undefined && notNull);
}

/** The columns of an object that the change adds. */
export function addedRefs(table: TableName, columns: readonly string[], context: RuleContext): ColumnRef[] {
  return columns
    .filter((column) => context.addedColumn(table, column) !== undefined)
    .map((column) => ({ table, column }));
}

/** Their declarations; empty: the change adds none, or a unit cannot describe one of them. */
export function addedColumns(table: TableName, columns: readonly string[], context: RuleContext): ColumnDeclaration[] {
  const added = columns.flatMap((column) => context.addedColumn(table, column) ?? []);
  return added.every(isPlain) ? added : [];
}

/** Why a harmless object must be created with its columns; undefined: it need not. */
export function whyBesideFilled(
  what: string,
  table: TableName,
  added: readonly ColumnDeclaration[],
  context: RuleContext,
): string | undefined {
  return added.some((column) => needsPhases(table, column, context))
    ? `${what} uses a column that is filled in phases. It comes right after the column, while every value is NULL.`
    : undefined;
}

/** What it means for new rows that the ORM's client has no field for a column without a default. Begins with a space; empty for others. */
export function withoutCreate(table: TableName, column: string, hasDefault: boolean, context: RuleContext): string {
  if (hasDefault || context.source(table, column)?.isOutsideClient !== true) return "";
  return ` The ORM's client has no field for "${column}": after contract, only SQL can insert rows of "${table.name}". If the client inserts them, declare a default or keep the field optional.`;
}
