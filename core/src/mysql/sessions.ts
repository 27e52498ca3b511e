import type { Connection } from "../dialect/connection.js";
import { errorCode } from "../dialect/db/retry.js";
import type { BlockerQuestion, Sessions } from "../dialect/sessions.js";
import { type TableName, tableLabel } from "../model/names.js";

/** For MySQL and MariaDB. */
export const sessions: Sessions = {
  async blockers(connection, question) {
    return (await inTheWay(connection, question)).map(sentence);
  },
  stallMs: 1000,
  // Whole seconds. MySQL's minimum is one.
  limitLocks: (timeoutMs) => `SET SESSION lock_wait_timeout = ${Math.max(1, Math.ceil(timeoutMs / 1000))}`,
};

/** A session that holds tables, or that may hold them if the server does not report it. */
export interface InTheWay {
  readonly id: number;
  readonly who: string;
  /** Only the requested tables. undefined: it has an open transaction on unknown tables. */
  readonly tables: string | undefined;
  readonly seconds: number;
  readonly doing: string;
}

/** Whether the server reports which session holds a metadata lock. */
export async function tellsHolders(connection: Connection): Promise<boolean> {
  const sql =
    connection.dialect.id === "mariadb"
      ? "SELECT 1 FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'METADATA_LOCK_INFO' AND PLUGIN_STATUS = 'ACTIVE'"
      : "SELECT 1 FROM performance_schema.setup_instruments WHERE NAME = 'wait/lock/metadata/sql/mdl' AND ENABLED = 'YES'";
  return (await visible(connection, sql, [])).length > 0;
}

/** Sessions that block DDL on the tables. Without the PROCESS privilege, an account cannot see other accounts' sessions. */
export async function inTheWay(
  connection: Connection,
  { tables, olderThanSeconds }: Pick<BlockerQuestion, "tables" | "olderThanSeconds">,
): Promise<readonly InTheWay[]> {
  if (tables.length === 0) return [];
  const tells = await tellsHolders(connection);
  const isMysql = connection.dialect.id === "mysql";
  const locks = isMysql ? schemaLocks : pluginLocks;
  const named = (schema: string, name: string) =>
    tables.map(() => `(${schema} = COALESCE(?, DATABASE()) AND ${name} = ?)`).join(" OR ");
  // MySQL also locks the tables whose foreign keys reference the changed one.
  const ours = isMysql
    ? `${named("l.db", "l.name")} OR (l.db, l.name) IN (SELECT k.TABLE_SCHEMA, k.TABLE_NAME FROM information_schema.KEY_COLUMN_USAGE k WHERE ${named("k.REFERENCED_TABLE_SCHEMA", "k.REFERENCED_TABLE_NAME")})`
    : named("l.db", "l.name");
  const values = tables.flatMap(({ schema = null, name }) => [schema, name]);
  const rows = await visible<SessionRow>(
    connection,
    `SELECT p.ID AS id, CONCAT(p.USER, '@', p.HOST) AS who, ${tells ? "l.tables" : "NULL"} AS tables, CONCAT(${age}) AS seconds,
        CONCAT_WS(', ', IF(x.trx_mysql_thread_id IS NULL, NULL, 'in a transaction'), p.COMMAND, NULLIF(LEFT(REGEXP_REPLACE(COALESCE(p.INFO, ''), '[[:space:]]+', ' '), 100), '')) AS doing
      FROM information_schema.PROCESSLIST p LEFT JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = p.ID
      ${tells ? `JOIN (SELECT id, GROUP_CONCAT(DISTINCT name ORDER BY name SEPARATOR '\n') AS tables FROM (${locks}) l WHERE ${ours} GROUP BY id) l ON l.id = p.ID` : ""}
     WHERE p.ID <> CONNECTION_ID() AND ${age} >= ? ${tells ? "" : "AND x.trx_mysql_thread_id IS NOT NULL AND p.DB = DATABASE()"}
     ORDER BY ${age} DESC`,
    [...(tells ? values : []), ...(tells && isMysql ? values : []), olderThanSeconds],
  );
  return rows.map(({ id, who, tables: held, seconds, doing }) => ({
    id: Number(id),
    who,
    tables: held === null ? undefined : labels(tables, held.split("\n")),
    seconds: Number(seconds),
    doing,
  }));
}

interface SessionRow {
  readonly id: number | string;
  readonly who: string;
  readonly tables: string | null;
  readonly seconds: string;
  readonly doing: string;
}

/** The age of the transaction, which the server records in its own time zone; without a transaction, of the statement. */
const age = "COALESCE(TIMESTAMPDIFF(SECOND, CONVERT_TZ(x.trx_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP()), p.TIME)";

const pluginLocks =
  "SELECT THREAD_ID AS id, TABLE_SCHEMA AS db, TABLE_NAME AS name FROM information_schema.METADATA_LOCK_INFO WHERE LOCK_TYPE = 'Table metadata lock'";

const schemaLocks = `SELECT t.PROCESSLIST_ID AS id, m.OBJECT_SCHEMA AS db, m.OBJECT_NAME AS name
   FROM performance_schema.metadata_locks m JOIN performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID
  WHERE m.LOCK_STATUS = 'GRANTED' AND m.OBJECT_TYPE = 'TABLE'`;

function labels(tables: readonly TableName[], names: readonly string[]): string {
  const own = tables.filter(({ name }) => names.includes(name));
  const others = names.filter((name) => own.every((each) => each.name !== name));
  return [...own.map(tableLabel), ...others].join('", "');
}

function sentence({ id, who, tables, seconds, doing }: InTheWay): string {
  if (tables === undefined)
    return `id ${id} (${who}) has had a transaction open for ${seconds} s, and may hold the table: ${doing}`;
  return `id ${id} (${who}) has held "${tables}" for ${seconds} s: ${doing}`;
}

/** Returns no rows if the role lacks the privilege to read them. */
export async function visible<R extends object>(
  connection: Connection,
  sql: string,
  values: readonly unknown[],
): Promise<readonly R[]> {
  try {
    return (await connection.query<R>(sql, values)).rows;
  } catch (error) {
    if (errorCode(error) === "42501") return [];
    throw error;
  }
}
