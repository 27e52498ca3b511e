import type { DoStmt, Node } from "libpg-query";
import { LockstepError } from "../../base/errors.js";
import { attempt, type Expected } from "../../base/expected-errors.js";
import { type Operation, type TableName, tableLabel } from "../../model/index.js";
import { isNotSql } from "../../sql/not-sql.js";
import { quoteIdentifier, quoteLiteral } from "../quote.js";
import type { Parser } from "./parser.js";
import type { StatementSource } from "./read-statement.js";
import { type AnyNode, nameParts } from "./walk.js";

/**
 * A DO block with the operations of the SQL in its body, as if every branch ran. SQL that is built at run time is a separate `unknown`,
 * unless it is built from literals. A block that cannot be parsed is one `unknown`.
 *
 * @param read returns the operations of SQL, and throws if it is rejected
 */
export function readBlock(
  { args = [] }: DoStmt,
  source: Pick<StatementSource, "index" | "sql" | "line" | "end" | "slice">,
  parser: Parser,
  read: (sql: string) => readonly Operation[],
): Operation {
  const whole = { statement: source.index, sql: source.sql, line: source.line };
  const parts = new Map(
    args.flatMap((each) => ("DefElem" in each ? [[each.DefElem.defname, each.DefElem] as const] : [])),
  );
  const language = parts.get("language")?.arg;
  const isPlpgsql =
    language === undefined || ("String" in language && language.String.sval?.toLowerCase() === "plpgsql");
  const tree = isPlpgsql ? parser.parseBlock(source.sql) : undefined;
  if (tree === undefined) return { ...whole, kind: "unknown", what: "DO", tables: [] };
  const at = source.slice(parts.get("as")?.location ?? 0, source.end).length;
  const head = source.sql.slice(0, source.sql.length - at);
  const firstLine = source.line + head.split("\n").length - 1;
  const operations: Operation[] = [];
  const add = (found: readonly Operation[], sql: string, line: number) => {
    for (const each of found)
      operations.push({ ...each, statement: source.index, line: firstLine + line + each.line - 2, within: sql });
  };
  const unread = (what: string, sql: string, line: number, tables: readonly TableName[] = []) =>
    add([{ kind: "unknown", what, tables, statement: 0, sql, line: 1 }], sql, line);

  const visitStatic = (sql: string, line: number) => {
    const found = readOr(sql, read);
    if (found === undefined) unread("SQL in DO", sql, line);
    else add(found.filter(hasEffect), sql, line);
  };
  // The functions that an expression calls may have any effect.
  const visitExpression = (sql: string, line: number) => {
    // Not valid SQL: computed values in the body do not matter.
    add((readOr(`SELECT ${sql}`, read) ?? []).filter(hasEffect), sql, line);
  };
  const visitDynamic = (expression: string, line: number) => {
    const text = textOf(expression, parser);
    const found = text === undefined ? undefined : readOr(text.sql, read);
    if (text !== undefined && found !== undefined && (text.isWhole || found.every(isSaidWithoutNames)))
      add(found, text.sql, line);
    else unread("EXECUTE in DO", `EXECUTE ${expression}`, line, tablesIn(found ?? []));
  };

  const visit = (node: unknown, line: number): void => {
    if (Array.isArray(node)) for (const each of node) visit(each, line);
    if (Array.isArray(node) || typeof node !== "object" || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (typeof value !== "object" || value === null) continue;
      const part = value as AnyNode;
      const own = typeof part.lineno === "number" ? part.lineno : line;
      if (key === "PLpgSQL_expr") visitQuery(part, own);
      else if (key === "PLpgSQL_stmt_commit" || key === "PLpgSQL_stmt_rollback") {
        const does = key === "PLpgSQL_stmt_commit" ? "commit" : "rollback";
        add([{ kind: "transaction", does, statement: 0, sql: does, line: 1 }], does, own);
      } else if (key === "PLpgSQL_stmt_dynexecute" || key === "PLpgSQL_stmt_dynfors") {
        const { query, ...others } = part;
        visitDynamic(queryOf(query), own);
        visit(others, own);
      } else visit(part, own);
    }
  };
  const visitQuery = ({ query, parseMode }: AnyNode, line: number) => {
    const sql = String(query ?? "");
    if (parseMode === 0) visitStatic(sql, line);
    // `x := …`
    else visitExpression(parseMode === 2 ? sql : sql.replace(/^[^=]*=/, ""), line);
  };
  visit(tree, 1);
  return { ...whole, kind: "block", operations };
}

