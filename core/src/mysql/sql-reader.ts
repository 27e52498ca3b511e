import { attempt } from "../base/expected-errors.js";
import { patternOf } from "../base/pattern-of.js";
import type { HandWritten, RowUpdate } from "../dialect/hand-written.js";
import type { Judging } from "../dialect/judging.js";
import type { SqlReader } from "../sql/sql-reader.js";
import { closed } from "../sql/unit-words.js";
import { mariadbJudging, mysqlJudging } from "./judging.js";
import { quoteIdentifier, quoteLiteral, quoteTable } from "./quote.js";
import { Cursor, notUnderstood } from "./read/cursor.js";
import { cutStatements } from "./read/cut-statements.js";
import { tryOr } from "./read/read-alter.js";
import { bodyOf } from "./read/read-body.js";
import { readMysqlMigration } from "./read/read-migration.js";
import { isQuery as beginsQuery } from "./read/read-rows.js";
import { readStatement } from "./read/read-statement.js";
import { reserved } from "./read/reserved.js";
import { Unclosed } from "./read/scan.js";
import { readFill } from "./read-fill.js";

function readerBy(judging: Judging): SqlReader {
  return {
    readMigration: readMysqlMigration,
    readFill,
    isQuery,
    readBody: bodyOf,
    conversion,
    judging,
    // The server gives a foreign key the next free number, and an index the name of its first column. A plan sets neither.
    handWritten,
  };
}

/** CALL and DO parse as queries, but what they run may commit. INTO writes a file. */
function isQuery(sql: string): boolean {
  const [only, ...others] =
    attempt(
      () => [...cutStatements(sql)],
      (error) => error instanceof Unclosed,
    ) ?? [];
  if (only === undefined || others.length > 0 || !beginsQuery(new Cursor(sql, only.tokens))) return false;
  const operations = readStatement(sql, only).clauses.flatMap(({ whats }) => whats);
  const isInto = only.tokens.some(({ kind, text }) => kind === "word" && text === "INTO");
  return !isInto && operations.every(({ kind }) => kind === "select");
}

/** A possible expression to fill a column of another type from an existing one. Only a suggestion: a person has to check it. */
function conversion(name: string, former: string, type: string): string {
  const column = /^[A-Za-z_]\w*$/.test(name) && !reserved.has(name.toUpperCase()) ? name : quoteIdentifier(name);
  const target = targetOf(type);
  // A cast would silently truncate text that is too long.
  return target === undefined || (isText(former) && isText(type)) ? column : `CAST(${column} AS ${target})`;
}

/** The CAST target for a type; undefined: the server converts on assignment. */
function targetOf(type: string): string | undefined {
  if (/^(?:tiny|small|medium|big)?int/.test(type)) return / unsigned/.test(type) ? "UNSIGNED" : "SIGNED";
  if (isText(type)) return "CHAR";
  return /^(?:decimal\(\d+,\d+\)|(?:datetime|time)\(\d\)|date\b|datetime\b|time\b|double\b)/
    .exec(type)?.[0]
    .toUpperCase();
}

function isText(type: string): boolean {
  return /^(?:(?:var)?char|(?:tiny|medium|long)?text)\b/.test(type);
}

/** For MySQL and MariaDB. */
const handWritten: HandWritten = {
  readUpdate(sql) {
    const [cut] = cutStatements(sql);
    return cut && tryOr(() => readUpdate(new Cursor(sql, cut.tokens)), undefined);
  },
  // The statement has one table, so any qualifier before the column means that table.
  nameIn: (name) => `(?:[^\\s()=<>!]+\\.)?(?:\`${patternOf(name.replaceAll("`", "``"))}\`|${patternOf(name)})`,
  typed: (literal) => literal,

  // MySQL parses and ignores REFERENCES of a column, MariaDB creates a key.
  isSayable: ({ column: { references, checks } }) => references === undefined && checks.length === 0,

  clauses({ position }, column) {
    const { typeSql, storageSql, collationSql, notNull, defaultSql, onUpdateSql, comment, isUnique } = column;
    const name = quoteIdentifier(column.name);
    const at =
      position === undefined ? "" : position === "first" ? " FIRST" : ` AFTER ${quoteIdentifier(position.after)}`;
    return (
      `ADD COLUMN ${name} ${typeSql}` +
      (storageSql === undefined ? "" : ` ${storageSql}`) +
      (collationSql === undefined ? "" : ` COLLATE ${collationSql}`) +
      // A TIMESTAMP without NULL may default to NOT NULL.
      (notNull ? " NOT NULL" : " NULL") +
      (defaultSql === undefined ? "" : ` DEFAULT ${closed(defaultSql)}`) +
      (onUpdateSql === undefined ? "" : ` ON UPDATE ${onUpdateSql}`) +
      (comment === undefined ? "" : ` COMMENT ${quoteLiteral(comment)}`) +
      at +
      // The name that the server would choose.
      (isUnique ? `, ADD UNIQUE INDEX ${name} (${name})` : "")
    );
  },
};

/** Accepts a single table under any name, without ORDER BY or LIMIT, so the changed rows only depend on their own values. */
function readUpdate(cursor: Cursor): RowUpdate {
  cursor.need("UPDATE");
  cursor.take("LOW_PRIORITY");
  const table = cursor.table();
  const isNamed = cursor.take("AS") || cursor.isName();
  const alias = isNamed ? cursor.name() : undefined;
  cursor.need("SET");
  const own = alias === undefined ? undefined : { alias, table: quoteTable(table) };
  const sets = [setIn(cursor, own)];
  while (cursor.take(",")) sets.push(setIn(cursor, own));
  let whereSql: string | undefined;
  if (cursor.take("WHERE")) whereSql = textTo(cursor, ["ORDER", "LIMIT", "RETURNING"], own);
  if (!cursor.isDone) throw notUnderstood;
  return { sets, whereSql, others: [] };
}

/** The alias of the statement's table, and the table's own name. */
type Alias = { readonly alias: string; readonly table: string } | undefined;

function setIn(cursor: Cursor, own: Alias): RowUpdate["sets"][number] {
  let column = cursor.name();
  while (cursor.take(".")) column = cursor.name();
  cursor.need("=");
  return { column, sql: textTo(cursor, [",", "WHERE", "ORDER", "LIMIT", "RETURNING"], own) };
}

/** The text up to one of these words, with the alias replaced by the table's own name. */
function textTo(cursor: Cursor, words: readonly string[], own: Alias): string {
  const from = cursor.at;
  cursor.skipTo(...words);
  const tokens = cursor.tokens.slice(from, cursor.at);
  // Version-specific comments only run on some servers, so this is no expression for all of them.
  if (tokens.length === 0 || tokens.some(({ within }) => within !== undefined)) throw notUnderstood;
  let text = "";
  let position = tokens[0]!.start;
  for (const [at, { kind, text: name, start, end }] of tokens.entries()) {
    const isAlias =
      own !== undefined &&
      (kind === "name" || kind === "word") &&
      tokens[at + 1]?.text === "." &&
      tokens[at - 1]?.text !== "." &&
      name.toLowerCase() === own.alias.toLowerCase();
    text += cursor.sql.slice(position, isAlias ? start : end) + (isAlias ? own.table : "");
    position = end;
  }
  return text;
}

export const mysqlReader = readerBy(mysqlJudging);
export const mariadbReader = readerBy(mariadbJudging);
