import type { Connection } from "../../dialect/connection.js";
import { errorCode } from "../../dialect/db/retry.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { IndexSpec, IndexState } from "../../dialect/leftovers.js";
import { qualified, quoteTable } from "../quote.js";
import { assertIndex } from "../units/assert-index.js";
import { createIndexStatement, dropIndexStatement } from "../units/create-index.js";

/** The state of a planned index on a target. The plan's own assertion decides whether it is complete. */
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
    // The assertion may create a temporary copy, which a read-only session must do in a transaction.
    await inTransaction(connection, {}, () => connection.query(assertIndex({ kind: "assert-index", ...spec })));
    return { kind: "valid" };
  } catch (error) {
    if (errorCode(error) === "42710") return { kind: "other" };
    throw error;
  }
}

/** DROP INDEX CONCURRENTLY with a lock timeout. Also drops an invalid index. */
export async function dropIndex(connection: Connection, spec: IndexSpec, lockTimeoutMs: number): Promise<void> {
  await connection.query("SELECT set_config('lock_timeout', $1, false)", [`${lockTimeoutMs}ms`]);
  try {
    await connection.query(dropIndexStatement({ kind: "create-index", ...spec }));
  } finally {
    if (!connection.isLost) await connection.query("RESET lock_timeout");
  }
}

/** The statement that builds the index concurrently. */
export function buildStatement(spec: IndexSpec): string {
  return createIndexStatement({ kind: "create-index", ...spec });
}

/** The progress of a build, from PostgreSQL's progress view. */
export async function buildProgress(observer: Connection, pid: number): Promise<string | undefined> {
  const { rows } = await observer.query<Progress>(
    `SELECT phase, blocks_done::float8 AS done, blocks_total::float8 AS total, current_locker_pid::int AS locker
       FROM pg_stat_progress_create_index WHERE pid = $1`,
    [pid],
  );
  if (rows[0] === undefined) return undefined;
  const { phase, done, total, locker } = rows[0];
  const share = total > 0 ? `, ${Math.floor((100 * done) / total)} %` : "";
  return `building the index: ${phase}${share}${locker > 0 ? `, waiting for pid ${locker}` : ""}`;
}

interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly locker: number;
}
