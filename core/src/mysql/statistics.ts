import { inTransaction } from "../dialect/db/transaction.js";
import type { Statistics } from "../dialect/statistics.js";
import type { ColumnStats, StatementStats, TableStats } from "../dialect/stats/stats-file.js";
import { ranStatement } from "./digests.js";
import { wordsOf } from "./read/read-body.js";

/** Statistics from information_schema and performance_schema. For columns: the type, and the number of distinct values of indexed ones. */
export const statistics: Statistics = {
  pull: (connection) =>
    inTransaction(connection, { isReadOnly: true, limits: { statementTimeoutMs: 30_000 } }, async () => {
      const { rows: heads } = await connection.query<{ at: string; version: string }>(
        "SELECT DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f') AS at, VERSION() AS version",
      );
      const { rows: settings } = await connection.query<{ Variable_name: string; Value: string }>(
        `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${settingNames.map(() => "?").join(", ")})`,
        settingNames,
      );
      const { rows: tables } = await connection.query<
        Record<"schema" | "name" | "rows" | "bytes" | "indexBytes", string>
      >(
        `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS name, TABLE_ROWS + 0e0 AS \`rows\`, DATA_LENGTH + 0e0 AS bytes,
                INDEX_LENGTH + 0e0 AS indexBytes
           FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME`,
      );
      const { rows: columns } = await connection.query<
        Record<"table" | "name" | "type" | "cardinality", string | null>
      >(
        `SELECT c.TABLE_NAME AS \`table\`, c.COLUMN_NAME AS name, c.COLUMN_TYPE AS type, MAX(s.CARDINALITY) + 0e0 AS cardinality
           FROM information_schema.COLUMNS c LEFT JOIN information_schema.STATISTICS s
             ON s.TABLE_SCHEMA = c.TABLE_SCHEMA AND s.TABLE_NAME = c.TABLE_NAME AND s.COLUMN_NAME = c.COLUMN_NAME AND s.SEQ_IN_INDEX = 1
          WHERE c.TABLE_SCHEMA = DATABASE() GROUP BY c.TABLE_NAME, c.COLUMN_NAME, c.COLUMN_TYPE, c.ORDINAL_POSITION
          ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`,
      );
      const counted = await readStatements(connection).catch((error: Error) => error.message);
      const isCounted = typeof counted !== "string";
      return {
        at: `${heads[0]!.at.slice(0, 23)}Z`,
        server: {
          version: heads[0]!.version,
          settings: Object.fromEntries(settings.map(({ Variable_name: name, Value }) => [name, Value])),
          extensions: [],
        },
        tables: tables.map(
          ({ schema, name, rows, bytes, indexBytes }): TableStats => ({
            schema,
            name,
            kind: "table",
            rows: Number(rows),
            bytes: Number(bytes),
            indexBytes: Number(indexBytes),
            columns: Object.fromEntries(
              columns
                .filter(({ table }) => table === name)
                .map((each): [string, ColumnStats] => [
                  each.name!,
                  { type: each.type!, nulls: 0, width: 0, distinct: Number(each.cardinality ?? 0) },
                ]),
            ),
          }),
        ),
        statements: isCounted ? counted : [],
        blind: [
          { what: "columns", reason: "the server reports only how many values indexed columns have" },
          ...(isCounted ? [] : [{ what: "statements" as const, reason: counted }]),
          { what: "replicas", reason: "the server does not report all of them" },
        ],
      };
    }),
};

const settingNames = [
  "innodb_buffer_pool_size",
  "innodb_flush_log_at_trx_commit",
  "innodb_lock_wait_timeout",
  "innodb_online_alter_log_max_size",
  "lock_wait_timeout",
  "max_connections",
  "sql_mode",
  "transaction_isolation",
  "tx_isolation",
];

/** The maximum number of statements that are kept. */
const most = 300;

async function readStatements(connection: Parameters<Statistics["pull"]>[0]): Promise<StatementStats[]> {
  const { rows } = await connection.query<Record<"digest" | "calls" | "totalMs" | "rows", string>>(
    `SELECT DIGEST_TEXT AS digest, COUNT_STAR + 0e0 AS calls, SUM_TIMER_WAIT / 1e9 AS totalMs,
            SUM_ROWS_SENT + SUM_ROWS_AFFECTED + 0e0 AS \`rows\`
       FROM performance_schema.events_statements_summary_by_digest
      WHERE SCHEMA_NAME = DATABASE() AND DIGEST_TEXT REGEXP '^ *(EXECUTE +)?[(]* *(SELECT|INSERT|UPDATE|DELETE|WITH)'
        AND DIGEST_TEXT NOT REGEXP 'information_schema|performance_schema|lockstep|_prisma_migrations'
      ORDER BY COUNT_STAR DESC LIMIT ${2 * most}`,
  );
  // A statement sent as text and the same statement prepared by the driver count as one.
  const sums = new Map<string, { calls: number; totalMs: number; rows: number }>();
  for (const { digest, ...counts } of rows) {
    const text = ranStatement(digest);
    // A digest has no values, and a truncated one is not a complete statement.
    if (text === undefined || wordsOf(text) === undefined || text.endsWith("...")) continue;
    const { calls, totalMs, rows: all } = sums.get(text) ?? { calls: 0, totalMs: 0, rows: 0 };
    sums.set(text, {
      calls: calls + Number(counts.calls),
      totalMs: totalMs + Number(counts.totalMs),
      rows: all + Number(counts.rows),
    });
  }
  return [...sums]
    .map(([text, { calls, totalMs, rows: all }]) => ({ text, calls, meanMs: totalMs / calls, rows: all / calls }))
    .sort((one, other) => other.calls - one.calls)
    .slice(0, most);
}
