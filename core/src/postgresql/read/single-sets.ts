import { utf8ToUtf16 } from "./offsets.js";
import type { Parser, ScanToken } from "./parser.js";

/**
 * Rewrites an UPDATE to one assignment per column: `SET (a, b) = (x, y)` becomes `SET a = x, b = y`. Leaves `SET (a, b) = (SELECT …)`
 * unchanged.
 */
export function withSingleSets(sql: string, parser: Parser): string {
  const node = parser.parse(sql).stmts?.[0]?.stmt;
  if (node === undefined || !("UpdateStmt" in node)) return sql;
  const lists = (node.UpdateStmt.targetList ?? []).flatMap((target) =>
    "ResTarget" in target && target.ResTarget.val !== undefined && "MultiAssignRef" in target.ResTarget.val
      ? [{ at: target.ResTarget.location ?? 0, list: target.ResTarget.val.MultiAssignRef }]
      : [],
  );
  if (lists.length === 0) return sql;
  const toUtf16 = utf8ToUtf16(sql);
  const tokens = parser.scan(sql).filter(({ tokenName }) => tokenName !== "SQL_COMMENT" && tokenName !== "C_COMMENT");
  const text = (own: readonly ScanToken[]) => sql.slice(toUtf16(own[0]?.start ?? 0), toUtf16(own.at(-1)?.end ?? 0));
  let result = "";
  let done = 0;
  for (const { at, list } of lists) {
    if (list.colno !== 1) continue;
    if (list.source === undefined || !("RowExpr" in list.source)) return sql;
    const names = inParentheses(tokens, tokens.findIndex(({ start }) => start === at) - 1);
    const values = inParentheses(
      tokens,
      tokens.findIndex((token, index) => index > names.end && token.text === "("),
    );
    if (names.parts.length !== values.parts.length) return sql;
    result += sql.slice(done, toUtf16(tokens[names.start]?.start ?? 0));
    result += names.parts.map((name, index) => `${text(name)} = ${text(values.parts[index] ?? [])}`).join(", ");
    done = toUtf16(tokens[values.end]?.end ?? 0);
  }
  return result + sql.slice(done);
}

/** The comma-separated parts inside a pair of parentheses. */
function inParentheses(tokens: readonly ScanToken[], start: number) {
  const parts: ScanToken[][] = [[]];
  let depth = 0;
  let end = start;
  for (; end < tokens.length; end++) {
    const token = tokens[end]!;
    if (token.text === "(" || token.text === "[") depth += 1;
    if (token.text === ")" || token.text === "]") depth -= 1;
    if (depth === 0) break;
    if (token.text === "," && depth === 1) parts.push([]);
    else if (end > start) parts.at(-1)?.push(token);
  }
  return { start, end, parts };
}
