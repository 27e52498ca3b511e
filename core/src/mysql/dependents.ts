import type { Connection } from "../dialect/connection.js";
import { type Dependent, ofRoutine, type Taken } from "../dialect/system-catalog.js";
import type { DialectId, TableName } from "../model/index.js";
import { useOfTaken } from "../sql/body.js";
import { namesIn, printedExpression } from "./printed-expression.js";
import { quoteIdentifier, quoteTable } from "./quote.js";
import { bodyOf } from "./read/read-body.js";
import { routinesOf } from "./routines.js";

type Row = Readonly<Record<string, unknown>>;

/**
 * The objects that depend on a column, its NOT NULL, or an index. The servers do not record dependencies. They reject changes that would
 * break a key, a check or a computed column, but let views, triggers and routines fail afterwards. Those are found by their text.
 */
export async function dependentsOf(connection: Connection, taken: Taken): Promise<readonly Dependent[]> {
  const { schema = null, name } = taken.table;
  const ask = async (sql: string, values: readonly unknown[]) => (await connection.query<Row>(sql, values)).rows;
  const [table] = await ask(
    "SELECT TABLE_SCHEMA AS `schema`, TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?",
    [schema, name],
  );
  if (table === undefined) return [];
  const own = [String(table.schema), String(table.name)] as const;
  const of = (view: string) =>
    ask(`SELECT * FROM information_schema.${view} WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?`, own);
  const indexes = groups(await of("STATISTICS"), "INDEX_NAME");
  const keys = groups(
    (await of("KEY_COLUMN_USAGE")).filter((row) => row.REFERENCED_TABLE_NAME !== null),
    "CONSTRAINT_NAME",
  );
  const referring = groups(
    await ask(
      "SELECT * FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME = ? ORDER BY ORDINAL_POSITION",
      own,
    ),
    "CONSTRAINT_NAME",
    "TABLE_SCHEMA",
    "TABLE_NAME",
  );
  if (taken.kind === "table") {
    const others = referring.filter(([row]) => row?.TABLE_SCHEMA !== own[0] || row.TABLE_NAME !== own[1]);
    return [...others.map((key) => foreignKey(key, "refuses")), ...(await texts(connection, taken))];
  }
  const here = quoteTable(taken.table);
  if (taken.kind === "not-null") {
    const primary = indexes.find(([first]) => first?.INDEX_NAME === "PRIMARY") ?? [];
    const columns = columnsOf(primary);
    if (!columns.includes(taken.name)) return [];
    // An AUTO_INCREMENT column requires a key.
    const counter = (await of("COLUMNS")).find((row) => /auto_increment/i.test(String(row.EXTRA)))?.COLUMN_NAME;
    const isKept = counter !== undefined && counter !== taken.name && columns.includes(String(counter));
    const key = isKept ? `, ADD PRIMARY KEY (${quoteIdentifier(String(counter))})` : "";
    return [
      object("primary key", "PRIMARY", here, "refuses", {
        columns,
        remove: `ALTER TABLE ${here} DROP PRIMARY KEY${key}`,
      }),
    ];
  }
  if (taken.kind === "index") {
    const lost = indexes.find(([first]) => first?.INDEX_NAME === taken.name);
    const left = indexes.filter((each) => each !== lost);
    const needs = (columns: readonly string[], isEnough: typeof serves = serves) =>
      lost !== undefined && serves(lost, columns) && !left.some((each) => isEnough(each, columns));
    const [standard] = referring.length === 0 ? [] : await ask(standardKeysSql, []);
    const servesOther = standard?.Value === "ON" ? isKeyOf : serves;
    return [
      ...keys.filter((key) => needs(columnsOf(key))).map((key) => foreignKey(key, "refuses")),
      ...referring
        .filter((key) => needs(columnsOf(key, "REFERENCED_COLUMN_NAME"), servesOther))
        .map((key) => foreignKey(key, "refuses")),
    ];
  }
  const column = taken.name;
  const found: Dependent[] = [];
  for (const key of keys) if (columnsOf(key).includes(column)) found.push(foreignKey(key, "goes"));
  for (const key of referring)
    if (columnsOf(key, "REFERENCED_COLUMN_NAME").includes(column)) found.push(foreignKey(key, "refuses"));
  for (const parts of indexes) {
    const [first = {}] = parts;
    const { INDEX_NAME } = first;
    const isComputed = parts.some((part) => names(part.EXPRESSION, connection).includes(column));
    if (!isComputed && !columnsOf(parts).includes(column)) continue;
    // The server drops the index of a foreign key together with it.
    if (found.some((each) => each.name === INDEX_NAME && each.what.startsWith("foreign key"))) continue;
    const what = INDEX_NAME === "PRIMARY" ? "primary key" : Number(first.NON_UNIQUE) === 0 ? "unique index" : "index";
    found.push(
      object(what, String(INDEX_NAME), here, isComputed ? "refuses" : "goes", {
        columns: columnsOf(parts),
        remove:
          INDEX_NAME === "PRIMARY"
            ? `ALTER TABLE ${here} DROP PRIMARY KEY`
            : `ALTER TABLE ${here} DROP INDEX ${quoteIdentifier(String(INDEX_NAME))}`,
      }),
    );
  }
  found.push(...(await checks(taken, own, of, ask, connection.dialect.id)));
  for (const row of await of("COLUMNS")) {
    const named = String(row.COLUMN_NAME);
    if (named === column) continue;
    const isDefault = String(row.COLUMN_DEFAULT ?? "").includes("`");
    if (
      !names(row.GENERATION_EXPRESSION, connection).includes(column) &&
      !(isDefault && names(row.COLUMN_DEFAULT, connection).includes(column))
    )
      continue;
    found.push(
      object(isDefault ? "default of" : "generated column", named, here, "refuses", {
        remove: `ALTER TABLE ${here} ${isDefault ? "ALTER" : "DROP"} COLUMN ${quoteIdentifier(named)}${isDefault ? " DROP DEFAULT" : ""}`,
      }),
    );
  }
  return [...found, ...(await texts(connection, taken))];
}

