import type { Connection } from "../dialect/connection.js";
import { inTransaction } from "../dialect/db/transaction.js";
import type { BackfillId, EvidenceKey, LedgerRow, LedgerStore } from "../dialect/ledger-store.js";
import { ledgerVersion } from "../target/ledger/schema.js";
import { quoteText } from "./quote.js";

/**
 * The ledger has its own database beside the target's. A server has many databases, so rows contain the schema. Neither ORM reads that
 * database. Tables are only identified by name: a table that is dropped and created again keeps its rows.
 */
const tables = [
  "CREATE DATABASE IF NOT EXISTS lockstep CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
  "CREATE TABLE IF NOT EXISTS lockstep.meta (version INT NOT NULL)",
  `CREATE TABLE IF NOT EXISTS lockstep.backfills (
    plan VARCHAR(255) NOT NULL, table_schema VARCHAR(64) NOT NULL, table_name VARCHAR(64) NOT NULL, once BOOLEAN NOT NULL,
    status VARCHAR(16) NOT NULL, spec LONGTEXT NOT NULL, \`cursor\` LONGTEXT NOT NULL,
    rows_done BIGINT NOT NULL DEFAULT 0, rows_filled BIGINT NOT NULL DEFAULT 0, rows_estimated BIGINT NOT NULL,
    batches BIGINT NOT NULL DEFAULT 0, started_at DATETIME(3) NOT NULL, updated_at DATETIME(3) NOT NULL,
    finished_at DATETIME(3) NULL, runner VARCHAR(255) NOT NULL, error LONGTEXT NULL, control LONGTEXT NOT NULL, is_open BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (plan, table_schema, table_name, once))`,
  `CREATE TABLE IF NOT EXISTS lockstep.leases (
    lease VARCHAR(255) PRIMARY KEY, plan VARCHAR(255) NOT NULL, table_schema VARCHAR(64) NOT NULL, table_name VARCHAR(64) NOT NULL,
    once BOOLEAN NOT NULL, worker VARCHAR(255) NOT NULL, after LONGTEXT NULL, up_to LONGTEXT NOT NULL, row_count BIGINT NOT NULL,
    taken_at DATETIME(6) NOT NULL, KEY (plan))`,
  // A key can be longer than an index allows, so its digest is the unique column.
  `CREATE TABLE IF NOT EXISTS lockstep.failures (
    plan VARCHAR(255) NOT NULL, table_schema VARCHAR(64) NOT NULL, table_name VARCHAR(64) NOT NULL, once BOOLEAN NOT NULL,
    digest CHAR(64) NOT NULL, key_values LONGTEXT NOT NULL, code VARCHAR(16) NOT NULL, at DATETIME(3) NOT NULL,
    PRIMARY KEY (plan, table_schema, table_name, once, digest))`,
  `CREATE TABLE IF NOT EXISTS lockstep.workers (
    worker VARCHAR(255) PRIMARY KEY, plan VARCHAR(255) NOT NULL, table_schema VARCHAR(64) NOT NULL, table_name VARCHAR(64) NOT NULL,
    once BOOLEAN NOT NULL, host VARCHAR(255) NOT NULL, pid INT NOT NULL, started_at DATETIME(3) NOT NULL, beat_at DATETIME(3) NOT NULL,
    report LONGTEXT NOT NULL, KEY (plan))`,
  `CREATE TABLE IF NOT EXISTS lockstep.announcements (
    table_schema VARCHAR(64) NOT NULL, service VARCHAR(64) NOT NULL, build VARCHAR(128) NOT NULL, instance VARCHAR(64) NOT NULL,
    plans LONGTEXT NOT NULL, since DATETIME(3) NOT NULL, at DATETIME(3) NOT NULL,
    PRIMARY KEY (table_schema, service, build, instance))`,
  `CREATE TABLE IF NOT EXISTS lockstep.evidence (
    plan VARCHAR(255) NOT NULL, gate VARCHAR(64) NOT NULL, table_schema VARCHAR(64) NOT NULL, table_name VARCHAR(64) NOT NULL,
    column_name VARCHAR(64) NOT NULL, who TEXT NOT NULL, at DATETIME(3) NOT NULL, note LONGTEXT NULL, places LONGTEXT NOT NULL,
    PRIMARY KEY (plan, gate, table_schema, table_name, column_name))`,
  `CREATE TABLE IF NOT EXISTS lockstep.baselines (
    plan VARCHAR(255) NOT NULL, phase VARCHAR(16) NOT NULL, table_schema VARCHAR(64) NOT NULL, table_name VARCHAR(64) NOT NULL,
    statistics LONGTEXT NOT NULL, PRIMARY KEY (plan, phase, table_schema, table_name))`,
  `CREATE TABLE IF NOT EXISTS lockstep.courses (
    plan VARCHAR(255) NOT NULL, table_schema VARCHAR(64) NOT NULL, table_name VARCHAR(64) NOT NULL, once BOOLEAN NOT NULL,
    course LONGTEXT NOT NULL, PRIMARY KEY (plan, table_schema, table_name, once))`,
  `CREATE TABLE IF NOT EXISTS lockstep.deployments (
    plan VARCHAR(255) NOT NULL, table_schema VARCHAR(64) NOT NULL, phases LONGTEXT NOT NULL, migrations LONGTEXT NOT NULL,
    outcome VARCHAR(16) NOT NULL, code VARCHAR(16) NULL, attempts INT NOT NULL, took_ms BIGINT NOT NULL, at DATETIME(6) NOT NULL,
    PRIMARY KEY (plan, table_schema, at))`,
];

