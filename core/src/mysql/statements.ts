import type { Connection } from "../dialect/connection.js";
import { errorCode } from "../dialect/db/retry.js";
import { inTransaction } from "../dialect/db/transaction.js";
import { type Blind, isBlind } from "../dialect/load-signals.js";
import type { ReadStatement, StatementStatistics, Statements } from "../dialect/statements.js";
import { type Counted, readsOf, statementsOf } from "../sql/counted-statements.js";
import { ranStatement } from "./digests.js";
import { wordsOf } from "./read/read-body.js";

const consumer = "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'statements_digest'";

export const schemaIsOff =
  "performance_schema is off: set performance_schema = ON in the configuration of the server, and restart it";

/** From performance_schema, whose digests contain no values. Plans need values here, so there are none. */
export const statements: Statements = {
  read(connection, table) {
    return reading(connection, [table], (counted) =>
      readsOf(counted, table, wordsOf, fold).map(({ text: _, ...each }) => each),
    );
  },
  async touching(connection, tables) {
    const seen = await reading(connection, tables, (counted) =>
      statementsOf(counted, tables, wordsOf, fold).map(({ text: _, ...each }) => each),
    );
    return isBlind(seen) ? seen : { ...seen, running: [] };
  },
};

const fold = (name: string) => name.toLowerCase();

async function reading(
  connection: Connection,
  tables: readonly { readonly name: string }[],
  select: (counted: readonly Counted[]) => readonly ReadStatement[],
): Promise<StatementStatistics | Blind> {
  const { rows } = await connection.query<{ isOn: string | number; account: string }>(
    "SELECT @@performance_schema AS isOn, CURRENT_USER() AS account",
  );
  const { isOn, account } = rows[0]!;
  if (Number(isOn) !== 1) return blind(schemaIsOff);
  try {
    return await inTransaction(connection, { isReadOnly: true, limits: { statementTimeoutMs: 5000 } }, async () => {
      const { rows: heads } = await connection.query<{ isCounting: number; lost: number; at: string }>(
        `SELECT (SELECT COUNT(*) FROM performance_schema.setup_consumers
                    WHERE NAME IN ('statements_digest', 'global_instrumentation') AND ENABLED = 'YES') = 2 AS isCounting,
             (SELECT COALESCE(SUM(COUNT_STAR), 0) + 0e0 FROM performance_schema.events_statements_summary_by_digest WHERE DIGEST IS NULL) AS lost,
             DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f') AS at`,
      );
      const { isCounting, lost, at } = heads[0]!;
      if (Number(isCounting) !== 1) return blind(`the server does not count statements: ${consumer}`);
      const uptime = await connection.query<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Uptime'");
      const now = iso(at);
      // Whole seconds, so the uptime may be one second longer.
      const upMs = (Number(uptime.rows[0]?.Value ?? 0) + 1) * 1000;
      const { rows: counted } = await connection.query<Counted>(
        `SELECT DIGEST_TEXT AS text, COUNT_STAR + 0e0 AS calls, SUM_TIMER_WAIT / 1e9 AS totalMs, SUM_ROWS_SENT + 0e0 AS \`rows\`,
             DATE_FORMAT(CONVERT_TZ(FIRST_SEEN, @@session.time_zone, '+00:00'), '%Y-%m-%dT%H:%i:%s.%f') AS firstAt
           FROM performance_schema.events_statements_summary_by_digest
           WHERE SCHEMA_NAME = DATABASE() AND (${tables.map(() => "LOCATE(LOWER(?), LOWER(DIGEST_TEXT)) > 0").join(" OR ")})`,
        tables.map(({ name }) => name),
      );
      return {
        at: now,
        since: new Date(Date.parse(now) - upMs).toISOString(),
        lost: Number(lost),
        statements: select(counted.flatMap(ran)),
        // There, statements run by COM_STMT_EXECUTE have an empty digest.
        ...(connection.dialect.id === "mariadb"
          ? { uncounted: "MariaDB does not count statements that a driver prepares on the server" }
          : {}),
        unplanned: `${connection.dialect.label} does not plan statements without their values`,
      };
    });
  } catch (error) {
    if (errorCode(error) !== "42501") throw error;
    const grantee = account.replace(/^(.*)@(.*)$/s, "'$1'@'$2'");
    return blind(`${grantee} may not read the statistics: GRANT SELECT ON performance_schema.* TO ${grantee}`);
  }
}

const blind = (reason: string): Blind => ({ kind: "blind", reason });
/** Truncates microseconds to milliseconds. */
const iso = (text: string) => `${text.slice(0, 23)}Z`;

function ran({ text: digest, calls, totalMs, rows, firstAt }: Counted): Counted[] {
  const text = ranStatement(digest);
  if (text === undefined) return [];
  return [
    {
      text,
      calls: Number(calls),
      totalMs: Number(totalMs),
      rows: Number(rows),
      firstAt: firstAt === null ? null : iso(firstAt),
    },
  ];
}
