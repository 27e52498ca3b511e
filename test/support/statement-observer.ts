/** What a server does when it runs a statement: locks on every table, rows read or written, failures, and old code afterwards. */
import type pg from "pg";
import { type Held, type LockMode, lockModes } from "../../core/src/model/index.js";

/** A statement, and what is there when it runs. */
export interface Observed {
  /** `User ACCESS EXCLUSIVE` */
  readonly locks: readonly string[];
  /** Those that the statements before it have taken already: that it takes them again nobody sees. */
  readonly kept: ReadonlySet<string>;
  readonly held: Held;
  /** Why it fails, and the SQLSTATE. */
  readonly error: string | undefined;
  readonly code: string | undefined;
  /** The statements of old code that fail after it, and why. */
  readonly broken: readonly string[];
}

export interface ObservedStatement {
  readonly sql: string;
  /** Rows that are added, and statements that run before it, in the same transaction. */
  readonly before?: readonly string[];
  /** What a build from before the change does afterwards. */
  readonly oldCode: readonly string[];
  /** Locks of the statements before it count as its own. */
  readonly isOneTransaction?: boolean;
}

/** Keeps which tables and views are there before a change. Call it again when they are others. */
export async function keepLiveTables(client: pg.Client): Promise<void> {
  await client.query(
    `DROP TABLE IF EXISTS live_tables; CREATE TEMPORARY TABLE live_tables AS SELECT oid, relname::text AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')`,
  );
}

/** Runs a statement in a transaction that is rolled back. */
export async function observe(
  client: pg.Client,
  { sql, before: texts = [], oldCode, isOneTransaction = false }: ObservedStatement,
): Promise<Observed> {
  await client.query("BEGIN");
  try {
    for (const text of texts) if (text !== "") await client.query(text);
    // The locks and scans of what came before count for nothing: only tables that were there before are looked at.
    const before = await lookAt(client);
    await client.query("SAVEPOINT s");
    const error = await client.query(sql).then(
      () => undefined,
      (reason: pg.DatabaseError) => reason,
    );
    if (error !== undefined)
      return { locks: [], kept: before.locks, held: "instant", error: error.message, code: error.code, broken: [] };
    const now = await lookAt(client);
    const rewritten = [...before.files].some(
      ([oid, file]) => now.files.get(oid) != null && now.files.get(oid) !== file,
    );
    const held = rewritten ? "rewrite" : now.work > before.work ? "scan" : "instant";
    const kept = isOneTransaction ? new Set<string>() : before.locks;
    const broken = await brokenCode(client, oldCode);
    return { locks: strongest(now.locks, kept), kept, held, error: undefined, code: undefined, broken };
  } finally {
    await client.query("ROLLBACK");
  }
}

const modes: Readonly<Record<string, LockMode>> = {
  ExclusiveLock: "EXCLUSIVE",
  RowExclusiveLock: "ROW EXCLUSIVE",
  ShareUpdateExclusiveLock: "SHARE UPDATE EXCLUSIVE",
  ShareLock: "SHARE",
  ShareRowExclusiveLock: "SHARE ROW EXCLUSIVE",
  AccessExclusiveLock: "ACCESS EXCLUSIVE",
};

/** Tables and views that were there before: their locks, files, and how often their rows were read or changed. */
async function lookAt(client: pg.Client) {
  const { rows: locks } = await client.query<{ table: string; mode: string }>(
    `SELECT DISTINCT live_tables.name AS table, l.mode FROM pg_locks l JOIN live_tables ON live_tables.oid = l.relation
      WHERE l.pid = pg_backend_pid() AND l.granted`,
  );
  const { rows: files } = await client.query<{ oid: string; file: string }>(
    "SELECT c.oid::text, CASE WHEN pg_relation_size(c.oid) > 0 THEN pg_relation_filenode(c.oid)::text END AS file FROM pg_class c JOIN live_tables ON live_tables.oid = c.oid",
  );
  const { rows: work } = await client.query<{ n: number }>(
    `SELECT coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(n_tup_upd, 0) + coalesce(n_tup_del, 0)), 0)::int AS n
       FROM pg_stat_xact_user_tables s JOIN live_tables ON live_tables.oid = s.relid`,
  );
  return {
    locks: new Set(locks.flatMap(({ table, mode }) => (modes[mode] === undefined ? [] : [`${table} ${modes[mode]}`]))),
    files: new Map(files.map(({ oid, file }) => [oid, file])),
    work: work[0]?.n ?? 0,
  };
}

/** The strongest lock of every table, but for those that were there before. */
function strongest(locks: ReadonlySet<string>, before: ReadonlySet<string>): string[] {
  const tableOf = (lock: string) => lock.slice(0, lock.indexOf(" "));
  const rankOf = (lock: string) => lockModes.indexOf(lock.slice(lock.indexOf(" ") + 1) as LockMode);
  const added = [...locks].filter((lock) => !before.has(lock));
  return added.filter(
    (lock) => !added.some((other) => tableOf(other) === tableOf(lock) && rankOf(other) > rankOf(lock)),
  );
}

/** Each in its own transaction, one after the other, as far as they go. */
export async function brokenCode(
  client: { query(sql: string): Promise<unknown> },
  oldCode: readonly string[],
): Promise<string[]> {
  const broken: string[] = [];
  for (const sql of oldCode) {
    await client.query("SAVEPOINT code");
    await client.query(sql).catch(async (error: Error) => {
      broken.push(`${sql}: ${error.message}`);
      await client.query("ROLLBACK TO code");
    });
  }
  return broken;
}
