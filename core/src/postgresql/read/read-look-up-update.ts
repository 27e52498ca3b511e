import { rowName } from "../../sql/fill-context.js";
import { quoteIdentifier } from "../quote.js";
import { utf8ToUtf16 } from "./offsets.js";
import type { Parser, ScanToken } from "./parser.js";
import type { PlainUpdate } from "./read-update.js";
import { type AnyNode, nameParts, walk } from "./walk.js";

/** An UPDATE as values per row, with the tables they are looked up in. */
export interface LookUpUpdate extends PlainUpdate {
  /** A row without a match and without a previous value gets NULL from the value itself. */
  readonly isNullElsewhere: boolean;
  /** Only rows without a value; `whereSql` does not contain this condition. */
  readonly isOfUnset: boolean;
}

/**
 * Reads an UPDATE that uses an alias or takes values from other tables:
 * `UPDATE "User" u SET plan = t.plan FROM "Team" t WHERE t.id = u."teamId"` gives a row
 * `(SELECT t.plan FROM "Team" t WHERE t.id = "User"."teamId")`.
 *
 * @returns undefined if it has RETURNING, sets several columns at once, or uses its table's name in a subquery
 */
export function readLookUpUpdate(text: string, parser: Parser): LookUpUpdate | undefined {
  const sql = withoutCommonTables(text, parser);
  const node = sql === undefined ? undefined : parser.parse(sql).stmts?.[0]?.stmt;
  if (sql === undefined || node === undefined || !("UpdateStmt" in node)) return undefined;
  const { relation, targetList = [], fromClause, withClause, returningClause } = node.UpdateStmt;
  if (relation?.relname === undefined || withClause !== undefined || returningClause !== undefined) return undefined;
  const columns = targetList.flatMap((target) => {
    if (!("ResTarget" in target) || target.ResTarget.indirection?.length) return [];
    const { name, val } = target.ResTarget;
    return name === undefined || val === undefined || "MultiAssignRef" in val || "SetToDefault" in val ? [] : [name];
  });
  if (columns.length !== targetList.length) return undefined;
  const alias = relation.alias?.aliasname;
  const others = namesIn([node.UpdateStmt.fromClause, node.UpdateStmt.targetList, node.UpdateStmt.whereClause]);
  if (alias !== undefined && others.has(alias)) return undefined;
  const row = alias !== undefined && others.has(relation.relname) ? rowName : quoteIdentifier(relation.relname);
  const parts = partsOf(sql, parser, renamed(node.UpdateStmt, alias, row));
  if (parts === undefined || parts.values.length !== columns.length) return undefined;
  const sets = (value: (sql: string) => string) =>
    columns.map((column, index) => ({ column, sql: value(parts.values[index] ?? "") }));
  const own = [row, ...(alias === undefined ? [relation.relname] : [])];
  // Rows without a value: all rows, if the column had no values before.
  const isUnset = (condition: string) => columns.some((column) => isNullTest(condition, column, own));
  const isGuarded = columns.length === 1 && parts.conditions.some(isUnset);
  const conditions = isGuarded ? parts.conditions.filter((each) => !isUnset(each)) : parts.conditions;
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  if (fromClause === undefined || fromClause.length === 0) {
    const whereSql = conditions.length === 0 ? undefined : conditions.join(" AND ");
    return { sets: sets((value) => value), whereSql, isNullElsewhere: false, isOfUnset: isGuarded };
  }
  const from = `FROM ${parts.from}${where}`;
  return {
    sets: sets((value) => `(SELECT ${value} ${from})`),
    whereSql: isGuarded ? undefined : `EXISTS (SELECT ${from})`,
    isNullElsewhere: true,
    isOfUnset: isGuarded,
  };
}

/** The names of tables in FROM, at any depth. */
function namesIn(tree: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  walk(tree, (kind, { alias, relname }) => {
    if (kind !== "RangeVar" && kind !== "RangeSubselect") return;
    const name = (alias as AnyNode | undefined)?.aliasname ?? relname;
    if (typeof name === "string") names.add(name);
  });
  return names;
}

/** Where the table's alias qualifies a column, and the replacement; by byte offset. */
function renamed(tree: unknown, alias: string | undefined, row: string): ReadonlyMap<number, string> {
  const places = new Map<number, string>();
  if (alias === undefined) return places;
  walk(tree, (kind, { fields, location }) => {
    if (kind === "ColumnRef" && Array.isArray(fields) && fields.length > 1 && nameParts(fields)[0] === alias)
      places.set(Number(location), row);
  });
  return places;
}

/** `u."plan" IS NULL`, under any name of the table. */
function isNullTest(condition: string, column: string, tables: readonly string[]): boolean {
  const test = /^(.+?)\s+IS\s+NULL$/is.exec(condition.trim())?.[1];
  if (test === undefined) return false;
  const names = [column, quoteIdentifier(column)];
  return [...names, ...tables.flatMap((table) => names.map((name) => `${table}.${name}`))].includes(test);
}

interface Parts {
  readonly values: readonly string[];
  readonly from: string;
  /** The AND parts of WHERE. */
  readonly conditions: readonly string[];
}

