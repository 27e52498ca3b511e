import { ignoring, isNoBug } from "../../base/expected-errors.js";
import type {
  Batches,
  ComputedValues,
  Filled,
  FillTarget,
  KeyValues,
  RunnerSession,
  Scope,
} from "../../dialect/batches.js";
import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import { typeOf } from "../../dialect/table.js";
import type { Fill } from "../../model/fill.js";
import { rowName } from "../../sql/fill-context.js";
import { ServerError } from "../errors.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { inputOf } from "./inputs.js";
import { keepKeys } from "./keep-keys.js";
import { aheadOf, inOrder, joined, keyIn, keyText, type Query, textOf, within } from "./keys.js";

/**
 * Larger batches are split into several statements: one statement takes at most 65,535 parameters, and the server does not use an index for
 * very long lists.
 */
const parametersPerStatement = 10_000;

/** Splits a scope into parts that fit into one statement. */
function partsOf({ key }: FillTarget, scope: Scope): readonly Scope[] {
  if (scope.kind === "range") return [scope];
  const size = Math.max(1, Math.floor(parametersPerStatement / key.length));
  const count = Math.ceil(scope.keys.length / size);
  return Array.from({ length: count }, (_, at) => ({
    kind: "keys",
    keys: scope.keys.slice(at * size, (at + 1) * size),
  }));
}

