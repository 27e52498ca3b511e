import { isSameTable, type Operation, operationsOfKind, type Plan, type TableName } from "../model/index.js";
import type { NamedColumn } from "./follow-names.js";

/** A column by its database names. */
export type AddedColumn = Pick<NamedColumn, "table" | "name">;

/** The columns that a change adds to existing tables. */
export function addedColumns(operations: readonly Operation[]): readonly AddedColumn[] {
  const isNew = (table: TableName) =>
    operations.some((operation) => operation.kind === "createTable" && isSameTable(operation.table, table));
  return operations.flatMap((operation) =>
    operation.kind === "addColumn" && !isNew(operation.table)
      ? [{ table: operation.table, name: operation.column.name }]
      : [],
  );
}

/** An existing table whose columns a change adds, drops, renames or retypes. */
export interface ReshapedTable extends TableName {
  /** It gets a column. */
  readonly grows: boolean;
}

/** The existing tables whose columns a change adds, drops, renames or retypes. */
export function reshapedTables(operations: readonly Operation[]): readonly ReshapedTable[] {
  const made = operationsOfKind(operations, "createTable");
  const changes = operations.flatMap((operation) =>
    /^(?:addColumn|dropColumn|renameColumn|setType)$/.test(operation.kind) && "table" in operation ? [operation] : [],
  );
  const isOf = (table: TableName) => (change: (typeof changes)[number]) => isSameTable(change.table, table);
  return changes
    .filter(
      ({ table }, index) =>
        changes.findIndex(isOf(table)) === index && !made.some((each) => isSameTable(each.table, table)),
    )
    .map(({ table }) => ({
      ...table,
      grows: changes.filter(isOf(table)).some(({ kind }) => kind === "addColumn"),
    }));
}

/** The reshaped tables that a plan's code edits do not search for failing statements. */
export function unsearchedTables(
  reshaped: readonly ReshapedTable[],
  { columns, intents }: Plan,
): readonly ReshapedTable[] {
  const searched = columns.filter(
    ({ model, becomesRequired }) => !becomesRequired && intents.expand.some((intent) => intent.model === model),
  );
  return reshaped.filter((table) => !searched.some((column) => isSameTable(column.table, table)));
}

/** Whether a plan requires code changes for a column: for an optional unique column it does not. */
export function editsCodeOf({ columns, intents }: Plan, { table, name }: AddedColumn): boolean {
  const column = columns.find((each) => each.name === name && isSameTable(each.table, table));
  return Object.values(intents).some((each) =>
    each.some(({ model, field }) => model === column?.model && field === column.field),
  );
}

/** The column's names in the models; undefined if they do not contain it. */
export function declaredAs({ table, name }: AddedColumn, declared: readonly NamedColumn[]): NamedColumn | undefined {
  const exact = declared.find((each) => isSameTable(each.table, table) && each.name === name);
  if (exact !== undefined) return exact;
  // A naming strategy of the running data source may produce other names than the models' files show.
  const alike = declared.filter((each) => isAlike(each.table.name, table.name) && isAlike(each.name, name));
  return alike.length === 1 ? alike[0] : undefined;
}

function isAlike(one: string, other: string): boolean {
  const plain = (name: string) => name.replaceAll("_", "").toLowerCase();
  return plain(one) === plain(other);
}
