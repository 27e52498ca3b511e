import { type AnyNode, nameParts, walk } from "./walk.js";

/** Evaluated over many rows, or yielding many: nothing that a single row could be filled with. */
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

/** What tells the moment, the session or the user: stable within a statement, another value in the next. Volatile ones are PostgreSQL's to name. */
export const ofTheMoment: ReadonlySet<string> = new Set(
  `current_database current_query current_schema current_schemas current_setting getdatabaseencoding inet_client_addr
  inet_client_port inet_server_addr inet_server_port now pg_backend_pid pg_conf_load_time pg_current_snapshot
  pg_current_xact_id pg_current_xact_id_if_assigned pg_postmaster_start_time statement_timestamp transaction_timestamp
  txid_current txid_current_if_assigned txid_current_snapshot version`.split(/\s+/),
);

// Only names that neither citext nor hstore defines again, and that exist since PostgreSQL 12
// (so not gen_random_uuid, which was pgcrypto's there).
export const plainFunctions: ReadonlySet<string> = new Set(
  `abs ascii btrim ceil ceiling char_length chr clock_timestamp concat concat_ws convert_from convert_to date_part
  date_trunc decode encode extract floor format initcap left length lower lpad ltrim make_date make_interval md5 mod
  now octet_length overlay power random repeat reverse right round rpad rtrim sha256 sign sqrt statement_timestamp
  substr substring timezone to_char to_date to_hex to_json to_jsonb to_number to_timestamp transaction_timestamp
  trunc upper`.split(/\s+/),
);
const types: ReadonlySet<string> = new Set(
  `bytea date float4 float8 inet int2 int4 int8 json jsonb name text timestamp timestamptz uuid`.split(/\s+/),
);
const operators: ReadonlySet<string> = new Set(["||", "+", "-", "*", "/", "%"]);
/** Nodes whose meaning does not depend on the search path, or that are looked at more closely below. */
const plainNodes: ReadonlySet<string> = new Set(
  `A_Const A_Expr BoolExpr CaseExpr CaseWhen CoalesceExpr ColumnRef FuncCall Integer List NullTest ResTarget
  SQLValueFunction SelectStmt String TypeCast`.split(/\s+/),
);

/**
 * Whether an expression means the same under every search path. A wrong "no" costs a microsecond a row (the trigger
 * function pins its path), a wrong "yes" a failed write: so a short list of names, and no comparisons, because
 * `=` on a column whose type this cannot know (citext) is found through the search path too.
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

/** `int` and `extract` are written by the parser itself as pg_catalog.int4 and pg_catalog.extract. */
function isIn(known: ReadonlySet<string>, name: readonly string[]): boolean {
  if (name.length === 2) return name[0] === "pg_catalog";
  return name.length === 1 && known.has(name[0]!);
}