/** The privileges that the account running Lockstep needs on the ledger database. */
export const ledgerRights = ["CREATE", "SELECT", "INSERT", "UPDATE", "DELETE", "ALTER"] as const;

const buildLock = "lockstep ledger";

const moments = (names: readonly string[]) =>
  names.map((name) => `DATE_FORMAT(${name}, '%Y-%m-%dT%H:%i:%s.%f') AS ${name}`).join(", ");

const backfillColumns = `plan, table_schema, table_name, once, status, spec, \`cursor\`, CONCAT(rows_done) AS rows_done,
  CONCAT(rows_filled) AS rows_filled, CONCAT(rows_estimated) AS rows_estimated, CONCAT(batches) AS batches, runner, error, control, is_open,
  ${moments(["started_at", "updated_at", "finished_at"])}`;
const isThisOne = "plan = ? AND table_schema = ? AND table_name = ? AND once = ?";
const keyOf = ({ plan, table, once = false }: BackfillId) => [plan, table.schema, table.name, once ? 1 : 0];

const isThisEvidence = "plan = ? AND gate = ? AND table_schema = ? AND table_name = ? AND column_name = ?";
const evidenceKeyOf = ({ plan, gate, table, column }: EvidenceKey) => [plan, gate, table.schema, table.name, column];

