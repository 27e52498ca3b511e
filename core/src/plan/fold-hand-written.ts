import { LockstepError } from "../base/errors.js";
import { named } from "../base/pattern-of.js";
import type { HandWritten, RowUpdate } from "../dialect/hand-written.js";
import {
  type ColumnDeclaration,
  isSameTable,
  type Migration,
  nameKey,
  type Operation,
  type OperationOf,
  operationsIn,
  operationsOfKind,
  type TableName,
  tableLabel,
} from "../model/index.js";
import { isPlain } from "../rules/steps.js";
import type { SqlReader } from "../sql/sql-reader.js";
import { madeTables } from "../sql/verdicts/made-tables.js";
import { refuseReaders } from "./guard-readers.js";
import type { PlanSources } from "./sources.js";

/** A hand-written migration in the form that an ORM would generate, and the values that its UPDATEs assign to existing rows. */
export interface FoldedMigration {
  readonly migration: Migration;
  /** The columns whose UPDATEs were removed: each must get its values from a plan. */
  readonly filled: readonly { readonly table: TableName; readonly column: string; readonly line: number }[];
  /** The expression that fills a column, and its line in the migration. */
  fill(table: TableName, column: string): { readonly sql: string; readonly line: number } | undefined;
}

/**
 * Rewrites a hand-written "add the column, UPDATE, SET NOT NULL" as one required column with a value for existing rows. The UPDATE becomes
 * that value, and later statements about the new column move into its declaration. Everything else keeps its text, its order and its line.
 *
 * @param file the migration, for messages
 * @param source the model's data on a column: a column that the model passes unchanged stays as written. Default: none
 * @throws LS2015 an UPDATE of a new column whose value is not computed from the row alone · LS2016 a statement that needs the values, or
 *   that they would depend on
 * @example ADD COLUMN "handle" TEXT; UPDATE "User" SET "handle" = lower("email"); ALTER COLUMN "handle" SET NOT NULL;
 * // → ADD COLUMN "handle" TEXT NOT NULL; with the fill lower("email")
 */
export function foldHandWritten(
  migration: Migration,
  file: string,
  { readMigration, handWritten }: SqlReader,
  source: PlanSources["column"] = () => undefined,
): FoldedMigration {
  const foldable = addedColumns(migration).filter(
    (added) => isFoldable(added, migration, handWritten) && source(added.table, added.column.name)?.skip === undefined,
  );
  const columns = [
    ...foldable.map((added) => {
      const { fill, compute } = source(added.table, added.column.name) ?? {};
      return foldColumn(added, foldable, migration, file, handWritten, fill !== undefined || compute !== undefined);
    }),
    ...addedColumns(migration).flatMap((added) => foldSerial(added, migration)),
  ];
  const folded = new Set(columns.flatMap(({ gone }) => gone));
  const clauses = new Map<Operation, string | undefined>(columns.map(({ added, clause }) => [added, clause]));
  const updated = columns.filter(({ gone }) => gone.some(({ kind }) => kind === "update"));
  refuseReaders(
    updated.map(({ added, name, gone }) => ({
      added,
      names: [added.column.name, name],
      lookedUp: lookedUpBy(gone, migration, handWritten),
    })),
    folded,
    migration,
    file,
  );
  const sql = migration.statements
    .map((statement) => {
      const operations = operationsIn(migration, statement.index);
      const isTouched = operations.some((each) => folded.has(each) || clauses.get(each) !== undefined);
      return isTouched ? refolded(statement, operations, folded, clauses) : statement.full;
    })
    .join("");
  return {
    migration: readMigration(sql + migration.tail, file),
    filled: columns.flatMap(({ added, name, fill }) =>
      fill === undefined ? [] : [{ table: added.table, column: name, line: fill.line }],
    ),
    fill: (table, name) => columns.find((each) => each.name === name && isSameTable(each.added.table, table))?.fill,
  };
}

type Added = OperationOf<"addColumn">;

