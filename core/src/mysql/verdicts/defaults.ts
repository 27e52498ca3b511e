import type { ColumnDeclaration } from "../../model/index.js";
import { Cursor } from "../read/cursor.js";
import { columnsOf, functionsOf } from "../read/expressions.js";
import { Scanner, type Token } from "../read/scan.js";
import type { Server } from "./ddl-algorithm.js";

/** MariaDB evaluates these for each row, with a copy of the table. It also copies for functions that it does not know to be constant. */
const ofEachRow = /^(?:uuid|uuid_v[47]|uuid_short|sys_guid|sysdate|random_bytes|nextval|lastval|setval)$/i;
/** MariaDB evaluates it once, although its author usually wants a value per row. */
const random = /^rand$/i;

/** When a default is evaluated for existing rows: never (it is metadata), once for all, or for each row. */
export type Evaluated = "never" | "once" | "each";

/** @returns `differs`: the value differs between rows, or was meant to */
export function evaluated(
  { defaultSql, isDefaultStored }: ColumnDeclaration,
  server: Server,
): { readonly when: Evaluated; readonly differs: boolean } {
  // MySQL treats a constant in parentheses as an expression.
  const isStored = isDefaultStored && (server === "mariadb" || defaultSql?.startsWith("(") === false);
  if (defaultSql === undefined || isStored) return { when: "never", differs: false };
  const expression = cursorOver(defaultSql);
  const functions = functionsOf(expression);
  const isOfEach =
    functions.some((name) => ofEachRow.test(name)) ||
    /^NEXT\s+VALUE\b/i.test(defaultSql) ||
    namesColumn(expression, functions);
  const differs = isOfEach || functions.some((name) => random.test(name));
  // MySQL copies the table for every expression.
  return { when: isOfEach || server === "mysql" ? "each" : "once", differs };
}

/** CURRENT_TIMESTAMP, INTERVAL 1 DAY: words that are not columns. */
const words =
  /^(?:current_\w+|localtime\w*|utc_\w+|interval|microsecond|second|minute|hour|day|week|month|quarter|year|true|false|null)$/i;

function namesColumn(expression: Cursor, functions: readonly string[]): boolean {
  return columnsOf(expression).some((name) => !words.test(name) && !functions.includes(name));
}

function cursorOver(sql: string): Cursor {
  const scanner = new Scanner(sql);
  const tokens: Token[] = [];
  for (let token = scanner.next(); token !== undefined; token = scanner.next()) tokens.push(token);
  return new Cursor(sql, tokens);
}

/** The value that existing rows get in a NOT NULL column without a default; undefined: the statement fails if the table has rows. */
export function implicitValue({ type, values }: ColumnDeclaration, server: Server): string | undefined {
  const [base = ""] = type.split(/[( ]/);
  if (base === "enum") return `'${(values?.[0] ?? "").replaceAll("'", "''")}'`;
  if (/^(?:date|datetime|timestamp)$/.test(base)) {
    // NO_ZERO_DATE is in MySQL's default sql_mode, but not in MariaDB's. An INSTANT change in MySQL ignores it for a timestamp.
    if (server === "mysql" && base !== "timestamp") return undefined;
    return base === "date" ? "'0000-00-00'" : "'0000-00-00 00:00:00'";
  }
  if (base === "time") return "'00:00:00'";
  if (base === "json" && server === "mysql") return "the JSON null";
  if (/^(?:tinyint|smallint|mediumint|int|bigint|decimal|float|double|bit|year)$/.test(base)) return "0";
  if (/^(?:geometry|point|linestring|polygon|multi\w+|geometrycollection)$/.test(base))
    return server === "mysql" ? undefined : "''";
  if (base === "vector") return undefined;
  return "''";
}
