import type { AppliedMigrations, MigrationFailure } from "@lockstep/core";
import type { Connection } from "@lockstep/core/planning";
import { dialectOn } from "./dialects/dialects.js";

/**
 * The state of a target in Prisma's own table. A row that was started and neither finished nor rolled back has failed: Prisma refuses to
 * continue (P3009). A migration may have several rows: a rolled-back try and the successful one.
 */
export async function readAppliedMigrations(connection: Connection): Promise<AppliedMigrations> {
  if (!(await hasMigrations(connection))) return { applied: [], failed: [], begun: [] };
  const { rows } = await connection.query<{ name: string; applied: number; failed: number }>(
    `SELECT migration_name AS name,
            MAX(CASE WHEN finished_at IS NOT NULL AND rolled_back_at IS NULL THEN 1 ELSE 0 END) AS applied,
            MAX(CASE WHEN finished_at IS NULL AND rolled_back_at IS NULL THEN 1 ELSE 0 END) AS failed
       FROM _prisma_migrations GROUP BY migration_name ORDER BY migration_name`,
  );
  return {
    applied: rows.filter((row) => Number(row.applied) === 1).map((row) => row.name),
    failed: rows.filter((row) => Number(row.failed) === 1 && Number(row.applied) === 0).map((row) => row.name),
    begun: rows.map((row) => row.name),
  };
}

/** Whether any Prisma migration was started there. */
export async function hasMigrations(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ found: string | null }>(
    dialectOn(connection.dialect.id).findMigrationsTable,
  );
  return rows[0]?.found != null;
}

/**
 * The error of a migration's last run. The engine stores the text of the error, with the database's code in it; a run that was killed
 * stores nothing.
 */
export async function readMigrationFailure(
  connection: Connection,
  migration: string,
): Promise<MigrationFailure | undefined> {
  const { id, sql } = connection.dialect;
  const { rows } = await connection.query<{ logs: string | null }>(
    `SELECT logs FROM _prisma_migrations WHERE migration_name = ${sql.quote.literal(migration)}
        AND finished_at IS NULL AND rolled_back_at IS NULL ORDER BY started_at DESC LIMIT 1`,
  );
  if (rows[0] === undefined) return undefined;
  const text = rows[0].logs?.trim() || undefined;
  return text === undefined ? { sqlState: undefined, text: undefined } : dialectOn(id).failureIn(text);
}

/** The session that currently runs Prisma's migrations on this target. */
export async function deployingSession(connection: Connection): Promise<number | undefined> {
  const { rows } = await connection.query<{ pid: number | string }>(dialectOn(connection.dialect.id).runningSessions);
  return rows[0] === undefined ? undefined : Number(rows[0].pid);
}