/** The text after each `=` of SET, after FROM and after WHERE. */
function partsOf(sql: string, parser: Parser, names: ReadonlyMap<number, string>): Parts | undefined {
  const { tokens, top, slice } = tokensOf(sql, parser, names);
  const find = (word: string, from: number) =>
    tokens.findIndex(({ text }, index) => index >= from && top[index] === true && text.toUpperCase() === word);
  const set = find("SET", 2);
  const whereAt = find("WHERE", set);
  const end = whereAt === -1 ? tokens.length : whereAt;
  let fromAt = find("FROM", set);
  // The FROM in a IS DISTINCT FROM b.
  while (fromAt > 0 && tokens[fromAt - 1]?.text.toUpperCase() === "DISTINCT") fromAt = find("FROM", fromAt + 1);
  if (fromAt === -1 || fromAt > end) fromAt = end;
  const values: string[] = [];
  for (let at = set + 1; at < fromAt; ) {
    const equals = find("=", at);
    const comma = find(",", at);
    const stop = comma === -1 || comma >= fromAt ? fromAt : comma;
    if (equals === -1 || equals >= stop) return undefined;
    values.push(slice(equals + 1, stop));
    at = stop + 1;
  }
  const conditions: string[] = [];
  const words = tokens.map(({ text }) => text.toUpperCase());
  // BETWEEN contains an AND, and OR binds weaker than AND.
  const hasOr = words.some((word, index) => index > whereAt && top[index] && (word === "OR" || word === "BETWEEN"));
  let start = whereAt + 1;
  if (whereAt !== -1) {
    for (let at = start; at < tokens.length && !hasOr; at++) {
      if (words[at] !== "AND" || top[at] !== true) continue;
      conditions.push(slice(start, at));
      start = at + 1;
    }
    conditions.push(
      conditions.length === 0 && hasOr ? `(${slice(start, tokens.length)})` : slice(start, tokens.length),
    );
  }
  return { values, from: fromAt === end ? "" : slice(fromAt + 1, end), conditions };
}

/** The tokens without comments, whether each is outside parentheses, and the text between two of them. */
function tokensOf(sql: string, parser: Parser, names: ReadonlyMap<number, string> = new Map()) {
  const toUtf16 = utf8ToUtf16(sql);
  const tokens = parser
    .scan(sql)
    .filter(({ tokenName, text }) => tokenName !== "SQL_COMMENT" && tokenName !== "C_COMMENT" && text !== ";");
  const top: boolean[] = [];
  let depth = 0;
  tokens.forEach(({ text }, index) => {
    if (text === ")" || text === "]") depth -= 1;
    top[index] = depth === 0;
    if (text === "(" || text === "[") depth += 1;
  });
  const slice = (from: number, to: number) => {
    let text = "";
    let before: ScanToken | undefined;
    for (const token of tokens.slice(from, to)) {
      // Only white space and comments are between two tokens.
      if (before !== undefined && before.end < token.start) text += " ";
      text += names.get(token.start) ?? sql.slice(toUtf16(token.start), toUtf16(token.end));
      before = token;
    }
    return text;
  };
  return { tokens, top, slice };
}

/** Inlines `WITH c AS (SELECT …) UPDATE … FROM c`. Undefined: not possible without a change of meaning. */
function withoutCommonTables(sql: string, parser: Parser): string | undefined {
  const node = parser.parse(sql).stmts?.[0]?.stmt;
  const clause = node !== undefined && "UpdateStmt" in node ? node.UpdateStmt.withClause : undefined;
  if (clause === undefined) return sql;
  if (clause.recursive === true) return undefined;
  const { tokens, top, slice } = tokensOf(sql, parser);
  const start = tokens.findIndex(({ text }, index) => top[index] && text.toUpperCase() === "UPDATE");
  const queries = new Map<string, string>();
  for (const each of clause.ctes ?? []) {
    if (!("CommonTableExpr" in each)) return undefined;
    const { ctename, aliascolnames, ctequery, location } = each.CommonTableExpr;
    if (ctename === undefined || aliascolnames?.length || ctequery === undefined || !("SelectStmt" in ctequery))
      return undefined;
    const from = tokens.findIndex(
      (token, index) => token.start > Number(location ?? 0) && top[index] && token.text === "(",
    );
    const to = tokens.findIndex((token, index) => index > from && top[index] && token.text === ")");
    const inner = from === -1 || to === -1 ? undefined : inlined(slice(from + 1, to), queries, parser);
    if (inner === undefined) return undefined;
    queries.set(ctename, inner);
  }
  return inlined(slice(start, tokens.length), queries, parser);
}

/** The statement with each query in place of its name. */
function inlined(sql: string, queries: ReadonlyMap<string, string>, parser: Parser): string | undefined {
  const places: { at: number; name: string; query: string; isNamed: boolean }[] = [];
  walk(parser.parse(sql).stmts?.[0]?.stmt, (kind, { relname, schemaname, alias, location }) => {
    const query = kind === "RangeVar" && schemaname === undefined ? queries.get(String(relname)) : undefined;
    if (query !== undefined)
      places.push({ at: Number(location ?? 0), name: String(relname), query, isNamed: alias !== undefined });
  });
  const { tokens, slice } = tokensOf(sql, parser);
  // Builds the text without an extra level of parentheses, which the token reader would not expect.
  let text = "";
  let done = 0;
  for (const { at, name, query, isNamed } of places.sort((a, b) => a.at - b.at)) {
    const index = tokens.findIndex(({ start }) => start === at);
    if (index === -1) return undefined;
    text += `${slice(done, index)} (${query})${isNamed ? "" : ` ${quoteIdentifier(name)}`} `;
    done = index + 1;
  }
  return text + slice(done, tokens.length);
}
