import type { Node, RangeVar } from "libpg-query";
import { nameParts } from "./walk.js";

/** More keys count as data. */
const mostKeys = 100;

/** The columns that a condition compares with a few constants each: `"id" IN ('a', 'b') AND "kind" = 1`. */
export function keyedIn(
  table: RangeVar | undefined,
  condition: Node | undefined,
): { readonly keyed?: readonly string[] } {
  const own = [table?.alias?.aliasname ?? table?.relname ?? ""];
  const keyed = columnsIn(condition, own);
  return keyed.length === 0 ? {} : { keyed };
}

function columnsIn(condition: Node | undefined, own: readonly string[]): string[] {
  if (condition === undefined) return [];
  if ("BoolExpr" in condition) {
    const { boolop, args = [] } = condition.BoolExpr;
    return boolop === "AND_EXPR" ? args.flatMap((each) => columnsIn(each, own)) : [];
  }
  if (!("A_Expr" in condition)) return [];
  const { kind, name = [], lexpr, rexpr } = condition.A_Expr;
  if (kind !== "AEXPR_OP" && kind !== "AEXPR_IN") return [];
  if (nameParts(name).at(-1) !== "=" || lexpr === undefined || rexpr === undefined) return [];
  const column = columnOf(lexpr, own);
  const values = "List" in rexpr ? (rexpr.List.items ?? []) : [rexpr];
  return column !== undefined && values.length <= mostKeys && values.every(isConstant) ? [column] : [];
}

function columnOf(node: Node, own: readonly string[]): string | undefined {
  if (!("ColumnRef" in node)) return undefined;
  const parts = nameParts(node.ColumnRef.fields);
  const isOwn = parts.length === 1 || (parts.length === 2 && own.includes(parts[0] ?? ""));
  return isOwn ? parts.at(-1) : undefined;
}

function isConstant(node: Node): boolean {
  if ("TypeCast" in node) return node.TypeCast.arg !== undefined && isConstant(node.TypeCast.arg);
  return "A_Const" in node;
}
