import { errorCode } from "../db/retry.js";
import type { Connection } from "../dialects/connection.js";
import type { SpecOf } from "../dialects/units.js";
import { qualified, quoteTable } from "../sql/postgres/quote.js";
import { assertIndex } from "../sql/postgres/units/assert-index.js";

export type IndexSpec = Omit<SpecOf<"create-index">, "kind">;

/** `other`: an index of that name that is not the planned one. */
export type IndexState =
  | { readonly kind: "valid" | "missing" | "other" | "invalid" }
  /** It only looks invalid: this session is building it. */
  | { readonly kind: "building"; readonly pid: number };

/** What stands on a target in the place of a planned index. The plan's own assertion decides whether it is complete. */
export async function readIndex(connection: Connection, spec: IndexSpec): Promise<IndexState> {
  const { rows } = await connection.query<{ valid: boolean; builder: number | null }>(
    `SELECT x.indisvalid AND x.indisready AND x.indislive AS valid,
            (SELECT min(l.pid) FROM pg_locks l WHERE l.relation = x.indrelid AND l.granted AND l.pid <> pg_backend_pid()
                AND l.mode = 'ShareUpdateExclusiveLock' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = l.pid AND a.backend_type = 'autovacuum worker')) AS builder
       FROM pg_index x WHERE x.indexrelid = to_regclass($1) AND x.indrelid = to_regclass($2)`,
    [qualified(spec.table.schema, spec.index.name), quoteTable(spec.table)],
  );
  const [found] = rows;
  if (found === undefined) return { kind: "missing" };
  if (!found.valid) return found.builder === null ? { kind: "invalid" } : { kind: "building", pid: found.builder };
  try {
    await connection.query(assertIndex({ kind: "assert-index", ...spec }));
    return { kind: "valid" };
  } catch (error) {
    if (errorCode(error) === "42710") return { kind: "other" };
    throw error;
  }
}
