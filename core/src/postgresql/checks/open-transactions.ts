import { type Check, type Finding, ok, problem, type TargetFacts, warning } from "../../dialect/check.js";
import { duration, names } from "../../dialect/format-values.js";
import { labelOf, oidsOf } from "../planned-tables.js";

/** Shorter transactions end soon, and the lock frame waits for them. A transaction prepared for longer was probably forgotten. */
const limits = { longSeconds: 60, preparedSeconds: 300 };

export default {
  id: "open-transactions",
  title: "transactions that currently block changes",
  on: "target",
  run: (facts) => openTransactions(facts, limits),
} satisfies Check;

/** Transactions older than the limits. */
export async function openTransactions(
  { connection, tables }: Pick<TargetFacts, "connection" | "tables">,
  { longSeconds, preparedSeconds }: typeof limits,
): Promise<readonly Finding[]> {
  const oids = oidsOf(tables);
  const { rows } = await connection.query<OpenTransaction>(
    `SELECT a.pid, a.usename AS role, coalesce(a.application_name, '') AS application, a.state,
            extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS seconds,
            ARRAY(SELECT DISTINCT l.relation FROM pg_locks l
                   WHERE l.pid = a.pid AND l.granted AND l.relation = ANY ($1)) AS tables
       FROM pg_stat_activity a
      WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
        AND a.xact_start < clock_timestamp() - $2 * interval '1 s' ORDER BY a.xact_start`,
    [oids, longSeconds],
  );
  const { rows: prepared } = await connection.query<PreparedTransaction>(
    `SELECT p.gid, p.owner, extract(epoch FROM clock_timestamp() - p.prepared)::float8 AS seconds,
            ARRAY(SELECT DISTINCT l.relation FROM pg_locks l JOIN pg_locks own USING (virtualtransaction)
                   WHERE l.pid IS NULL AND own.pid IS NULL AND own.transactionid = p.transaction AND own.granted
                     AND l.granted AND l.relation = ANY ($1)) AS tables
       FROM pg_prepared_xacts p WHERE p.database = current_database() ORDER BY p.prepared`,
    [oids],
  );
  const label = (held: readonly number[]) => names(held.map((oid) => labelOf(tables, oid)));
  const findings = [
    ...rows.map((row) => transactionFinding(row, label(row.tables))),
    ...prepared.map((row) => preparedFinding(row, label(row.tables), preparedSeconds)),
  ];
  return findings.length > 0 ? findings : [ok(`this role sees no transaction older than ${duration(longSeconds)}`)];
}

interface OpenTransaction {
  readonly pid: number;
  readonly role: string;
  readonly application: string;
  readonly state: string;
  readonly seconds: number;
  readonly tables: readonly number[];
}
interface PreparedTransaction {
  readonly gid: string;
  readonly owner: string;
  readonly seconds: number;
  readonly tables: readonly number[];
}

const waits = "CREATE INDEX CONCURRENTLY waits until it ends, and VACUUM cannot remove newer dead rows.";

function transactionFinding(row: OpenTransaction, held: string): Finding {
  const who = `session ${row.pid} (${[row.role, row.application].filter(Boolean).join(", ")})`;
  const state = row.state === "active" ? "has had a transaction running" : `has been ${row.state}`;
  const where = held === "" ? "" : ` and holds ${held}`;
  return warning(`${who} ${state} for ${duration(row.seconds)}${where}`, {
    why: held === "" ? waits : `Changes to ${held} cannot get their lock before it ends.`,
    next: `SELECT pg_terminate_backend(${row.pid})   -- or wait until it ends`,
  });
}

function preparedFinding(row: PreparedTransaction, held: string, limitSeconds: number): Finding {
  const gid = row.gid.replaceAll("'", "''");
  const what = `the prepared transaction '${row.gid}' of ${row.owner} has waited for ${duration(row.seconds)}`;
  const next = `COMMIT PREPARED '${gid}'   -- or ROLLBACK PREPARED '${gid}'`;
  if (held === "") return warning(what, { why: waits, next });
  const why = `It holds ${held}, and survives restarts. It blocks every change until it is ended.`;
  return row.seconds < limitSeconds
    ? warning(`${what} and holds ${held}`, { why, next })
    : problem(`${what} and holds ${held}`, { why, next });
}
