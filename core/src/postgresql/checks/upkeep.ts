import { type Check, type Finding, ok, warning } from "../../dialect/check.js";
import { names } from "../../dialect/format-values.js";
import { labelOf, oidsOf } from "../planned-tables.js";

export default {
  id: "upkeep",
  title: "DDL, VACUUM and index builds on planned tables",
  on: "target",
  async run({ connection, tables }) {
    const { rows } = await connection.query<Upkeep>(
      `SELECT l.pid, array_agg(DISTINCT l.relation) AS tables, max(a.backend_type) AS backend,
              max(coalesce(a.usename::text, '')) AS role, max(coalesce(a.query, '')) AS query
         FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.relation = ANY ($1) AND l.granted AND l.pid <> pg_backend_pid()
          AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
        GROUP BY l.pid ORDER BY l.pid`,
      [oidsOf(tables)],
    );
    const findings = rows.flatMap((row) => upkeepFinding(row, names(row.tables.map((oid) => labelOf(tables, oid)))));
    return findings.length > 0 ? findings : [ok("no DDL, VACUUM or index build runs on a planned table")];
  },
} satisfies Check;

interface Upkeep {
  readonly pid: number;
  readonly tables: readonly number[];
  readonly backend: string;
  readonly role: string;
  readonly query: string;
}

function upkeepFinding(row: Upkeep, label: string): Finding[] {
  if (row.backend === "autovacuum worker") {
    // Plain autovacuum yields to other locks.
    if (!row.query.includes("to prevent wraparound")) return [];
    return [
      warning(`autovacuum runs on ${label} to prevent wraparound (process ${row.pid})`, {
        why: "This autovacuum does not release its lock. The change waits without blocking other sessions, and gives up after 30 s.",
        next: "SELECT * FROM pg_stat_progress_vacuum   -- shows its progress; deploy when it is finished",
      }),
    ];
  }
  const statement = row.query.replaceAll(/\s+/g, " ").slice(0, 80);
  const what = statement === "" || statement.startsWith("<insufficient") ? "a statement" : statement;
  return [
    warning(`session ${row.pid}${row.role === "" ? "" : ` (${row.role})`} holds ${label}: ${what}`, {
      why: "The lock frame does not queue behind DDL, VACUUM or an index build. It retries for 30 s, then gives up.",
      next: "deploy when it is finished",
    }),
  ];
}
