import type { Connection, Row } from "../dialect/connection.js";
import { errorCode } from "../dialect/db/retry.js";
import { some } from "../dialect/format-values.js";
import type { Blind, LoadSignals } from "../dialect/load-signals.js";
import { lockWaits } from "./lock-waits/index.js";
import { visible } from "./sessions.js";

/** For MySQL and MariaDB. */
export const loadSignals: LoadSignals = {
  async replicas(connection) {
    if (!(await hasBinaryLog(connection))) return [];
    const isMariadb = connection.dialect.id === "mariadb";
    const list = isMariadb || connection.serverVersion < 80_022 ? "SHOW SLAVE HOSTS" : "SHOW REPLICAS";
    try {
      const { rows } = await connection.query(list);
      if (rows.length === 0) return [];
      return {
        kind: "blind",
        reason: `${some(rows.length, "replica")}, but a primary does not report replica lag: name variables with the URLs of replicas in --replica-url-from`,
      };
    } catch (error) {
      if (errorCode(error) !== "42501") throw error;
      const right = isMariadb && connection.serverVersion >= 100_502 ? "REPLICATION MASTER ADMIN" : "REPLICATION SLAVE";
      return blind(connection, "whether replicas are connected", right);
    }
  },

  async lag(connection) {
    const isMariadb = connection.dialect.id === "mariadb";
    const status = isMariadb
      ? "SHOW ALL SLAVES STATUS"
      : connection.serverVersion < 80_022
        ? "SHOW SLAVE STATUS"
        : "SHOW REPLICA STATUS";
    try {
      const { rows } = await connection.query<Row>(status);
      if (rows.length === 0) return undefined;
      const channels = rows.map((row) => {
        const read = (name: string) => row[name.replace("%", "Replica")] ?? row[name.replace("%", "Slave")];
        const seconds = row.Seconds_Behind_Source ?? row.Seconds_Behind_Master ?? null;
        return {
          isStopped: read("%_SQL_Running") === "No",
          // A configured delay is not lag.
          seconds: seconds === null ? undefined : Math.max(0, Number(seconds) - Number(row.SQL_Delay ?? 0)),
        };
      });
      const known = channels.flatMap(({ seconds }) => (seconds === undefined ? [] : [seconds]));
      return {
        ...(known.length === 0 ? {} : { seconds: Math.max(...known) }),
        ...(channels.some(({ isStopped }) => isStopped) ? { stopped: `${status} there shows why` } : {}),
      };
    } catch (error) {
      if (errorCode(error) !== "42501") throw error;
      const right = isMariadb && connection.serverVersion >= 100_509 ? "REPLICA MONITOR" : "REPLICATION CLIENT";
      return blind(connection, `the lag of ${connection.label}`, right);
    }
  },

  async activeSessions(connection) {
    const { rows } = await connection.query<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Threads_running'");
    return Math.max(0, Number(rows[0]?.Value ?? 1) - 1);
  },

  async binaryLogs(connection) {
    if (!(await hasBinaryLog(connection))) return undefined;
    try {
      const { rows } = await connection.query<{ File_size: string | number }>("SHOW BINARY LOGS");
      return { bytes: rows.reduce((sum, { File_size: size }) => sum + Number(size), 0) };
    } catch (error) {
      if (errorCode(error) !== "42501") throw error;
      const right =
        connection.dialect.id === "mariadb" && connection.serverVersion >= 100_502
          ? "BINLOG MONITOR"
          : "REPLICATION CLIENT";
      return blind(connection, "the size of the binary logs", right);
    }
  },

  async longestWaitMs(connection, pid) {
    const [waits, waiting, blocking] =
      connection.dialect.id === "mariadb"
        ? ["information_schema.INNODB_LOCK_WAITS", "requesting_trx_id", "blocking_trx_id"]
        : ["performance_schema.data_lock_waits", "REQUESTING_ENGINE_TRANSACTION_ID", "BLOCKING_ENGINE_TRANSACTION_ID"];
    // The server records whole seconds in its own time zone. The first second may be incomplete.
    const rows = await visible<{ seconds: string | number | null }>(
      connection,
      `SELECT MAX(TIMESTAMPDIFF(SECOND, CONVERT_TZ(r.trx_wait_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP())) AS seconds
         FROM ${waits} w JOIN information_schema.INNODB_TRX r ON r.trx_id = w.${waiting}
         JOIN information_schema.INNODB_TRX b ON b.trx_id = w.${blocking} WHERE b.trx_mysql_thread_id = ?`,
      [pid],
    );
    return Math.max(0, Number(rows[0]?.seconds ?? 0) - 1) * 1000;
  },

  waits: lockWaits,
};

async function hasBinaryLog(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ logs: string | number }>("SELECT @@GLOBAL.log_bin AS logs");
  return ["1", "ON"].includes(String(rows[0]?.logs));
}

async function blind(connection: Connection, what: string, right: string): Promise<Blind> {
  const { rows } = await connection.query<{ account: string }>("SELECT CURRENT_USER() AS account");
  const account = rows[0]!.account.replace(/^(.*)@(.*)$/s, "'$1'@'$2'");
  return { kind: "blind", reason: `${account} cannot see ${what}: GRANT ${right} ON *.* TO ${account}` };
}
