import { type LockLimit, LockstepError, type OrmRun, type Project } from "@lockstep/core";
import { inspectDataSource } from "../detect/inspect.js";
import { migrationFile, readMigrationFiles } from "../migrations/list.js";
import { className } from "../migrations/names.js";
import type { TypeormProject } from "../project.js";
import type { HookLimit } from "./hook.cjs";
import { runTypeorm } from "./typeorm-cli.js";

export interface DeployOptions {
  readonly onLine: (line: string) => void;
  readonly limit?: LockLimit | undefined;
  /** Migrations that do not run this time, and stay pending. Default: none. */
  readonly withheld?: readonly string[] | undefined;
  /** Aborted: the command is interrupted. Default: it runs to its end. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * `migration:run` of the project, on a target. TypeORM records no failures: only this run reports which migration failed, and why.
 *
 * @throws LS9020 without a CLI · LS9021 when the data source would use another database · LS9060 when it cannot be loaded
 */
export async function deploy(
  project: Project,
  url: string,
  { onLine, limit, withheld = [], signal }: DeployOptions,
): Promise<OrmRun> {
  const typeorm = project as TypeormProject;
  await aimed(typeorm, url);
  const fileOf = (told: string) =>
    readMigrationFiles(typeorm).find(({ recordedAs }) => recordedAs.includes(told))?.name;
  const { run, told } = await runTypeorm(typeorm, "migration:run", {
    task: "run",
    url,
    env: {
      ...process.env,
      LOCKSTEP_LOCK_LIMIT: limit && JSON.stringify(limitOf(limit, typeorm)),
      LOCKSTEP_WITHHELD: JSON.stringify(recordedNames(withheld, typeorm)),
    },
    onLine,
    ...(signal && { signal }),
    onTold: (each) =>
      each.kind === "unlimited" && limit?.onUnlimited?.("half-done", [fileOf(each.migration) ?? each.migration]),
  });
  if (told.some(({ kind }) => kind === "data-source")) throw notAimed(typeorm);
  const failure = told.find((each) => each.kind === "failed");
  if (failure === undefined) return run;
  const { migration, errno, text, left, isInTransaction } = failure;
  const { mysqlCondition } = await import("@lockstep/core/planning");
  const sqlState = (errno === undefined ? undefined : mysqlCondition(errno)) ?? failure.sqlState;
  return { ...run, failed: { migration: fileOf(migration) ?? migration, sqlState, text, left, isInTransaction } };
}

function limitOf({ timeoutMs, whole }: LockLimit, project: TypeormProject): HookLimit {
  return { timeoutMs, whole: recordedNames(whole, project) };
}

/** TypeORM's names of migrations. */
function recordedNames(names: readonly string[], project: TypeormProject): readonly string[] {
  if (names.length === 0) return [];
  return readMigrationFiles(project).flatMap(({ name, recordedAs }) => (names.includes(name) ? recordedAs : []));
}

/**
 * Records a migration as applied, as `migration:run --fake` does for all pending ones. Failures are not recorded, so there is none to
 * remove.
 */
export async function resolve(
  project: Project,
  url: string,
  migration: string,
  as: "rolled-back" | "applied",
): Promise<OrmRun> {
  if (as === "rolled-back") return { exitCode: 0, output: "" };
  const typeorm = project as TypeormProject;
  const { connect } = await import("@lockstep/core/planning");
  const connection = await connect(url, { applicationName: "lockstep", needsSession: false });
  try {
    const { schema, name } = typeorm.migrationsTable;
    const { quote } = connection.dialect.sql;
    const table = quote.table(schema === undefined ? { name } : { schema, name });
    const { rows } = await connection.query<{ name: string }>(`SELECT name FROM ${table}`);
    const known = new Set(rows.map((row) => row.name));
    for (const own of migrationFile(typeorm, migration)?.recordedAs ?? [className(migration)])
      if (!known.has(own))
        await connection.query(
          `INSERT INTO ${table} (${quote.identifier("timestamp")}, name) VALUES (${Number(own.slice(-13))}, ${quote.literal(own)})`,
        );
    return { exitCode: 0, output: "" };
  } catch (error) {
    return { exitCode: 1, output: error instanceof Error ? error.message : String(error) };
  } finally {
    await connection.close();
  }
}

/** A deployment runs the CLI several times: the data source's settings are read once per target, before anything runs. */
const looked = new Map<string, Promise<void>>();

function aimed(project: TypeormProject, url: string): Promise<void> {
  const key = JSON.stringify([project.root, url]);
  const known = looked.get(key) ?? look(project, url);
  looked.set(key, known);
  return known;
}

async function look(project: TypeormProject, url: string): Promise<void> {
  const schema = project.dialect === "postgresql" ? /[?&]schema=([^&#]*)/.exec(url)?.[1] : undefined;
  // Only Prisma and Lockstep support it: the migrations would run in the role's first schema.
  if (schema !== undefined && schema !== "public")
    throw new LockstepError(
      "LS9021",
      `TypeORM ignores ?schema=${schema} in a URL and would migrate another schema: nothing was run.`,
      {
        hint: `Run the migrations yourself, schema by schema, with search_path=${schema} in the data source (extra.options).`,
      },
    );
  const { isAimed } = await inspectDataSource(project, process.env, url);
  if (!isAimed) throw notAimed(project);
}

function notAimed({ dataSourceFile }: TypeormProject): LockstepError {
  return new LockstepError(
    "LS9021",
    `${dataSourceFile} uses its own database instead of the target: nothing was run.`,
    { hint: "Remove connection settings (host, user, connectionString …) from extra: they override the URL." },
  );
}