/** For MySQL and MariaDB. */
export const batches: Batches = {
  keepKeys,

  inBatch(connection, { isReadOnly = false, lockTimeoutMs, statementTimeoutMs }, run) {
    // A suspended runner (a closed laptop) must not keep the rows of its batch locked.
    const limits = { lockTimeoutMs, statementTimeoutMs, idleTimeoutMs: 10_000 };
    return inTransaction(connection, { isReadOnly, limits }, run);
  },

  async endOf(connection, target, rows, ahead) {
    const { sql, values } = aheadOf(target.key, ahead);
    const order = `${inOrder(target.key, "ASC")} LIMIT 1 OFFSET ${rows - 1}`;
    const [found] = await keysOf(connection, target, { sql: `WHERE ${sql} ${order}`, values });
    return found;
  },

  async rest(connection, target, ahead) {
    const { sql, values } = aheadOf(target.key, ahead);
    const [upTo] = await keysOf(connection, target, {
      sql: `WHERE ${sql} ${inOrder(target.key, "DESC")} LIMIT 1`,
      values,
    });
    const rows = upTo === undefined ? 0 : await countOf(connection, target, { sql, values });
    return { upTo, rows };
  },

  async fill(connection, target, scope, { rows, skipLocked }) {
    const columns = target.columns.flatMap(({ name, fill }) => (fill === undefined ? [] : [{ name, fill }]));
    if (columns.length === 0) return { filled: 0, empty: 0 };
    const all = await fillColumns(connection, target, scope, columns, skipLocked);
    // If every row lacked all columns, no row lacks only some. Otherwise the statements below fill rows that lack one of them.
    if (columns.length === 1 || (target.isKeyUnique && all.filled === rows && all.empty === 0)) return all;
    const done = [all];
    for (const column of columns) done.push(await fillColumns(connection, target, scope, [column], skipLocked));
    return sumOf(done);
  },

  async unfilled(connection, target, table, scope, { name, compute }) {
    const seen = compute.reads.map(
      (read, at) => `${textOf(`${rowName}.${quoteIdentifier(read)}`, typeOf(table, read))} AS s${at}`,
    );
    const given = compute.reads.map((read, at) => `${rowName}.${quoteIdentifier(read)} AS i${at}`);
    const select = `SELECT ${[keyText(target.key), ...seen, ...given].join(", ")} FROM ${quoteTable(target.table)} ${rowName}`;
    const found: Readonly<Record<string, unknown>>[] = [];
    for (const part of partsOf(target, scope)) {
      const { sql, values } = within(target.key, part);
      const order = inOrder(target.key, "ASC");
      found.push(...(await connection.query(`${select} WHERE ${sql} AND ${lacks(name)} ${order}`, values)).rows);
    }
    return found.map((row) => ({
      key: keyIn(target.key, row),
      seen: compute.reads.map((_, at) => row[`s${at}`] as string | null),
      input: inputOf(row, compute.reads, table),
    }));
  },

  async store(connection, target, computed, skipLocked) {
    const wanted = computed.rows.map(({ key }) => key);
    const free = skipLocked
      ? await unlocked(connection, target, { kind: "keys", keys: wanted }, [computed.column])
      : wanted;
    if (!skipLocked && wanted.length > 0)
      await lockWithoutWaiting(connection, target, { kind: "keys", keys: wanted }, lacks(computed.column.name));
    const isFree = new Set(free.map((key) => JSON.stringify(key)));
    const done: Filled[] = [];
    for (const row of computed.rows)
      if (isFree.has(JSON.stringify(row.key))) done.push(await storeRow(connection, target, computed.column, row));
    return sumOf(done);
  },

  async logBytes(connection) {
    const { rows } = await connection.query<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Innodb_os_log_written'");
    return rows[0] && Number(rows[0].Value);
  },

  async readers(connection) {
    const { rows } = await connection.query<{ isOn: unknown; format: string }>(
      "SELECT @@log_bin AS isOn, @@binlog_format AS format",
    );
    return Number(rows[0]?.isOn) === 1 ? [{ kind: "binary log", name: rows[0]!.format }] : [];
  },

  async storage(connection, { schema, name }) {
    // Old row versions are in the undo log until they are purged, not in the table.
    const { rows } = await connection.query<{ data: string; indexes: string }>(
      "SELECT DATA_LENGTH AS data, INDEX_LENGTH AS indexes FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?",
      [schema, name],
    );
    return { tableBytes: Number(rows[0]?.data ?? 0), indexBytes: Number(rows[0]?.indexes ?? 0), roomPercent: 0 };
  },

  rowsLeft: (connection, target, limit, timeoutMs) =>
    inScan(connection, timeoutMs, () =>
      keysOf(connection, target, { sql: `WHERE ${lacksAny(target.columns)} LIMIT ${limit}`, values: [] }),
    ),

  async stillEmpty(connection, target, keys, { limit, isFree }) {
    return inTransaction(connection, { limits: { lockTimeoutMs: 1000 } }, async () => {
      const found: KeyValues[] = [];
      for (const part of partsOf(target, { kind: "keys", keys })) {
        if (found.length >= limit) break;
        const { sql, values } = within(target.key, part);
        const where = `WHERE ${sql} AND ${lacksAny(target.columns)} LIMIT ${limit - found.length}${isFree ? " FOR UPDATE SKIP LOCKED" : ""}`;
        found.push(...(await keysOf(connection, target, { sql: where, values })));
      }
      return found;
    });
  },

  async sameValues(connection, target, key) {
    const found: KeyValues[] = [];
    const own = within(target.key, { kind: "keys", keys: [key] });
    for (const unique of target.uniqueKeys) {
      const value = (name: string) => {
        const fill = target.columns.find((each) => each.name === name)?.fill;
        return fill === undefined ? quoteIdentifier(name) : `COALESCE(${quoteIdentifier(name)}, (${fill.rowSql}\n))`;
      };
      const values = unique.map((name, at) => `${value(name)} AS v${at}`).join(", ");
      const isSame = unique.map((name, at) => `${rowName}.${quoteIdentifier(name)} = r.v${at}`).join(" AND ");
      const sql = `SELECT ${keyText(target.key)} FROM ${quoteTable(target.table)} ${rowName}
        JOIN (SELECT ${values} FROM ${quoteTable(target.table)} ${rowName} WHERE ${own.sql}) r ON ${isSame} WHERE NOT (${own.sql}) LIMIT 3`;
      // Only improves the message: it must not replace the real error.
      const rows = await inScan(connection, 5000, () => connection.query(sql, [...own.values, ...own.values])).catch(
        () => undefined,
      );
      found.push(...(rows?.rows ?? []).map((row) => keyIn(target.key, row)));
    }
    return found;
  },

  // Rows do not record when they were written.
  bounds: (connection, target) =>
    inTransaction(connection, { isReadOnly: true }, async () => {
      const [upTo] = await keysOf(connection, target, { sql: `${inOrder(target.key, "DESC")} LIMIT 1`, values: [] });
      return upTo === undefined ? {} : { upTo };
    }),

  async hasValues(connection, target, timeoutMs) {
    const some = target.columns.map(({ name }) => `${rowName}.${quoteIdentifier(name)} IS NOT NULL`).join(" OR ");
    const found = await inScan(connection, timeoutMs, () =>
      keysOf(connection, target, { sql: `WHERE ${some} LIMIT 1`, values: [] }),
    );
    return found.length > 0;
  },

  firstValues: (connection, target, limit, timeoutMs) =>
    inScan(connection, timeoutMs, async () => {
      const found: { rows: number; filled: number }[] = [];
      for (const { name, fill } of target.columns) {
        const gives = fill === undefined ? "TRUE" : `(${fill.rowSql}\n) IS NOT NULL`;
        const { rows } = await connection.query<{ rows: number; filled: number }>(
          `SELECT COUNT(IF(${gives}, 1, NULL)) AS \`rows\`, COUNT(IF(${quoteIdentifier(name)} IS NOT NULL AND ${gives}, 1, NULL)) AS filled
             FROM (SELECT * FROM ${quoteTable(target.table)} ${rowName} ${inOrder(target.key, "ASC")} LIMIT ${limit}) ${rowName}`,
        );
        found.push({ rows: Number(rows[0]?.rows), filled: Number(rows[0]?.filled) });
      }
      return found;
    }),

  changedSince(connection, target, { upTo = [] }, { isEvaluated, limit, timeoutMs }) {
    const empty = target.columns.map(({ name, fill }) =>
      isEvaluated && fill !== undefined ? `(${lacks(name)} AND (${fill.rowSql}\n) IS NOT NULL)` : lacks(name),
    );
    const { sql, values } = aheadOf(target.key, { after: null, upTo });
    return inScan(connection, timeoutMs, () =>
      keysOf(connection, target, { sql: `WHERE ${sql} AND (${empty.join(" OR ")}) LIMIT ${limit}`, values }),
    );
  },

  async countBeyond(connection, target, key, { limit, timeoutMs }) {
    const { sql, values } = joined([
      aheadOf(target.key, { after: key }),
      { sql: lacksAny(target.columns), values: [] },
    ]);
    return inScan(connection, timeoutMs, async () => {
      const { rows } = await connection.query<{ found: number }>(
        `SELECT COUNT(*) AS found FROM (SELECT 1 FROM ${quoteTable(target.table)} ${rowName} WHERE ${sql} LIMIT ${limit}) x`,
        values,
      );
      return Number(rows[0]?.found);
    });
  },

  async tryLock(connection, name) {
    const { rows } = await connection.query<{ taken: number }>(`SELECT GET_LOCK(${lockName}, 0) AS taken`, [name]);
    return Number(rows[0]?.taken) === 1;
  },

  async lockedBy(connection, name) {
    const { rows } = await connection.query<{ pid: string | number | null }>(
      `SELECT IS_USED_LOCK(${lockName}) AS pid`,
      [name],
    );
    const pid = rows[0]?.pid;
    return pid === undefined || pid === null ? undefined : sessionOf(connection, Number(pid));
  },

  async endSession(connection, { pid, backendStart }) {
    // Connection ids restart after a server restart. The start time is accurate to the second.
    if (Math.abs(Number(connection.backendStart) - Number(backendStart)) > 2 || pid === connection.pid) return;
    await connection.query(`KILL ${pid}`).catch((error: unknown) => {
      // The session has ended already (1094), or the role cannot see it.
      if (!isDatabaseError(error)) throw error;
    });
  },

  endingSession: (pid) => `KILL ${pid}`,

  async holders(connection) {
    const answer = await connection
      .query<{ holder: string }>(
        `SELECT CONCAT('pid ', x.trx_mysql_thread_id, ', ', p.USER, '@', p.HOST, ', in its transaction since ', x.trx_started) AS holder
           FROM information_schema.INNODB_TRX x JOIN information_schema.PROCESSLIST p ON p.ID = x.trx_mysql_thread_id
          WHERE x.trx_mysql_thread_id <> CONNECTION_ID() AND x.trx_tables_locked + x.trx_rows_locked + x.trx_rows_modified > 0
          ORDER BY x.trx_started`,
      )
      // Without the PROCESS privilege, an account cannot see other accounts' transactions.
      .catch(ignoring(isNoBug));
    return (answer?.rows ?? []).map(({ holder }) => holder);
  },

  // A database restored on the same server has the same name, so it cannot be detected.
  async serverName(connection) {
    const { rows } = await connection.query<{ server: string }>(
      "SELECT CONCAT(@@hostname, ':', @@port, '/', @@server_id) AS server",
    );
    return rows[0]?.server;
  },
};

