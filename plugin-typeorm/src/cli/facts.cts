import { sep } from "node:path";

/** The settings of a data source that Lockstep uses. */
export interface DataSourceFacts {
  /** `postgres` */
  readonly type: string;
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly database?: string;
  /** The connection uses TLS; `unverified`: without verifying the server. */
  readonly ssl?: "verified" | "unverified";
  readonly schema?: string;
  /** Globs of migrations. */
  readonly migrations: readonly string[];
  /** Migrations that are given as classes: TypeORM's names. */
  readonly classes: readonly string[];
  readonly migrationsTableName: string;
  readonly synchronize: boolean;
  /** `migrationsTransactionMode`; TypeORM's default is `all`. */
  readonly transactions: "all" | "each" | "none";
  /** Folder of the CLI's own copy of TypeORM. */
  readonly cli: string;
  /** Folder of the copy that creates the data source, if that is another one. */
  readonly otherCopy?: string;
  /** It uses the database of this run, and no other. */
  readonly isAimed: boolean;
}

/** The used part of a data source, of any copy of TypeORM. */
export interface DescribedDataSource {
  readonly options: object;
  /** It may have a copy of them, and connects with that. */
  readonly driver?: { readonly options?: object };
}

/**
 * Reads a data source without connecting it.
 *
 * @param cli folder of the CLI's own copy of TypeORM
 * @param target the URL of this run
 */
export function factsOf(dataSource: DescribedDataSource, cli: string, target?: string): DataSourceFacts {
  const options = dataSource.options as Readonly<Record<string, unknown>>;
  const { master } = (options.replication ?? {}) as { master?: Record<string, unknown> };
  const { url, host, port, username, password, database } = { ...options, ...master };
  const { ssl, schema } = options;
  const migrations: unknown[] = Object.values((options.migrations ?? []) as object);
  return {
    type: String(options.type),
    ...texts({ url, host, username, password, database, schema }),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(ssl
      ? { ssl: (ssl as { rejectUnauthorized?: boolean }).rejectUnauthorized === false ? "unverified" : "verified" }
      : {}),
    migrations: migrations.filter((each) => typeof each === "string"),
    classes: migrations.flatMap((each) => (typeof each === "function" ? nameOf(each as MigrationClass) : [])),
    migrationsTableName: String(options.migrationsTableName ?? "migrations"),
    synchronize: options.synchronize === true,
    transactions: (options.migrationsTransactionMode ?? "all") as DataSourceFacts["transactions"],
    cli,
    ...otherCopy(dataSource, cli),
    isAimed: [options, { ...options, ...dataSource.driver?.options }].every((each) => isAimed(each, target)),
  };
}

type MigrationClass = new () => { readonly name?: unknown };

/** As TypeORM reads it, which creates an instance of each. */
function nameOf(migration: MigrationClass): string {
  try {
    const { name } = new migration();
    return typeof name === "string" ? name : migration.name;
  } catch {
    // The user's constructor may throw anything.
    return migration.name;
  }
}

function texts(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value === "string")) as Record<
    string,
    string
  >;
}

/** By the loaded classes: a data source of another copy works with the CLI, as far as the two are compatible. */
function otherCopy(dataSource: DescribedDataSource, cli: string): { otherCopy?: string } {
  const end = `${sep}data-source${sep}DataSource.js`;
  const files = Object.keys(require.cache).filter((file) => file.endsWith(end));
  const isMadeBy = (file: string) => {
    const { DataSource } = (require.cache[file]?.exports ?? {}) as { DataSource?: new () => unknown };
    return typeof DataSource === "function" && dataSource instanceof DataSource;
  };
  if (files.some((file) => file === cli + end && isMadeBy(file))) return {};
  const other = files.find(isMadeBy);
  return other === undefined ? {} : { otherCopy: other.slice(0, -end.length) };
}

/** Settings beside the URL that the driver would use. */
const ways = ["host", "port", "user", "username", "password", "database", "connectionString"] as const;

function isAimed(options: Readonly<Record<string, unknown>>, target: string | undefined): boolean {
  const { extra, replication } = options as { extra?: object; replication?: { master?: object; slaves?: unknown[] } };
  if (target === undefined || namesDatabase(extra, ways)) return false;
  const settings = (replication === undefined ? options : (replication.master ?? {})) as Record<string, unknown>;
  // The wrapper sets `database` to that of the URL, because TypeORM reads it.
  const others = ways.filter((way) => way !== "database");
  return settings.url === target && !namesDatabase(settings, others) && (replication?.slaves ?? []).length === 0;
}

function namesDatabase(settings: object | undefined, keys: readonly string[]): boolean {
  return keys.some((key) => (settings as Record<string, unknown> | undefined)?.[key] !== undefined);
}