/** For MySQL and MariaDB: in its own database. */
export const ledger: LedgerStore = {
  place: "database lockstep",
  grant: `GRANT ${ledgerRights.join(", ")} ON \`lockstep\`.* TO the account; npx lockstep doctor names it`,

  async version(connection) {
    const { rows: found } = await connection.query(
      "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'lockstep' AND TABLE_NAME = 'meta'",
    );
    if (found.length === 0) return undefined;
    const { rows } = await connection.query<{ version: number }>("SELECT version FROM lockstep.meta");
    return rows[0]?.version;
  },

  async build(connection) {
    // DDL commits implicitly: after an interruption, the next call creates everything again.
    await connection.query("SELECT GET_LOCK(?, 10)", [buildLock]);
    try {
      for (const table of tables) await connection.query(table);
      await connection.query(
        `INSERT INTO lockstep.meta SELECT ${ledgerVersion} FROM (SELECT 1) one WHERE NOT EXISTS (SELECT 1 FROM lockstep.meta)`,
      );
      // Older versions have the same tables, but not all of them.
      await connection.query("UPDATE lockstep.meta SET version = ?", [ledgerVersion]);
    } finally {
      if (!connection.isLost) await connection.query("SELECT RELEASE_LOCK(?)", [buildLock]);
    }
  },

  async backfills(connection, plan) {
    // Other databases on the server may have a plan with the same name.
    const { rows } = await connection.query(
      `SELECT ${backfillColumns} FROM lockstep.backfills b WHERE plan = ? AND table_schema = DATABASE() ORDER BY b.started_at`,
      [plan],
    );
    return rows.map(backfillOf);
  },

  async begin(connection, id, { work, start, rowsEstimated, runner, takesBack, isAnew }) {
    // A pass in another order or with other columns starts again.
    const isOther = isAnew ? "TRUE OR spec <> ?" : "spec <> ?";
    const isSame = isAnew ? "FALSE" : "spec = VALUES(spec)";
    await connection.query(
      `DELETE FROM lockstep.leases WHERE ${isThisOne}
         AND EXISTS (SELECT 1 FROM lockstep.backfills WHERE ${isThisOne} AND (${isOther}))`,
      [...keyOf(id), ...keyOf(id), JSON.stringify(work)],
    );
    const values = [JSON.stringify(work), JSON.stringify(start), rowsEstimated, runner];
    await connection.query(
      `INSERT INTO lockstep.backfills
         (plan, table_schema, table_name, once, status, spec, \`cursor\`, rows_estimated, runner, control, started_at, updated_at)
       VALUES (?, ?, ?, ?, 'running', ?, ?, ?, ?, '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE status = 'running', runner = VALUES(runner), error = NULL, finished_at = NULL,
         updated_at = UTC_TIMESTAMP(3), rows_estimated = VALUES(rows_estimated),
         rows_done = IF(${isSame}, rows_done, 0), \`cursor\` = IF(${isSame}, \`cursor\`, VALUES(\`cursor\`)),
         control = IF(JSON_UNQUOTE(JSON_EXTRACT(control, '$.cancelled.at')) = ?, JSON_REMOVE(control, '$.cancelled'), control), is_open = is_open AND ${isSame},
         spec = VALUES(spec)`,
      [...keyOf(id), ...values, takesBack],
    );
    const { rows } = await connection.query(
      `SELECT ${backfillColumns} FROM lockstep.backfills WHERE ${isThisOne}`,
      keyOf(id),
    );
    return rows[0] && backfillOf(rows[0]);
  },

  async advance(connection, id, runner, { cursor, rows, filled }) {
    const { rowCount } = await connection.query(
      `UPDATE lockstep.backfills SET \`cursor\` = ?, rows_done = rows_done + ?, rows_filled = rows_filled + ?,
         batches = batches + ?, updated_at = UTC_TIMESTAMP(3) WHERE ${isThisOne} AND runner = ?`,
      [JSON.stringify(cursor), rows, filled, rows + filled > 0 ? 1 : 0, ...keyOf(id), runner],
    );
    return rowCount === 1;
  },

  async end(connection, id, runner, { status, error }) {
    await inTransaction(connection, { limits: { lockTimeoutMs: 5000 } }, () =>
      connection.query(
        `UPDATE lockstep.backfills SET status = ?, error = ?, updated_at = UTC_TIMESTAMP(3),
           finished_at = IF(? = 'done', UTC_TIMESTAMP(3), NULL) WHERE ${isThisOne} AND runner = ?`,
        [status, error ?? null, status, ...keyOf(id), runner],
      ),
    );
  },

  async lock(connection, id) {
    const { rows } = await connection.query(
      `SELECT ${backfillColumns} FROM lockstep.backfills WHERE ${isThisOne} FOR UPDATE`,
      keyOf(id),
    );
    return rows[0] && backfillOf(rows[0]);
  },

  async move(connection, id, { cursor, rows, filled }) {
    await connection.query(
      `UPDATE lockstep.backfills SET \`cursor\` = ?, rows_done = rows_done + ?, rows_filled = rows_filled + ?,
         batches = batches + ?, updated_at = UTC_TIMESTAMP(3) WHERE ${isThisOne}`,
      [JSON.stringify(cursor), rows, filled, rows + filled > 0 ? 1 : 0, ...keyOf(id)],
    );
  },

  async open(connection, id) {
    await connection.query(`UPDATE lockstep.backfills SET is_open = TRUE WHERE ${isThisOne}`, keyOf(id));
  },

  async leases(connection, id) {
    const { rows } = await connection.query(
      `SELECT l.lease, l.worker, l.after, l.up_to, CONCAT(l.row_count) AS row_count,
         (SELECT CONCAT(GREATEST(TIMESTAMPDIFF(MICROSECOND, w.beat_at, UTC_TIMESTAMP(3)) DIV 1000, 0)) FROM lockstep.workers w WHERE w.worker = l.worker) AS beat_age_ms
       FROM lockstep.leases l WHERE ${isThisOne} ORDER BY l.taken_at`,
      keyOf(id),
    );
    return rows.map((row) => ({
      ...row,
      after: row.after === null ? null : JSON.parse(String(row.after)),
      up_to: JSON.parse(String(row.up_to)),
    }));
  },

  async addLease(connection, id, worker, { lease, after, upTo, rows }) {
    await connection.query(
      `INSERT INTO lockstep.leases (plan, table_schema, table_name, once, lease, worker, after, up_to, row_count, taken_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))`,
      [...keyOf(id), lease, worker, after && JSON.stringify(after), JSON.stringify(upTo), rows],
    );
  },

  async passRange(connection, id, worker, advance, lease) {
    await ledger.move(connection, id, advance);
    const { rowCount } =
      typeof lease === "string"
        ? await connection.query("DELETE FROM lockstep.leases WHERE lease = ? AND worker = ?", [lease, worker])
        : await connection.query(
            "UPDATE lockstep.leases SET after = ?, up_to = ?, row_count = ? WHERE lease = ? AND worker = ?",
            [lease.after && JSON.stringify(lease.after), JSON.stringify(lease.upTo), lease.rows, lease.lease, worker],
          );
    return rowCount === 1;
  },

  async takeLease(connection, lease, from, to) {
    const { rowCount } = await connection.query(
      "UPDATE lockstep.leases SET worker = ? WHERE lease = ? AND worker = ?",
      [to, lease, from],
    );
    return rowCount === 1;
  },

  async failures(connection, id, limit) {
    const { rows } = await connection.query(
      `SELECT key_values, code, ${moments(["at"])}, CONCAT((SELECT COUNT(*) FROM lockstep.failures WHERE ${isThisOne})) AS total
         FROM lockstep.failures f WHERE ${isThisOne} ORDER BY f.at, key_values LIMIT ${limit}`,
      [...keyOf(id), ...keyOf(id)],
    );
    return rows.map((row) => ({ ...row, key: JSON.parse(String(row.key_values)), at: iso(row.at) }));
  },

  async addFailure(connection, id, key, code) {
    const text = JSON.stringify(key);
    await connection.query(
      `INSERT INTO lockstep.failures (plan, table_schema, table_name, once, digest, key_values, code, at)
       VALUES (?, ?, ?, ?, SHA2(?, 256), ?, ?, UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE code = VALUES(code), at = VALUES(at)`,
      [...keyOf(id), text, text, code],
    );
  },

  async forgetFailures(connection, id) {
    await connection.query(`DELETE FROM lockstep.failures WHERE ${isThisOne}`, keyOf(id));
  },

  async control(connection, id, isLocked) {
    const { rows } = await connection.query(
      `SELECT control FROM lockstep.backfills WHERE ${isThisOne}${isLocked ? " FOR UPDATE" : ""}`,
      keyOf(id),
    );
    return rows[0] && { control: JSON.parse(String(rows[0].control)) };
  },

  async setControl(connection, id, control) {
    await connection.query(`UPDATE lockstep.backfills SET control = ? WHERE ${isThisOne}`, [
      JSON.stringify(control),
      ...keyOf(id),
    ]);
  },

  async workers(connection, plan) {
    const { rows } = await connection.query(
      `SELECT worker, plan, table_schema, table_name, once, host, pid, report, ${moments(["started_at"])},
         CONCAT(GREATEST(TIMESTAMPDIFF(MICROSECOND, beat_at, UTC_TIMESTAMP(3)) DIV 1000, 0)) AS beat_age_ms
       FROM lockstep.workers w WHERE plan = ? AND table_schema = DATABASE() ORDER BY w.started_at`,
      [plan],
    );
    return rows.map((row) => ({
      ...row,
      table_oid: 0,
      once: Number(row.once) === 1,
      report: JSON.parse(String(row.report)),
      started_at: iso(row.started_at),
    }));
  },

  async enlist(connection, id, { worker, host, pid }) {
    await connection.query("DELETE FROM lockstep.workers WHERE beat_at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY");
    await connection.query(
      `INSERT INTO lockstep.workers (plan, table_schema, table_name, once, worker, host, pid, report, started_at, beat_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE beat_at = UTC_TIMESTAMP(3)`,
      [...keyOf(id), worker, host, pid],
    );
  },

  async beat(connection, worker, report) {
    const { rowCount } = await connection.query(
      "UPDATE lockstep.workers SET beat_at = UTC_TIMESTAMP(3), report = ? WHERE worker = ?",
      [JSON.stringify(report), worker],
    );
    return rowCount === 1;
  },

  async strikeOff(connection, worker) {
    await connection.query("DELETE FROM lockstep.workers WHERE worker = ?", [worker]);
  },

  announceSql({ service, build, instance, plans }) {
    const values = [service, build, instance, JSON.stringify(plans)].map(quoteText).join(", ");
    return `INSERT INTO lockstep.announcements (table_schema, service, build, instance, plans, since, at) VALUES (DATABASE(), ${values}, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE plans = VALUES(plans), at = VALUES(at)`;
  },

  async announcements(connection) {
    const { rows } = await connection.query(
      `SELECT service, build, instance, plans, ${moments(["since", "at"])},
         CONCAT(TIMESTAMPDIFF(MICROSECOND, a.at, UTC_TIMESTAMP(3)) DIV 1000) AS silent_ms
       FROM lockstep.announcements a
       WHERE table_schema = DATABASE() AND (instance = '' OR a.at > UTC_TIMESTAMP(3) - INTERVAL 7 DAY) ORDER BY a.at`,
    );
    return rows.map((row) => ({
      ...row,
      plans: JSON.parse(String(row.plans)),
      since: iso(row.since),
      at: iso(row.at),
    }));
  },

  async forgetInstances(connection) {
    await connection.query(
      `DELETE FROM lockstep.announcements
        WHERE table_schema = DATABASE() AND instance <> '' AND at < UTC_TIMESTAMP(3) - INTERVAL 7 DAY`,
    );
  },

  async confirm(connection, key, { who, note, places }) {
    await connection.query(
      `INSERT INTO lockstep.evidence (plan, gate, table_schema, table_name, column_name, who, note, places, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE who = VALUES(who), note = VALUES(note), places = VALUES(places), at = VALUES(at)`,
      [...evidenceKeyOf(key), who, note ?? null, JSON.stringify(places)],
    );
    return readEvidence(connection, key);
  },

  async evidenceNames(connection, beginning) {
    const { rows } = await connection.query<{ plan: string }>(
      "SELECT DISTINCT plan FROM lockstep.evidence WHERE table_schema = DATABASE() AND LEFT(plan, CHAR_LENGTH(?)) = ?",
      [beginning, beginning],
    );
    return rows.map(({ plan }) => plan);
  },

  evidence: readEvidence,

  async keepBaseline(connection, { plan, phase, table }, statistics) {
    await connection.query(
      `INSERT INTO lockstep.baselines (plan, phase, table_schema, table_name, statistics) VALUES (?, ?, ?, ?, ?)
       ON DUPLICATE KEY UPDATE statistics = VALUES(statistics)`,
      [plan, phase, table.schema, table.name, JSON.stringify(statistics)],
    );
  },

  async baselines(connection, { plan, table }) {
    const { rows } = await connection.query(
      "SELECT phase, statistics FROM lockstep.baselines WHERE plan = ? AND table_schema = ? AND table_name = ?",
      [plan, table.schema, table.name],
    );
    return rows.map((row) => ({ ...row, statistics: JSON.parse(String(row.statistics)) }));
  },

  async keepProgressHistory(connection, id, history) {
    await connection.query(
      `INSERT INTO lockstep.courses (plan, table_schema, table_name, once, course) VALUES (?, ?, ?, ?, ?)
       ON DUPLICATE KEY UPDATE course = VALUES(course)`,
      [...keyOf(id), JSON.stringify(history)],
    );
  },

  async progressHistories(connection, plan) {
    const { rows } = await connection.query(
      `SELECT table_schema, table_name, once, course FROM lockstep.courses WHERE plan = ? AND table_schema = DATABASE()
        ORDER BY table_name, once`,
      [plan],
    );
    return rows.map((row) => ({
      ...row,
      table_oid: 0,
      once: Number(row.once) === 1,
      course: JSON.parse(String(row.course)),
    }));
  },

  async addDeployment(connection, plan, { phases, migrations, outcome, code, attempts, tookMs }) {
    await connection.query(
      `INSERT INTO lockstep.deployments (plan, table_schema, phases, migrations, outcome, code, attempts, took_ms, at)
       VALUES (?, DATABASE(), ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))`,
      [plan, JSON.stringify(phases), JSON.stringify(migrations), outcome, code ?? null, attempts, Math.round(tookMs)],
    );
  },

  async deployments(connection, plan) {
    const { rows } = await connection.query<LedgerRow>(
      `SELECT phases, migrations, outcome, code, attempts, CONCAT(took_ms) AS took_ms, ${moments(["at"])} FROM lockstep.deployments d
        WHERE plan = ? AND table_schema = DATABASE() ORDER BY d.at`,
      [plan],
    );
    return rows.map((row) => ({
      ...row,
      phases: JSON.parse(String(row.phases)),
      migrations: JSON.parse(String(row.migrations)),
      attempts: Number(row.attempts),
      at: iso(row.at),
    }));
  },
};

async function readEvidence(connection: Connection, key: EvidenceKey): Promise<LedgerRow | undefined> {
  const { rows } = await connection.query<LedgerRow>(
    `SELECT who, note, places, ${moments(["at"])} FROM lockstep.evidence WHERE ${isThisEvidence}`,
    evidenceKeyOf(key),
  );
  const [row] = rows;
  return row && { ...row, at: iso(row.at), places: JSON.parse(String(row.places)) };
}

function backfillOf(row: LedgerRow): LedgerRow {
  return {
    ...row,
    table_oid: 0,
    once: Number(row.once) === 1,
    is_open: Number(row.is_open) === 1,
    spec: JSON.parse(String(row.spec)),
    cursor: JSON.parse(String(row.cursor)),
    control: JSON.parse(String(row.control)),
    started_at: iso(row.started_at),
    updated_at: iso(row.updated_at),
    finished_at: iso(row.finished_at),
  };
}

/** The server returns microseconds and no time zone. */
function iso(moment: unknown): unknown {
  return typeof moment === "string" ? `${moment.slice(0, 23)}Z` : moment;
}