/** The other tables that UPDATEs read, and the last of these statements. */
function lookedUpBy(gone: readonly Operation[], { statements }: Migration, { readUpdate }: HandWritten) {
  const updates = gone.flatMap((each) => (each.kind === "update" ? [each] : []));
  const tables = updates.flatMap(({ statement }) => readUpdate(statements[statement]?.sql ?? "")?.others ?? []);
  return {
    tables: [...new Set(tables.map(({ name }) => name))],
    until: Math.max(...updates.map((each) => each.statement)),
  };
}

/** A new column with everything that a migration states about it. */
interface FoldedColumn {
  readonly added: Added;
  /** Its final name. */
  readonly name: string;
  /** The clause that replaces its own; undefined if that is complete. */
  readonly clause: string | undefined;
  /** Operations that the declaration, the fill or a separate constraint now cover. */
  readonly gone: readonly Operation[];
  readonly fill: { readonly sql: string; readonly line: number } | undefined;
}

/** New columns of existing tables. */
function addedColumns({ operations }: Migration): Added[] {
  const made = new Set(madeTables(operations).map((table) => nameKey(table)));
  return operationsOfKind(operations, "addColumn").filter(({ table }) => !made.has(nameKey(table)));
}

/** Later operations of the migration on the column, under each of its names. */
function laterOn(added: Added, { operations }: Migration): Operation[] {
  const { table, column } = added;
  const known = aboutColumns(operations);
  const later: Operation[] = [];
  let own = known.get(nameKey(table, column.name)) ?? [];
  own = own.slice(own.indexOf(added) + 1);
  for (;;) {
    own = own.filter(({ kind }) => kind !== "addColumn");
    const at = own.findIndex(({ kind }) => kind === "renameColumn");
    const renamed = own[at];
    if (renamed?.kind !== "renameColumn") return [...later, ...own];
    later.push(...own.slice(0, at + 1));
    own = (known.get(nameKey(table, renamed.newName)) ?? []).filter(({ statement }) => statement > renamed.statement);
  }
}

/** The names of the column, in order. */
function namesOf(added: Added, migration: Migration): string[] {
  return [
    added.column.name,
    ...laterOn(added, migration).flatMap((each) => (each.kind === "renameColumn" ? [each.newName] : [])),
  ];
}

/** A column with an unusual declaration, or that becomes another one, stays as written. */
function isFoldable(added: Added, migration: Migration, { isSayable }: HandWritten): boolean {
  const { column } = added;
  const later = laterOn(added, migration);
  const becomesAnother =
    later.some(({ kind }) => kind === "dropColumn") ||
    !isRedeclared(added, later) ||
    !isRetyped(added, later) ||
    !isRenamed(added, later, migration);
  const { references: _, ...own } = column;
  return isPlain({ ...own, checks: [], isUnique: false }) && !column.isSerial && !becomesAnother && isSayable(added);
}

/** Gets another type before it has a value: it could have been added with that type. */
function isRetyped({ column }: Added, later: readonly Operation[]): boolean {
  const retyped = later.flatMap((each) => (each.kind === "setType" ? [each] : []));
  const valued = later.findIndex(({ kind }) => kind === "update" || kind === "setDefault");
  return retyped.every(
    (each) =>
      (!each.hasOther || each.castTypeSql !== undefined) &&
      column.defaultSql === undefined &&
      column.collationSql === undefined &&
      (valued === -1 || later.indexOf(each) < valued),
  );
}

/** A redeclaration changes only NULL and the default: the column could have been added with that declaration. */
function isRedeclared({ column }: Added, later: readonly Operation[]): boolean {
  const besides = ({ notNull: _1, defaultSql: _2, isDefaultStored: _3, typeSql: _4, ...rest }: ColumnDeclaration) =>
    JSON.stringify(Object.entries({ ...rest, isUnique: false }).sort());
  return later.every(
    (each) =>
      each.kind !== "redeclareColumn" ||
      (each.position === undefined && !each.column.isUnique && besides(each.column) === besides(column)),
  );
}

