import type { Dialect } from "../dialects/dialect.js";
import { familyOfUrl } from "../dialects/index.js";
import type { TransactionOptions } from "./transaction.js";

/** A row as the driver returns it: bigint, numeric and uuid are strings. */
export type Row = Readonly<Record<string, unknown>>;

export interface QueryResult<R> {
  readonly rows: readonly R[];
  /** Rows returned, or found by an UPDATE or DELETE. */
  readonly rowCount: number;
  /** Of these, rows that have other values now; absent where the server does not tell. */
  readonly changed?: number;
}

/** One session on a target. Not a pool: settings, locks and the transaction belong to it. */
export interface Connection {
  /** What the server is, and so how it is asked. */
  readonly dialect: Dialect;
  /** `host:port/database`, for messages. */
  readonly label: string;
  /** The server process of this session. */
  readonly pid: number;
  /** When that process began, as the server writes it: another one may get its number. */
  readonly backendStart: string;
  /** As the server counts: 150018 for PostgreSQL 15.18, 101119 for MariaDB 10.11.19. */
  readonly serverVersion: number;
  /** A pooler in transaction mode: only what ends with the transaction stays together. Never with `needsSession`. */
  readonly isPooled: boolean;
  /** The session has ended, whoever ended it. Nothing more can be asked on it. */
  readonly isLost: boolean;
  /**
   * Several statements in one text are allowed when there are no values; the result is the last one's.
   * @throws the server's error, as `db/retry.ts` reads it; LS8004 when the connection broke, or the network is silent
   */
  query<R extends object = Row>(sql: string, values?: readonly unknown[]): Promise<QueryResult<R>>;
  /** Begins a transaction; see `inTransaction`. */
  begin(options: TransactionOptions): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Ends the statement that is running, over a second connection. It fails with 57014. */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Seen in the server's list of sessions. */
  readonly applicationName: string;
  /** For statements outside of the runner's own limits. Default: the server's. 0: none. */
  readonly statementTimeoutMs?: number;
  /**
   * Default: true, and a pooler in transaction mode is refused. False: single statements and transactions are all there will be.
   * A URL with `?schema=` needs a session all the same: the search path is its setting.
   */
  readonly needsSession?: boolean;
  /** How long no answer may come until the server is asked over a second connection whether it is at it. Default: 30 000. */
  readonly silenceMs?: number;
}

/**
 * Opens a session, encrypted as the URL says; its scheme says which server it is.
 *
 * @example const target = await connect(process.env.DATABASE_URL, { applicationName: "lockstep status" });
 * @throws LS8004 when the target cannot be reached or refuses us; the message never holds the password · LS8009 a pooler in
 *   transaction mode
 */
export async function connect(url: string, options: ConnectOptions): Promise<Connection> {
  const family = await familyOfUrl(url);
  return family.connect(url, options);
}
