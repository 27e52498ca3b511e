import type { ConnectionOptions, Connection as Session } from "mysql2/promise";
import { LockstepError } from "../base/errors.js";
import type { Connection, ConnectOptions, Limits, QueryResult } from "../dialect/connection.js";
import type { Encryption } from "../dialect/db/encryption.js";
import { labelOf } from "../dialect/db/label.js";
import { notReached } from "../dialect/db/not-reached.js";
import { isDatabaseError, retryReason } from "../dialect/db/retry.js";
import { hungUp, inTime, silent, watchSilence } from "../dialect/db/silence.js";
import { marking } from "../sql/statement-words.js";
import { mariadb, mysql } from "./dialect.js";
import { asServerError } from "./errors.js";
import { readConnectionUrl } from "./url.js";

/**
 * Opens a session on MySQL or MariaDB, encrypted as the URL requires. Sends values as text, and reads values as text where JavaScript would
 * round (bigint, decimal) or shift them (date-times).
 *
 * @throws LS8004 if the server is unreachable or rejects the connection; the message never contains the password
 */
export async function connect(url: string, options: ConnectOptions): Promise<Connection> {
  const { config, label, encryption } = readConnectionUrl(url);
  return open({ config, label, encryption }, options);
}

export function schemaOf(url: string): string {
  return readConnectionUrl(url).config.database ?? "";
}

/** Opens a session with driver settings, for ORMs whose settings do not fit into a URL (certificates, a socket). Errors as `connect`. */
export async function connectWith(settings: object, options: ConnectOptions): Promise<Connection> {
  const {
    host = "localhost",
    port = 3306,
    user,
    password,
    database = "",
    ssl,
    socketPath,
  } = settings as ConnectionOptions;
  const own = Object.entries({ user, password, socketPath }).filter(([, value]) => value !== undefined);
  const config = { host, port, database, ...Object.fromEntries(own) };
  const tls = (typeof ssl === "object" ? ssl : {}) as Encryption["tls"];
  const encryption = (): Encryption => (ssl ? { wanted: "require", tls } : { wanted: "disable", tls: {} });
  return open({ config, label: labelOf(host, port, database) ?? "the data source", encryption }, options);
}

interface Address {
  readonly config: ConnectionOptions;
  readonly label: string;
  readonly encryption: () => Encryption;
}

interface SessionFacts {
  readonly pid: number;
  readonly version: string;
  readonly mode: string;
  /** The format of its binary log: `ROW`, `STATEMENT`, `MIXED`; null: it has none. */
  readonly log: string | null;
  readonly lockSeconds: string;
  readonly rowLockSeconds: string;
  /** When the server started, in seconds. Connection ids restart with the server. */
  readonly start: string;
}

const describeSession = `SELECT CONNECTION_ID() AS pid, VERSION() AS version, @@SESSION.sql_mode AS mode,
  IF(@@GLOBAL.log_bin, @@SESSION.binlog_format, NULL) AS log, CONCAT(@@SESSION.lock_wait_timeout) AS lockSeconds,
  CONCAT(@@SESSION.innodb_lock_wait_timeout) AS rowLockSeconds,
  UNIX_TIMESTAMP() AS now`;

/** 24 days, the largest value on every platform: sessions wait while the ORM's command runs or a window is closed. */
const idleSeconds = 2_147_483;

/** For queries that every server answers immediately. */
const answerMs = 10_000;

