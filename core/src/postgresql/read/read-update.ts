import { utf8ToUtf16 } from "./offsets.js";
import type { Parser, ScanToken } from "./parser.js";

/** `UPDATE "User" SET "handle" = lower("email") WHERE …`: the values for columns of one table, and the rows that get them. */
export interface PlainUpdate {
  readonly sets: readonly { readonly column: string; readonly sql: string }[];
  /** Undefined: all rows. */
  readonly whereSql: string | undefined;
}

/**
 * Reads an UPDATE whose values are computed from each row.
 *
 * @returns undefined if it uses other tables, an alias or RETURNING, or sets several columns at once
 */
export function readUpdate(sql: string, parser: Parser): PlainUpdate | undefined {
  const node = parser.parse(sql).stmts?.[0]?.stmt;
  if (node === undefined || !("UpdateStmt" in node)) return undefined;
  const { relation, targetList = [], fromClause, withClause, returningClause } = node.UpdateStmt;
  if (relation?.alias !== undefined || fromClause?.length || withClause !== undefined || returningClause !== undefined)
    return undefined;
  const columns = targetList.flatMap((target) => {
    if (!("ResTarget" in target) || target.ResTarget.indirection?.length) return [];
    const { name, val } = target.ResTarget;
    return name === undefined || val === undefined || "MultiAssignRef" in val || "SetToDefault" in val ? [] : [name];
  });
  if (columns.length !== targetList.length) return undefined;
  const { values, where } = partsOf(sql, parser);
  if (values.length !== columns.length) return undefined;
  return {
    sets: columns.map((column, index) => ({ column, sql: values[index] ?? "" })),
    whereSql: where,
  };
}

/** The text after each `=` of SET and after WHERE. Both words are reserved, or at positions that only allow them. */
function partsOf(sql: string, parser: Parser): { readonly values: readonly string[]; readonly where?: string } {
  const toUtf16 = utf8ToUtf16(sql);
  const tokens = parser
    .scan(sql)
    .filter(({ tokenName, text }) => tokenName !== "SQL_COMMENT" && tokenName !== "C_COMMENT" && text !== ";");
  const slice = (own: readonly ScanToken[]) => {
    const [first, last] = [own[0], own.at(-1)];
    return first === undefined || last === undefined ? "" : sql.slice(toUtf16(first.start), toUtf16(last.end));
  };
  const top = tokens.map(() => true);
  let depth = 0;
  tokens.forEach(({ text }, index) => {
    if (text === ")" || text === "]") depth -= 1;
    top[index] = depth === 0;
    if (text === "(" || text === "[") depth += 1;
  });
  const find = (word: string, from: number) =>
    tokens.findIndex(({ text }, index) => index >= from && top[index] === true && text.toUpperCase() === word);
  // After UPDATE and the first word of the table name.
  const set = find("SET", 2);
  const whereAt = find("WHERE", set);
  const end = whereAt === -1 ? tokens.length : whereAt;
  const values: string[] = [];
  let at = set + 1;
  while (at < end) {
    const equals = find("=", at);
    const comma = find(",", at);
    const stop = comma === -1 || comma >= end ? end : comma;
    if (equals === -1 || equals >= stop) return { values: [] };
    values.push(slice(tokens.slice(equals + 1, stop)));
    at = stop + 1;
  }
  return whereAt === -1 ? { values } : { values, where: slice(tokens.slice(whereAt + 1)) };
}
