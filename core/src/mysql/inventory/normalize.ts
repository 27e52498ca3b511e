import { createHash } from "node:crypto";
import { quoteText } from "../quote.js";
import { Scanner, Unclosed } from "../read/scan.js";

/** A row of information_schema, whose columns are more or fewer from version to version. */
export type Row = Readonly<Record<string, unknown>>;

/** null where the server has nothing to say. */
export function textOf(value: unknown): string | null {
  return value === null || value === undefined || value === "" ? null : String(value);
}

/** A default as somebody would write it. MariaDB prints it so, and NULL where there is none; MySQL prints a text without its quotes. */
export function defaultOf(column: Row, isMariadb: boolean): string | null {
  const { COLUMN_DEFAULT: value } = column;
  if (value === null || value === undefined) return null;
  const text = String(value);
  if (isMariadb) return text === "NULL" ? null : text;
  return isExpressionDefault(column) || /^b'/.test(text) ? text : quoteText(text);
}

/** Whether MySQL's default is no plain value. */
export function isExpressionDefault({ COLUMN_DEFAULT: value, EXTRA: extra }: Row): boolean {
  // A moment that is now is printed as what it is in old versions, without the word.
  return /DEFAULT_GENERATED/i.test(String(extra)) || /^CURRENT_TIMESTAMP\b/.test(String(value));
}

/** What EXTRA says of a column besides. */
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

/** As newer versions call it. */
export function collationOf(name: unknown): string | null {
  return textOf(name)?.replace(/^utf8(?=_|$)/, "utf8mb3") ?? null;
}

/** A hash of what a body does: comments and white space are nothing that it does. Bodies are long, and nobody's to show. */
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

/** Texts of a catalogue name their own database, which has another name elsewhere. */
export function withoutDatabase(text: string, database: string): string {
  return text.replaceAll(`\`${database.replaceAll("`", "``")}\`.`, "");
}
