import { LockstepError } from "../../base/errors.js";
import { type FillContext, refused } from "../../sql/fill-context.js";
import { SyntaxErrorAt } from "../../sql/not-sql.js";
import { utf8ToUtf16 } from "../read/offsets.js";
import type { ParseResult, Parser } from "../read/parser.js";
import type { AnyNode } from "../read/walk.js";

/** The expression, parsed. All offsets are UTF-16 offsets in `sql`. */
export interface Expression {
  readonly sql: string;
  readonly tree: ParseResult;
  readonly tokens: readonly Token[];
  /** The start offset of a node. */
  startOf(node: AnyNode): number;
}

interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly isComment: boolean;
}

export interface Reference {
  readonly start: number;
  readonly end: number;
  readonly column: string;
}

const prefix = "SELECT (";

export function parseExpression(parser: Parser, sql: string, context: FillContext): Expression {
  // The newline ends a trailing `--` comment.
  const query = `${prefix}${sql}\n)`;
  let tree: ParseResult;
  try {
    tree = parser.parse(query);
  } catch (error) {
    if (!(error instanceof SyntaxErrorAt)) throw error;
    const offset = error.offset - prefix.length;
    const where =
      offset >= sql.length
        ? "the expression ends too early, or has one parenthesis or semicolon too many"
        : `${error.message}, character ${offset + 1}`;
    throw new LockstepError("LS1002", `${context.source}: ${where}: ${sql}`, {
      details: { source: context.source, offset: Math.min(offset, sql.length) },
      cause: error,
    });
  }
  const toUtf16 = utf8ToUtf16(query);
  const tokens = parser.scan(query).flatMap((token) => {
    const start = toUtf16(token.start) - prefix.length;
    const end = toUtf16(token.end) - prefix.length;
    const isComment = token.tokenName === "SQL_COMMENT" || token.tokenName === "C_COMMENT";
    return start < 0 || start >= sql.length ? [] : [{ start, end, text: sql.slice(start, end), isComment }];
  });
  const expression = { sql, tree, tokens, startOf: (node: AnyNode) => toUtf16(Number(node.location)) - prefix.length };
  refuseSecondExpression(expression, context);
  return expression;
}

/** `a) + (b` and `a), (b` parse inside our parentheses, but are not expressions that can be inserted elsewhere. */
function refuseSecondExpression({ sql, tree, tokens }: Expression, context: FillContext): void {
  let depth = 0;
  for (const token of tokens) {
    if (token.text === "(") depth++;
    if (token.text === ")" && --depth < 0) {
      throw new LockstepError("LS1002", `${context.source}: unbalanced ")", character ${token.start + 1}: ${sql}`, {
        details: { source: context.source, offset: token.start },
      });
    }
  }
  const target = (tree.stmts?.[0]?.stmt as { SelectStmt?: { targetList?: { ResTarget?: { val?: AnyNode } }[] } })
    ?.SelectStmt?.targetList?.[0]?.ResTarget?.val;
  if (target !== undefined && "RowExpr" in target) {
    throw refused("it is a list of values; one expression is needed", context, "Write the value of this one column.");
  }
}

/** Removes comments, because `--` would hide the text that follows on the line. */
export function splice(
  { sql, tokens }: Expression,
  references: readonly Reference[],
  render: (column: string) => string,
) {
  const edits = [
    ...references.map(({ start, end, column }) => ({ start, end, text: render(column) })),
    ...tokens
      .filter((token) => token.isComment && !references.some((r) => r.start < token.start && token.start < r.end))
      .map(({ start, end }) => ({ start, end, text: " " })),
  ].sort((a, b) => a.start - b.start);
  let result = "";
  let position = 0;
  for (const edit of edits) {
    result += sql.slice(position, edit.start) + edit.text;
    position = edit.end;
  }
  return (result + sql.slice(position)).trim();
}
