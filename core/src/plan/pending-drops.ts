import {
  type DroppedColumn,
  isSameTable,
  type Migration,
  type Operation,
  operationsIn,
  operationsOfKind,
  type Plan,
} from "../model/index.js";

/** The columns that plans drop in a later phase. The models no longer declare them, so an ORM repeats their drop in every migration. */
export function pendingDrops(plans: readonly Plan[]): readonly DroppedColumn[] {
  return plans.flatMap(({ droppedColumns = [], state }) =>
    state.released === "contract" || state.released === "undone" ? [] : droppedColumns,
  );
}

/** The operations that drop one of the columns, or an index that goes with it. One that is added again is another change. */
export function pendingIn(operations: readonly Operation[], columns: readonly DroppedColumn[]): ReadonlySet<Operation> {
  const added = operationsOfKind(operations, "addColumn");
  const isPending = (operation: Operation) => {
    if (operation.kind === "dropIndex")
      return columns.some(({ indexes = [] }) => indexes.includes(operation.name.name));
    if (operation.kind !== "dropColumn") return false;
    const { table, column } = operation;
    const isOf = (of: DroppedColumn["table"], name: string) => name === column && isSameTable(of, table);
    return (
      columns.some((each) => isOf(each.table, each.name)) && !added.some((add) => isOf(add.table, add.column.name))
    );
  };
  return new Set(operations.filter(isPending));
}

/** The text of a migration without some of its operations. Statements without any keep their bytes. */
export function textWithout(migration: Migration, gone: ReadonlySet<Operation>): string {
  const statements = migration.statements.map((statement) => {
    const operations = operationsIn(migration, statement.index);
    const left = operations.filter((operation) => !gone.has(operation));
    if (left.length === operations.length) return statement.full;
    const [first] = operations;
    if (left.length === 0 || first === undefined) return "";
    const head = statement.sql.slice(0, statement.sql.indexOf(first.sql));
    const comments = statement.full.slice(0, statement.full.lastIndexOf(statement.sql));
    return `${comments}${head}${left.map(({ sql }) => sql).join(",\n")};`;
  });
  const text = [...statements, migration.tail].join("");
  return statements.every((each) => each.trim() === "") ? "" : `${text.trim()}\n`;
}
