import type { Dialect } from "./dialect.js";

/** A row as the driver returns it: bigint, numeric and uuid are strings. */
export type Row = Readonly<Record<string, unknown>>;

export interface QueryResult<R> {
  readonly rows: readonly R[];
  /** Rows returned, or found by an UPDATE or DELETE. */
  readonly rowCount: number;
  /** Of these, rows whose values changed. Absent if the server does not report it. */
  readonly changed?: number;
}

/** One session on a target. Not a pool: settings, locks and the transaction belong to it. */
export interface Connection {
  /** The dialect of the server. */
  readonly dialect: Dialect;
  /** `host:port/database`, for messages. */
  readonly label: string;
  /** The server process of this session. */
  readonly pid: number;
  /** The start time of that process, as the server prints it: pids are reused. */
  readonly backendStart: string;
  /** In the server's format: 150018 for PostgreSQL 15.18, 101119 for MariaDB 10.11.19. */
  readonly serverVersion: number;
  /** A pooler in transaction mode: only statements of one transaction share a session. Never with `needsSession`. */
  readonly isPooled: boolean;
  /** The session has ended, for whatever reason. Queries on it fail. */
  readonly isLost: boolean;
  /**
   * Several statements in one text are allowed when no list of values is given, and never on a read-only session; the result is the last
   * one's. An empty list rejects them: for third-party text, which could end the transaction that it runs in.
   * @throws the server's error, as `db/retry.ts` reads it; LS8004 when the connection broke, or the network is silent
   */
  query<R extends object = Row>(sql: string, values?: readonly unknown[]): Promise<QueryResult<R>>;
  /** Sends rows as text after `COPY … FROM stdin`. Absent: the system has no such statement. Errors as `query`. */
  copyIn?(sql: string, rows: AsyncIterable<string>): Promise<void>;
  /** Begins a transaction; see `inTransaction`. */
  begin(options: TransactionOptions): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Cancels the running statement, over a second connection. It fails with 57014. */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Shown in the server's list of sessions. */
  readonly applicationName: string;
  /** For statements outside the runner's own limits. Default: the server's. 0: none. */
  readonly statementTimeoutMs?: number;
  /**
   * Default: true, and a pooler in transaction mode is rejected. False: only single statements and transactions will follow. A URL with
   * `?schema=` still needs a session: the search path is its setting.
   */
  readonly needsSession?: boolean;
  /**
   * The session of a read-only command. Outside a transaction it is read-only, each text is one statement, and no transaction is ever
   * committed: one that writes as a test is rolled back at its end. Default: false.
   */
  readonly isReadOnly?: boolean;
  /** How long to wait for an answer before checking over a second connection whether the server is still working. Default: 30 000. */
  readonly silenceMs?: number;
}

export interface TransactionOptions {
  readonly isReadOnly?: boolean;
  /** One snapshot for all statements, if a sample must match its count. Default: false, READ COMMITTED. */
  readonly isRepeatable?: boolean;
  /** Its writes are in the statistics of the server as soon as it has ended, if the server supports that. Default: false. */
  readonly isCountedAtOnce?: boolean;
  /** Default: the session's own. */
  readonly limits?: Limits;
  /** Dialect-specific settings for this transaction only. Numbers are milliseconds. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** Time limits for the statements of a transaction. */
export interface Limits {
  /** Waiting for a lock. */
  readonly lockTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  /** Between two statements: a suspended process keeps no locks. */
  readonly idleTimeoutMs?: number;
}
