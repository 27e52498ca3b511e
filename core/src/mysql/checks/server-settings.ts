import { type Check, type Finding, ok, warning } from "../../dialect/check.js";
import { duration } from "../../dialect/format-values.js";

/** A rebuild of a table with some hundred million rows. */
const rebuildSeconds = 600;

export default {
  id: "server-settings",
  title: "server settings",
  on: "target",
  async run({ connection }) {
    const isMariaDb = connection.dialect.id === "mariadb";
    const { rows } = await connection.query<Settings>(
      `SELECT @@GLOBAL.sql_mode AS mode, CONCAT(@@GLOBAL.log_bin) AS logs, @@GLOBAL.binlog_format AS format,
          CONCAT(${isMariaDb ? "@@GLOBAL.max_statement_time" : "0"}) AS seconds,
          ${isMariaDb ? idleSeconds : "'0'"} AS idle`,
    );
    const [settings] = rows;
    if (settings === undefined) return [];
    const findings: Finding[] = [];
    if (!/\bSTRICT_(ALL|TRANS)_TABLES\b/.test(settings.mode))
      findings.push(
        warning(`sql_mode of new sessions is not strict: '${settings.mode}'`, {
          why: "If the application gives a required column no value, the server silently stores '' or 0. Lockstep's own sessions are strict.",
          next: "SET GLOBAL sql_mode = CONCAT(@@GLOBAL.sql_mode, ',STRICT_TRANS_TABLES')   -- and in the server's configuration",
        }),
      );
    if (settings.logs !== "0" && settings.format === "STATEMENT")
      findings.push(
        warning("the binary log contains statements: binlog_format is STATEMENT", {
          why: "The server rejects writes under READ COMMITTED (1665), so a backfill runs under REPEATABLE READ and locks more rows than it fills. A fill that returns a different value each time (uuid(), rand()) is rejected, because replicas would store other values.",
          next: "SET GLOBAL binlog_format = 'ROW'   -- and in the server's configuration",
        }),
      );
    const seconds = Number(settings.seconds);
    if (seconds > 0 && seconds < rebuildSeconds)
      findings.push(
        warning(`max_statement_time is ${duration(seconds)}`, {
          why: "On a large table, contract and index builds take longer, and the server would cancel them.",
          next: "SET GLOBAL max_statement_time = 0   -- statements that need the limit: SET STATEMENT max_statement_time",
        }),
      );
    const idle = Number(settings.idle);
    if (idle > 0 && idle < 5)
      findings.push(
        warning(`an idle transaction ends after ${duration(idle)}: idle_transaction_timeout or a variant of it`, {
          why: "The server rolls back a backfill batch that waits for the network that long, and Lockstep retries it.",
          next: `SET GLOBAL ${idleTimeouts.map((name) => `${name} = 60`).join(", GLOBAL ")}   -- 0: no limit`,
        }),
      );
    return findings.length > 0 ? findings : [ok("sql_mode is strict, and no setting blocks changes")];
  },
} satisfies Check;

const idleTimeouts = [
  "idle_transaction_timeout",
  "idle_write_transaction_timeout",
  "idle_readonly_transaction_timeout",
];
/** The shortest; 0 is no limit. */
const idleSeconds = `CONCAT(COALESCE(LEAST(${idleTimeouts.map((name) => `COALESCE(NULLIF(@@GLOBAL.${name}, 0), 31536000)`).join(", ")}), 0))`;

interface Settings {
  readonly mode: string;
  readonly logs: string;
  readonly format: string;
  readonly seconds: string;
  readonly idle: string;
}
