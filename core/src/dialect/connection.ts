import type { Dialect } from "./dialect.js";

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
   * Several statements in one text are allowed when no list of values is given, and never on a read-only session; the result is the last
   * one's. An empty list refuses them: for text that others wrote, which could end the transaction that it runs in.
   * @throws the server's error, as `db/retry.ts` reads it; LS8004 when the connection broke, or the network is silent
   */
  query<R extends object = Row>(sql: string, values?: readonly unknown[]): Promise<QueryResult<R>>;
  /** Sends rows as text behind `COPY … FROM stdin`. Absent: the system has no such statement. Errors as `query`. */
  copyIn?(sql: string, rows: AsyncIterable<string>): Promise<void>;
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
  /**
   * The session of a command that only reads. What runs outside of a transaction is read-only, each text is one statement, and no
   * transaction is ever committed: one that has to write for a trial is rolled back at its end. Default: false.
   */
  readonly isReadOnly?: boolean;
  /** How long no answer may come until the server is asked over a second connection whether it is at it. Default: 30 000. */
  readonly silenceMs?: number;
}

export interface TransactionOptions {
  readonly isReadOnly?: boolean;
  /** One snapshot for all statements, where a sample must fit its count. Default: false, READ COMMITTED. */
  readonly isRepeatable?: boolean;
  /** What it writes is in the statistics of the server as soon as it has ended, where the server can do that. Default: false. */
  readonly isCountedAtOnce?: boolean;
  /** Default: the session's own. */
  readonly limits?: Limits;
  /** Settings of the dialect's own for this transaction only. Numbers are milliseconds. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** How long the statements of a transaction may take. */
export interface Limits {
  /** Waiting for a lock. */
  readonly lockTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  /** Between two statements: a process that is suspended keeps no locks. */
  readonly idleTimeoutMs?: number;
}
