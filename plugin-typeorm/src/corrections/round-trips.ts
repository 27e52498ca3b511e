import { isSameTable, type Operation, type OperationOf, type TableName } from "@lockstep/core";
import { isSeparable, type Line, operationsOf, replaced } from "./draft.js";

type Dropping = OperationOf<"dropConstraint" | "dropIndex">;
type Adding = OperationOf<
  "addUnique" | "addForeignKey" | "addPrimaryKey" | "addCheck" | "addExclusion" | "createIndex"
>;

/**
 * The change without what it drops and adds again unchanged: TypeORM does so with the foreign keys and composite indexes of every column
 * that it changes, and PostgreSQL would check all rows for it under a lock. What it adds and drops again is removed as well.
 *
 * @param opposite the statements that revert the change: they add what existed before
 * @returns `kept`: what stays, as `foreign key "FK_1"`
 */
export function withoutRoundTrips(
  lines: readonly Line[],
  opposite: readonly Operation[],
): { readonly lines: Line[]; readonly kept: readonly string[] } {
  const operations = operationsOf(lines);
  const dropped = operations.filter((operation) => operation.kind === "dropColumn");
  const gone = new Map<Operation, readonly string[]>();
  const kept: string[] = [];
  for (const events of eventsOf(operations)) {
    const [first, last] = [events[0], events.at(-1)];
    if (first === undefined || last === undefined || !events.every((event) => isSeparable(event, lines))) continue;
    const isBack = isDropping(first) && !isDropping(last) && isUnchanged(last, opposite) && !losesColumn(last, dropped);
    const isPassing = !isDropping(first) && isDropping(last);
    if (!isBack && !isPassing) continue;
    for (const event of events) gone.set(event, []);
    if (!isDropping(last)) kept.push(`${words[last.kind]} "${last.name}"`);
  }
  return { lines: replaced(lines, gone), kept };
}

const words: Readonly<Record<Adding["kind"], string>> = {
  addUnique: "unique constraint",
  addForeignKey: "foreign key",
  addPrimaryKey: "primary key",
  addCheck: "check",
  addExclusion: "exclusion constraint",
  createIndex: "index",
};

/** The operations on each constraint and index that the change names, in order. */
function eventsOf(operations: readonly Operation[]): (Dropping | Adding)[][] {
  const events: (Dropping | Adding)[][] = [];
  for (const operation of operations) {
    if (!isDropping(operation) && !isAdding(operation)) continue;
    const own = events.find(([first]) => first !== undefined && isSameObject(first, operation));
    if (own === undefined) events.push([operation]);
    else own.push(operation);
  }
  return events;
}

function isDropping(operation: Operation): operation is Dropping {
  return operation.kind === "dropConstraint" || operation.kind === "dropIndex";
}

function isAdding(operation: Operation): operation is Adding {
  return operation.kind in words;
}

function isSameObject(one: Dropping | Adding, other: Dropping | Adding): boolean {
  if (isIndex(one) !== isIndex(other) || nameOf(one) === undefined || nameOf(one) !== nameOf(other)) return false;
  const [table, otherTable] = [tableOf(one), tableOf(other)];
  if (table !== undefined && otherTable !== undefined) return isSameTable(table, otherTable);
  // DROP INDEX names the schema and no table, CREATE INDEX the table, with a schema only if that is not the default one.
  const [a, b] = [schemaOf(one), schemaOf(other)];
  return a === undefined || b === undefined || a === b;
}

function tableOf(operation: Dropping | Adding): TableName | undefined {
  return operation.kind === "dropIndex" ? operation.onTable : operation.table;
}

function isIndex({ kind }: Dropping | Adding): boolean {
  return kind === "dropIndex" || kind === "createIndex";
}

function nameOf(operation: Dropping | Adding): string | undefined {
  return operation.kind === "dropIndex" ? operation.name.name : operation.name;
}

function schemaOf(operation: Dropping | Adding): string | undefined {
  return operation.kind === "dropIndex" ? operation.name.schema : operation.table.schema;
}

/** Whether the added object equals the dropped one. The ORM identifies indexes by their columns in any order, and checks by their name. */
function isUnchanged(added: Adding, opposite: readonly Operation[]): boolean {
  const former = opposite.find(
    (other): other is Adding => isAdding(other) && other.kind === added.kind && isSameObject(other, added),
  );
  return former !== undefined && essence(former) === essence(added);
}

function essence(operation: Adding): string {
  switch (operation.kind) {
    case "addUnique":
      // TypeORM does not read from the database whether it is deferrable.
      return JSON.stringify([operation.columns.toSorted(), operation.hasOther]);
    case "addPrimaryKey":
      return JSON.stringify(operation.columns.toSorted());
    case "createIndex":
      return JSON.stringify([operation.isUnique, operation.method, operation.reads.toSorted()]);
    case "addForeignKey": {
      const { columns, references, referencedColumns, onUpdate, onDelete, deferrable, isMatchFull } = operation;
      return JSON.stringify([columns, references, referencedColumns, onUpdate, onDelete, deferrable, isMatchFull]);
    }
    case "addCheck":
    case "addExclusion":
      return operation.kind;
    default:
      return operation satisfies never;
  }
}

/** Dropping a column also drops it, whether or not the change contains that. */
function losesColumn(operation: Adding, dropped: readonly OperationOf<"dropColumn">[]): boolean {
  const isDropped = (table: TableName, column: string) =>
    dropped.some((drop) => drop.column === column && isSameTable(drop.table, table));
  const own = "columns" in operation ? operation.columns : undefined;
  const columns = "reads" in operation ? operation.reads : (own ?? []);
  if (columns.some((column) => isDropped(operation.table, column))) return true;
  return (
    operation.kind === "addForeignKey" &&
    operation.referencedColumns.some((column) => isDropped(operation.references, column))
  );
}
