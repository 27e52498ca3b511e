import { sep } from "node:path";

/** What a data source says of itself, as far as Lockstep uses it. */
export interface DataSourceFacts {
  /** `postgres` */
  readonly type: string;
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly database?: string;
  /** The server asks for TLS; `unverified`: whoever answers. */
  readonly ssl?: "verified" | "unverified";
  readonly schema?: string;
  /** Globs of migrations. */
  readonly migrations: readonly string[];
  /** Migrations that are given as classes: what TypeORM calls them. */
  readonly classes: readonly string[];
  readonly migrationsTableName: string;
  readonly synchronize: boolean;
  /** `migrationsTransactionMode`; TypeORM's default is `all`. */
  readonly transactions: "all" | "each" | "none";
  /** Folder of the copy of TypeORM that the CLI is of. */
  readonly cli: string;
  /** Folder of the one that the data source is made with, where that is another one. */
  readonly otherCopy?: string;
  /** It names the database that this run is for, and no other. */
  readonly isAimed: boolean;
}

/** As much of a data source as is looked at: of any copy of TypeORM. */
export interface DescribedDataSource {
  readonly options: object;
  /** It may have a copy of them, and connects by that. */
  readonly driver?: { readonly options?: object };
}

/**
 * Reads a data source without connecting it.
 *
 * @param cli folder of the copy of TypeORM that the CLI is of
 * @param target the URL that this run is for
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

/** As TypeORM reads it, which makes an instance of each. */
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

/** By the classes that are loaded: a data source of another copy works with the CLI, as far as the two agree. */
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

/** Settings beside the URL that the driver would go by. */
const ways = ["host", "port", "user", "username", "password", "database", "connectionString"] as const;

function isAimed(options: Readonly<Record<string, unknown>>, target: string | undefined): boolean {
  const { extra, replication } = options as { extra?: object; replication?: { master?: object; slaves?: unknown[] } };
  if (target === undefined || namesDatabase(extra, ways)) return false;
  const settings = (replication === undefined ? options : (replication.master ?? {})) as Record<string, unknown>;
  // The wrapper sets `database` to that of the URL, for TypeORM reads it.
  const others = ways.filter((way) => way !== "database");
  return settings.url === target && !namesDatabase(settings, others) && (replication?.slaves ?? []).length === 0;
}

function namesDatabase(settings: object | undefined, keys: readonly string[]): boolean {
  return keys.some((key) => (settings as Record<string, unknown> | undefined)?.[key] !== undefined);
}
