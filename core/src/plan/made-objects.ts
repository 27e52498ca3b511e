import { checkingOf } from "../databases/checking-of.js";
import { flattened, isSameTable, type Operation, type Plan, type TableName } from "../model/index.js";

/** A constraint or an index that a plan's migration creates. */
export interface MadeObject {
  readonly kind: "index" | "unique" | "primary-key" | "foreign-key" | "check";
  readonly table: TableName;
  /** Absent: the server names it. */
  readonly name?: string | undefined;
  readonly columns: readonly string[];
  /** Of a foreign key. */
  readonly references?: { readonly table: TableName; readonly columns: readonly string[] };
  readonly sql: string;
}

/** The objects that a plan creates besides its columns, by the statements of its migration and its units. */
export async function madeBy({ dialect, id, source, units }: Plan): Promise<readonly MadeObject[]> {
  // A text that this version cannot parse is no reason to fail: the plan's own check compares it.
  const { read } = (await checkingOf(dialect))!;
  return [...flattened(read(source.sql, id).operations).flatMap(madeByOperation), ...madeByUnits({ units })];
}

/** The indexes and foreign keys that its units create. */
export function madeByUnits({ units }: Pick<Plan, "units">): readonly MadeObject[] {
  return units.flatMap(({ spec }): MadeObject[] => {
    if (spec.kind === "create-index" || spec.kind === "attach-unique") {
      const { name, isUnique, columns } = spec.index;
      return [{ kind: isUnique ? "unique" : "index", table: spec.table, name, columns, sql: "" }];
    }
    if (spec.kind !== "add-foreign-key") return [];
    const { name, columns, references, referencedColumns } = spec.foreignKey;
    const to = { table: references, columns: referencedColumns };
    return [{ kind: "foreign-key", table: spec.table, name, columns, references: to, sql: "" }];
  });
}

/** Whether these include an object: compares names or, if one of them has none, columns. */
export function isMade(
  made: readonly MadeObject[],
  { kind, table, name, columns }: Omit<MadeObject, "kind" | "sql"> & { readonly kind?: MadeObject["kind"] },
): boolean {
  return made.some((each) => {
    if (!isSameTable(each.table, table)) return false;
    if (name !== undefined && each.name !== undefined) return name === each.name;
    return (kind === undefined || kind === each.kind) && each.columns.join() === columns.join();
  });
}

function madeByOperation(operation: Operation): MadeObject[] {
  const { sql } = operation;
  switch (operation.kind) {
    case "createIndex": {
      const { table, name, isUnique, columns, reads } = operation;
      return [{ kind: isUnique ? "unique" : "index", table, name, columns: columns ?? reads, sql }];
    }
    case "addUnique":
      return [{ ...operation, kind: "unique", sql }];
    case "addPrimaryKey":
      return [{ ...operation, kind: "primary-key", sql }];
    case "addForeignKey": {
      const { table, name, columns, references, referencedColumns } = operation;
      return [
        {
          kind: "foreign-key",
          table,
          name,
          columns,
          references: { table: references, columns: referencedColumns },
          sql,
        },
      ];
    }
    case "addCheck":
    case "addExclusion":
      return [{ ...operation, kind: "check", columns: operation.reads, sql }];
    case "addColumn": {
      const { table, column } = operation;
      const inline = (kind: MadeObject["kind"], isThere: boolean): MadeObject[] =>
        isThere ? [{ kind, table, columns: [column.name], sql }] : [];
      return [
        ...inline("unique", column.isUnique),
        ...inline("foreign-key", column.references !== undefined),
        ...inline("check", column.checks.length > 0),
      ];
    }
    case "createTable":
      return operation.constraints.map(({ kind, name, columns, reads }) => ({
        kind: kind === "primary" ? "primary-key" : kind === "exclusion" ? "check" : kind,
        table: operation.table,
        name,
        columns: reads ?? columns,
        sql,
      }));
    default:
      return [];
  }
}
