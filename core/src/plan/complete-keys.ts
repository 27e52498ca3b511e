import { isSameTable, type Migration, type Operation, type OperationOf, type TableName } from "../model/index.js";
import { madeTables } from "../sql/verdicts/made-tables.js";
import type { PlanSources, ReadSources } from "./sources.js";

type Key = OperationOf<"addForeignKey" | "addUnique" | "addCheck">;

/**
 * Completes keys on new columns, and checks that reject their NULL, as PostgreSQL would: with a name, and with the columns that a foreign
 * key refers to. A plan adds and proves them in two steps, so it needs both. The text stays unchanged. What cannot be determined stays
 * open.
 */
export async function completeKeys(
  migration: Migration,
  sources: Pick<ReadSources, "table" | "isTaken" | "sql">,
): Promise<Migration> {
  const { nameOf } = sources.sql;
  if (nameOf === undefined) return migration;
  const { operations } = migration;
  const made = madeTables(operations);
  const isMade = (table: TableName) => made.some((each) => isSameTable(each, table));
  const isNew = (key: Key) =>
    !isMade(key.table) &&
    operations.some(
      (each) =>
        each.kind === "addColumn" && isSameTable(each.table, key.table) && columnsOf(key).includes(each.column.name),
    );
  const completed: Operation[] = [];
  for (const operation of operations) {
    const isKey =
      operation.kind === "addForeignKey" ||
      operation.kind === "addUnique" ||
      // Any other check stays one statement and needs no name.
      (operation.kind === "addCheck" && operation.refusesNull !== undefined);
    if (!isKey || !isNew(operation)) {
      completed.push(operation);
      continue;
    }
    const name = operation.name ?? (await freeName(operation, completed, sources, nameOf));
    completed.push(
      operation.kind !== "addForeignKey" || operation.referencedColumns.length > 0
        ? { ...operation, name }
        : { ...operation, name, referencedColumns: await primaryKey(operation.references, operations, sources) },
    );
  }
  return { ...migration, operations: completed };
}

/** The name that PostgreSQL chooses if the first is taken in the schema (ChooseConstraintName and ChooseRelationName). */
async function freeName(
  operation: Key,
  before: readonly Operation[],
  { isTaken = async () => false }: Pick<PlanSources, "isTaken">,
  nameOf: NonNullable<ReadSources["sql"]["nameOf"]>,
): Promise<string> {
  const { kind, table } = operation;
  const label = { addForeignKey: "fkey", addUnique: "key", addCheck: "check" }[kind];
  const read = columnsOf(operation);
  const columns = kind === "addCheck" && read.length !== 1 ? [] : read;
  for (let pass = 0; ; pass++) {
    const name = nameOf(table, columns, `${label}${pass === 0 ? "" : pass}`);
    const isOwn = before.some((each) => "name" in each && each.name === name);
    if (!isOwn && !(await isTaken(table, name, kind === "addUnique"))) return name;
  }
}

function columnsOf(key: Key): readonly string[] {
  return key.kind === "addCheck" ? key.reads : key.columns;
}

async function primaryKey(
  table: TableName,
  operations: readonly Operation[],
  sources: Pick<PlanSources, "table">,
): Promise<readonly string[]> {
  for (const each of operations)
    if (each.kind === "createTable" && isSameTable(each.table, table) && !each.ifNotExists) return each.primaryKey;
  return (await sources.table(table)).primaryKey ?? [];
}
