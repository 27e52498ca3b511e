import type { Batches, Filled, FillTarget, KeyValues } from "../../dialect/batches.js";
import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import { type InputRow, inputOf } from "../function-inputs.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { filledValue } from "../validation/unique.js";
import { storeComputed, unfilledRows } from "./computed.js";
import { inKeyTransaction, keyParameters, keyRow, keyText, readingKeys } from "./keys.js";
import { places, placesOf } from "./places.js";
import {
  anyValue,
  batchEnd,
  changedRows,
  fillStatements,
  firstValues,
  lacksAny,
  lastBatchEnd,
  lastKey,
  laterRows,
  type Query,
  rowsLeft,
  valueBytes,
  within,
} from "./statements.js";
import { storage } from "./storage.js";

/** Fails instead of hiding rows by a policy. */
const allRows = { row_security: "off" } as const;

/** Statistics lag behind a backfill. A plan with a full scan would read the whole table for each batch. */
const byIndex = { enable_seqscan: "off", jit: "off" } as const;

/** For PostgreSQL. Settings are local to transactions and do not stay in the session. */
export const batches: Batches = {
  inBatch(connection, { isReadOnly = false, lockTimeoutMs, statementTimeoutMs }, run) {
    // A suspended runner (a closed laptop) must not keep the rows of its batch locked.
    const limits = { lockTimeoutMs, statementTimeoutMs, idleTimeoutMs: 10_000 };
    const options = { isReadOnly, isCountedAtOnce: !isReadOnly, limits, settings: { ...allRows, ...byIndex } };
    return inTransaction(connection, options, run);
  },

  async endOf(connection, target, rows, ahead) {
    const found = await readingKeys(connection, () =>
      ask<{ upper: KeyValues }>(connection, batchEnd(target, rows, ahead)),
    );
    return found[0]?.upper;
  },

  async rest(connection, target, ahead) {
    const [last] = await readingKeys(connection, () =>
      ask<{ upper: KeyValues | null; rows: number }>(connection, lastBatchEnd(target, ahead)),
    );
    return { upTo: last?.upper ?? undefined, rows: last?.rows ?? 0 };
  },

  async fill(connection, target, scope, { rows, skipLocked }) {
    let filled = 0;
    let empty = 0;
    for (const [at, statement] of fillStatements(target, scope, skipLocked).entries()) {
      const [done] = await ask<Filled>(connection, statement);
      filled += done!.filled;
      empty += done!.empty;
      // If every row lacked all columns, no row lacks only some. Otherwise the statements below fill rows that lack one of them.
      if (at === 0 && target.isKeyUnique && filled === rows && empty === 0) break;
    }
    return { filled, empty };
  },

  async unfilled(connection, target, table, scope, column) {
    // Under the same settings as the write, which compares the text.
    const rows = await readingKeys(connection, () =>
      ask<InputRow & { key: KeyValues; seen: readonly (string | null)[] }>(
        connection,
        unfilledRows(target, table, scope, column),
      ),
    );
    return rows.map((row) => ({ key: row.key, seen: row.seen, input: inputOf(row, column.compute.reads) }));
  },

  async store(connection, target, values, skipLocked) {
    // Under the settings that the inputs were read with, because their text is compared.
    const [stored] = await readingKeys(connection, () =>
      ask<Filled>(connection, storeComputed(target, values, skipLocked)),
    );
    return stored!;
  },

  async logBytes(connection) {
    const { rows } = await connection.query<{ bytes: string }>(
      "SELECT (pg_current_wal_insert_lsn() - '0/0')::text AS bytes",
    );
    return Number(rows[0]!.bytes);
  },

  async pageLogging(connection) {
    const { rows } = await connection.query<{ ms: number; log: string; target: number; cache: string }>(
      `SELECT (extract(epoch FROM current_setting('checkpoint_timeout')::interval) * 1000)::float8 AS ms,
              pg_size_bytes(current_setting('max_wal_size'))::text AS log,
              current_setting('checkpoint_completion_target')::float8 AS target,
              pg_size_bytes(current_setting('effective_cache_size'))::text AS cache`,
    );
    const { ms, log, target, cache } = rows[0]!;
    // PostgreSQL starts it early enough that the log stays below its limit until it ends.
    const checkpointBytes = Number(log) / (1 + target);
    return { checkpointMs: ms, checkpointBytes, cacheBytes: Number(cache) };
  },

  async readers(connection, { table }) {
    const { rows } = await connection.query<{ kind: "publication" | "slot"; name: string }>(
      `SELECT 'publication' AS kind, pubname::text AS name FROM pg_publication_tables WHERE schemaname = $1 AND tablename = $2
       UNION ALL SELECT 'slot', slot_name::text FROM pg_replication_slots
        WHERE slot_type = 'physical' OR database = current_database() ORDER BY 1, 2`,
      [table.schema, table.name],
    );
    return rows;
  },

  async valueBytes(connection, target, scope) {
    const [row] = await ask<{ bytes: number }>(connection, valueBytes(target, scope));
    return row!.bytes;
  },

  storage,

  placesOf,

  async keyAt(connection, target, place) {
    const query = {
      sql: `SELECT ${keyText(target.key, "t")} AS key FROM ${quoteTable(target.table)} t WHERE ${keyRow(places, "t")} = ${keyParameters(places, 1)}`,
      values: place,
    };
    const [key] = await inKeyTransaction(connection, { isReadOnly: true, settings: allRows }, () =>
      keysOf(connection, query),
    );
    return key;
  },

  async rowsLeft(connection, target, limit, timeoutMs) {
    return inScan(connection, timeoutMs, () => keysOf(connection, { sql: rowsLeft(target), values: [limit] }));
  },

  async stillEmpty(connection, target, keys, { limit, isFree }) {
    const { sql, values } = within(target, { kind: "keys", keys });
    const options = { limits: { lockTimeoutMs: 1000 }, settings: { ...allRows, ...byIndex } };
    return inKeyTransaction(connection, options, () =>
      keysOf(connection, {
        sql: `SELECT ${keyText(target.key, "t")} AS key FROM ${quoteTable(target.table)} t WHERE ${sql} AND ${lacksAny(target.columns)}
        LIMIT ${limit}${isFree ? " FOR NO KEY UPDATE SKIP LOCKED" : ""}`,
        values,
      }),
    );
  },

  async sameValues(connection, target, key) {
    const found: KeyValues[] = [];
    for (const unique of target.uniqueKeys) {
      const same = inScan(connection, 5000, () => keysOf(connection, rowsLike(target, key, unique)));
      // Only improves the message: it must not replace the real error.
      found.push(...(await same.catch(() => [])));
    }
    return found;
  },

  bounds: (connection, target) =>
    // In this order: an existing row has a key up to the greatest one, or its transaction had not ended yet.
    inKeyTransaction(connection, { isReadOnly: true, settings: allRows }, async () => {
      const { rows: since } = await connection.query<{ since: string }>(
        "SELECT txid_snapshot_xmin(txid_current_snapshot())::text AS since",
      );
      const [upTo] = await keysOf(connection, { sql: lastKey(target), values: [] });
      return { since: since[0]!.since, ...(upTo === undefined ? {} : { upTo }) };
    }),

  async hasValues(connection, target, timeoutMs) {
    const { rows } = await inScan(connection, timeoutMs, () => connection.query(anyValue(target)));
    return rows.length > 0;
  },

  firstValues: (connection, target, rows, timeoutMs) =>
    inScan(connection, timeoutMs, () => ask(connection, { sql: firstValues(target), values: [rows] })),

  changedSince(connection, target, { upTo = [], since }, { isEvaluated, limit, timeoutMs }) {
    // A row stores the lower 32 bits.
    const from = since === undefined ? [] : [String(BigInt(since) % 2n ** 32n)];
    const sql = changedRows(target, since !== undefined, isEvaluated);
    return inScan(connection, timeoutMs, () => keysOf(connection, { sql, values: [limit, ...upTo, ...from] }));
  },

  async countBeyond(connection, target, key, { limit, timeoutMs }) {
    const values = [limit, ...key];
    const [found] = await inScan(connection, timeoutMs, () =>
      ask<{ rows: number }>(connection, { sql: laterRows(target), values }),
    );
    return found!.rows;
  },

  async tryLock(connection, name) {
    const { rows } = await connection.query("SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken", [name]);
    return rows[0]?.taken === true;
  },

  async lockedBy(connection, name) {
    const { rows } = await connection.query<{ pid: number; application: string; user: string; since: string }>(
      `SELECT a.pid, a.application_name AS application, a.usename AS user,
            to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
       FROM (SELECT hashtextextended($1, 0) AS h) k
       JOIN pg_locks l ON l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
        AND l.classid::bigint = (h >> 32) & 4294967295 AND l.objid::bigint = h & 4294967295
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       JOIN pg_stat_activity a ON a.pid = l.pid`,
      [name],
    );
    return rows[0];
  },

  async endSession(connection, { pid, backendStart }) {
    await connection.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start::text = $2 AND pid <> pg_backend_pid()",
      [pid, backendStart],
    );
  },

  endingSession: (pid) => `SELECT pg_terminate_backend(${pid})`,

  async holders(connection, { oid }) {
    const { rows } = await connection.query<{ holder: string }>(
      `SELECT DISTINCT format('pid %s, "%s", in its transaction since %s', a.pid, a.application_name, a.xact_start::timestamptz(0)) AS holder
       FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.relation = $1 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.granted AND l.mode <> 'AccessShareLock' AND a.pid <> pg_backend_pid()`,
      [oid],
    );
    return rows.map(({ holder }) => holder);
  },

  async serverName(connection) {
    const { rows } = await connection
      .query<{ server: string }>(
        "SELECT system_identifier || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) AS server FROM pg_control_system()",
      )
      .catch((error: unknown) => {
        if (isDatabaseError(error)) return { rows: [] };
        throw error;
      });
    return rows[0]?.server;
  },
};

