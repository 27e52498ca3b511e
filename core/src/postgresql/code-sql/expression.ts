import type { Node } from "libpg-query";
import type { SqlExpression, TextFunction } from "../../dialect/code-sql.js";
import { parsed } from "./statements.js";

/** Parses a SQL expression. The parser must be loaded. Returns undefined for everything that could differ in TypeScript. */
export function parseSqlExpression(sql: string): SqlExpression | undefined {
  const statement = soleStatement(`SELECT ${sql}`);
  if (statement === undefined || !("SelectStmt" in statement)) return undefined;
  const { targetList, fromClause, whereClause } = statement.SelectStmt;
  const target = targetList?.[0] as Node | undefined;
  if (targetList?.length !== 1 || fromClause || whereClause || target === undefined || !("ResTarget" in target)) {
    return undefined;
  }
  return target.ResTarget.val === undefined ? undefined : read(target.ResTarget.val);
}

function soleStatement(sql: string): Node | undefined {
  // The plan has already reported invalid SQL. Here it is only not translated.
  const statements = parsed(sql) ?? [];
  return statements.length === 1 ? statements[0] : undefined;
}

function read(node: Node): SqlExpression | undefined {
  if ("ColumnRef" in node) return readColumn(node.ColumnRef.fields ?? []);
  if ("A_Const" in node) return readConstant(node.A_Const);
  if ("CoalesceExpr" in node) {
    const items = readAll(node.CoalesceExpr.args ?? []);
    return items === undefined ? undefined : { kind: "coalesce", items };
  }
  if ("FuncCall" in node) return readCall(node.FuncCall);
  if ("TypeCast" in node) return readCast(node.TypeCast);
  if ("A_Expr" in node) {
    const { kind, name, lexpr, rexpr } = node.A_Expr;
    if (kind !== "AEXPR_OP" || wordsOf(name ?? []).join(".") !== "||") return undefined;
    const items = readAll([lexpr, rexpr].filter((side) => side !== undefined));
    if (items?.length !== 2) return undefined;
    // `a || b || c` nests to the left: one list reads better as one template literal.
    const flat = items.flatMap((item) => (item.kind === "concat" && item.nulls === "propagate" ? item.items : [item]));
    return { kind: "concat", items: flat, nulls: "propagate" };
  }
  return undefined;
}

function readColumn(fields: readonly Node[]): SqlExpression | undefined {
  const name = wordsOf(fields).at(-1);
  // The last part of `"User".*` is not a string.
  return name === undefined || wordsOf(fields).length !== fields.length ? undefined : { kind: "column", name };
}

function readConstant(constant: Extract<Node, { A_Const: unknown }>["A_Const"]): SqlExpression | undefined {
  // The tree omits zero, false and ''. The empty object shows which type it was.
  if (constant.isnull) return undefined;
  if (constant.sval !== undefined) return { kind: "constant", value: constant.sval.sval ?? "" };
  if (constant.boolval !== undefined) return { kind: "constant", value: constant.boolval.boolval ?? false };
  if (constant.ival !== undefined) return { kind: "number", text: String(constant.ival.ival ?? 0) };
  if (constant.fval !== undefined) return { kind: "number", text: constant.fval.fval ?? "0" };
  return undefined;
}

function readCall(call: Extract<Node, { FuncCall: unknown }>["FuncCall"]): SqlExpression | undefined {
  const words = wordsOf(call.funcname ?? []);
  const name = words.at(-1);
  const isBuiltin = words.length === 1 || (words.length === 2 && words[0] === "pg_catalog");
  const isPlain = !(call.agg_distinct || call.agg_star || call.agg_filter || call.agg_order || call.over);
  if (!isBuiltin || !isPlain || call.func_variadic) return undefined;

  const items = readAll(call.args ?? []);
  if (items === undefined || name === undefined) return undefined;
  if (name === "concat" && items.length > 0) return { kind: "concat", items, nulls: "skip" };
  const [argument] = items;
  if (argument === undefined || items.length !== 1 || !isTextFunction(name)) return undefined;
  return { kind: "call", name, argument };
}

function readCast(cast: Extract<Node, { TypeCast: unknown }>["TypeCast"]): SqlExpression | undefined {
  const argument = cast.arg === undefined ? undefined : read(cast.arg);
  // A length truncates the value, so the cast may change it.
  if (argument === undefined || cast.typeName?.typmods !== undefined || cast.typeName?.arrayBounds !== undefined) {
    return undefined;
  }
  const type = wordsOf(cast.typeName?.names ?? []).at(-1);
  if (type === "text" || type === "varchar") return { kind: "cast", to: "string", argument };
  if (type === "int4" || type === "int8" || type === "int2") return { kind: "cast", to: "int", argument };
  const isBuiltin = wordsOf(cast.typeName?.names ?? [])[0] === "pg_catalog";
  const isText = argument.kind === "constant" && typeof argument.value === "string";
  return isText && !isBuiltin ? { kind: "member", value: String(argument.value) } : undefined;
}

function readAll(nodes: readonly Node[]): readonly SqlExpression[] | undefined {
  const items = nodes.map(read);
  return items.every((item) => item !== undefined) ? items : undefined;
}

function wordsOf(nodes: readonly Node[]): readonly string[] {
  return nodes.flatMap((node) => ("String" in node && node.String.sval !== undefined ? [node.String.sval] : []));
}

function isTextFunction(name: string): name is TextFunction {
  return ["lower", "upper", "btrim", "ltrim", "rtrim"].includes(name);
}
