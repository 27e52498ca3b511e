import {
  type AddedRemarks,
  isSameTable,
  LockstepError,
  type Operation,
  type OperationOf,
  type TableName,
  tableLabel,
} from "@lockstep/core";
import { knownColumns } from "./columns.js";
import type { Interception } from "./interception.js";
import type { LastCommit } from "./last-commit.js";
import { Migrated } from "./migrated.js";
import { executedMigrations } from "./pending.js";

/**
 * What of a change no edit of the entities explains. TypeORM compares them with the database as it is: what was made there by hand, by
 * `synchronize` or by the migrations of another branch looks like an edit. The project's migrations and its last commit tell them apart.
 *
 * @returns a word for each statement that is about such a thing and loses nothing
 * @throws LS9057 where a column would be lost that nothing of the project has made, or one is missing that a migration has made
 */
export async function findDisagreements(
  operations: readonly Operation[],
  about: Interception,
): Promise<readonly AddedRemarks[]> {
  const { dataSource } = about.call;
  const migrated = new Migrated(dataSource);
  let commit: Promise<LastCommit | undefined> | undefined;
  const lastCommit = () => {
    commit ??= import("./last-commit.js").then(({ LastCommit }) =>
      LastCommit.of(about.root, () => about.entityFiles(), knownColumns(dataSource)),
    );
    return commit;
  };
  const found: AddedRemarks[] = [];
  for (const operation of operations) {
    const { kind, line, sql } = operation;
    if (kind === "dropColumn" || kind === "renameColumn") {
      const { table, column } = operation;
      if (isMadeHere(operations, table, column)) continue;
      const last = await lastCommit();
      if (last?.had(table, column)) continue;
      if (migrated.isStranger(table, column)) throw await strangerError(operation, about);
      if (last === undefined || !operations.some((other) => isOfEdit(other, last))) continue;
      found.push({ line, sql, isBeside: true, remarks: [{ kind: "not-committed", column }] });
    }
    if (kind === "addColumn") {
      const { table, column } = operation;
      const maker = migrated.makerOf(table, column.name);
      if (maker === undefined || isDroppedHere(operations, table, column.name)) continue;
      const name = (await lastCommit())?.unchanged(table, column.name);
      if (name !== undefined) throw missingError(table, column.name, name, maker);
    }
    if (kind === "dropIndex" || kind === "dropConstraint") {
      const name = kind === "dropIndex" ? operation.name.name : operation.name;
      if (migrated.isStrangeName(name))
        found.push({
          line,
          sql,
          isBeside: true,
          remarks: [{ kind: "not-migrated" }],
        });
    }
    if (kind === "setType" || kind === "setNotNull" || kind === "dropNotNull" || kind === "setDefault") {
      const { table, column } = operation;
      if (isMadeHere(operations, table, column) || usesMadeType(operation, operations)) continue;
      // Who generates after the commit has edited nothing since: one other statement has to be of an edit.
      const last = operations.length > 1 ? await lastCommit() : undefined;
      const name = last?.unchanged(table, column);
      if (last === undefined || name === undefined || !operations.some((other) => isOfEdit(other, last))) continue;
      found.push({ line, sql, isBeside: false, remarks: [{ kind: "not-edited", name }] });
    }
  }
  return found;
}

/** What is said of a column that nothing of the project has made. */
export async function strangerError(
  {
    table,
    sql,
    ...operation
  }: Pick<OperationOf<"dropColumn" | "renameColumn">, "table" | "column" | "sql"> & { readonly newName?: string },
  { call }: Interception,
): Promise<LockstepError> {
  const column = `"${tableLabel(table)}"."${operation.column}"`;
  const names = new Set(call.dataSource.migrations.map((each) => each.name ?? each.constructor.name));
  const others = [...(await executedMigrations(call.dataSource))].filter((name) => !names.has(name));
  const { newName } = operation;
  const what =
    newName === undefined
      ? "TypeORM would drop it, with its values"
      : `TypeORM takes it for the former name of "${newName}"`;
  const elsewhere =
    others.length === 0
      ? ""
      : ` Migrations have run here that the project does not have (${others.slice(0, 5).join(", ")}): if one of them made it, revert it where that one is.`;
  return new LockstepError(
    "LS9057",
    `${column} is in the database, and neither a migration nor an entity of this project has it: ${what} (${sql.replace(/\s+/g, " ")}).`,
    {
      hint: `If it is to go, drop it as it was made: ALTER TABLE … DROP COLUMN. If it is to stay, declare it in its entity. Then generate again.${elsewhere}`,
      details: { column: operation.column, table: tableLabel(table), migrations: others },
    },
  );
}

function missingError(table: TableName, column: string, name: string, maker: string): LockstepError {
  return new LockstepError(
    "LS9057",
    `"${tableLabel(table)}" has no column "${column}", although migration ${maker} has run here and makes it, and ${name} is declared as in the last commit.`,
    {
      hint: "Bring the database back to what its migrations make: add the column by hand, or make the database anew and run them. Then generate again.",
      details: { column, table: tableLabel(table), migration: maker },
    },
  );
}

/** The change itself makes the column, or gives it that name for a while. */
function isMadeHere(operations: readonly Operation[], table: TableName, column: string): boolean {
  return operations.some(
    (other) =>
      (other.kind === "addColumn" && other.column.name === column && isSameTable(other.table, table)) ||
      (other.kind === "renameColumn" && other.newName === column && isSameTable(other.table, table)),
  );
}

function isDroppedHere(operations: readonly Operation[], table: TableName, column: string): boolean {
  return operations.some(
    (other) =>
      (other.kind === "dropColumn" || other.kind === "renameColumn") &&
      other.column === column &&
      isSameTable(other.table, table),
  );
}

/** The values of an enum stand wherever they stand. */
function usesMadeType(operation: Operation, operations: readonly Operation[]): boolean {
  return operation.kind === "setType" && operations.some(({ kind }) => kind === "createType" || kind === "renameType");
}

/** Whether a statement is about a column that was added to an entity since, or is declared in another way. */
export function isOfEdit(operation: Operation, commit: LastCommit): boolean {
  if (!("table" in operation) || !("column" in operation)) return false;
  const { table, column } = operation;
  const name = operation.kind === "renameColumn" ? operation.newName : column;
  return commit.isEdited(table, typeof name === "string" ? name : name.name);
}
