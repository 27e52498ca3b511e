/**
 * Loaded into TypeORM's own CLI (`node --require`), in processes that Lockstep starts. The data source is loaded as the project always
 * loads it. The hook reports its settings, or makes migrations run on one database only, and reports which one failed.
 */
import { writeSync } from "node:fs";
import Module from "node:module";
import { sep } from "node:path";
import { type DataSourceFacts, factsOf } from "./facts.cjs";
import { type Recording, recording } from "./left-statements.cjs";

/** One message of the hook. */
export type Told =
  | { readonly kind: "data-source"; readonly facts: DataSourceFacts }
  | { readonly kind: "not-loaded"; readonly cause: string }
  /** It starts without the requested lock timeout. */
  | { readonly kind: "unlimited"; readonly migration: string }
  | {
      readonly kind: "failed";
      /** As TypeORM calls it. */
      readonly migration: string;
      readonly sqlState: string | undefined;
      /** The error number of MySQL and MariaDB: 1205. */
      readonly errno: number | undefined;
      readonly text: string;
      /** Its earlier statements that stay applied. */
      readonly left: readonly string[];
      /** The failed statement ran in a transaction. */
      readonly isInTransaction: boolean;
    };

/** `inspect`: report the data source's settings, and end · `run`: run migrations on the named database, or end. */
type Task = "inspect" | "run";

const {
  LOCKSTEP_CLI_TASK: task,
  LOCKSTEP_DATASOURCE_URL: target,
  LOCKSTEP_LOCK_LIMIT: limitText,
  LOCKSTEP_WITHHELD: withheldText,
} = process.env as {
  LOCKSTEP_CLI_TASK?: Task;
} & Record<string, string | undefined>;

/** How long migrations of the user's own may wait for a lock. */
export interface HookLimit {
  readonly timeoutMs: number;
  /** TypeORM's names of migrations that leave nothing behind when they time out, in a transaction or not. */
  readonly whole: readonly string[];
}
const limit = limitText === undefined ? undefined : (JSON.parse(limitText) as HookLimit);
/** Migrations that stay pending, by TypeORM's names. */
const withheld = new Set(JSON.parse(withheldText ?? "[]") as string[]);

type Load = (this: unknown, request: string, parent: unknown, ...rest: unknown[]) => unknown;
interface Loader {
  _load: Load;
  _resolveFilename(request: string, parent: unknown): string;
}

if (task !== undefined) {
  const loader = Module as unknown as Loader;
  const { _load: load } = loader;
  loader._load = function (request, parent, ...rest) {
    const exported = load.call(this, request, parent, ...rest);
    if (/(?:^|[\\/])CommandUtils(?:\.js)?$/.test(request)) {
      const file = loader._resolveFilename(request, parent);
      interceptLoading(exported, file.slice(0, file.lastIndexOf(`${sep}commands${sep}`)));
    }
    return exported;
  };
}

interface CommandUtils {
  loadDataSource(...args: unknown[]): Promise<DataSource>;
}

interface DataSource {
  readonly options: Readonly<Record<string, unknown>>;
  migrations: { name?: string; up(runner: Parameters<typeof recording>[0]): Promise<unknown> }[];
  setOptions(options: Record<string, unknown>): unknown;
  runMigrations(options?: unknown): Promise<unknown>;
}

const known = new WeakSet<object>();

function interceptLoading(exported: unknown, cli: string): void {
  const { CommandUtils: utils } = (exported ?? {}) as { CommandUtils?: CommandUtils };
  if (utils === undefined || known.has(utils)) return;
  known.add(utils);
  const { loadDataSource } = utils;
  utils.loadDataSource = async (...args) => {
    const dataSource = await loadDataSource.apply(utils, args).catch((error: unknown) => {
      tell({ kind: "not-loaded", cause: error instanceof Error ? error.message : String(error) });
      process.exit(1);
    });
    // Code that redirects data sources on first use does so now.
    dataSource.setOptions({});
    const facts = factsOf(dataSource, cli, target);
    if (task === "run" && facts.isAimed) return reporting(dataSource);
    tell({ kind: "data-source", facts });
    process.exit(task === "inspect" ? 0 : 1);
  };
}