async function ask<R extends object>(connection: Connection, { sql, values }: Query): Promise<readonly R[]> {
  const { rows } = await connection.query<R>(sql, values);
  return rows;
}

async function keysOf(connection: Connection, query: Query): Promise<readonly KeyValues[]> {
  const rows = await ask<{ key: KeyValues }>(connection, query);
  return rows.map(({ key }) => key);
}

/** A transaction that reads the whole table, and evaluates no fill under our settings. */
function inScan<T>(connection: Connection, statementTimeoutMs: number, run: () => Promise<T>): Promise<T> {
  return inKeyTransaction(connection, { isReadOnly: true, limits: { statementTimeoutMs }, settings: allRows }, run);
}

/** Other rows with the value that a row would get in a unique index. */
function rowsLike(target: FillTarget, key: KeyValues, unique: readonly string[]): Query {
  const given = keyParameters(target.key, 1);
  const table = quoteTable(target.table);
  const value = (name: string) => {
    const column = target.columns.find((each) => each.name === name);
    return column?.fill === undefined ? quoteIdentifier(name) : filledValue({ ...column, fill: column.fill });
  };
  const values = unique.map((name, at) => `${value(name)} AS k${at}`).join(", ");
  const isSame = unique.map((name, at) => `o.${quoteIdentifier(name)} = r.k${at}`).join(" AND ");
  return {
    sql: `WITH refused AS (SELECT ${values} FROM ${table} t WHERE ${keyRow(target.key, "t")} = ${given})
      SELECT ${keyText(target.key, "o")} AS key FROM ${table} o JOIN refused r ON ${isSame}
       WHERE ${keyRow(target.key, "o")} <> ${given} LIMIT 3`,
    values: key,
  };
}