function readOr(sql: string, read: (sql: string) => readonly Operation[]): readonly Operation[] | undefined {
  return attempt(() => read(sql), isNotSql);
}

/** A query without function calls has no effect. */
function hasEffect(operation: Operation): boolean {
  return operation.kind !== "select" || operation.functions.length > 0;
}

function queryOf(node: unknown): string {
  const { PLpgSQL_expr: expression } = (node ?? {}) as { readonly PLpgSQL_expr?: { readonly query?: string } };
  return expression?.query ?? "";
}

/** Replaces what is only known at run time: a name that no table has. */
const unknownName = "lockstep_unknown";

/** Statements that are clear without the unknown names: constraints and indexes of known tables. */
const namedInside: ReadonlySet<Operation["kind"]> = new Set([
  "dropConstraint",
  "dropIndex",
  "validateConstraint",
  "form",
]);

function isSaidWithoutNames(operation: Operation): boolean {
  return namedInside.has(operation.kind) && tablesOf(operation).every(({ name }) => !name.includes(unknownName));
}

function tablesOf(operation: Operation): readonly TableName[] {
  if (operation.kind === "unknown") return operation.tables;
  if (operation.kind === "form") return operation.locks.map(({ table }) => table);
  return "table" in operation ? [operation.table] : [];
}

function tablesIn(operations: readonly Operation[]): TableName[] {
  const found = operations.flatMap(tablesOf).filter((table) => !tableLabel(table).includes(unknownName));
  return [...new Map(found.map((table) => [tableLabel(table), table])).values()];
}

/** The value of an expression of literals, with `unknownName` for other parts. Undefined: no part is known. */
function textOf(expression: string, parser: Parser): { readonly sql: string; readonly isWhole: boolean } | undefined {
  let isWhole = true;
  const unknown = (quote = (text: string) => text) => {
    isWhole = false;
    return quote(unknownName);
  };
  const evaluate = (node: Node | undefined): string | undefined => {
    if (node === undefined) return undefined;
    if ("A_Const" in node)
      return node.A_Const.sval?.sval ?? (node.A_Const.ival ? String(node.A_Const.ival.ival ?? 0) : undefined);
    if ("TypeCast" in node) return evaluate(node.TypeCast.arg);
    if ("A_Expr" in node && nameParts(node.A_Expr.name).join() === "||")
      return (evaluate(node.A_Expr.lexpr) ?? unknown()) + (evaluate(node.A_Expr.rexpr) ?? unknown());
    if (!("FuncCall" in node)) return undefined;
    const name = nameParts(node.FuncCall.funcname).at(-1);
    const [first, ...others] = node.FuncCall.args ?? [];
    const text = evaluate(first);
    if (name === "quote_ident") return text === undefined ? unknown() : quoteIdentifier(text);
    if (name === "quote_literal") return text === undefined ? unknown(quoteLiteral) : quoteLiteral(text);
    if (name === "concat") return [first, ...others].map((each) => evaluate(each) ?? unknown()).join("");
    return name === "format" && text !== undefined ? formatted(text, others) : undefined;
  };
  /** `%I`, `%2$L`, `%%` */
  const formatted = (text: string, args: readonly Node[]) => {
    let next = 0;
    return text.replace(/%(?:(\d+)\$)?([ILs%])/g, (_, position: string | undefined, kind: string) => {
      if (kind === "%") return "%";
      const at = position === undefined ? next : Number(position) - 1;
      next = at + 1;
      const value = evaluate(args[at]);
      const quote = kind === "I" ? quoteIdentifier : kind === "L" ? quoteLiteral : (text: string) => text;
      return value === undefined ? unknown(quote) : quote(value);
    });
  };
  const [statement] = attempt(() => parser.parse(`SELECT ${expression}`), isNotSql)?.stmts ?? [];
  const select =
    statement?.stmt !== undefined && "SelectStmt" in statement.stmt ? statement.stmt.SelectStmt : undefined;
  const [target] = select?.targetList ?? [];
  // `quote_ident` of a name that is too long.
  const isNoName: Expected = (error) => error instanceof LockstepError && error.code === "LS1003";
  const sql = attempt(
    () => (target !== undefined && "ResTarget" in target ? evaluate(target.ResTarget.val) : undefined),
    isNoName,
  );
  return sql === undefined ? undefined : { sql, isWhole };
}
