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
          CONCAT(${isMariaDb ? "@@GLOBAL.max_statement_time" : "0"}) AS seconds`,
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
    return findings.length > 0 ? findings : [ok("sql_mode is strict, and no setting blocks changes")];
  },
} satisfies Check;

interface Settings {
  readonly mode: string;
  readonly logs: string;
  readonly format: string;
  readonly seconds: string;
}
