import type { Connection } from "../dialects/connection.js";
import type { Rehearsing } from "../dialects/rehearsing.js";
import { LockstepError } from "../errors.js";
import type { DialectId, Plan } from "../model/index.js";
import type { OrmPlugin, Project } from "../plugin.js";

/** What writes the schema of a database as text. */
const ofMysql = "mysqldump --no-data --routines --triggers <database>";
const dumpCommands: Readonly<Record<DialectId, string>> = {
  postgresql: 'pg_dump --schema-only --no-owner --no-privileges "$DATABASE_URL"',
  mysql: ofMysql,
  mariadb: ofMysql,
};

/**
 * The migrations of a repository that come before a plan, in order.
 *
 * @throws LS6503 one whose statements are made by code: nothing but a dump has the schema then
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
      throw new LockstepError("LS6503", `What migration ${name} runs cannot be told from its text.`, {
        hint: `Take the schema from a dump instead: ${dumpCommands[plan.dialect]} > schema.sql, then npx lockstep rehearse ${plan.id} --from schema.sql`,
        details: { migration: name },
      });
    before.push({ name, statements: read.up });
  }
  return before;
}

/** Runs migrations on an empty database. @throws LS6503 what the server says against one */
export async function runMigrations(
  connection: Connection,
  migrations: Awaited<ReturnType<typeof migrationsBefore>>,
): Promise<void> {
  for (const { name, statements } of migrations)
    try {
      await runStatements(connection, statements);
    } catch (cause) {
      throw new LockstepError(
        "LS6503",
        `Migration ${name} does not run on an empty database: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          hint: `Take the schema from a dump instead: ${dumpCommands[connection.dialect.id]} > schema.sql, then npx lockstep rehearse --from schema.sql`,
          cause,
          details: { migration: name },
        },
      );
    }
}

/**
 * Runs a migration's statements, whichever way its ORM would. What it sets ends with it, as with the session of a deployment.
 *
 * @throws the server's own error
 */
export async function runStatements(connection: Connection, statements: readonly string[]): Promise<void> {
  const { stage } = connection.dialect;
  await connection.query(stage.reset);
  for (const text of statements) await stage.run(connection, text);
  await connection.query(stage.reset);
}

/**
 * Runs a dump in plain text, with rows or without.
 *
 * @throws LS6503 it cannot be read, or the server refuses it
 */
export async function restoreDump(connection: Connection, rehearsing: Rehearsing, file: string): Promise<void> {
  try {
    await rehearsing.restore(connection, file);
  } catch (cause) {
    throw new LockstepError("LS6503", `${file} cannot be restored: ${(cause as Error).message}`, {
      hint: `A plain text without owners and rights is needed, as of: ${dumpCommands[connection.dialect.id]}`,
      cause,
    });
  }
}
