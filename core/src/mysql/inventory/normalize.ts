import { createHash } from "node:crypto";
import { quoteText } from "../quote.js";
import { Scanner, Unclosed } from "../read/scan.js";

/** A row of information_schema. Its columns depend on the version. */
export type Row = Readonly<Record<string, unknown>>;

/** null if the server returns no value. */
export function textOf(value: unknown): string | null {
  return value === null || value === undefined || value === "" ? null : String(value);
}

/** A default as SQL. MariaDB prints it as SQL, and NULL for none. MySQL prints text without quotes. */
export function defaultOf(column: Row, isMariadb: boolean): string | null {
  const { COLUMN_DEFAULT: value } = column;
  if (value === null || value === undefined) return null;
  const text = String(value);
  if (isMariadb) return text === "NULL" ? null : text;
  return isExpressionDefault(column) || /^b'/.test(text) ? text : quoteText(text);
}

/** Whether a MySQL default is an expression. */
export function isExpressionDefault({ COLUMN_DEFAULT: value, EXTRA: extra }: Row): boolean {
  // Old versions print the current time as CURRENT_TIMESTAMP, without DEFAULT_GENERATED.
  return /DEFAULT_GENERATED/i.test(String(extra)) || /^CURRENT_TIMESTAMP\b/.test(String(value));
}

/** The other properties of a column in EXTRA. */
export function extraOf({ EXTRA: extra, GENERATION_EXPRESSION: expression }: Row) {
  const text = String(extra ?? "");
  const computed = textOf(expression);
  return {
    identity: /auto_increment/i.test(text) ? "auto_increment" : "",
    generated: computed === null ? "" : `${/VIRTUAL/i.test(text) ? "VIRTUAL" : "STORED"} (${computed})`,
    onUpdate: /on update (\S+)/i.exec(text)?.[1]?.toLowerCase() ?? null,
    isInvisible: /\bINVISIBLE\b/i.test(text),
  };
}

/** The collation under its name in newer versions. */
export function collationOf(name: unknown): string | null {
  return textOf(name)?.replace(/^utf8(?=_|$)/, "utf8mb3") ?? null;
}

/** A hash of the meaning of a body, without comments and white space. Bodies are long and not displayed. */
export function hashOf(...texts: readonly unknown[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${meaningOf(String(text ?? ""))}\0`);
  return hash.digest("hex");
}

function meaningOf(sql: string): string {
  const scanner = new Scanner(sql);
  const tokens: string[] = [];
  try {
    for (let token = scanner.next(); token !== undefined; token = scanner.next())
      tokens.push(sql.slice(token.start, token.end));
  } catch (error) {
    if (!(error instanceof Unclosed)) throw error;
    return sql;
  }
  return tokens.join(" ").replace(/ ;$/, "");
}

/** Catalog texts contain the database name, which differs on other servers. */
export function withoutDatabase(text: string, database: string): string {
  return text.replaceAll(`\`${database.replaceAll("`", "``")}\`.`, "");
}
