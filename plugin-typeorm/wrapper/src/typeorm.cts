// The parts of TypeORM that the wrapper uses: the same in 0.3 and in 1.x, and not imported, so that the application's own copy is the only
// one.

/** A statement that TypeORM would run. */
export interface Query {
  query: string;
  parameters?: unknown[] | undefined;
}

/** The result of `createSchemaBuilder().log()`; the statements of `downQueries` are in the order of those that they revert. */
export interface SqlInMemory {
  upQueries: Query[];
  downQueries: Query[];
}

export interface SchemaBuilder {
  log(): Promise<SqlInMemory>;
}

/** One session of the driver `pg`. */
export interface Client {
  connect(): Promise<unknown>;
  query(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** One session of the drivers `mysql2` and `mysql`. */
export interface MysqlSession {
  query(sql: string, done: (error: unknown, rows: unknown) => void): unknown;
  destroy(): void;
  on(event: "error", listener: (error: Error) => void): unknown;
}

export interface Driver {
  readonly options: { readonly type: string };
  /** Of MySQL and MariaDB: the driver's module, and its connection settings. */
  readonly mysql?: { createConnection(options: object): MysqlSession };
  createConnectionOptions?(options: object, credentials: object): object;
  createSchemaBuilder(): SchemaBuilder;
  /** The pool, once the data source is initialised. */
  readonly master?: { readonly Client?: new (options: object) => Client; readonly options?: object } | undefined;
}

export interface DataSource {
  readonly driver: Driver;
  readonly options: Readonly<Record<string, unknown>>;
  setOptions(options: Record<string, unknown>): unknown;
  runMigrations(options?: unknown): Promise<unknown>;
}
