import type { Connection } from "../db/connection.js";
import { inKeyTransaction, type KeyValues, keyColumns, keyText } from "./keys.js";
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
): Promise<readonly KeyValues[]> {
  const settings = { statement_timeout: timeoutMs, row_security: "off" };
  return inKeyTransaction(connection, { isReadOnly: true, settings }, async () => {
    const { rows } = await connection.query<{ key: KeyValues }>(rowsLeft(target), [rowsPerScan]);
    return rows.map(({ key }) => key);
  });
}

/** Of these rows, those that lack a value although nobody has them locked: no further try will fill them. */
export async function findUnfillable(
  connection: Connection,
  target: FillTarget,
  keys: readonly KeyValues[],
): Promise<readonly KeyValues[]> {
  return inKeyTransaction(
    connection,
    { settings: { row_security: "off", lock_timeout: 1000, enable_seqscan: "off" } },
    async () => {
      const { rows } = await connection.query<{ key: KeyValues }>(
        `SELECT ${keyText(target.key, "t")} AS key FROM ${target.table} t WHERE ${within(target, { kind: "keys" })} AND ${lacksAny(target.columns)}
        LIMIT 3 FOR NO KEY UPDATE SKIP LOCKED`,
        keyColumns(target.key, keys),
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
