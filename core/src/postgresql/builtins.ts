import { plainFunctions } from "../sql/function-names.js";
import { type AnyNode, nameParts, walk } from "./read/walk.js";

/** Aggregates, and functions that return several rows: neither can fill a single row. */
export const aggregates: ReadonlySet<string> = new Set(
  `any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp every json_agg
  json_object_agg jsonb_agg jsonb_object_agg max min mode percentile_cont percentile_disc range_agg regr_slope stddev
  stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg`.split(/\s+/),
);
export const setReturning: ReadonlySet<string> = new Set(
  `generate_series generate_subscripts json_array_elements json_array_elements_text json_each json_each_text
  json_object_keys jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text jsonb_object_keys
  jsonb_path_query regexp_matches regexp_split_to_table string_to_table unnest`.split(/\s+/),
);
const types: ReadonlySet<string> = new Set(
  `bytea date float4 float8 inet int2 int4 int8 json jsonb name text timestamp timestamptz uuid`.split(/\s+/),
);
const operators: ReadonlySet<string> = new Set(["||", "+", "-", "*", "/", "%"]);
/** Nodes that do not depend on the search path, or that are checked below. */
const plainNodes: ReadonlySet<string> = new Set(
  `A_Const A_Expr BoolExpr CaseExpr CaseWhen CoalesceExpr ColumnRef FuncCall Integer List NullTest ResTarget
  SQLValueFunction SelectStmt String TypeCast`.split(/\s+/),
);

/**
 * Whether an expression means the same under every search path. A wrong "no" costs a microsecond per row (the trigger function pins its
 * path), a wrong "yes" a failed write. So the list of names is short and excludes comparisons, because `=` on a column of an unknown type
 * (citext) is also resolved by the search path.
 */
export function isBuiltinOnly(tree: unknown): boolean {
  let isBuiltin = true;
  walk(tree, (kind, node) => {
    if (!plainNodes.has(kind) || !isPlain(kind, node)) isBuiltin = false;
  });
  return isBuiltin;
}

function isPlain(kind: string, node: AnyNode): boolean {
  switch (kind) {
    case "FuncCall":
      return isIn(plainFunctions, nameParts(node.funcname));
    case "TypeCast":
      return isIn(types, nameParts((node.typeName as AnyNode | undefined)?.names));
    case "A_Expr":
      return node.kind === "AEXPR_OP" && isIn(operators, nameParts(node.name));
    default:
      return true;
  }
}

/** The parser itself writes `int` and `extract` as pg_catalog.int4 and pg_catalog.extract. */
function isIn(known: ReadonlySet<string>, name: readonly string[]): boolean {
  if (name.length === 2) return name[0] === "pg_catalog";
  return name.length === 1 && known.has(name[0]!);
}
