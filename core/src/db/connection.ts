import type { Client, ClientConfig } from "pg";
import { LockstepError } from "../errors.js";
import { type Encryption, refusesEncryption } from "./encryption.js";
import { labelOf, readConnectionUrl } from "./url.js";

/** A row as the driver returns it: bigint, numeric and uuid are strings. */
export type Row = Readonly<Record<string, unknown>>;

export interface QueryResult<R> {
  readonly rows: readonly R[];
  /** Rows returned or changed. */
  readonly rowCount: number;
}

/** One session on a target. Not a pool: settings, locks and the transaction belong to it. */
export interface Connection {
  /** `host:port/database`, for messages. */
  readonly label: string;
  /** The server process of this session. */
  readonly pid: number;
  /** 150018 for 15.18. */
  readonly serverVersion: number;
  /** The session has ended, whoever ended it. Nothing more can be asked on it. */
  readonly isLost: boolean;
  /** Several statements in one text are allowed when there are no values; the result is the last one's. */
  query<R extends object = Row>(sql: string, values?: readonly unknown[]): Promise<QueryResult<R>>;
  /** Ends the statement that is running, over a second connection. It fails with 57014. */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Seen in pg_stat_activity; cut at 63 bytes by the server. */
  readonly applicationName: string;
  /** For statements outside of the runner's own limits. Default: the server's. 0: none. */
  readonly statementTimeoutMs?: number;
}

/**
 * Opens a session, encrypted as the URL says. Prisma's `?schema=` becomes the search path.
 *
 * @example const target = await connect(process.env.DATABASE_URL, { applicationName: "lockstep status" });
 * @throws LS8004 when the target cannot be reached or refuses us; the message never holds the password
 */
export async function connect(url: string, options: ConnectOptions): Promise<Connection> {
  const { driverUrl, label, schema, connectTimeoutMs, encryption } = readConnectionUrl(url);
  const config = { connectionString: driverUrl, connectionTimeoutMillis: connectTimeoutMs ?? 10_000 };
  return open({ config, label, schema, encryption, reopen: (more) => connect(url, more) }, options);
}

/**
 * Opens a session with settings of the driver itself, where an ORM has them and no URL can say as much (certificates, a function that
 * makes the password). Errors as `connect`.
 */
export async function connectWith(config: ClientConfig, options: ConnectOptions): Promise<Connection> {
  const { Client: PgClient } = (await import("pg")).default;
  const { host, port, database } = new PgClient(config);
  const reopen = (more: ConnectOptions) => connectWith(config, more);
  const label = labelOf(host, port, database ?? "");
  if (label === undefined)
    throw new LockstepError("LS8004", "The connection settings of the data source cannot be read", {
      hint: "Write the URL as postgresql://user:password@host:5432/database, with special characters of the password percent-encoded.",
    });
  return open({ config, label, schema: undefined, encryption: undefined, reopen }, options);
}

interface Address {
  readonly config: ClientConfig;
  readonly label: string;
  readonly schema: string | undefined;
  /** Undefined: the config says it in the driver's own way. */
  readonly encryption: (() => Encryption) | undefined;
  /** A second session with the same server. */
  reopen(options: ConnectOptions): Promise<Connection>;
}

async function open(
  { config, label, schema, encryption, reopen }: Address,
  options: ConnectOptions,
): Promise<Connection> {
  const { Client: PgClient } = (await import("pg")).default;
  let client: Client;
  let isLost = false;
  const attempt = async (ssl: Pick<ClientConfig, "ssl">) => {
    // Settings of a pool hide the password from enumeration.
    const settings = Object.defineProperties({ keepAlive: true }, Object.getOwnPropertyDescriptors(config));
    const own = new PgClient(Object.assign(settings, { application_name: options.applicationName, ...ssl }));
    client = own;
    // Without a listener a connection that breaks while idle would end the process. A try without success is another client.
    const lose = () => {
      isLost ||= own === client;
    };
    own.on("error", lose);
    own.on("end", lose);
    try {
      await own.connect();
      return own;
    } catch (error) {
      await own.end().catch(() => undefined);
      isLost = false;
      throw error;
    }
  };
  try {
    client = await openEncrypted(attempt, encryption?.());
  } catch (cause) {
    throw notReached(label, cause);
  }
  try {
    if (schema !== undefined) await client.query("SELECT set_config('search_path', quote_ident($1), false)", [schema]);
    if (options.statementTimeoutMs !== undefined) {
      await client.query("SELECT set_config('statement_timeout', $1, false)", [`${options.statementTimeoutMs}ms`]);
    }
    const { rows } = await client.query<{ pid: number; version: string }>(
      "SELECT pg_backend_pid() AS pid, current_setting('server_version_num') AS version",
    );
    const { pid, version } = rows[0]!;
    return {
      label,
      pid,
      serverVersion: Number(version),
      get isLost() {
        return isLost;
      },
      async query<R extends object>(sql: string, values?: readonly unknown[]) {
        const result = await client.query<R>(sql, values === undefined ? undefined : [...values]);
        // A text with several statements gives a list of results.
        const last = Array.isArray(result) ? (result as (typeof result)[]).at(-1)! : result;
        return { rows: last.rows, rowCount: last.rowCount ?? 0 };
      },
      async cancel() {
        const other = await reopen({ applicationName: "lockstep cancel" });
        try {
          await other.query("SELECT pg_cancel_backend($1)", [pid]);
        } finally {
          await other.close();
        }
      },
      async close() {
        // A session that is gone already cannot be ended in order.
        await client.end().catch(() => undefined);
        isLost = true;
      },
    };
  } catch (cause) {
    await client.end().catch(() => undefined);
    throw notReached(label, cause);
  }
}

/** `prefer` is what libpq and Prisma do when the URL says nothing: encrypted where the server can, else not. */
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
    // 28000: pg_hba.conf lets these clients in without encryption only.
    const isRefused = refusesEncryption(error) || (error as { code?: unknown }).code === "28000";
    if (wanted === "prefer" && isRefused) return open({ ssl: false });
    throw error;
  }
}

function notReached(label: string, cause: unknown): LockstepError {
  const error = cause as { code?: unknown; message?: string; errors?: { code?: unknown; message?: string }[] };
  // Several addresses of one name: Node wraps one error each, and leaves its own message empty.
  const first = error.errors?.[0] ?? error;
  const reason = first.message || String(first.code ?? cause);
  return new LockstepError("LS8004", `${label}: ${reason}`, { cause, details: { target: label, code: first.code } });
}
