import {
  type Drop,
  isSameTable,
  type Migration,
  type Operation,
  operationsIn,
  operationsOfKind,
  type Plan,
} from "../model/index.js";

/** What plans drop in a later phase. The models no longer declare it, so an ORM repeats the drop in every migration. */
export function pendingDrops(plans: readonly Plan[]): readonly Drop[] {
  return plans.flatMap(({ drops = [], state }) =>
    state.released === "contract" || state.released === "undone" ? [] : drops,
  );
}

/** The operations that make one of the drops, or drop what goes with it. One whose object is added again is another change. */
export function pendingIn(operations: readonly Operation[], drops: readonly Drop[]): ReadonlySet<Operation> {
  const columns = operationsOfKind(operations, "addColumn");
  const tables = operationsOfKind(operations, "createTable");
  const isPending = (operation: Operation) => {
    switch (operation.kind) {
      case "dropColumn": {
        const { table, column } = operation;
        return (
          drops.some((drop) => drop.column === column && isSameTable(drop.table, table)) &&
          !columns.some((add) => add.column.name === column && isSameTable(add.table, table))
        );
      }
      case "dropTable": {
        const { table } = operation;
        return (
          drops.some((drop) => drop.column === undefined && isSameTable(drop.table, table)) &&
          !tables.some((made) => isSameTable(made.table, table))
        );
      }
      case "dropIndex":
        return drops.some(({ indexes = [] }) => indexes.includes(operation.name.name));
      case "dropType":
        return drops.some(({ types = [] }) => types.some((type) => type.name === operation.name.name));
      default:
        return false;
    }
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