/** Lock names are server-wide and have at most 64 characters. MySQL 9.7 no longer has SHA1. */
const lockName = "CONCAT('lockstep ', LEFT(SHA2(CONCAT(DATABASE(), ' ', ?), 256), 40))";

async function sessionOf(connection: Connection, pid: number): Promise<RunnerSession | undefined> {
  const { rows } = await connection.query<{ user: string; host: string; since: string }>(
    `SELECT USER AS user, HOST AS host, DATE_FORMAT(DATE_SUB(UTC_TIMESTAMP(), INTERVAL TIME SECOND), '%Y-%m-%dT%H:%i:%sZ') AS since
       FROM information_schema.PROCESSLIST WHERE ID = ?`,
    [pid],
  );
  const [found] = rows;
  return found && { pid, application: found.host, user: found.user, since: found.since };
}

const lacks = (name: string) => `${rowName}.${quoteIdentifier(name)} IS NULL`;
const lacksAny = (columns: readonly { readonly name: string }[]) =>
  `(${columns.map(({ name }) => lacks(name)).join(" OR ")})`;

async function keysOf(connection: Connection, target: FillTarget, { sql, values }: Query): Promise<KeyValues[]> {
  const { rows } = await connection.query(
    `SELECT ${keyText(target.key)} FROM ${quoteTable(target.table)} ${rowName} ${sql}`,
    values,
  );
  return rows.map((row) => keyIn(target.key, row));
}