/** Gets another name that no other column had, and nothing else in the migration uses the former name. */
function isRenamed(added: Added, later: readonly Operation[], migration: Migration): boolean {
  const names = namesOf(added, migration);
  if (names.length === 1) return true;
  // These refer to the column by its former name.
  if (added.column.references !== undefined || added.column.checks.length > 0) return false;
  return !migration.operations.some(
    (each) => each !== added && !later.includes(each) && names.some((name) => named(name).test(each.sql)),
  );
}

function foldColumn(
  added: Added,
  foldable: readonly Added[],
  migration: Migration,
  file: string,
  handWritten: HandWritten,
  hasSource: boolean,
): FoldedColumn {
  let { column } = added;
  let { notNull, defaultSql } = column;
  let fill: FoldedColumn["fill"];
  const gone: Operation[] = [];
  for (const operation of laterOn(added, migration)) {
    if (operation.kind === "setNotNull" || operation.kind === "dropNotNull") notNull = operation.kind === "setNotNull";
    else if (operation.kind === "renameColumn") column = { ...column, name: operation.newName };
    else if (operation.kind === "setType")
      column = { ...column, typeSql: operation.castTypeSql ?? operation.typeSql, type: operation.type };
    else if (operation.kind === "redeclareColumn") {
      ({ notNull } = operation.column);
      if (operation.column.defaultSql !== defaultSql && column.defaultSql !== undefined)
        fill ??= { sql: column.defaultSql, line: added.line };
      defaultSql = operation.column.defaultSql;
    } else if (operation.kind === "setDefault") {
      defaultSql = operation.defaultSql;
      // Existing rows have the default from ADD COLUMN.
      if (column.defaultSql !== undefined) fill ??= { sql: column.defaultSql, line: added.line };
    } else if (operation.kind === "update") {
      const update = handWritten.readUpdate(migration.statements[operation.statement]?.sql ?? "");
      if (update === undefined || !setsOnly(operation, foldable, migration))
        throw notOfTheRow(file, operation, column.name);
      fill = { sql: valueAfter(update, column, fill?.sql, handWritten), line: operation.line };
    } else continue;
    gone.push(operation);
  }
  // A later default is only for new rows: the value of existing rows is unknown.
  if (fill === undefined && (defaultSql !== column.defaultSql || gone.some(({ kind }) => kind === "setDefault")))
    return { added, name: added.column.name, clause: undefined, gone: [], fill };
  const { name } = column;
  const isRequired = column.notNull && column.defaultSql === undefined;
  const isPlanned = isRequired || hasSource || !column.isDefaultStored || column.references?.isValidated === true;
  const hasMore = column.references !== undefined || column.checks.length > 0;
  if (gone.length === 0 && !column.isUnique && !(isPlanned && hasMore))
    return { added, name, clause: undefined, gone, fill };
  return { added, name, clause: handWritten.clauses(added, { ...column, notNull, defaultSql }), gone, fill };
}

/** PostgreSQL makes every serial column NOT NULL, although the statement does not contain it. */
function foldSerial(added: Added, migration: Migration): FoldedColumn[] {
  const { isSerial, notNull } = added.column;
  const later = laterOn(added, migration);
  if (!isSerial || notNull || later.some(({ kind }) => kind === "dropNotNull")) return [];
  const gone = later.filter(({ kind }) => kind === "setNotNull");
  return [{ added, name: added.column.name, clause: `${added.sql} NOT NULL`, gone, fill: undefined }];
}

const about = new WeakMap<readonly Operation[], ReadonlyMap<string, readonly Operation[]>>();

/** The operations of a migration on each column, in order. */
function aboutColumns(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const known = about.get(operations);
  if (known !== undefined) return known;
  const found = new Map<string, Operation[]>();
  for (const operation of operations)
    for (const name of columnsOf(operation)) {
      const key = nameKey("table" in operation ? operation.table : { name: "" }, name);
      const own = found.get(key);
      if (own === undefined) found.set(key, [operation]);
      else own.push(operation);
    }
  about.set(operations, found);
  return found;
}

