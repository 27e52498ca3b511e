import type { OperationOf, Verdict } from "../../model/index.js";
import { ofTheMoment, plainFunctions } from "../../sql/function-names.js";
import { harmless, locksOn, verdict } from "../../sql/verdicts/combine.js";
import type { VerdictContext } from "../../sql/verdicts/context.js";
import { concurrently } from "../../sql/verdicts/transaction.js";
import { aggregates, setReturning } from "../builtins.js";
import { tableOfIndex } from "./forms.js";

/** Every query on a table opens all of its indexes, so a lock on one blocks reads. */
export function reindex(
  { of, name, isConcurrent, statement }: OperationOf<"reindex">,
  context: VerdictContext,
): Verdict {
  const doubts = of === "table" ? [] : (["other-tables"] as const);
  if (isConcurrent)
    return verdict({
      locks: of === "table" ? locksOn("SHARE UPDATE EXCLUSIVE", [name], context) : [],
      held: "scan",
      ...concurrently(statement, context, doubts),
    });
  const scans = { kind: "scans", table: name, why: "index" } as const;
  if (of === "schema") {
    const alone = concurrently(statement, context, doubts);
    return verdict({ held: "scan", concerns: [scans, ...alone.concerns], doubts: alone.doubts });
  }
  return verdict({
    locks: [
      of === "table"
        ? { table: name, mode: "SHARE" }
        : { table: tableOfIndex(name, context), mode: "ACCESS EXCLUSIVE" },
    ],
    held: "scan",
    concerns: [scans],
    doubts,
  });
}

export function createTrigger({ table }: OperationOf<"createTrigger">, context: VerdictContext): Verdict {
  return verdict({ locks: locksOn("SHARE ROW EXCLUSIVE", [table], context) });
}

/** Functions that change no table, at most a sequence, a setting or a session. */
const harmlessFunctions: ReadonlySet<string> = new Set([
  ...aggregates,
  ...setReturning,
  ...ofTheMoment,
  ...plainFunctions,
  ...`age cardinality coalesce col_description count crypt currval daterange dense_rank digest exists first_value format_type
  gen_random_bytes gen_random_uuid gen_salt greatest hashtext int4range isfinite lag last_value lastval lead least make_time
  make_timestamp make_timestamptz nextval nullif obj_description position rank replace row_number row_to_json set_config setval
  split_part strpos to_regclass to_regtype translate tsrange tstzrange unaccent uuid_generate_v4`.split(/\s+/),
]);
/**
 * Function families from pg_proc, without input, output and aggregate functions. Only `pg_` is a reserved prefix: includes its functions
 * that read, and locks that no statement waits for.
 */
const harmlessFamilies = new RegExp(
  `^(?:${[
    "pg_(?:get|stat_get|is|has|size|current|describe|identify|input|partition|relation|table|total|tablespace|indexes|database|column)_\\w+",
    "pg_(?:typeof|backend_pid|client_encoding|encoding_to_char|char_to_encoding|collation_for|postmaster_start_time|notify)",
    "pg_(?:sleep|sleep_for|sleep_until|blocking_pids|basetype|last_\\w+|snapshot_\\w+|wal_lsn_diff|timezone_\\w+|(?:try_)?advisory_(?:xact_|un)?lock\\w*)",
    "array_(?:append|cat|dims|fill|length|lower|upper|ndims|position|positions|prepend|remove|replace|sample|shuffle|to_json|to_string)",
    "jsonb?_(?:array_elements|array_elements_text|array_length|build_array|build_object|each|each_text|extract_path|extract_path_text)",
    "jsonb?_(?:object|object_keys|populate_record|populate_recordset|strip_nulls|to_record|to_recordset|to_tsvector|typeof)",
    "jsonb_(?:insert|pretty|set|set_lax|path_(?:exists|match|query|query_array|query_first)(?:_tz)?)",
    "regexp_(?:count|instr|like|match|matches|replace|split_to_array|split_to_table|substr)",
    "string_to_(?:array|table)",
    "quote_(?:ident|literal|nullable)",
    "has_(?:any_column|column|database|foreign_data_wrapper|function|language|parameter|schema|sequence|server|table|tablespace|type)_privilege",
    "txid_\\w+",
  ].join("|")})$`,
);

/** The functions of a query with unknown effects. */
export function unknownFunctions({ functions }: OperationOf<"select">): readonly string[] {
  const isHarmless = (name: string) => harmlessFunctions.has(name) || harmlessFamilies.test(name);
  return functions.filter((name) => !name.startsWith("pg_catalog.") && !isHarmless(name));
}

/** A function may have any effect. */
export function select(operation: OperationOf<"select">): Verdict {
  const unknown = unknownFunctions(operation);
  if (unknown.length === 0) return harmless;
  const what = unknown.map((name) => `${name}()`).join(", ");
  return verdict({ concerns: [{ kind: "not-understood", what }], doubts: ["statement"] });
}
