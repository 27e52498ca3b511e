import { patternOf } from "../base/pattern-of.js";
import type { HandWritten, RowUpdate } from "../dialect/hand-written.js";
import { closed } from "../sql/unit-words.js";
import { quoteIdentifier, quoteLiteral, quoteTable } from "./quote.js";
import { Cursor, notUnderstood } from "./read/cursor.js";
import { cutStatements } from "./read/cut-statements.js";
import { tryOr } from "./read/read-alter.js";

/** Of MySQL and MariaDB. */
export const handWritten: HandWritten = {
  readUpdate(sql) {
    const [cut] = cutStatements(sql);
    return cut && tryOr(() => readUpdate(new Cursor(sql, cut.tokens)), undefined);
  },
  // The statement has one table: whichever name stands before the column is its own.
  nameIn: (name) => `(?:[^\\s()=<>!]+\\.)?(?:\`${patternOf(name.replaceAll("`", "``"))}\`|${patternOf(name)})`,
  typed: (literal) => literal,

  // MySQL reads REFERENCES of a column and makes nothing of it, MariaDB a key.
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
      // A TIMESTAMP without a word of it may be NOT NULL.
      (notNull ? " NOT NULL" : " NULL") +
      (defaultSql === undefined ? "" : ` DEFAULT ${closed(defaultSql)}`) +
      (onUpdateSql === undefined ? "" : ` ON UPDATE ${onUpdateSql}`) +
      (comment === undefined ? "" : ` COMMENT ${quoteLiteral(comment)}`) +
      at +
      // The name that the server would give it.
      (isUnique ? `, ADD UNIQUE INDEX ${name} (${name})` : "")
    );
  },
};

/** One table, under whichever name, and neither an order nor a limit: which rows it changes their own values say. */
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

/** The name that the statement gives its table, and the table's own. */
type Alias = { readonly alias: string; readonly table: string } | undefined;

function setIn(cursor: Cursor, own: Alias): RowUpdate["sets"][number] {
  let column = cursor.name();
  while (cursor.take(".")) column = cursor.name();
  cursor.need("=");
  return { column, sql: textTo(cursor, [",", "WHERE", "ORDER", "LIMIT", "RETURNING"], own) };
}

/** The text up to one of these words, with the table's own name in the place of another one. */
function textTo(cursor: Cursor, words: readonly string[], own: Alias): string {
  const from = cursor.at;
  cursor.skipTo(...words);
  const tokens = cursor.tokens.slice(from, cursor.at);
  // What runs on some servers only is no expression that all of them evaluate.
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