async function countOf(connection: Connection, { table }: FillTarget, { sql, values }: Query): Promise<number> {
  const { rows } = await connection.query<{ found: number }>(
    `SELECT COUNT(*) AS found FROM ${quoteTable(table)} ${rowName} WHERE ${sql}`,
    values,
  );
  return Number(rows[0]?.found);
}

function inScan<T>(connection: Connection, statementTimeoutMs: number, run: () => Promise<T>): Promise<T> {
  return inTransaction(connection, { isReadOnly: true, limits: { statementTimeoutMs } }, run);
}

/** Locks and returns the rows of a scope that lack one of the columns. Skips rows that other sessions have locked. */
async function unlocked(
  connection: Connection,
  target: FillTarget,
  scope: Scope,
  columns: readonly { readonly name: string }[],
): Promise<readonly KeyValues[]> {
  const found: KeyValues[] = [];
  for (const part of partsOf(target, scope)) {
    const { sql, values } = within(target.key, part);
    const where = `WHERE ${sql} AND ${lacksAny(columns)} FOR UPDATE SKIP LOCKED`;
    found.push(...(await keysOf(connection, target, { sql: where, values })));
  }
  return found;
}

interface FilledColumn {
  readonly name: string;
  readonly fill: Fill;
}

/**
 * Locks the rows of a scope that will be written, without waiting. In a deadlock, InnoDB rolls back the transaction that has written less,
 * which would be the application's.
 *
 * @throws ServerError 55P03: another session has locked some of the rows
 */
