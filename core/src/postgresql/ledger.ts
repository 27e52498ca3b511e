import { inTransaction } from "../dialect/db/transaction.js";
import type { BackfillId, EvidenceKey, LedgerStore } from "../dialect/ledger-store.js";
import { quoteLiteral } from "./quote.js";

/**
 * The ledger is in the target itself, so copies and restores of the database include it. Both ORMs ignore a separate schema; Prisma would
 * report a table in `public` as drift. Rows use the table OID as key: facts about a table are lost with it.
 */
const steps: readonly string[] = [
  `CREATE TABLE lockstep.backfills (
    plan text NOT NULL,
    table_schema text NOT NULL,
    table_name text NOT NULL,
    table_oid oid NOT NULL,
    status text NOT NULL,
    spec jsonb NOT NULL,
    cursor jsonb NOT NULL,
    rows_done bigint NOT NULL DEFAULT 0,
    rows_filled bigint NOT NULL DEFAULT 0,
    rows_estimated bigint NOT NULL,
    batches bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    runner text NOT NULL,
    error text,
    PRIMARY KEY (plan, table_schema, table_oid)
  ) WITH (fillfactor = 50);
  CREATE TABLE lockstep.evidence (
    plan text NOT NULL,
    gate text NOT NULL,
    table_schema text NOT NULL,
    table_name text NOT NULL,
    table_oid oid NOT NULL,
    column_name text NOT NULL,
    who text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    note text,
    PRIMARY KEY (plan, gate, table_schema, table_oid, column_name)
  );`,
  // Keys can have several columns.
  `UPDATE lockstep.backfills SET
     spec = jsonb_build_object('key', jsonb_build_array(jsonb_build_object('column', spec->'key', 'type', spec->'keyType')), 'columns', spec->'columns'),
     cursor = CASE WHEN jsonb_typeof(cursor->'after') = 'string' THEN cursor || jsonb_build_object('after', jsonb_build_array(cursor->'after')) ELSE cursor END;`,
  // Columns that stay optional are filled by a separate pass.
  `ALTER TABLE lockstep.backfills ADD COLUMN once boolean NOT NULL DEFAULT false;
   ALTER TABLE lockstep.backfills DROP CONSTRAINT backfills_pkey, ADD PRIMARY KEY (plan, table_schema, table_oid, once);`,
  // A confirmation about code lists places by name.
  "ALTER TABLE lockstep.evidence ADD COLUMN places jsonb NOT NULL DEFAULT '[]';",
  // Requests for a running backfill, and the reports of its workers.
  // Workers have their own ranges, once the fills were tried.
  `ALTER TABLE lockstep.backfills ADD COLUMN control jsonb NOT NULL DEFAULT '{}', ADD COLUMN is_open boolean NOT NULL DEFAULT false;
   UPDATE lockstep.backfills SET is_open = batches > 0;
   CREATE TABLE lockstep.leases (
    lease text PRIMARY KEY,
    plan text NOT NULL,
    table_schema text NOT NULL,
    table_oid oid NOT NULL,
    once boolean NOT NULL,
    worker text NOT NULL,
    after jsonb,
    up_to jsonb NOT NULL,
    row_count bigint NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp()
   ) WITH (fillfactor = 50);
   CREATE TABLE lockstep.failures (
    plan text NOT NULL,
    table_schema text NOT NULL,
    table_oid oid NOT NULL,
    once boolean NOT NULL,
    key jsonb NOT NULL,
    code text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (plan, table_schema, table_oid, once, key)
   );
   CREATE TABLE lockstep.workers (
    worker text PRIMARY KEY,
    plan text NOT NULL,
    table_schema text NOT NULL,
    table_oid oid NOT NULL,
    once boolean NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    beat_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    report jsonb NOT NULL DEFAULT '{}'
  ) WITH (fillfactor = 50);
  CREATE TABLE lockstep.announcements (
    service text NOT NULL,
    build text NOT NULL,
    instance text NOT NULL,
    plans jsonb NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (service, build, instance)
  ) WITH (fillfactor = 50);`,
  // Read statistics before a phase.
  `CREATE TABLE lockstep.baselines (
    plan text NOT NULL,
    phase text NOT NULL,
    table_schema text NOT NULL,
    table_oid oid NOT NULL,
    statistics jsonb NOT NULL,
    PRIMARY KEY (plan, phase, table_schema, table_oid)
  );`,
  // The progress of backfills over time, and deployments.
  `CREATE TABLE lockstep.courses (
    plan text NOT NULL,
    table_schema text NOT NULL,
    table_name text NOT NULL,
    table_oid oid NOT NULL,
    once boolean NOT NULL,
    course jsonb NOT NULL,
    PRIMARY KEY (plan, table_schema, table_oid, once)
  );
  CREATE TABLE lockstep.deployments (
    plan text NOT NULL,
    phases jsonb NOT NULL,
    migrations jsonb NOT NULL,
    outcome text NOT NULL,
    code text,
    attempts integer NOT NULL,
    took_ms bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (plan, at)
  );`,
];