/** Reports which migration fails, and why; removes the long SQL of units from the output. */
function reporting(dataSource: DataSource): DataSource {
  const { setOptions, runMigrations } = dataSource;
  dataSource.setOptions = (options) =>
    setOptions.call(dataSource, options.logging ? { ...options, logging: ["schema", "migration", "warn"] } : options);
  dataSource.runMigrations = async (options) => {
    let failed: { readonly migration: string; readonly ran: Recording } | undefined;
    const nameOf = (migration: DataSource["migrations"][number]) => migration.name ?? migration.constructor.name;
    dataSource.migrations = dataSource.migrations.filter((migration) => !withheld.has(nameOf(migration)));
    for (const migration of dataSource.migrations) {
      const { up } = migration;
      const name = nameOf(migration);
      migration.up = async (runner) => {
        const restore = await limitWaits(runner, name, String(up), dataSource.options.type);
        if (restore === undefined) tell({ kind: "unlimited", migration: name });
        const ran = recording(runner, dataSource.options.type === "postgres" ? () => false : commitsByItself);
        failed = { migration: name, ran };
        const result = await up.call(migration, runner).finally(() => ran.stop());
        await restore?.();
        failed = undefined;
        return result;
      };
    }
    try {
      return await runMigrations.call(dataSource, options);
    } catch (error) {
      const { text, sqlState, errno } = describeError(error);
      if (failed !== undefined) {
        const { migration, ran } = failed;
        tell({ kind: "failed", migration, sqlState, errno, text, left: ran.left(), isInTransaction: ran.isInside() });
      }
      if (error instanceof Error) Object.defineProperty(error, inspect, { value: () => text });
      throw error;
    }
  };
  return dataSource;
}

/**
 * Limits how long the user's own statements wait for a lock, in a transaction that rolls their changes back: they can run again. Units of
 * plans have their own limits, and a concurrent index build waits for others with locks.
 *
 * @returns resets the limit; undefined if one was requested and cannot be set
 */
async function limitWaits(
  runner: Parameters<typeof recording>[0],
  name: string,
  text: string,
  type: DataSource["options"]["type"],
): Promise<(() => Promise<unknown>) | undefined> {
  if (limit === undefined || /\block(?:_wait)?_timeout\b/i.test(text)) return nothing;
  const { timeoutMs, whole } = limit;
  if (type !== "postgres") {
    // On MySQL and MariaDB, a transaction does not roll back what earlier statements changed when a later one times out.
    if (!whole.includes(name)) return undefined;
    const [was] = (await runner.query("SELECT @@SESSION.lock_wait_timeout AS seconds")) as [
      { seconds: number | string },
    ];
    const setTo = (seconds: number) => runner.query(`SET SESSION lock_wait_timeout = ${seconds}`);
    await setTo(Math.min(Number(was.seconds), Math.ceil(timeoutMs / 1000)));
    return () => setTo(Number(was.seconds));
  }
  if (runner.isTransactionActive !== true || /\boutsideTransaction\b|\bCONCURRENTLY\b/i.test(text)) return undefined;
  // A shorter limit is the project's own.
  await runner.query(
    `SELECT set_config('lock_timeout', '${timeoutMs}', true) FROM pg_settings WHERE name = 'lock_timeout' AND (setting = '0' OR setting::int > ${timeoutMs})`,
  );
  return nothing;
}

const nothing = async () => undefined;

/** Statements for which MySQL and MariaDB commit implicitly: https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html */
function commitsByItself(sql: string): boolean {
  return /^\s*(?:ALTER|ANALYZE|CREATE(?!\s+TEMPORARY)|DROP(?!\s+TEMPORARY)|GRANT|LOCK|OPTIMIZE|RENAME|REPAIR|REVOKE|TRUNCATE)\b/i.test(
    sql,
  );
}

const inspect = Symbol.for("nodejs.util.inspect.custom");

function describeError(error: unknown): Pick<Extract<Told, { kind: "failed" }>, "text" | "sqlState" | "errno"> {
  const { message, code, detail, hint, errno, sqlState } = (error ?? {}) as Record<string, unknown>;
  const lines = [
    `ERROR: ${message ?? error}`,
    ...(detail ? [`DETAIL: ${detail}`] : []),
    ...(hint ? [`HINT: ${hint}`] : []),
  ];
  const state = [sqlState, code].find((each) => typeof each === "string" && /^[0-9A-Z]{5}$/.test(each));
  return {
    text: lines.join("\n"),
    sqlState: state as string | undefined,
    errno: typeof errno === "number" && errno > 0 ? errno : undefined,
  };
}

/** Not by console: the process may end immediately. */
function tell(told: Told): void {
  const line = `\nlockstep:told ${Buffer.from(JSON.stringify(told)).toString("base64")}\n`;
  let rest = Buffer.from(line);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      // The other end has not read yet.
      if ((error as { code?: string }).code !== "EAGAIN") throw error;
    }
  }
}
