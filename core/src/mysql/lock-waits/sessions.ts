import type { Connection } from "../../dialect/connection.js";
import { tellsHolders, visible } from "../sessions.js";
import type { Wait } from "./waits.js";

/** A session that waits for a lock or blocks others. */
export interface Session {
  readonly id: number;
  readonly who: string;
  readonly program: string | null;
  readonly schema: string | null;
  readonly command: string;
  /** What it runs, or ran last if the server keeps that. */
  readonly statement: string | null;
  /** How long its statement has been running, and how long it has waited for a row: whole seconds. */
  readonly ms: number;
  readonly rowWaitMs: number | null;
  /** The age of its transaction; null: none is open. */
  readonly openMs: number | null;
}

/** A granted metadata lock. */
export interface Holding {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly mode: string;
}

/** What the server reports about the sessions of some waits. */
export interface Seen {
  readonly sessions: ReadonlyMap<number, Session>;
  readonly waiting: ReadonlySet<number>;
  readonly holdings: readonly Holding[];
}

/** The server records times of a transaction in its own time zone. */
const sinceMs = (moment: string) =>
  `TIMESTAMPDIFF(MICROSECOND, CONVERT_TZ(${moment}, 'SYSTEM', '+00:00'), UTC_TIMESTAMP(6)) / 1000`;

const transactionColumns = `${sinceMs("x.trx_started")} AS openMs, ${sinceMs("x.trx_wait_started")} AS rowWaitMs`;

const program = (id: string) =>
  `(SELECT a.ATTR_VALUE FROM performance_schema.session_connect_attrs a WHERE a.PROCESSLIST_ID = ${id} AND a.ATTR_NAME = 'program_name')`;

/** In a routine, the innermost statement is the one that waits. It started last. */
const mysqlSessions = `
SELECT t.PROCESSLIST_ID AS id, CONCAT(t.PROCESSLIST_USER, '@', t.PROCESSLIST_HOST) AS who, ${program("t.PROCESSLIST_ID")} AS program,
       t.PROCESSLIST_DB AS \`schema\`, t.PROCESSLIST_COMMAND AS command, ${transactionColumns},
       COALESCE(t.PROCESSLIST_INFO, (SELECT s.SQL_TEXT FROM performance_schema.events_statements_current s
          WHERE s.THREAD_ID = t.THREAD_ID AND s.NESTING_EVENT_LEVEL = 0)) AS statement,
       COALESCE((SELECT MIN(s.TIMER_WAIT) / 1e9 FROM performance_schema.events_statements_current s
          WHERE s.THREAD_ID = t.THREAD_ID AND s.END_EVENT_ID IS NULL), t.PROCESSLIST_TIME * 1e3) AS ms
  FROM performance_schema.threads t LEFT JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = t.PROCESSLIST_ID
 WHERE t.PROCESSLIST_ID IN`;

const mariadbSessions = `
SELECT p.ID AS id, CONCAT(p.USER, '@', SUBSTRING_INDEX(p.HOST, ':', 1)) AS who, NULL AS program, p.DB AS \`schema\`, p.COMMAND AS command,
       ${transactionColumns}, p.INFO AS statement, p.TIME_MS AS ms
  FROM information_schema.PROCESSLIST p LEFT JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = p.ID
 WHERE p.ID IN`;

const pluginHoldings = `
SELECT THREAD_ID AS id, TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS name, REPLACE(LOCK_MODE, 'MDL_', '') AS mode
  FROM information_schema.METADATA_LOCK_INFO WHERE LOCK_TYPE = 'Table metadata lock'`;

const schemaHoldings = `
SELECT t.PROCESSLIST_ID AS id, m.OBJECT_SCHEMA AS \`schema\`, m.OBJECT_NAME AS name, m.LOCK_TYPE AS mode
  FROM performance_schema.metadata_locks m JOIN performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID
 WHERE m.OBJECT_TYPE = 'TABLE' AND m.LOCK_STATUS = 'GRANTED' AND t.PROCESSLIST_ID IS NOT NULL`;

/** Finds the waiting sessions and the sessions that may block them. */
export async function sessionsOf(connection: Connection, waits: readonly Wait[]): Promise<Seen> {
  const isMariadb = connection.dialect.id === "mariadb";
  const isHeld = waits.some(({ isMetadata }) => isMetadata) && (await tellsHolders(connection));
  const holdings = isHeld
    ? (await visible<Holding>(connection, isMariadb ? pluginHoldings : schemaHoldings, [])).map((each) => ({
        ...each,
        id: Number(each.id),
      }))
    : [];
  const ids = new Set([
    ...waits.flatMap(({ waiter, holder = waiter }) => [waiter, holder]),
    ...holdings.map(({ id }) => id),
  ]);
  const list = `(${[...ids].join(", ")})`;
  const { rows } = await connection.query<Session>(`${isMariadb ? mariadbSessions : mysqlSessions} ${list}`);
  // MariaDB only knows program names if performance_schema is on. Without the privilege to read it, they stay unknown.
  const programs = isMariadb
    ? await visible<{ id: string | number; program: string }>(
        connection,
        `SELECT PROCESSLIST_ID AS id, ATTR_VALUE AS program FROM performance_schema.session_connect_attrs
          WHERE ATTR_NAME = 'program_name' AND PROCESSLIST_ID IN ${list}`,
        [],
      )
    : [];
  const sessions = rows.map((row): Session => {
    const id = Number(row.id);
    return {
      ...row,
      id,
      ms: Math.max(0, Number(row.ms)),
      rowWaitMs: numberOf(row.rowWaitMs),
      openMs: numberOf(row.openMs),
      program: row.program ?? programs.find((each) => Number(each.id) === id)?.program ?? null,
    };
  });
  return {
    sessions: new Map(sessions.map((session) => [session.id, session])),
    waiting: new Set(waits.map(({ waiter }) => waiter)),
    holdings,
  };
}

const numberOf = (value: string | number | null) => (value === null ? null : Math.max(0, Number(value)));