/** An arbitrary number, the same in every version, so that two versions do not create the ledger at once. */
const buildLock = 5_211_407_193_042_001n;

/** Formats a time independently of the session's DateStyle, because the driver only parses one of them. */
function momentSql(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${column}`;
}

const allColumns = `*, ${["started_at", "updated_at", "finished_at"].map(momentSql).join(", ")}`;
const isThisOne = "plan = $1 AND table_schema = $2 AND table_oid = $3 AND once = $4";
const keyOf = ({ plan, table, once = false }: BackfillId) => [plan, table.schema, table.oid, once];
const evidenceKeyOf = ({ plan, gate, table, column }: EvidenceKey) => [plan, gate, table.schema, table.oid, column];

const moveSql = `UPDATE lockstep.backfills SET cursor = $5, rows_done = rows_done + $6::bigint, rows_filled = rows_filled + $7::bigint,
  batches = batches + ($6::bigint + $7::bigint > 0)::int, updated_at = clock_timestamp() WHERE ${isThisOne}`;

/** For PostgreSQL: in its own schema. */
export const ledger: LedgerStore = {
  place: "schema lockstep",
  grant:
    "Where the schema is missing, grant CREATE on the database to the role, or create the schema for it. Where it is there: GRANT USAGE ON SCHEMA lockstep and GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA lockstep.",

  async version(connection) {
    // Reads the catalog instead of to_regclass, which fails without USAGE on the schema with a less clear "permission denied".
    const found = await connection.query(
      `SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'lockstep' AND c.relname = 'meta'`,
    );
    if (found.rows.length === 0) return undefined;
    const { rows } = await connection.query<{ version: number }>("SELECT version FROM lockstep.meta");
    return rows[0]?.version ?? 0;
  },

  build(connection) {
    return inTransaction(connection, {}, async () => {
      await connection.query("SELECT pg_advisory_xact_lock($1)", [String(buildLock)]);
      const version = (await ledger.version(connection)) ?? 0;
      // CREATE SCHEMA IF NOT EXISTS requires the CREATE privilege even if the schema exists.
      const { rows } = await connection.query("SELECT to_regnamespace('lockstep') IS NULL AS is_missing");
      if (rows[0]?.is_missing) await connection.query("CREATE SCHEMA lockstep");
      if (version === 0) {
        await connection.query(
          "CREATE TABLE lockstep.meta (version int NOT NULL); INSERT INTO lockstep.meta VALUES (0)",
        );
      }
      for (const step of steps.slice(version)) await connection.query(step);
      await connection.query("UPDATE lockstep.meta SET version = $1", [steps.length]);
    });
  },

  async backfills(connection, plan) {
    const { rows } = await connection.query(
      `SELECT ${allColumns} FROM lockstep.backfills b WHERE plan = $1 ORDER BY b.started_at`,
      [plan],
    );
    return rows;
  },

  async begin(connection, id, { work, start, rowsEstimated, runner, takesBack, isAnew }) {
    // A pass in another order or with other columns starts again.
    await connection.query(
      `DELETE FROM lockstep.leases WHERE ${isThisOne}
        AND EXISTS (SELECT 1 FROM lockstep.backfills WHERE ${isThisOne} AND (spec <> $5::jsonb OR $6))`,
      [...keyOf(id), JSON.stringify(work), isAnew],
    );
    const { rows } = await connection.query(
      `INSERT INTO lockstep.backfills AS b
         (plan, table_schema, table_oid, once, table_name, status, spec, cursor, rows_estimated, runner)
       VALUES ($1, $2, $3, $4, $5, 'running', $6, $7, $8, $9)
       ON CONFLICT (plan, table_schema, table_oid, once) DO UPDATE SET
         table_name = excluded.table_name, status = 'running', runner = excluded.runner, error = NULL, finished_at = NULL,
         updated_at = clock_timestamp(), rows_estimated = excluded.rows_estimated, spec = excluded.spec,
         cursor = CASE WHEN b.spec = excluded.spec AND NOT $11 THEN b.cursor ELSE excluded.cursor END,
         control = CASE WHEN b.control->'cancelled'->>'at' = $10 THEN b.control - 'cancelled' ELSE b.control END,
         is_open = b.is_open AND b.spec = excluded.spec AND NOT $11, rows_done = CASE WHEN b.spec = excluded.spec AND NOT $11 THEN b.rows_done ELSE 0 END
       RETURNING ${allColumns}`,
      [
        ...keyOf(id),
        id.table.name,
        JSON.stringify(work),
        JSON.stringify(start),
        rowsEstimated,
        runner,
        takesBack,
        isAnew,
      ],
    );
    return rows[0];
  },

  async advance(connection, id, runner, { cursor, rows, filled }) {
    const { rowCount } = await connection.query(
      `UPDATE lockstep.backfills SET cursor = $6, rows_done = rows_done + $7::bigint, rows_filled = rows_filled + $8::bigint,
       batches = batches + ($7::bigint + $8::bigint > 0)::int, updated_at = clock_timestamp() WHERE ${isThisOne} AND runner = $5`,
      [...keyOf(id), runner, JSON.stringify(cursor), rows, filled],
    );
    return rowCount === 1;
  },

  async end(connection, id, runner, { status, error }) {
    await inTransaction(connection, { limits: { lockTimeoutMs: 5000 } }, () =>
      connection.query(
        `UPDATE lockstep.backfills SET status = $6, error = $7, updated_at = clock_timestamp(),
         finished_at = CASE WHEN $6 = 'done' THEN clock_timestamp() END WHERE ${isThisOne} AND runner = $5`,
        [...keyOf(id), runner, status, error ?? null],
      ),
    );
  },

  async lock(connection, id) {
    const { rows } = await connection.query(
      `SELECT ${allColumns} FROM lockstep.backfills WHERE ${isThisOne} FOR NO KEY UPDATE`,
      keyOf(id),
    );
    return rows[0];
  },

  async move(connection, id, { cursor, rows, filled }) {
    await connection.query(moveSql, [...keyOf(id), JSON.stringify(cursor), rows, filled]);
  },

  async open(connection, id) {
    await connection.query(`UPDATE lockstep.backfills SET is_open = true WHERE ${isThisOne}`, keyOf(id));
  },

  async leases(connection, id) {
    const { rows } = await connection.query(
      `SELECT l.lease, l.worker, l.after, l.up_to, l.row_count,
         (SELECT greatest((extract(epoch FROM clock_timestamp() - w.beat_at) * 1000)::bigint, 0) FROM lockstep.workers w WHERE w.worker = l.worker) AS beat_age_ms
       FROM lockstep.leases l WHERE ${isThisOne} ORDER BY l.taken_at`,
      keyOf(id),
    );
    return rows;
  },

  async addLease(connection, id, worker, { lease, after, upTo, rows }) {
    await connection.query(
      `INSERT INTO lockstep.leases (plan, table_schema, table_oid, once, lease, worker, after, up_to, row_count)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [...keyOf(id), lease, worker, after && JSON.stringify(after), JSON.stringify(upTo), rows],
    );
  },

  async passRange(connection, id, worker, { cursor, rows, filled }, lease) {
    const given = [...keyOf(id), JSON.stringify(cursor), rows, filled];
    const [changed, values] =
      typeof lease === "string"
        ? ["DELETE FROM lockstep.leases WHERE lease = $8 AND worker = $9", [lease, worker]]
        : [
            "UPDATE lockstep.leases SET after = $10, up_to = $11, row_count = $12 WHERE lease = $8 AND worker = $9",
            [
              lease.lease,
              worker,
              lease.after && JSON.stringify(lease.after),
              JSON.stringify(lease.upTo),
              String(lease.rows),
            ],
          ];
    const { rowCount } = await connection.query(`WITH moved AS (${moveSql}) ${changed}`, [...given, ...values]);
    return rowCount === 1;
  },

  async takeLease(connection, lease, from, to) {
    const { rowCount } = await connection.query(
      "UPDATE lockstep.leases SET worker = $3 WHERE lease = $1 AND worker = $2",
      [lease, from, to],
    );
    return rowCount === 1;
  },

  async failures(connection, id, limit) {
    const { rows } = await connection.query(
      `SELECT key, code, ${momentSql("at")}, count(*) OVER () AS total FROM lockstep.failures WHERE ${isThisOne}
        ORDER BY failures.at, key LIMIT $5`,
      [...keyOf(id), limit],
    );
    return rows;
  },

  async addFailure(connection, id, key, code) {
    await connection.query(
      `INSERT INTO lockstep.failures (plan, table_schema, table_oid, once, key, code) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (plan, table_schema, table_oid, once, key) DO UPDATE SET code = excluded.code, at = excluded.at`,
      [...keyOf(id), JSON.stringify(key), code],
    );
  },

  async forgetFailures(connection, id) {
    await connection.query(`DELETE FROM lockstep.failures WHERE ${isThisOne}`, keyOf(id));
  },

  async control(connection, id, isLocked) {
    const { rows } = await connection.query(
      `SELECT control FROM lockstep.backfills WHERE ${isThisOne}${isLocked ? " FOR NO KEY UPDATE" : ""}`,
      keyOf(id),
    );
    return rows[0];
  },

  async setControl(connection, id, control) {
    await connection.query(`UPDATE lockstep.backfills SET control = $5 WHERE ${isThisOne}`, [
      ...keyOf(id),
      JSON.stringify(control),
    ]);
  },

  async workers(connection, plan) {
    const { rows } = await connection.query(
      `SELECT *, ${momentSql("started_at")}, greatest((extract(epoch FROM clock_timestamp() - beat_at) * 1000)::bigint, 0) AS beat_age_ms
         FROM lockstep.workers w WHERE plan = $1 ORDER BY w.started_at`,
      [plan],
    );
    return rows;
  },

  async enlist(connection, id, { worker, host, pid }) {
    await connection.query("DELETE FROM lockstep.workers WHERE beat_at < clock_timestamp() - interval '1 day'");
    await connection.query(
      `INSERT INTO lockstep.workers (plan, table_schema, table_oid, once, worker, host, pid) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (worker) DO UPDATE SET beat_at = clock_timestamp()`,
      [...keyOf(id), worker, host, pid],
    );
  },

  async beat(connection, worker, report) {
    const { rowCount } = await connection.query(
      "UPDATE lockstep.workers SET beat_at = clock_timestamp(), report = $2 WHERE worker = $1",
      [worker, JSON.stringify(report)],
    );
    return rowCount === 1;
  },

  async strikeOff(connection, worker) {
    await connection.query("DELETE FROM lockstep.workers WHERE worker = $1", [worker]);
  },

  announceSql({ service, build, instance, plans }) {
    const values = [service, build, instance, JSON.stringify(plans)].map(quoteLiteral).join(", ");
    return `INSERT INTO lockstep.announcements (service, build, instance, plans) VALUES (${values}) ON CONFLICT (service, build, instance) DO UPDATE SET plans = excluded.plans, at = clock_timestamp()`;
  },

  async announcements(connection) {
    const { rows } = await connection.query(
      `SELECT service, build, instance, plans, ${momentSql("since")}, ${momentSql("at")},
         round(extract(epoch FROM clock_timestamp() - at) * 1000)::bigint::text AS silent_ms
       FROM lockstep.announcements a WHERE instance = '' OR a.at > clock_timestamp() - interval '7 days' ORDER BY a.at`,
    );
    return rows;
  },

  async forgetInstances(connection) {
    await connection.query(
      "DELETE FROM lockstep.announcements WHERE instance <> '' AND at < clock_timestamp() - interval '7 days'",
    );
  },

  async confirm(connection, key, { who, note, places }) {
    const { rows } = await connection.query(
      `INSERT INTO lockstep.evidence (plan, gate, table_schema, table_oid, column_name, table_name, who, note, places)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (plan, gate, table_schema, table_oid, column_name)
       DO UPDATE SET who = excluded.who, note = excluded.note, places = excluded.places, at = clock_timestamp()
       RETURNING *, ${momentSql("at")}`,
      [...evidenceKeyOf(key), key.table.name, who, note ?? null, JSON.stringify(places)],
    );
    return rows[0];
  },

  async evidenceNames(connection, beginning) {
    const { rows } = await connection.query<{ plan: string }>(
      "SELECT DISTINCT plan FROM lockstep.evidence WHERE left(plan, length($1)) = $1",
      [beginning],
    );
    return rows.map(({ plan }) => plan);
  },

  async evidence(connection, key) {
    const { rows } = await connection.query(
      `SELECT *, xmin::text AS mark, ${momentSql("at")} FROM lockstep.evidence
        WHERE plan = $1 AND gate = $2 AND table_schema = $3 AND table_oid = $4 AND column_name = $5`,
      evidenceKeyOf(key),
    );
    return rows[0];
  },

  async keepBaseline(connection, { plan, phase, table }, statistics) {
    await connection.query(
      `INSERT INTO lockstep.baselines (plan, phase, table_schema, table_oid, statistics) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (plan, phase, table_schema, table_oid) DO UPDATE SET statistics = excluded.statistics`,
      [plan, phase, table.schema, table.oid, JSON.stringify(statistics)],
    );
  },

  async baselines(connection, { plan, table }) {
    const { rows } = await connection.query(
      "SELECT phase, statistics FROM lockstep.baselines WHERE plan = $1 AND table_schema = $2 AND table_oid = $3",
      [plan, table.schema, table.oid],
    );
    return rows;
  },

  async keepProgressHistory(connection, id, history) {
    await connection.query(
      `INSERT INTO lockstep.courses (plan, table_schema, table_oid, once, table_name, course) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (plan, table_schema, table_oid, once) DO UPDATE SET table_name = excluded.table_name, course = excluded.course`,
      [...keyOf(id), id.table.name, JSON.stringify(history)],
    );
  },

  async progressHistories(connection, plan) {
    const { rows } = await connection.query(
      "SELECT table_schema, table_name, table_oid, once, course FROM lockstep.courses WHERE plan = $1 ORDER BY table_schema, table_name, once",
      [plan],
    );
    return rows;
  },

  async addDeployment(connection, plan, { phases, migrations, outcome, code, attempts, tookMs }) {
    await connection.query(
      `INSERT INTO lockstep.deployments (plan, phases, migrations, outcome, code, attempts, took_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [plan, JSON.stringify(phases), JSON.stringify(migrations), outcome, code ?? null, attempts, Math.round(tookMs)],
    );
  },

  async deployments(connection, plan) {
    const { rows } = await connection.query(
      `SELECT phases, migrations, outcome, code, attempts, took_ms, ${momentSql("at")} FROM lockstep.deployments d WHERE plan = $1 ORDER BY d.at`,
      [plan],
    );
    return rows;
  },
};
