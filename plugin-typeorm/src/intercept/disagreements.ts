import {
  type AddedRemarks,
  isSameTable,
  LockstepError,
  type Migration,
  type Operation,
  type OperationOf,
  renameOf,
  statementOf,
  type TableName,
  tableLabel,
} from "@lockstep/core";
import type { TypeormProject } from "../project.js";
import { knownColumns } from "./columns.js";
import type { Interception } from "./interception.js";
import type { LastCommit } from "./last-commit.js";
import { Migrated } from "./migrated.js";
import { executedMigrations } from "./pending.js";

/**
 * The parts of a change that no edit of the entities explains. TypeORM compares the entities with the current database: changes made there
 * by hand, by `synchronize` or by the migrations of another branch look like an edit. The project's migrations and its last commit
 * distinguish them.
 *
 * @returns a message for each statement about such an object that loses no data
 * @throws LS9057 a column would be lost that nothing of the project has created or that only migrations mention, or it would be renamed to
 *   another one, or a column is missing that a migration has created
 */
export async function findDisagreements(migration: Migration, about: Interception): Promise<readonly AddedRemarks[]> {
  const { operations } = migration;
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
    const { kind, line } = operation;
    const sql = statementOf(operation, migration);
    const gone = kind === "dropColumn" ? operation : renameOf(operation);
    if (gone !== undefined) {
      const { table, column } = gone;
      if (isMadeHere(operations, table, column)) continue;
      const last = await lastCommit();
      if (last?.had(table, column)) continue;
      if (migrated.isStranger(table, column) || isGuess(gone, last)) throw await strangerError({ ...gone, sql }, about);
      if (last === undefined || !operations.some((other) => isOfEdit(other, last))) continue;
      if (kind === "dropColumn" && migrated.makerOf(table, column) !== undefined) {
        const { LastCommit } = await import("./last-commit.js");
        const then = await LastCommit.ofMigrations(about);
        if (then?.had(table, column) === false) throw await strangerError({ ...gone, sql }, about);
      }
      found.push({ line, sql, isBeside: true, remarks: [{ kind: "not-committed", column }] });
    }
    if (kind === "addColumn") {
      const { table, column } = operation;
      const maker = migrated.makerOf(table, column.name);
      if (maker === undefined || isDroppedHere(operations, table, column.name)) continue;
      const name = (await lastCommit())?.unchanged(table, column.name);
      if (name !== undefined) throw missingError(table, column.name, name, maker, await about.project());
    }
    if (kind === "dropIndex" || kind === "dropConstraint") {
      const name = kind === "dropIndex" ? operation.name.name : operation.name;
      if (migrated.isStrangeName(name))
        found.push({
          line,
          sql,
          // A plan may replace the drop of an index.
          isBeside: kind === "dropConstraint",
          remarks: [{ kind: "not-migrated" }],
        });
    }
    const declared = declaredIn(operation);
    if (declared !== undefined) {
      const { table, column } = declared;
      if (isMadeHere(operations, table, column) || usesMadeType(operation, operations)) continue;
      // If the commit came before generating, nothing was edited since: at least one other statement must come from an edit.
      const last = operations.length > 1 ? await lastCommit() : undefined;
      const name = last?.unchanged(table, column);
      if (last === undefined || name === undefined || !operations.some((other) => isOfEdit(other, last))) continue;
      found.push({ line, sql, isBeside: false, remarks: [{ kind: "not-edited", name }] });
    }
  }
  return found;
}

/** A column that TypeORM treats as the former name of another one, and that the entities lacked before the new one was added, too. */
export function isGuess(
  { table, newName }: { readonly table: TableName; readonly newName?: string | undefined },
  last: LastCommit | undefined,
): boolean {
  return newName !== undefined && last?.isEdited(table, newName) === true;
}

/** The error for a column that no entity declares or declared before the change. */
export async function strangerError(
  {
    table,
    sql,
    ...operation
  }: Pick<OperationOf<"dropColumn" | "renameColumn">, "table" | "column" | "sql"> & { readonly newName?: string },
  about: Interception,
): Promise<LockstepError> {
  const column = `"${tableLabel(table)}"."${operation.column}"`;
  const { dataSource } = about.call;
  const isStranger = new Migrated(dataSource).isStranger(table, operation.column);
  const names = new Set(dataSource.migrations.map((each) => each.name ?? each.constructor.name));
  const others = [...(await executedMigrations(dataSource))].filter((name) => !names.has(name));
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
    `${column} exists in the database, but ${isStranger ? "no migration or entity of this project has it" : "no entity declares it, nor did one in the last commit"}: ${what} (${sql.replace(/\s+/g, " ")}).`,
    {
      hint: `To drop it: ${isStranger ? "ALTER TABLE … DROP COLUMN, by hand" : "use a separate migration"}. To keep it: declare it in its entity. Then generate again.${elsewhere} ${byHand(await about.project())}`,
      details: { column: operation.column, table: tableLabel(table), migrations: others },
    },
  );
}

/** Disables the comparison: for teams whose entities and database never agree. */
export function byHand({ migrationsFolder }: Pick<TypeormProject, "migrationsFolder">): string {
  return `To write the migration by hand: npx typeorm migration:create ${migrationsFolder}/<Name>, add its SQL, then npx lockstep rewrite <file>.`;
}

function missingError(
  table: TableName,
  column: string,
  name: string,
  maker: string,
  project: TypeormProject,
): LockstepError {
  return new LockstepError(
    "LS9057",
    `"${tableLabel(table)}" has no column "${column}", but migration ${maker} has run here and creates it, and ${name} is declared as in the last commit.`,
    {
      hint: `Restore the state of the migrations: add the column by hand, or recreate the database and run them. Then generate again. ${byHand(project)}`,
      details: { column, table: tableLabel(table), migration: maker },
    },
  );
}

/** The column that a statement redeclares under the same name. MySQL declares all of it at once. */
function declaredIn(operation: Operation): { readonly table: TableName; readonly column: string } | undefined {
  switch (operation.kind) {
    case "setType":
    case "setNotNull":
    case "dropNotNull":
    case "setDefault":
      return operation;
    case "redeclareColumn":
      return renameOf(operation) === undefined ? { table: operation.table, column: operation.column.name } : undefined;
    default:
      return undefined;
  }
}

/** The change itself creates the column, or gives it that name temporarily. */
function isMadeHere(operations: readonly Operation[], table: TableName, column: string): boolean {
  return operations.some((other) => {
    const made = other.kind === "addColumn" ? other.column.name : renameOf(other)?.newName;
    return made === column && "table" in other && isSameTable(other.table, table);
  });
}

function isDroppedHere(operations: readonly Operation[], table: TableName, column: string): boolean {
  return operations.some((other) => {
    const gone = other.kind === "dropColumn" ? other : renameOf(other);
    return gone?.column === column && isSameTable(gone.table, table);
  });
}

/** The values of an enum may appear in any statement. */
function usesMadeType(operation: Operation, operations: readonly Operation[]): boolean {
  return operation.kind === "setType" && operations.some(({ kind }) => kind === "createType" || kind === "renameType");
}

/** Whether a statement concerns a column that was added to an entity since, or whose declaration changed. */
export function isOfEdit(operation: Operation, commit: LastCommit): boolean {
  if (!("table" in operation) || !("column" in operation)) return false;
  const { table, column } = operation;
  const name = renameOf(operation)?.newName ?? (typeof column === "string" ? column : column.name);
  return commit.isEdited(table, name);
}
