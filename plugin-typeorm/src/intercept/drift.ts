import {
  isSameTable,
  LockstepError,
  type Migration,
  type Operation,
  renameOf,
  type SqlReader,
  type TableName,
  tableLabel,
} from "@lockstep/core";
import { attempt } from "@lockstep/core/text";
import { readMigrationFiles } from "../migrations/list.js";
import { readStatements } from "../migrations/statements.js";
import type { TypeormProject } from "../project.js";
import { knownColumns } from "./columns.js";
import { byHand, isGuess, isOfEdit, strangerError } from "./disagreements.js";
import type { Interception } from "./interception.js";
import { LastCommit } from "./last-commit.js";
import { Migrated } from "./migrated.js";

/** A column that TypeORM would drop and add again, as LS2060 reports it. */
interface Lost {
  readonly table: string;
  readonly column: string;
  readonly renamedFrom?: string;
  readonly from?: string;
  readonly to: string;
}

/**
 * Separates unedited columns from those of the change: TypeORM would drop both and add them again. A column belongs to the database's drift
 * if the entity declared it in the same way when the newest migration was committed, or declares it in the last commit while the change
 * edits another.
 *
 * @param migration TypeORM's own statements
 * @param reader of their SQL
 * @returns LS9057 if there are such columns, else the error unchanged
 */
export async function asDrift(
  error: LockstepError,
  { operations }: Migration,
  about: Interception,
  reader: SqlReader,
): Promise<LockstepError> {
  const { columns } = error.details as { readonly columns: readonly Lost[] };
  const { dataSource } = about.call;
  const migrated = new Migrated(dataSource);
  const project = await about.project();
  const last = await LastCommit.of(about.root, () => about.entityFiles(), knownColumns(dataSource));
  if (last === undefined) return error;
  const then = await LastCommit.ofMigrations(about);
  const hasEdit = operations.some((operation) => isOfEdit(operation, last));
  const drifted: (Lost & { readonly name: string; readonly made: string })[] = [];
  const differing = new Set<Side>();
  for (const lost of columns) {
    const table = tableOf(lost, operations);
    if (table === undefined) continue;
    const { column, renamedFrom } = lost;
    if (renamedFrom !== undefined) {
      if (last.had(table, renamedFrom)) continue;
      if (!migrated.isStranger(table, renamedFrom) && !isGuess({ table, newName: column }, last)) continue;
      const rename = operations.find((each) => {
        const { column: from, table: of } = renameOf(each) ?? {};
        return from === renamedFrom && of !== undefined && isSameTable(of, table);
      });
      return strangerError({ table, column: renamedFrom, newName: column, sql: rename?.sql ?? "" }, about);
    }
    const name =
      then === undefined ? (hasEdit ? last.unchanged(table, column) : undefined) : then.unchanged(table, column);
    if (name === undefined) continue;
    const made = typeMade(project, reader, table, column);
    const side = sideOf(lost, made);
    const maker = migrated.makerOf(table, column);
    differing.add(side);
    drifted.push({
      ...lost,
      name,
      made:
        made === undefined
          ? maker
            ? `; migration ${maker} makes it`
            : ""
          : `; the migrations make it ${made}: ${side === "both" ? "both differ" : `the ${side} differs`}`,
    });
  }
  if (drifted.length === 0) return error;
  const since = then === undefined ? "in the last commit" : "when the newest migration was committed";
  const lines = drifted.map(
    ({ table, column, from = "of another type", to, name, made }) =>
      `"${table}"."${column}" is ${from} here, and ${to} in ${name}${made}`,
  );
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
    `${isOne ? lines[0] : `${drifted.length} columns have another type in the database:\n  ${lines.join("\n  ")}\nAll`}${isOne ? ". It is" : " are"} declared as ${since}, so this change did not cause the difference. TypeORM would drop ${isOne ? "the column and add it" : "them and add them"} again, and every row would lose its value.${edited}`,
    {
      hint: `${waysOut(differing, isOne ? "it" : "them")}. Then generate again. ${byHand(project)}`,
      details: { columns: drifted.map(({ table, column, from, to }) => ({ table, column, from, to })) },
    },
  );
}

type Side = "entity" | "database" | "both" | "unknown";

function sideOf({ from, to }: Lost, made: string | undefined): Side {
  if (made === undefined || from === undefined) return "unknown";
  return made === from ? "entity" : made === to ? "database" : "both";
}

function waysOut(differing: ReadonlySet<Side>, them: string): string {
  const declare = `Declare ${them} in the entity as the database has ${them}`;
  const restore = "ring the database back to what its migrations make";
  if (differing.size > 1 || !(differing.has("entity") || differing.has("database")))
    return `${declare}, or b${restore}`;
  return differing.has("entity") ? declare : `B${restore}`;
}

/** The type that the migrations give a column. Undefined if one of them is not plain SQL, or renames it. */
function typeMade(project: TypeormProject, reader: SqlReader, table: TableName, column: string): string | undefined {
  for (const { name } of readMigrationFiles(project).toReversed()) {
    const sql = readStatements(project, name)
      ?.up.map((statement) => `${statement};`)
      .join("\n");
    const read =
      sql &&
      attempt(
        () => reader.readMigration(sql, name),
        (error) => error instanceof LockstepError,
      );
    if (read === undefined || read === "") return undefined;
    for (const operation of read.operations.toReversed()) {
      if (!("table" in operation) || !isSameTable(operation.table, table)) continue;
      if (renameOf(operation)?.newName === column) return undefined;
      const type = typeIn(operation, column);
      if (type !== undefined) return type;
    }
  }
  return undefined;
}

function typeIn(operation: Operation, column: string): string | undefined {
  switch (operation.kind) {
    case "createTable":
      return operation.columns.find(({ name }) => name === column)?.type;
    case "addColumn":
    case "redeclareColumn":
      return operation.column.name === column ? operation.column.type : undefined;
    case "setType":
      return operation.column === column ? operation.type : undefined;
    default:
      return undefined;
  }
}

function tableOf({ table, column }: Lost, operations: Migration["operations"]): TableName | undefined {
  for (const operation of operations)
    if (operation.kind === "addColumn" && operation.column.name === column && tableLabel(operation.table) === table)
      return operation.table;
  return undefined;
}
