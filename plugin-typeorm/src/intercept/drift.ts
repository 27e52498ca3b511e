import { isSameTable, LockstepError, type Migration, renameOf, type TableName, tableLabel } from "@lockstep/core";
import { lastCommitOf } from "@lockstep/core/planning";
import { readMigrationFiles } from "../migrations/list.js";
import { knownColumns } from "./columns.js";
import { isOfEdit, strangerError } from "./disagreements.js";
import type { Interception } from "./interception.js";
import { LastCommit } from "./last-commit.js";
import { Migrated } from "./migrated.js";

/** A column that TypeORM would drop and add again, as LS2060 tells of it. */
interface Lost {
  readonly table: string;
  readonly column: string;
  readonly renamedFrom?: string;
  readonly from?: string;
  readonly to: string;
}

/**
 * Tells columns that nobody has edited from those of the change: TypeORM would drop both and add them again. What an entity declared in
 * the same way when the newest migration was committed, or declares in the last commit while the change edits another, is of this
 * database.
 *
 * @param migration TypeORM's own statements
 * @returns LS9057 where there are such columns, else the error as it is
 */
export async function asDrift(
  error: LockstepError,
  { operations }: Migration,
  about: Interception,
): Promise<LockstepError> {
  const { columns } = error.details as { readonly columns: readonly Lost[] };
  const { dataSource } = about.call;
  const migrated = new Migrated(dataSource);
  const project = await about.project();
  const committed = lastCommitOf(
    about.root,
    readMigrationFiles(project).map(({ file }) => file),
  );
  const at = (commit?: string) =>
    LastCommit.of(about.root, () => about.entityFiles(), knownColumns(dataSource), commit);
  const last = await at();
  if (last === undefined) return error;
  const then = committed === undefined ? undefined : await at(committed);
  const hasEdit = operations.some((operation) => isOfEdit(operation, last));
  const drifted: (Lost & { readonly name: string; readonly maker: string | undefined })[] = [];
  for (const lost of columns) {
    const table = tableOf(lost, operations);
    if (table === undefined) continue;
    const { column, renamedFrom } = lost;
    if (renamedFrom !== undefined) {
      if (last.had(table, renamedFrom) || !migrated.isStranger(table, renamedFrom)) continue;
      const rename = operations.find((each) => {
        const { column: from, table: of } = renameOf(each) ?? {};
        return from === renamedFrom && of !== undefined && isSameTable(of, table);
      });
      return strangerError({ table, column: renamedFrom, newName: column, sql: rename?.sql ?? "" }, about);
    }
    const name =
      then === undefined ? (hasEdit ? last.unchanged(table, column) : undefined) : then.unchanged(table, column);
    if (name !== undefined) drifted.push({ ...lost, name, maker: migrated.makerOf(table, column) });
  }
  if (drifted.length === 0) return error;
  const since = then === undefined ? "in the last commit" : "when the newest migration was committed";
  const lines = drifted.map(({ table, column, from = "of another type", to, name, maker }) => {
    const made = maker === undefined ? "" : `; migration ${maker} makes it`;
    return `"${table}"."${column}" is ${from} here, and ${to} in ${name}${made}`;
  });
  const others = columns.filter(
    (lost) => !drifted.some(({ table, column }) => table === lost.table && column === lost.column),
  );
  const edited =
    others.length === 0
      ? ""
      : ` The edit of ${others.map(({ table, column }) => `"${table}"."${column}"`).join(", ")} would lose values as well (LS2060).`;
  const isOne = drifted.length === 1;
  return new LockstepError(
    "LS9057",
    `${isOne ? lines[0] : `${drifted.length} columns are of another type in the database:\n  ${lines.join("\n  ")}\nAll`}${isOne ? ". It is" : " are"} declared as ${since}: it is the database that differs, not this change. TypeORM would drop ${isOne ? "the column and add it" : "them and add them"} again, and the values of every row would be lost.${edited}`,
    {
      hint: `Declare ${isOne ? "it" : "them"} as the database has ${isOne ? "it" : "them"}, or bring the database back to what its migrations make. Then generate again.`,
      details: { columns: drifted.map(({ table, column, from, to }) => ({ table, column, from, to })) },
    },
  );
}

function tableOf({ table, column }: Lost, operations: Migration["operations"]): TableName | undefined {
  for (const operation of operations)
    if (operation.kind === "addColumn" && operation.column.name === column && tableLabel(operation.table) === table)
      return operation.table;
  return undefined;
}
