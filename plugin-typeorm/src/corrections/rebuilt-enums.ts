import {
  hasEnumValue,
  isSameTable,
  type Operation,
  type OperationOf,
  quoteIdentifier,
  quoteLiteral,
  type TableName,
  userTypeText,
} from "@lockstep/core";

/** An enum that a change recreates: every row of its columns is rewritten. */
export interface RebuiltEnum {
  /** Its names before and after. */
  readonly from: TableName;
  readonly to: TableName;
  readonly values: readonly string[];
  readonly create: OperationOf<"createType">;
  readonly conversions: readonly OperationOf<"setType">[];
  /** The default is dropped for the conversion, and set again. */
  readonly defaults: readonly OperationOf<"setDefault">[];
  /** The statements that convert the columns, in order. */
  readonly statements: readonly OperationOf<"setType" | "setDefault">[];
  readonly drop: OperationOf<"dropType">;
  /** Everything that it consists of. */
  readonly operations: readonly Operation[];
}

/**
 * TypeORM renames the old type, creates the new one under its name, converts the column and drops the old one. To revert, it creates the
 * new one under a name of its own, and renames it last. If several columns share a type, it does so for each.
 */
export function rebuiltEnums(operations: readonly Operation[]): RebuiltEnum[] {
  // A rename between two of them ends one or begins the other, and looks alike: each belongs to one.
  const taken = new Set<Operation>();
  return operations.flatMap((create, at) => {
    if (create.kind !== "createType") return [];
    const end = operations.findIndex((other, place) => place > at && other.kind === "dropType");
    const drop = operations[end];
    if (drop?.kind !== "dropType") return [];
    const inside = operations.slice(at, end);
    const conversions = inside.filter((other) => other.kind === "setType").filter((each) => isConversion(each, create));
    const free = (other: Operation) => other.kind === "renameType" && !taken.has(other);
    const away = operations.slice(0, at).findLast(free);
    const into = operations.slice(at).find(free);
    const named = namesOf(away, into, create, drop);
    if (conversions.length === 0 || named === undefined || named.from.schema !== named.to.schema) return [];
    const { from, to, rename } = named;
    taken.add(rename);
    const defaults = inside
      .filter((other) => other.kind === "setDefault")
      .filter((each) => conversions.some((conversion) => isDefaultOf(each, conversion)));
    const statements = inside.filter(
      (each) => conversions.some((other) => other === each) || defaults.some((other) => other === each),
    ) as OperationOf<"setType" | "setDefault">[];
    const all = [rename, create, ...statements, drop];
    return [{ from, to, values: create.values, create, conversions, defaults, statements, drop, operations: all }];
  });
}

function namesOf(
  away: Operation | undefined,
  into: Operation | undefined,
  create: OperationOf<"createType">,
  drop: OperationOf<"dropType">,
) {
  if (away?.kind === "renameType" && isSameTable(renamed(away), drop.name))
    return { from: away.name, to: create.name, rename: away };
  if (into?.kind === "renameType" && isSameTable(into.name, create.name))
    return { from: drop.name, to: renamed(into), rename: into };
  return undefined;
}

function renamed({ name, newName }: OperationOf<"renameType">): TableName {
  return { ...name, name: newName };
}

/** Each value becomes the one of its name: `USING "status"::"text"::"public"."status_enum"`. */
function isConversion({ typeSql, type, column }: OperationOf<"setType">, { name }: OperationOf<"createType">): boolean {
  return (
    type.replace(/\[\]$/, "") === userTypeText(name) && typeSql.includes(` USING ${quoteIdentifier(column)}::"text"::`)
  );
}

export function isDefaultOf(operation: Operation, { table, column }: OperationOf<"setType">): boolean {
  return operation.kind === "setDefault" && operation.column === column && isSameTable(operation.table, table);
}

/**
 * The values of an enum before a change: the statements that revert it create it with them.
 *
 * @param opposite the operations that revert the change
 */
export function formerValues(name: TableName, opposite: readonly Operation[]): readonly string[] | undefined {
  const found = opposite.find((create, at) => {
    if (create.kind !== "createType") return false;
    const into = opposite
      .slice(at)
      .find((other) => other.kind === "renameType" && isSameTable(other.name, create.name));
    return isSameTable(into?.kind === "renameType" ? renamed(into) : create.name, name);
  });
  return found?.kind === "createType" ? found.values : undefined;
}

/** Whether a column is added with one of the values as its default: PostgreSQL must have the value by then. */
export function isAddedWith(operation: Operation, type: TableName, values: readonly string[]): boolean {
  if (operation.kind !== "addColumn" || operation.column.type.replace(/\[\]$/, "") !== userTypeText(type)) return false;
  const { defaultSql } = operation.column;
  return defaultSql !== undefined && values.some((value) => hasEnumValue(defaultSql, value, quoteLiteral));
}
