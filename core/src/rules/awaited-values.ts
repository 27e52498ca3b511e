import { named } from "../base/pattern-of.js";
import {
  isFilled,
  isSameTable,
  type Operation,
  type OperationOf,
  type PlannedColumn,
  type Step,
  type TableName,
} from "../model/index.js";
import { needsPhases } from "./in-phases.js";
import type { RuleContext } from "./rule.js";
import { gate, isPlain } from "./steps.js";

/** A new column whose rows are filled in phases. */
export interface AwaitedColumn {
  readonly table: TableName;
  readonly column: string;
}

const known = new WeakMap<RuleContext, ReadonlyMap<Operation, readonly AwaitedColumn[]>>();

/**
 * The columns whose values a statement needs: while they are NULL, it fails, or rejects writes of running code. Statements about an object
 * that such a statement creates need them too. Empty: it needs none, and expand runs it.
 *
 * @example CREATE UNIQUE INDEX "User_handle_key" ON "User" (coalesce("handle", ''));  // → "User"."handle"
 */
export function awaitedBy(operation: Operation, context: RuleContext): readonly AwaitedColumn[] {
  let found = known.get(context);
  if (found === undefined) {
    found = findAwaited(context);
    known.set(context, found);
  }
  return found.get(operation) ?? [];
}

/** Why the statement must wait, for the user. */
export function whyLater(awaited: readonly AwaitedColumn[]): string {
  const names = [...new Set(awaited.map(({ column }) => `"${column}"`))].join(", ");
  return `The backfill gives rows their ${names}. Before that, the statement fails or rejects rows from running code.`;
}

/** Contract's conditions for columns that stay optional: required columns have their own. */
export function lateGates(columns: readonly PlannedColumn[]): Step[] {
  return columns
    .filter((column) => isFilled(column) && !column.isRelaxed)
    .flatMap((column) => [gate("backfill-done", column), gate("writers-aware", column)]);
}

function findAwaited(context: RuleContext): ReadonlyMap<Operation, readonly AwaitedColumn[]> {
  const found = new Map<Operation, readonly AwaitedColumn[]>();
  for (const operation of context.operations) {
    const own = ownColumns(operation, context);
    const columns =
      own.length > 0 ? own : [...found].flatMap(([earlier, awaited]) => (isAbout(operation, earlier) ? awaited : []));
    if (columns.length > 0) found.set(operation, columns);
  }
  return found;
}

function ownColumns(operation: Operation, context: RuleContext): AwaitedColumn[] {
  const isAwaited = ({ table, column }: AwaitedColumn) => {
    const added = context.addedColumn(table, column);
    const isSkipped = context.source(table, column)?.skip !== undefined;
    return added !== undefined && !isSkipped && isPlain(added) && needsPhases(table, added, context);
  };
  if ("refusesNull" in operation && operation.refusesNull !== undefined)
    return operation.refusesNull.map((column) => ({ table: operation.table, column })).filter(isAwaited);
  // A replica identity only contains NOT NULL columns.
  if (operation.kind !== "form" || operation.index === undefined) return [];
  const [lock] = operation.locks;
  const index = context.operations.find(
    (each): each is UniqueKey =>
      isUniqueKey(each) && each.name === operation.index && isSameTable(each.table, lock!.table),
  );
  if (index === undefined) return [];
  return columnsOf(index)
    .map((column) => ({ table: index.table, column }))
    .filter((each) => isAwaited(each) && context.addedColumn(each.table, each.column)?.notNull === true);
}

type UniqueKey = OperationOf<"createIndex" | "addUnique">;

function isUniqueKey(operation: Operation): operation is UniqueKey {
  return operation.kind === "addUnique" || (operation.kind === "createIndex" && operation.isUnique);
}

function columnsOf(key: UniqueKey): readonly string[] {
  return key.columns ?? (key.kind === "createIndex" ? key.reads : []);
}

/** Operations on an index or a constraint that they name. */
const kindsByName: ReadonlySet<Operation["kind"]> = new Set([
  "addKeyOfIndex",
  "comment",
  "dropConstraint",
  "dropIndex",
  "form",
  "reindex",
  "validateConstraint",
]);

function isAbout(operation: Operation, made: Operation): boolean {
  if (operation.kind === "addForeignKey")
    return (
      isUniqueKey(made) &&
      isSameTable(operation.references, made.table) &&
      JSON.stringify([...operation.referencedColumns].sort()) === JSON.stringify([...columnsOf(made)].sort())
    );
  if (!kindsByName.has(operation.kind) || !("name" in made) || typeof made.name !== "string" || made.name === "")
    return false;
  return named(made.name).test(operation.sql);
}
