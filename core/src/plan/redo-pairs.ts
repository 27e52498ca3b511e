import { isSameTable, type Operation, type OperationOf, type TableName, type UnitSpec } from "../model/index.js";
import type { RuleContext } from "../rules/rule.js";

/** Whether one operation recreates what an earlier one dropped. */
export type IsPair = (gone: Operation, made: Operation, context: RuleContext) => boolean;

/** Everything in an explicit transaction belongs together. */
export const isTransaction: IsPair = (gone, made) =>
  gone.kind === "transaction" && gone.does === "begin" && made.kind === "transaction" && made.does !== "savepoint";

/** How similar the new object is to the dropped one. */
export function rankOf(gone: Operation, made: Operation, { formerIndex }: RuleContext): number {
  if (gone.kind !== "dropConstraint" && gone.kind !== "dropIndex") return 0;
  if (nameOf(gone) === nameOf(made)) return 4;
  const old = formerIndex(gone.kind === "dropIndex" ? gone.name : { ...gone.table, name: gone.name });
  const isUnique = made.kind === "addUnique" || (made.kind === "createIndex" && made.isUnique);
  const keys = made.kind === "createIndex" || made.kind === "addUnique" ? keysOf(made) : [];
  return (
    (old?.isUnique === isUnique ? 2 : 0) +
    ((gone.kind === "dropIndex") === (made.kind === "createIndex") ? 1 : 0) +
    (keys[0] === old?.columns[0] ? 0.5 : 0)
  );
}

/** The objects of a plan's unit that may replace a dropped one. */
export function madeBy(spec: UnitSpec): Operation[] {
  const base = { statement: -1, sql: "", line: 0 };
  if (spec.kind === "create-index") {
    const { columns, name, isUnique, method, constraint } = spec.index;
    if (constraint !== undefined)
      return [{ ...base, ...constraint, kind: "addUnique", table: spec.table, name, columns, hasOther: false }];
    return [
      {
        ...base,
        kind: "createIndex",
        table: spec.table,
        isConcurrent: true,
        name,
        isUnique,
        columns,
        reads: columns,
        method,
        definition: "",
      },
    ];
  }
  if (spec.kind !== "add-foreign-key") return [];
  return [{ ...base, ...spec.foreignKey, kind: "addForeignKey", table: spec.table, isValid: false, hasOther: false }];
}

/** Whether one operation recreates what another one dropped. */
export function redoes(gone: Operation, made: Operation, context: RuleContext): boolean {
  switch (gone.kind) {
    case "dropConstraint":
      return "table" in made && isSameTable(gone.table, made.table) && replacesConstraint(gone, made, context);
    case "dropIndex": {
      if (gone.isConcurrent || (made.kind !== "createIndex" && made.kind !== "addUnique")) return false;
      const old = context.formerIndex(gone.name);
      const table = gone.onTable ?? old?.table;
      if (made.name === gone.name.name) return table === undefined || table.name === made.table.name;
      return table?.name === made.table.name && share(old?.columns, keysOf(made));
    }
    case "setDefault":
      return (
        gone.defaultSql === undefined &&
        made.kind === "setDefault" &&
        made.defaultSql !== undefined &&
        made.column === gone.column &&
        isSameTable(made.table, gone.table)
      );
    case "dropNotNull":
      return made.kind === "setNotNull" && made.column === gone.column && isSameTable(made.table, gone.table);
    // A type that is renamed to free its name, until it is dropped.
    case "renameType":
      return made.kind === "dropType"
        ? made.name.name === gone.newName
        : made.kind === "createType" && made.name.name === gone.name.name;
    case "setType":
      return made.kind === "renameType" && gone.type.replace("[]", "").replaceAll('"', "").endsWith(made.name.name);
    case "dropView":
      return made.kind === "createView" && made.name.name === gone.name.name;
    case "form":
      return redoesForm(gone, made);
    default:
      return false;
  }
}

function replacesConstraint(gone: OperationOf<"dropConstraint">, made: Operation, context: RuleContext): boolean {
  const { table, name } = gone;
  const isSame = nameOf(made) === name;
  const key = context.foreignKeys(table)?.find((each) => each.name === name && isSameTable(each.table, table));
  const index = context.formerIndex({ ...table, name });
  switch (made.kind) {
    case "addForeignKey":
      return isSame || share(key?.columns, made.columns);
    case "addPrimaryKey":
      return isSame || index?.isPrimary === true;
    case "addUnique":
    case "createIndex":
      return isSame || (index?.isUnique === true && share(index.columns, keysOf(made)));
    case "addCheck":
      // Neither a key nor an index, according to the facts from the database.
      return isSame || (key === undefined && index === undefined && context.foreignKeys(table) !== undefined);
    case "addExclusion":
      return isSame || (index !== undefined && !index.isUnique);
    default:
      return false;
  }
}

function redoesForm({ what, gone, locks }: OperationOf<"form">, made: Operation): boolean {
  const isOn = (table: TableName | undefined) =>
    table !== undefined && locks.some((lock) => isSameTable(lock.table, table));
  if (what === "DROP TRIGGER") return made.kind === "createTrigger" && isOn(made.table);
  if (gone?.what === "function" && gone.newName === undefined)
    return made.kind === "createFunction" && made.name.name === gone.name.name;
  const maker = what === "DROP POLICY" ? "CreatePolicyStmt" : what === "DROP RULE" ? "RuleStmt" : undefined;
  return made.kind === "form" && made.what === maker && isOn(made.locks[0]?.table);
}

function keysOf({ columns, ...made }: OperationOf<"createIndex" | "addUnique">): readonly string[] {
  return columns ?? ("reads" in made ? made.reads : []);
}

function share(some: readonly string[] = [], others: readonly string[] = []): boolean {
  return some.some((name) => others.includes(name));
}

/** The name without its schema. */
export function nameOf(operation: Operation): string | undefined {
  if (!("name" in operation)) return undefined;
  return typeof operation.name === "object" ? operation.name.name : operation.name;
}
