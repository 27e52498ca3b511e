import { LockstepError } from "../../base/errors.js";
import { connect } from "../../databases/connect.js";
import type { Connection } from "../../dialect/connection.js";
import { errorCode, isDatabaseError } from "../../dialect/db/retry.js";
import type { DumpStatement, Rehearsing } from "../../dialect/rehearsing.js";
import type { DialectId, Plan } from "../../model/index.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";

/** The command that prints the schema of a database as text. */
const ofMysql = "mysqldump --no-data --routines --triggers <database>";
const dumpCommands: Readonly<Record<DialectId, string>> = {
  postgresql: 'pg_dump --schema-only --no-owner --no-privileges "$DATABASE_URL"',
  mysql: ofMysql,
  mariadb: ofMysql,
};

/**
 * The migrations of a repository before a plan, in order.
 *
 * @throws LS6503 code assembles the statements of one: only a dump contains the schema then
 */
export async function migrationsBefore(
  plan: Plan,
  project: Project,
  plugin: OrmPlugin,
): Promise<readonly { readonly name: string; readonly statements: readonly string[] }[]> {
  const own = new Set(plan.state.written.map(({ file }) => file));
  const names = plugin.listMigrations(project);
  const first = names.findIndex((name) => own.has(plugin.migrationPath(project, name)));
  const before: { name: string; statements: readonly string[] }[] = [];
  for (const name of first === -1 ? names : names.slice(0, first)) {
    const read = await plugin.readStatements(project, name);
    if (read === undefined)
      throw new LockstepError(
        "LS6503",
        `Migration ${name} contains SQL that Lockstep cannot determine from its text.`,
        {
          hint: `${dumpCommands[plan.dialect]} > schema.sql\nnpx lockstep rehearse ${plan.id} --from schema.sql`,
          details: { migration: name },
        },
      );
    before.push({ name, statements: read.up });
  }
  return before;
}

/** Runs migrations on an empty database. @throws LS6503 the server rejects one · LS8020 one requires administrator rights on the server */
export async function runMigrations(
  connection: Connection,
  migrations: Awaited<ReturnType<typeof migrationsBefore>>,
): Promise<void> {
  for (const { name, statements } of migrations)
    try {
      await runStatements(connection, statements);
    } catch (cause) {
      refusePower(`Migration ${name}`, cause);
      throw new LockstepError(
        "LS6503",
        `Migration ${name} does not run on an empty database: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          hint: `${dumpCommands[connection.dialect.id]} > schema.sql\nnpx lockstep rehearse --from schema.sql`,
          cause,
          details: { migration: name },
        },
      );
    }
}

/**
 * Runs a migration's statements, as any ORM would. Its settings end with it, as with the session of a deployment.
 *
 * @throws the server's own error
 */
export async function runStatements(connection: Connection, statements: readonly string[]): Promise<void> {
  const { stage } = connection.dialect.ops;
  await connection.query(stage.reset);
  for (const text of statements) await stage.run(connection, text);
  await connection.query(stage.reset);
}

/** @throws LS8020 the server rejected a statement for lack of administrator rights */
export function refusePower(what: string, cause: unknown): void {
  // On MySQL and MariaDB 28P01 means that the FILE privilege is missing.
  const isRefused = isDatabaseError(cause) && ["42501", "28P01"].includes(errorCode(cause) ?? "");
  if (isRefused)
    throw new LockstepError(
      "LS8020",
      `${what} needs more privileges than SQL of the repository gets: ${cause.message}`,
      {
        cause,
      },
    );
}

/** Before SQL of the repository runs: see `StageDatabases.makeAhead`. */
export async function makeAhead(adminUrl: string, text: string): Promise<void> {
  const connection = await connect(adminUrl, { applicationName: "lockstep stage" });
  await Promise.resolve(connection.dialect.ops.stage.makeAhead?.(connection, text)).finally(() => connection.close());
}

/**
 * Runs a plain-text dump, with rows or without.
 *
 * @param adminUrl the database, for the administrator of its server
 * @returns what was skipped for lack of privileges that the database does not need
 * @throws LS6503 it cannot be read, or the server rejects it · LS8020 a statement requires administrator rights on the server
 */
export async function restoreDump(
  connection: Connection,
  rehearsing: Rehearsing,
  file: string,
  adminUrl: string,
): Promise<readonly DumpStatement[]> {
  try {
    return await rehearsing.restore(connection, file, (text) => makeAhead(adminUrl, text));
  } catch (cause) {
    if (cause instanceof LockstepError && cause.code === "LS8020")
      throw new LockstepError("LS8020", `${file}: ${cause.message}`, { hint: cause.hint, cause: cause.cause });
    throw new LockstepError("LS6503", `${file} cannot be restored: ${(cause as Error).message}`, {
      hint: `${dumpCommands[connection.dialect.id]}   # for example: a plain-text dump of one database`,
      cause,
    });
  }
}