async function open(address: Address, options: ConnectOptions): Promise<Connection> {
  const { label } = address;
  const { applicationName, isReadOnly = false, silenceMs = 30_000, statementTimeoutMs: always = 0 } = options;
  const patienceMs = address.config.connectTimeout ?? answerMs;
  /** Runs a query on a second connection and closes it afterwards. */
  const asked = async <T>(ask: (session: Session) => Promise<T>): Promise<T> => {
    const other = await dial(address, applicationName);
    return inTime(ask(other), patienceMs).finally(() => other.destroy());
  };
  let session: Session;
  try {
    session = await dial(address, applicationName, { multipleStatements: !isReadOnly });
  } catch (cause) {
    throw notReached(label, cause);
  }
  let isLost = false;
  session.on("error", () => {
    isLost = true;
  });
  try {
    const facts = await inTime(factsOf(session), patienceMs);
    const { pid, version } = facts;
    const isMariaDb = /mariadb/i.test(version);
    // Unsupported older servers, which are rejected later, have no WITH.
    const marked = versionNumber(version) < 80_000 ? (sql: string) => sql : marking(applicationName);
    // Strict mode: a value that does not fit its column is an error.
    if (!facts.mode.includes("STRICT_ALL_TABLES"))
      await inTime(
        session.query("SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')"),
        patienceMs,
      );
    await inTime(session.query(`SET SESSION wait_timeout = ${idleSeconds}`), patienceMs);
    if (isReadOnly) await inTime(session.query("SET SESSION TRANSACTION READ ONLY"), patienceMs);
    const isWorking = () =>
      asked(async (other) => {
        const [rows] = await other.query("SELECT COMMAND AS state FROM information_schema.PROCESSLIST WHERE ID = ?", [
          pid,
        ]);
        const [found] = rows as unknown as readonly { readonly state: string }[];
        return found !== undefined && found.state !== "Sleep";
        // A server that rejects the second connection is running and may be busy.
      }).catch((error) => isDatabaseError(asServerError(error)));
    const cancel = async () => {
      await asked((other) => other.query(`KILL QUERY ${pid}`));
    };
    let limits: Limits = {};
    const runs = async (sql: string, values?: readonly unknown[]) => {
      const startedMs = performance.now();
      const limitMs = limits.statementTimeoutMs ?? always;
      // Neither server has a timeout that covers every statement.
      let ending: Promise<void> | undefined;
      const end = () => {
        // The cancel failed because the statement has ended.
        ending = cancel().catch(() => undefined);
      };
      const timer = limitMs > 0 ? setTimeout(end, limitMs) : undefined;
      const answer =
        values === undefined
          ? session.query(marked(sql))
          : session.execute(marked(sql), values.map(asText) as string[]);
      const giveUp = () => session.destroy();
      try {
        const [result] = await watchSilence(answer, isWorking, giveUp, silenceMs);
        return resultOf(result);
      } catch (error) {
        const known = asServerError(error);
        isLost ||= (error as { readonly fatal?: unknown }).fatal === true;
        if (retryReason(known, isLost) !== "connection") throw known;
        isLost = true;
        throw notReached(
          label,
          isDatabaseError(known) ? known : hungUp(silentOr(error, performance.now() - startedMs, silenceMs)),
        );
      } finally {
        clearTimeout(timer);
        // A late cancel would end the next statement.
        await ending;
      }
    };
    const ended = async (how: "COMMIT" | "ROLLBACK") => {
      const { idleTimeoutMs } = limits;
      limits = {};
      await runs(how);
      if (idleTimeoutMs !== undefined && !isLost) await runs(`SET SESSION wait_timeout = ${idleSeconds}`);
    };
    return {
      dialect: isMariaDb ? mariadb : mysql,
      label,
      pid,
      backendStart: facts.start,
      serverVersion: versionNumber(version),
      isPooled: false,
      get isLost() {
        return isLost;
      },
      async query<R extends object>(sql: string, values?: readonly unknown[]) {
        const { rows, ...counts } = await runs(sql, values);
        return { rows: rows as readonly R[], ...counts };
      },
      async begin({ isReadOnly: isReading, isRepeatable, limits: wanted = {} }) {
        limits = wanted;
        const { lockTimeoutMs, idleTimeoutMs } = wanted;
        const lockSeconds = lockTimeoutMs === undefined ? undefined : Math.max(1, Math.ceil(lockTimeoutMs / 1000));
        // Under READ COMMITTED, InnoDB rejects writes if the binary log is statement-based.
        const isRepeated = isRepeatable === true || (facts.log === "STATEMENT" && isReading !== true);
        const statements = [
          `SET SESSION lock_wait_timeout = ${lockSeconds ?? facts.lockSeconds}, innodb_lock_wait_timeout = ${lockSeconds ?? facts.rowLockSeconds}`,
          ...(idleTimeoutMs === undefined ? [] : [`SET SESSION wait_timeout = ${Math.ceil(idleTimeoutMs / 1000)}`]),
          `SET TRANSACTION ISOLATION LEVEL ${isRepeated ? "REPEATABLE READ" : "READ COMMITTED"}`,
          `START TRANSACTION ${isReading ? "READ ONLY" : "READ WRITE"}`,
        ];
        for (const text of isReadOnly ? statements : [statements.join("; ")]) await runs(text);
      },
      commit: () => ended(isReadOnly ? "ROLLBACK" : "COMMIT"),
      rollback: () => ended("ROLLBACK"),
      cancel,
      async close() {
        // A lost session cannot be closed cleanly, and a hung one does not answer.
        if (!isLost) await inTime(session.end(), 2000).catch(() => session.destroy());
        isLost = true;
      },
    };
  } catch (cause) {
    session.destroy();
    throw cause instanceof LockstepError ? cause : notReached(label, asServerError(cause));
  }
}

