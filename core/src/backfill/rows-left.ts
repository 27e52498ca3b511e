import type { Connection } from "../db/connection.js";
import { inTransaction } from "../db/transaction.js";
import { type FillTarget, lacksAny, rowsLeft, within } from "./statements.js";

/** More rows than this are left to another pass: one scan of the table for each such lot would take too long. */
export const rowsPerScan = 10_000;

/**
 * Keys of rows that still lack a value, wherever they are: inserted behind the cursor, with a changed key, or locked when
 * their batch was there. Reads the whole table when there are none.
 */
export async function findRowsLeft(
  connection: Connection,
  target: FillTarget,
  timeoutMs: number,
): Promise<readonly string[]> {
  const settings = { statement_timeout: timeoutMs, row_security: "off" };
  return inTransaction(connection, { isReadOnly: true, settings }, async () => {
    const { rows } = await connection.query<{ key: string }>(rowsLeft(target), [rowsPerScan]);
    return rows.map(({ key }) => key);
  });
}

/** Of these rows, those that lack a value although nobody has them locked: no further try will fill them. */
export async function findUnfillable(
  connection: Connection,
  target: FillTarget,
  keys: readonly string[],
): Promise<readonly string[]> {
  return inTransaction(
    connection,
    { settings: { row_security: "off", lock_timeout: 1000, enable_seqscan: "off" } },
    async () => {
      const { rows } = await connection.query<{ key: string }>(
        `SELECT ${target.key}::text AS key FROM ${target.table} WHERE ${within(target, { kind: "keys" })} AND ${lacksAny(target.columns)}
        LIMIT 3 FOR NO KEY UPDATE SKIP LOCKED`,
        [keys],
      );
      return rows.map(({ key }) => key);
    },
  );
}

/** Sessions that may hold the rows: those with a transaction that has locked or changed rows of the table. In words. */
export async function findHolders(connection: Connection, tableOid: number): Promise<string> {
  const { rows } = await connection.query<{ holder: string }>(
    `SELECT DISTINCT format('pid %s, "%s", in its transaction since %s', a.pid, a.application_name, a.xact_start::timestamptz(0)) AS holder
       FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.relation = $1 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.granted AND l.mode <> 'AccessShareLock' AND a.pid <> pg_backend_pid()`,
    [tableOid],
  );
  return rows.map(({ holder }) => holder).join("; ") || "nobody that can be seen";
}
