import type { OperationOf, Verdict } from "../model/index.js";
import { aggregates, ofTheMoment, plainFunctions, setReturning } from "../sql/postgres/builtins.js";
import { harmless, locksOn, verdict } from "./combine.js";
import type { VerdictContext } from "./context.js";
import { concurrently } from "./transaction.js";

export function truncate({ table, isCascade }: OperationOf<"truncate">, context: VerdictContext): Verdict {
  if (context.createdInThisChange(table)) return harmless;
  const keys = context.foreignKeys(table);
  const others = isCascade ? (keys ?? []).map((key) => key.table) : [];
  return verdict({
    locks: locksOn("ACCESS EXCLUSIVE", [table, ...others.filter(({ name }) => name !== table.name)], context),
    concerns: [{ kind: "loses-data", what: "table", table }],
    // What refers to the tables that refer to it goes as well.
    doubts: isCascade ? ["other-tables"] : [],
  });
}

/** Whoever reads a table opens all of its indexes, so a lock on one of them stops reads. */
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
  return verdict({
    locks: of === "schema" ? [] : [{ table: name, mode: of === "table" ? "SHARE" : "ACCESS EXCLUSIVE" }],
    held: "scan",
    concerns: [{ kind: "scans", table: name, why: "index" }],
    doubts,
  });
}

export function createTrigger({ table }: OperationOf<"createTrigger">, context: VerdictContext): Verdict {
  return verdict({ locks: locksOn("SHARE ROW EXCLUSIVE", [table], context) });
}

/** Functions that change no table: nothing but a sequence, a setting or a session, if anything. */
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
/** Whole families of them. */
const harmlessFamilies = /^(?:pg|array|json|jsonb|regexp|string|quote|has_[a-z]+|txid)_/;

/** The functions that a query calls, and of which nobody knows what they do. */
export function unknownFunctions({ functions }: OperationOf<"select">): readonly string[] {
  const isHarmless = (name: string) => harmlessFunctions.has(name) || harmlessFamilies.test(name);
  return functions.filter((name) => !name.startsWith("pg_catalog.") && !isHarmless(name));
}

/** What a function does nobody knows. */
export function select(operation: OperationOf<"select">): Verdict {
  const unknown = unknownFunctions(operation);
  if (unknown.length === 0) return harmless;
  const what = unknown.map((name) => `${name}()`).join(", ");
  return verdict({ concerns: [{ kind: "not-understood", what }], doubts: ["statement"] });
}
