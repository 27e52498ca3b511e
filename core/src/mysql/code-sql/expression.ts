import type { SqlExpression, TextFunction } from "../../dialect/code-sql.js";
import { Cursor, notUnderstood } from "../read/cursor.js";
import { columnsOf as columnsIn, deepest } from "../read/expressions.js";
import { Scanner, type Token, Unclosed } from "../read/scan.js";

const textFunctions: Readonly<Record<string, TextFunction>> = {
  LOWER: "lower",
  LCASE: "lower",
  UPPER: "upper",
  UCASE: "upper",
  TRIM: "btrim",
  LTRIM: "ltrim",
  RTRIM: "rtrim",
};

/**
 * Reads an expression. Returns undefined for everything that depends on `sql_mode` and could differ in TypeScript: `||` (OR or
 * concatenation), double quotes (text or name), backslashes (escape or text).
 */
export function readExpression(sql: string, columns: readonly string[]): SqlExpression | undefined {
  return tried(sql, (cursor) => {
    const expression = read(cursor, columns, 0);
    return cursor.isDone ? expression : undefined;
  });
}

/** The columns that an expression names, in its spelling. */
export function columnsOf(sql: string): readonly string[] {
  return tried(sql, columnsIn) ?? [];
}

function tried<Read>(sql: string, readIt: (cursor: Cursor) => Read): Read | undefined {
  try {
    const scanner = new Scanner(sql);
    const tokens: Token[] = [];
    for (let token = scanner.next(); token !== undefined; token = scanner.next()) tokens.push(token);
    return readIt(new Cursor(sql, tokens));
  } catch (error) {
    if (error === notUnderstood || error instanceof Unclosed) return undefined;
    throw error;
  }
}

function read(cursor: Cursor, columns: readonly string[], depth: number): SqlExpression {
  if (depth > deepest || cursor.token?.within !== undefined) throw notUnderstood;
  const items = (): SqlExpression[] => cursor.listed((each) => read(each, columns, depth + 1));
  if (cursor.is("(")) {
    const [inner, ...others] = items();
    if (inner === undefined || others.length > 0) throw notUnderstood;
    return inner;
  }
  if (cursor.token?.kind === "string") return readText(cursor);
  if (cursor.take("-")) return { kind: "number", text: `-${readNumber(cursor)}` };
  if (cursor.token?.kind === "number") return { kind: "number", text: readNumber(cursor) };
  if (cursor.take("TRUE")) return { kind: "constant", value: true };
  if (cursor.take("FALSE")) return { kind: "constant", value: false };
  const { token } = cursor;
  if (token?.kind === "word" && cursor.tokens[cursor.at + 1]?.text === "(") {
    cursor.next();
    return callOf(token.text, items());
  }
  if (token?.kind === "quoted") throw notUnderstood;
  let name = cursor.name();
  while (cursor.take(".")) name = cursor.name();
  return { kind: "column", name: ownName(name, columns) };
}

/** Column names are case-insensitive. */
export function ownName(name: string, columns: readonly string[]): string {
  return columns.find((column) => column.toLowerCase() === name.toLowerCase()) ?? name;
}

function readText(cursor: Cursor): SqlExpression {
  const { start, end, text } = cursor.next();
  if (cursor.sql.slice(start, end).includes("\\")) throw notUnderstood;
  return { kind: "constant", value: text };
}

/** Only numbers that TypeScript writes the same way: no leading zeros, no hexadecimal bytes. */
function readNumber(cursor: Cursor): string {
  const { kind, text } = cursor.next();
  if (kind !== "number" || !/^(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) throw notUnderstood;
  return text;
}

function callOf(name: string, items: readonly SqlExpression[]): SqlExpression {
  const [argument] = items;
  const text = Object.hasOwn(textFunctions, name) ? textFunctions[name] : undefined;
  if (text !== undefined && argument !== undefined && items.length === 1) return { kind: "call", name: text, argument };
  if (name === "COALESCE" || (name === "IFNULL" && items.length === 2)) return { kind: "coalesce", items };
  if (name === "CONCAT") return { kind: "concat", items, nulls: "propagate" };
  throw notUnderstood;
}
