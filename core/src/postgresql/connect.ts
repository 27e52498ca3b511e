import type { Client, ClientConfig } from "pg";
import { LockstepError } from "../base/errors.js";
import { duringCleanUp } from "../base/expected-errors.js";
import type { Connection, ConnectOptions } from "../dialect/connection.js";
import { type Encryption, refusesEncryption } from "../dialect/db/encryption.js";
import { labelOf } from "../dialect/db/label.js";
import { notReached } from "../dialect/db/not-reached.js";
import { isDatabaseError, retryReason } from "../dialect/db/retry.js";
import { hungUp, inTime, silent, watchSilence } from "../dialect/db/silence.js";
import { marking } from "../sql/statement-words.js";
import { postgresql } from "./dialect.js";
import { countTransactions } from "./own-transactions.js";
import { changesSession } from "./pooler.js";
import { readConnectionUrl } from "./url.js";
import { settingStatements } from "./within.js";

/**
 * Opens a session, encrypted as the URL requires. Prisma's `?schema=` becomes the search path.
 *
 * @example const target = await connect(process.env.DATABASE_URL, { applicationName: "lockstep status" });
 * @throws LS8004 if the server is unreachable or rejects the connection; the message never contains the password · LS8009 a pooler in
 *   transaction mode
 */
export async function connect(url: string, options: ConnectOptions): Promise<Connection> {
  const { driverUrl, label, schema, connectTimeoutMs, encryption, isSaidPooled } = readConnectionUrl(url);
  const config = { connectionString: driverUrl, connectionTimeoutMillis: connectTimeoutMs ?? answerMs };
  return open({ config, label, schema, encryption, isSaidPooled }, options);
}

export function schemaOf(url: string): string {
  return readConnectionUrl(url).schema ?? "public";
}

/**
 * Opens a session with driver settings, for ORMs whose settings do not fit into a URL (certificates, a function that returns the password).
 * Errors as `connect`.
 */
export async function connectWith(config: ClientConfig, options: ConnectOptions): Promise<Connection> {
  const { Client: PgClient } = (await import("pg")).default;
  const { host, port, database } = new PgClient(config);
  const label = labelOf(host, port, database ?? "");
  if (label === undefined)
    throw new LockstepError("LS8004", "The data source's connection settings are not valid", {
      hint: "Write the URL as postgresql://user:password@host:5432/database, and percent-encode special characters of the password.",
    });
  return open({ config, label, schema: undefined, encryption: undefined, isSaidPooled: false }, options);
}

interface Address {
  readonly config: ClientConfig;
  readonly label: string;
  readonly schema: string | undefined;
  /** Undefined: the config contains the driver's own setting. */
  readonly encryption: (() => Encryption) | undefined;
  /** The URL has Prisma's `pgbouncer=true`. */
  readonly isSaidPooled: boolean;
}

/** For queries that every server answers immediately. */
const answerMs = 10_000;

async function open(address: Address, options: ConnectOptions): Promise<Connection> {
  const { label, schema } = address;
  const { applicationName, needsSession = true, isReadOnly = false, silenceMs = 30_000 } = options;
  const patienceMs = address.config.connectionTimeoutMillis || answerMs;
  const marked = marking(applicationName);
  /** Runs a query on a second connection and closes it afterwards. */
  const asked = async <T>(ask: (client: Client) => Promise<T>): Promise<T> => {
    const other = await dial(address, applicationName);
    return inTime(ask(other), patienceMs).finally(() => hangUp(other));
  };
  let client: Client;
  try {
    client = await dial(address, applicationName);
  } catch (cause) {
    throw notReached(label, cause);
  }
  let isLost = false;
  const lose = () => {
    isLost = true;
  };
  client.on("error", lose);
  client.on("end", lose);
  try {
    const { rows } = await inTime(client.query<Session>(describeSession), patienceMs);
    const { pid, version, start, limits } = rows[0]!;
    // A pooler reports its own process ids. A second connection shows whether it keeps the session.
    const isBehindPooler = (client as { readonly processID?: number | null }).processID !== pid;
    const isPooled =
      (isBehindPooler || address.isSaidPooled) && (await asked((other) => changesSession(client, other)));
    if (isPooled && (needsSession || schema !== undefined)) throw pooled(label, schema);
    const set = (name: string, sql: string, value: string) =>
      inTime(client.query(`SELECT set_config('${name}', ${sql}, false)`, [value]), patienceMs);
    if (schema !== undefined) await set("search_path", "quote_ident($1)", schema);
    // A pooler would keep the setting for the application's next session.
    if (options.statementTimeoutMs !== undefined && !isPooled)
      await set("statement_timeout", "$1", `${options.statementTimeoutMs}ms`);
    if (isReadOnly && !isPooled) await set("default_transaction_read_only", "$1", "on");
    if (!isPooled) for (const limit of limits) await set(limit, "$1", "0");
    const isWorking = () =>
      asked(async (other) => {
        const activity = await other.query<{ state: string }>(stateOfSession, [pid, start]);
        return isPooled || activity.rows[0]?.state === "active";
        // A server that rejects the second connection is running and may be busy.
      }).catch(isDatabaseError);
    const send = async <R extends object>(query: Sent) => {
      const startedMs = performance.now();
      const giveUp = () => client.connection.stream.destroy(silent(performance.now() - startedMs));
      try {
        const result = await watchSilence(client.query<R>(query), isWorking, giveUp, silenceMs);
        // Several statements return a list of results.
        const last = Array.isArray(result) ? (result as (typeof result)[]).at(-1)! : result;
        return { rows: last.rows, rowCount: last.rowCount ?? 0 };
      } catch (error) {
        isLost ||= client.connection.stream.destroyed;
        throw retryReason(error, isLost) === "connection" ? notReached(label, hungUp(error)) : error;
      }
    };
    const connection: Connection = {
      dialect: postgresql,
      label,
      pid,
      backendStart: start,
      serverVersion: Number(version),
      isPooled,
      get isLost() {
        return isLost;
      },
      async query<R extends object>(sql: string, values?: readonly unknown[]) {
        const text = marked(sql);
        // The extended protocol only accepts a single statement.
        const isOne = isReadOnly || values !== undefined;
        return send<R>(isOne ? { text, values: [...(values ?? [])], queryMode: "extended" } : { text });
      },
      async copyIn(sql, rows) {
        const [{ from }, { pipeline }] = await Promise.all([
          import("pg-copy-streams").then(({ default: streams }) => streams),
          import("node:stream/promises"),
        ]);
        await pipeline(rows, client.query(from(sql)));
      },
      async begin(options) {
        const { isRepeatable, isCountedAtOnce } = options;
        const isolation = isRepeatable ? "REPEATABLE READ" : "READ COMMITTED";
        const begin = `BEGIN ISOLATION LEVEL ${isolation}, ${options.isReadOnly ? "READ ONLY" : "READ WRITE"}`;
        const counted =
          isCountedAtOnce && connection.serverVersion >= 150_000 ? ["SELECT pg_stat_force_next_flush()"] : [];
        // One round trip.
        await send({ text: [begin, ...settingStatements(options), ...counted].join("; ") });
      },
      async commit() {
        await connection.query(isReadOnly ? "ROLLBACK" : "COMMIT");
      },
      async rollback() {
        await connection.query("ROLLBACK");
      },
      async cancel() {
        await asked((other) => other.query("SELECT pg_cancel_backend($1)", [pid]));
      },
      async close() {
        // Behind a pooler that keeps sessions, another client gets this one next: remove our settings and locks.
        if (isBehindPooler && !isPooled && !isLost) {
          const tidy = async () => {
            await client.query("ROLLBACK");
            await client.query("DISCARD ALL");
          };
          await inTime(tidy(), patienceMs).catch(duringCleanUp);
        }
        await hangUp(client);
        isLost = true;
      },
    };
    return connection;
  } catch (cause) {
    await hangUp(client);
    throw cause instanceof LockstepError ? cause : notReached(label, cause);
  }
}