function columnsOf(operation: Operation): readonly string[] {
  if (operation.kind === "update") return operation.columns;
  if (operation.kind === "redeclareColumn") return [operation.formerName];
  if (!("column" in operation)) return [];
  return [typeof operation.column === "string" ? operation.column : operation.column.name];
}

/** An UPDATE that also changes another column would have to run unchanged. */
function setsOnly(
  { table, columns }: OperationOf<"update">,
  foldable: readonly Added[],
  migration: Migration,
): boolean {
  return columns.every((name) =>
    foldable.some((each) => isSameTable(each.table, table) && namesOf(each, migration).includes(name)),
  );
}

function notOfTheRow(file: string, { table, line }: OperationOf<"update">, column: string): LockstepError {
  return new LockstepError(
    "LS2015",
    `${file}:${line}: the UPDATE of "${tableLabel(table)}" gives "${column}" a value that is not an expression over its row, or also sets an existing column.`,
  );
}

/** The value of a row after an UPDATE, as one expression. `former`: the value from earlier UPDATEs; undefined: the one from ADD COLUMN. */
function valueAfter(
  update: RowUpdate,
  { name, defaultSql, typeSql }: ColumnDeclaration,
  former: string | undefined,
  { nameIn, typed: typedAs }: HandWritten,
): string {
  const { sets, whereSql, isNullElsewhere } = update;
  const value = sets.find(({ column }) => column === name)?.sql ?? "NULL";
  const before = former ?? defaultSql;
  const typed = (sql: string) => (/^'(?:[^']|'')*'$/.test(sql) ? typedAs(sql, typeSql) : sql);
  if (update.isOfUnset === true) {
    const own = whereSql === undefined ? value : `CASE WHEN ${whereSql} THEN ${typed(value)} END`;
    return before === undefined ? own : `coalesce(${typed(before)}, ${typed(own)})`;
  }
  if (whereSql === undefined || (before === undefined && isNullElsewhere === true)) return value;
  const own = nameIn(name);
  if (new RegExp(`^${own}\\s+IS\\s+NULL$`, "i").test(whereSql.trim()))
    return before === undefined ? value : `coalesce(${typed(before)}, ${typed(value)})`;
  // Rows that still have the value from ADD COLUMN: all of them.
  const compared = new RegExp(`^${own}\\s*=\\s*([\\s\\S]+)$`, "i").exec(whereSql.trim())?.[1];
  if (former === undefined && compared !== undefined && defaultSql !== undefined && bare(compared) === bare(defaultSql))
    return value;
  return `CASE WHEN ${whereSql} THEN ${typed(value)} ELSE ${before === undefined ? "NULL" : typed(before)} END`;
}

/** A literal without its cast. */
function bare(sql: string): string {
  return sql.replace(/::[\w\s."()]+$/, "").trim();
}

/** A statement without the parts that moved into declarations. Keeps the number of lines, so later statements keep theirs. */
function refolded(
  { full, sql }: Migration["statements"][number],
  operations: readonly Operation[],
  folded: ReadonlySet<Operation>,
  rewritten: ReadonlyMap<Operation, string | undefined>,
): string {
  const clauses = operations
    .filter((operation) => !folded.has(operation))
    .map((operation) => rewritten.get(operation) ?? operation.sql);
  const lines = (text: string) => text.split("\n").length - 1;
  // Keeps the written form: schema, IF EXISTS and ONLY.
  const [first, last] = [operations[0], operations.at(-1)];
  const head = sql.slice(0, sql.indexOf(first?.sql ?? sql));
  // `, ALGORITHM=INSTANT`
  const tail = last?.demands === undefined ? "" : sql.slice(sql.lastIndexOf(last.sql) + last.sql.length);
  const text = clauses.length === 0 ? "" : `${head}${clauses.join(", ")}${tail};`;
  const before = clauses.length === 0 ? "" : full.slice(0, full.lastIndexOf(sql));
  return before + text + "\n".repeat(Math.max(0, lines(full) - lines(before) - lines(text)));
}