async function factsOf(session: Session): Promise<SessionFacts> {
  const [rows] = await session.query(describeSession);
  const [uptime] = await session.query("SHOW GLOBAL STATUS LIKE 'Uptime'");
  const [{ now, ...facts }] = rows as unknown as readonly [SessionFacts & { readonly now: number }];
  const [{ Value }] = uptime as unknown as readonly [{ readonly Value: string }];
  // MySQL returns a BIGINT, which the driver converts to text.
  return { ...facts, pid: Number(facts.pid), start: String(Number(now) - Number(Value)) };
}

/** Connects, and only applies settings that are needed to read results. */
async function dial(
  { config, encryption }: Address,
  applicationName: string,
  { multipleStatements } = { multipleStatements: true },
): Promise<Session> {
  const driver = (await import("mysql2/promise")).default;
  const { wanted, tls } = encryption();
  const attempt = (ssl: ConnectionOptions["ssl"]) =>
    driver.createConnection({
      ...config,
      charset: "utf8mb4",
      multipleStatements,
      supportBigNumbers: true,
      bigNumberStrings: true,
      dateStrings: true,
      jsonStrings: true,
      connectAttributes: { program_name: applicationName },
      ...(ssl === undefined ? {} : { ssl }),
    });
  if (wanted === "disable") return attempt(undefined);
  try {
    return await attempt(tls as ConnectionOptions["ssl"]);
  } catch (error) {
    // The server does not speak TLS.
    if (wanted === "prefer" && (error as { code?: unknown }).code === "HANDSHAKE_NO_SSL_SUPPORT")
      return attempt(undefined);
    throw error;
  }
}

/** The driver would send numbers as floating point. */
function asText(value: unknown): unknown {
  return typeof value === "number" || typeof value === "bigint" ? String(value) : value;
}

function resultOf(result: unknown): QueryResult<object> {
  // Several statements return a list of results, each a list of rows or a header.
  const isSeveral = Array.isArray(result) && result.some((each) => Array.isArray(each) || isHeader(each));
  const last = isSeveral ? (result as readonly unknown[]).at(-1) : result;
  if (Array.isArray(last)) return { rows: last as readonly object[], rowCount: last.length };
  const { affectedRows: rowCount, changedRows: changed } = last as { affectedRows: number; changedRows?: number };
  return { rows: [], rowCount, ...(changed === undefined ? {} : { changed }) };
}

function isHeader(value: unknown): boolean {
  return (value as object | null)?.constructor?.name === "ResultSetHeader";
}

/** 10.11.19-MariaDB → 101119; 8.4.3 → 80403: the format of versioned comments. */
function versionNumber(version: string): number {
  const [, major = 0, minor = 0, patch = 0] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version)?.map(Number) ?? [];
  return major * 10_000 + minor * 100 + patch;
}

function silentOr(error: unknown, afterMs: number, silenceMs: number): unknown {
  return afterMs > silenceMs ? silent(afterMs) : error;
}
