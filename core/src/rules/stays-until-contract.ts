import type { IndexFacts } from "../dialect/development.js";
import { type Drop, isSameTable, nameKey, type Operation, type OperationOf, operationsOfKind } from "../model/index.js";
import type { RuleContext } from "./rule.js";

type KeptDrop = OperationOf<"dropColumn"> | OperationOf<"dropTable">;

/** By a function that each context has of its own: every drop of a change asks. */
const known = new WeakMap<RuleContext["createdInThisChange"], ReadonlySet<Operation>>();

/**
 * What the change drops, and a plan keeps until no running code names it. Not what is made again. Not what no commit has, so that no running
 * code can name it.
 */
function keptDrops(context: RuleContext): ReadonlySet<Operation> {
  const { createdInThisChange: own } = context;
  const found = known.get(own) ?? new Set(dropsOf(context).filter((each) => isKept(each, context)));
  known.set(own, found);
  return found;
}

/** Without columns that are added again. */
function dropsOf({ operations }: RuleContext): readonly KeptDrop[] {
  const added = new Set(operationsOfKind(operations, "addColumn").map((add) => nameKey(add.table, add.column.name)));
  return [
    ...operationsOfKind(operations, "dropColumn").filter((drop) => !added.has(nameKey(drop.table, drop.column))),
    ...operationsOfKind(operations, "dropTable"),
  ];
}

function isKept(drop: KeptDrop, { createdInThisChange, formerColumn, isUncommitted }: RuleContext): boolean {
  const { table, sql } = drop;
  if (/\bCASCADE\b/i.test(sql) || createdInThisChange(table)) return false;
  if (drop.kind === "dropTable") return !isUncommitted(table.name);
  if (formerColumn !== undefined && formerColumn(table, drop.column)?.isBound !== false) return false;
  return !isUncommitted(drop.column);
}

/** Whether a plan keeps what an operation drops until contract. */
export function staysUntilContract(operation: Operation, context: RuleContext): boolean {
  return keptDrops(context).has(operation);
}

/** Whether a plan keeps something that the change drops until contract. */
export function keepsSome(context: RuleContext): boolean {
  return keptDrops(context).size > 0;
}

/** Whether an index goes with what the same change drops, and a plan keeps until contract. */
export function staysWithDrop({ name }: OperationOf<"dropIndex">, context: RuleContext): boolean {
  const index = context.formerIndex(name);
  return index !== undefined && [...keptDrops(context)].some((drop) => goesWith(index, drop as KeptDrop));
}

/** Whether an index is dropped with a column or a table. The index of a constraint is not: that is dropped by its own statement. */
export function goesWith({ table, columns, constraint }: IndexFacts, drop: Pick<Drop, "table" | "column">): boolean {
  const isOfTable =
    isSameTable(drop.table, table) || (drop.table.schema === undefined && drop.table.name === table.name);
  return constraint === undefined && isOfTable && (drop.column === undefined || columns.includes(drop.column));
}
