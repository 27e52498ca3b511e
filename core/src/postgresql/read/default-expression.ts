import type { Node } from "libpg-query";
import { strings } from "./read-type.js";

/**
 * Functions that are not volatile: PostgreSQL 11+ evaluates such a default once and stores the value in the catalogue, so nothing
 * is rewritten. From pg_proc.provolatile. Of any other a database is asked (facts/rewriting-column.ts); without one it counts as
 * volatile.
 */
const notVolatile = new Set(
  `now transaction_timestamp statement_timestamp current_database current_schema current_setting lower upper initcap
  btrim ltrim rtrim left right lpad rpad repeat replace length substr substring split_part concat concat_ws md5
  encode decode to_char to_date to_number to_timestamp to_jsonb to_json jsonb_build_object jsonb_build_array json_build_object
  json_build_array array_to_json string_to_array date_trunc timezone make_interval make_date make_time make_timestamp
  make_timestamptz to_tsvector to_tsquery plainto_tsquery abs ceil ceiling floor round trunc int4range int8range numrange daterange tsrange tstzrange`.split(
    /\s+/,
  ),
);

/** Whether a default is stored once instead of rewriting the table (constants, now(), casts and arrays of them). */
export function isStoredDefault(node: Node | undefined): boolean {
  if (node === undefined) return true;
  if ("A_Const" in node) return true;
  if ("SQLValueFunction" in node) return true;
  if ("TypeCast" in node) return isStoredDefault(node.TypeCast.arg);
  if ("A_ArrayExpr" in node) return (node.A_ArrayExpr.elements ?? []).every(isStoredDefault);
  if ("A_Expr" in node) return isStoredDefault(node.A_Expr.lexpr) && isStoredDefault(node.A_Expr.rexpr);
  if ("CoalesceExpr" in node) return (node.CoalesceExpr.args ?? []).every(isStoredDefault);
  if ("MinMaxExpr" in node) return (node.MinMaxExpr.args ?? []).every(isStoredDefault);
  if ("BoolExpr" in node) return (node.BoolExpr.args ?? []).every(isStoredDefault);
  if ("NullTest" in node) return isStoredDefault(node.NullTest.arg);
  if ("CaseExpr" in node) {
    const { arg, args = [], defresult } = node.CaseExpr;
    return [arg, defresult, ...args].every(isStoredDefault);
  }
  if ("CaseWhen" in node) return isStoredDefault(node.CaseWhen.expr) && isStoredDefault(node.CaseWhen.result);
  if ("FuncCall" in node) {
    const names = strings(node.FuncCall.funcname);
    const isBuiltIn = names.length === 1 || names[0] === "pg_catalog";
    return isBuiltIn && notVolatile.has(names.at(-1) ?? "") && (node.FuncCall.args ?? []).every(isStoredDefault);
  }
  return false;
}

/** `NULL` and `NULL::text`: a column has that without a default, so `DEFAULT NULL` says nothing. */
export function isNull(node: Node): boolean {
  if ("TypeCast" in node) return node.TypeCast.arg !== undefined && isNull(node.TypeCast.arg);
  return "A_Const" in node && node.A_Const.isnull === true;
}
