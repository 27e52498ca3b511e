import type { Connection } from "../../dialect/connection.js";
import { tokensOf } from "../read/scan.js";
import { tellsHolders } from "../sessions.js";
import { isTable, type PlannedTable } from "./planned-table.js";

/** A waiting session, and what it waits for as far as the server reports it. */
export interface Wait {
  readonly waiter: number;
  readonly holder?: number;
  readonly table: { readonly schema: string; readonly name: string } | undefined;
  /** `a row lock (X)`. */
  readonly lock: string;
  readonly isMetadata: boolean;
}

/** The label is undefined if only the statement can show the table. It is resolved after the statement is read. */
export interface PlannedWait extends Wait {
  readonly label: string | undefined;
}

/** Waits on the tables of the plan, and waits whose table is still unknown. */
export function ofPlan(wait: Wait, tables: readonly PlannedTable[]): PlannedWait[] {
  const { table } = wait;
  if (table === undefined) return [{ ...wait, label: undefined }];
  const own = tables.find((each) => isTable(each, table));
  return own === undefined ? [] : [{ ...wait, label: own.label }];
}

interface RowWait {
  readonly waiter: string | number;
  readonly holder: string | number | null;
  readonly kind: string;
  readonly mode: string;
}

function rowWait(row: RowWait, table: Wait["table"]): Wait {
  const holder = Number(row.holder ?? 0);
  return {
    waiter: Number(row.waiter),
    // A prepared transaction that outlived its session has no holder.
    ...(holder === 0 ? {} : { holder }),
    table,
    lock: `a ${row.kind === "RECORD" ? "row" : "table"} lock (${row.mode})`,
    isMetadata: false,
  };
}

/** Sessions that wait for an InnoDB row or table lock. */
export async function mysqlRowWaits(connection: Connection): Promise<readonly Wait[]> {
  const { rows } = await connection.query<RowWait & { readonly schema: string; readonly name: string }>(
    `SELECT r.trx_mysql_thread_id AS waiter, b.trx_mysql_thread_id AS holder, l.LOCK_TYPE AS kind, l.LOCK_MODE AS mode,
            l.OBJECT_SCHEMA AS \`schema\`, l.OBJECT_NAME AS name
       FROM performance_schema.data_lock_waits w
       JOIN performance_schema.data_locks l ON l.ENGINE = w.ENGINE AND l.ENGINE_LOCK_ID = w.REQUESTING_ENGINE_LOCK_ID
       JOIN information_schema.INNODB_TRX r ON r.trx_id = w.REQUESTING_ENGINE_TRANSACTION_ID
       LEFT JOIN information_schema.INNODB_TRX b ON b.trx_id = w.BLOCKING_ENGINE_TRANSACTION_ID
      ORDER BY b.trx_started`,
  );
  return oldestHolders(rows.map((row) => rowWait(row, row)));
}

/** `mysqlRowWaits` for MariaDB. */
export async function mariadbRowWaits(connection: Connection): Promise<readonly Wait[]> {
  const { rows } = await connection.query<RowWait & { readonly locked: string }>(
    `SELECT r.trx_mysql_thread_id AS waiter, b.trx_mysql_thread_id AS holder, l.lock_type AS kind, l.lock_mode AS mode, l.lock_table AS locked
       FROM information_schema.INNODB_LOCK_WAITS w
       JOIN information_schema.INNODB_LOCKS l ON l.lock_id = w.requested_lock_id
       JOIN information_schema.INNODB_TRX r ON r.trx_id = w.requesting_trx_id
       LEFT JOIN information_schema.INNODB_TRX b ON b.trx_id = w.blocking_trx_id
      ORDER BY b.trx_started`,
  );
  return oldestHolders(rows.map((row) => rowWait(row, lockedTable(row.locked))));
}

/** InnoDB writes the name as in SQL, followed by a comment for a partition. */
function lockedTable(text: string): { readonly schema: string; readonly name: string } | undefined {
  const [schema, , name] = tokensOf(text) ?? [];
  return schema === undefined || name === undefined ? undefined : { schema: schema.text, name: name.text };
}

/** A session waits for one lock at a time, but several sessions can hold it. */
function oldestHolders(waits: readonly Wait[]): readonly Wait[] {
  return waits.filter(({ waiter }, at) => waits.findIndex((other) => other.waiter === waiter) === at);
}

/** Sessions that wait for a metadata lock. MariaDB does not report the table, and neither does MySQL if the instrument is off. */
export async function waitingSessions(connection: Connection): Promise<readonly Wait[]> {
  const [list, id, state] =
    connection.dialect.id === "mariadb"
      ? ["information_schema.PROCESSLIST", "ID", "STATE"]
      : ["performance_schema.threads", "PROCESSLIST_ID", "PROCESSLIST_STATE"];
  const { rows } = await connection.query<{ waiter: string | number }>(
    `SELECT ${id} AS waiter FROM ${list} WHERE ${state} = 'Waiting for table metadata lock' LIMIT 200`,
  );
  return rows.map(({ waiter }) => ({
    waiter: Number(waiter),
    table: undefined,
    lock: "a metadata lock",
    isMetadata: true,
  }));
}

/** Sessions that wait for a metadata lock, with the table if the server reports it. */
export async function mysqlMetadataWaits(connection: Connection): Promise<readonly Wait[]> {
  if (!(await tellsHolders(connection))) return waitingSessions(connection);
  const { rows } = await connection.query<{ waiter: string | number; mode: string; schema: string; name: string }>(
    `SELECT t.PROCESSLIST_ID AS waiter, m.LOCK_TYPE AS mode, m.OBJECT_SCHEMA AS \`schema\`, m.OBJECT_NAME AS name
       FROM performance_schema.metadata_locks m JOIN performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID
      WHERE m.OBJECT_TYPE = 'TABLE' AND m.LOCK_STATUS = 'PENDING' LIMIT 200`,
  );
  return rows.map(({ waiter, mode, schema, name }) => ({
    waiter: Number(waiter),
    table: { schema, name },
    lock: `a metadata lock (${mode})`,
    isMetadata: true,
  }));
}