/**
 * A check that only names this column is dropped with it. MariaDB stores the valid values of some types in a check of the column itself.
 */
async function checks(
  { table, name: column }: Taken,
  own: readonly [string, string],
  of: (view: string) => Promise<readonly Row[]>,
  ask: (sql: string, values: readonly unknown[]) => Promise<readonly Row[]>,
  dialect: DialectId,
): Promise<readonly Dependent[]> {
  const uses = (await of("TABLE_CONSTRAINTS")).filter((row) => row.CONSTRAINT_TYPE === "CHECK");
  if (uses.length === 0) return [];
  const all = await ask("SELECT * FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ?", [own[0]]);
  return all.flatMap((check) => {
    const name = String(check.CONSTRAINT_NAME);
    const isOfTable = check.TABLE_NAME === undefined || check.TABLE_NAME === own[1];
    if (!isOfTable || !uses.some((use) => use.CONSTRAINT_NAME === check.CONSTRAINT_NAME)) return [];
    if (check.LEVEL === "Column" && name === column) return [];
    const named = namesIn(printedExpression(String(check.CHECK_CLAUSE), dialect));
    if (!named.includes(column)) return [];
    const remove = `ALTER TABLE ${quoteTable(table)} DROP CONSTRAINT ${quoteIdentifier(name)}`;
    const isAlone = named.length === 1;
    return [
      object("check constraint", name, quoteTable(table), isAlone ? "goes" : "refuses", { columns: named, remove }),
    ];
  });
}

/** The servers let views, triggers and routines fail afterwards. */
async function texts(connection: Connection, taken: Taken): Promise<readonly Dependent[]> {
  const reading = { readBody: bodyOf, dialect: connection.dialect.id };
  return (await routinesOf(connection, [taken.table])).flatMap((routine) => {
    const effect = useOfTaken(routine, taken, reading);
    return effect === undefined ? [] : [ofRoutine(routine, effect)];
  });
}

function foreignKey(key: readonly Row[], effect: Dependent["effect"]): Dependent {
  const [first = {}] = key;
  const table = quoteTable({ schema: String(first.TABLE_SCHEMA), name: String(first.TABLE_NAME) } satisfies TableName);
  const name = String(first.CONSTRAINT_NAME);
  return object("foreign key", name, table, effect, {
    columns: columnsOf(key),
    remove: `ALTER TABLE ${table} DROP FOREIGN KEY ${quoteIdentifier(name)}`,
  });
}

function object(
  kind: string,
  name: string,
  on: string | undefined,
  effect: Dependent["effect"],
  { columns = [], remove }: { readonly columns?: readonly string[]; readonly remove?: string },
): Dependent {
  const own = kind === "primary key" ? kind : `${kind} ${quoteIdentifier(name)}`;
  return {
    what: on === undefined ? own : `${own} on ${on}`,
    name,
    columns,
    effect,
    ...(remove === undefined ? {} : { remove }),
  };
}

const names = (expression: unknown, { dialect }: Connection) =>
  expression === null || expression === undefined ? [] : namesIn(printedExpression(String(expression), dialect.id));

function columnsOf(parts: readonly Row[], key = "COLUMN_NAME"): readonly string[] {
  const place = (row: Row) => Number(row.SEQ_IN_INDEX ?? row.ORDINAL_POSITION);
  return [...parts].sort((a, b) => place(a) - place(b)).flatMap((row) => (row[key] === null ? [] : [String(row[key])]));
}

/**
 * Whether an index serves a foreign key on these columns: its first columns must be exactly these, in this order and without prefix
 * lengths.
 */
const serves = (index: readonly Row[], columns: readonly string[]) =>
  index.filter((part) => columns[Number(part.SEQ_IN_INDEX) - 1] === part.COLUMN_NAME && part.SUB_PART === null)
    .length === columns.length;

/** By default, MySQL 8.4 and later only accepts a unique index on exactly the columns that a foreign key references. */
const isKeyOf: typeof serves = (index, columns) =>
  serves(index, columns) && index.length === columns.length && Number(index[0]?.NON_UNIQUE) === 0;

const standardKeysSql = "SHOW VARIABLES LIKE 'restrict_fk_on_non_standard_key'";

function groups(rows: readonly Row[], ...by: readonly string[]): readonly (readonly Row[])[] {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(by.map((column) => row[column]));
    found.set(key, [...(found.get(key) ?? []), row]);
  }
  return [...found.values()];
}