async function lockWithoutWaiting(
  connection: Connection,
  target: FillTarget,
  scope: Scope,
  wanted: string,
): Promise<void> {
  for (const part of partsOf(target, scope)) {
    const { sql, values } = within(target.key, part);
    const rows = { sql: `${sql} AND ${wanted}`, values };
    const mine = await countOf(connection, target, { ...rows, sql: `${rows.sql} FOR UPDATE SKIP LOCKED` });
    // Counts committed values only: rows that other sessions locked for another reason are not included.
    if (mine < (await countOf(connection, target, rows)))
      throw new ServerError("Others have locked rows of this batch", "55P03", 3572, undefined);
  }
}

/** Fills rows that lack all of these columns. */
async function fillColumns(
  connection: Connection,
  target: FillTarget,
  scope: Scope,
  columns: readonly FilledColumn[],
  skipLocked: boolean,
): Promise<Filled> {
  const free: Scope = skipLocked ? { kind: "keys", keys: await unlocked(connection, target, scope, columns) } : scope;
  const set = columns.map(({ name, fill }) => `${rowName}.${quoteIdentifier(name)} = (${fill.rowSql}\n)`);
  const wanted = columns.map(({ name }) => lacks(name)).join(" AND ");
  if (!skipLocked) await lockWithoutWaiting(connection, target, scope, wanted);
  const done: Filled[] = [];
  for (const part of partsOf(target, free)) {
    const { sql, values } = within(target.key, part);
    done.push(await updated(connection, target, { set, values: [] }, { sql: `${sql} AND ${wanted}`, values }));
  }
  return sumOf(done);
}

function sumOf(parts: readonly Filled[]): Filled {
  const sum = (what: keyof Filled) => parts.reduce((all, part) => all + part[what], 0);
  return { filled: sum("filled"), empty: sum("empty") };
}

/** Compares and sets one row. */
function storeRow(
  connection: Connection,
  target: FillTarget,
  { name, compute, type }: ComputedValues["column"],
  { key, seen, value }: ComputedValues["rows"][number],
): Promise<Filled> {
  const own = within(target.key, { kind: "keys", keys: [key] });
  // Byte by byte: the collation can treat values as equal that the function distinguishes.
  const isSame = compute.reads.map(
    (read) =>
      `CAST(${textOf(`${rowName}.${quoteIdentifier(read)}`, target.types[read] ?? "")} AS BINARY) <=> CAST(? AS BINARY)`,
  );
  const where = [own.sql, lacks(name), ...isSame].join(" AND ");
  const given = /^(?:var)?binary\b|blob\b/.test(type) ? "UNHEX(?)" : "?";
  const set = [`${rowName}.${quoteIdentifier(name)} = ${given}`];
  return updated(connection, target, { set, values: [value] }, { sql: where, values: [...own.values, ...seen] });
}

async function updated(
  connection: Connection,
  target: FillTarget,
  { set, values }: { readonly set: readonly string[]; readonly values: readonly unknown[] },
  where: Query,
): Promise<Filled> {
  // An UPDATE changes these columns by itself (ON UPDATE CURRENT_TIMESTAMP), but a backfill is not a user's change.
  const kept = target.kept.map((name) => `${rowName}.${quoteIdentifier(name)} = ${rowName}.${quoteIdentifier(name)}`);
  const sql = `UPDATE ${quoteTable(target.table)} ${rowName} SET ${[...set, ...kept].join(", ")} WHERE ${where.sql}`;
  const { rowCount, changed = rowCount } = await connection.query(sql, [...values, ...where.values]);
  return { filled: rowCount, empty: rowCount - changed };
}