interface Sent {
  readonly text: string;
  readonly values?: unknown[];
  /** Missing in pg's types. Default: simple without values. */
  readonly queryMode?: "extended";
}

interface Session {
  readonly pid: number;
  readonly version: string;
  readonly start: string;
  /** Timeouts of the role, where the server has them, that would end a session which waits for other work. */
  readonly limits: readonly string[];
}

// PostgreSQL 14 has the first, 17 the second. Lockstep sessions wait while the ORM's command runs or a window is closed, and each
// statement has a limit of its own. A suspended process must not keep locks, so `idle_in_transaction_session_timeout` stays.
const describeSession = `SELECT pid, backend_start::text AS start, current_setting('server_version_num') AS version,
    ARRAY(SELECT name FROM pg_settings WHERE name IN ('idle_session_timeout', 'transaction_timeout') AND setting <> '0') AS limits
  FROM pg_stat_activity WHERE pid = pg_backend_pid()`;
const stateOfSession = "SELECT state FROM pg_stat_activity WHERE pid = $1 AND backend_start::text = $2";

/** Connects, and applies no settings. Without an error listener, a connection that breaks while idle would end the process. */
async function dial({ config, encryption }: Address, applicationName: string): Promise<Client> {
  const { Client: PgClient } = (await import("pg")).default;
  const attempt = async (ssl: Pick<ClientConfig, "ssl">) => {
    // A pool's settings hide the password from enumeration.
    const settings = Object.defineProperties(
      { keepAlive: true, keepAliveInitialDelayMillis: 30_000 },
      Object.getOwnPropertyDescriptors(config),
    );
    const client = new PgClient(Object.assign(settings, { application_name: applicationName, ...ssl }));
    client.on("error", () => undefined);
    countTransactions(client);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await hangUp(client);
      throw error;
    }
  };
  return openEncrypted(attempt, encryption?.());
}

async function hangUp(client: Client): Promise<void> {
  // A lost session cannot be closed cleanly, and a hung one does not answer.
  await inTime(client.end(), 2000).catch(() => client.connection.stream.destroy());
}

/** `prefer` is the default of libpq and Prisma: encrypted if the server supports it, otherwise not. */
async function openEncrypted(
  open: (ssl: Pick<ClientConfig, "ssl">) => Promise<Client>,
  encryption: Encryption | undefined,
): Promise<Client> {
  if (encryption === undefined) return open({});
  const { wanted, tls } = encryption;
  if (wanted === "disable") return open({ ssl: false });
  try {
    return await open({ ssl: tls });
  } catch (error) {
    // 28000: pg_hba.conf only allows these clients without encryption.
    const isRefused = refusesEncryption(error) || (error as { code?: unknown }).code === "28000";
    if (wanted === "prefer" && isRefused) return open({ ssl: false });
    throw error;
  }
}

function pooled(label: string, schema: string | undefined): LockstepError {
  const schemaText = schema === undefined ? "" : ` (the schema "${schema}" of the URL is a setting of the session)`;
  return new LockstepError(
    "LS8009",
    `${label} is behind a pooler in transaction mode: several server sessions served one connection${schemaText}.`,
    { details: { target: label } },
  );
}
