import type { AppliedMigrations, MigrationFailure } from "@lockstep/core";
import type { Connection } from "@lockstep/core/planning";

/**
 * What Prisma's own table says about a target. A row that was begun and neither finished nor rolled back has failed: Prisma
 * refuses to go on (P3009). A migration may have several rows: a rolled-back try and the one that went through.
 */
export async function readAppliedMigrations(connection: Connection): Promise<AppliedMigrations> {
  const { rows: tables } = await connection.query<{ found: string | null }>(
    "SELECT to_regclass('_prisma_migrations')::text AS found",
  );
  if (tables[0]?.found == null) return { applied: [], failed: [] };
  const { rows } = await connection.query<{ name: string; applied: boolean; failed: boolean }>(
    `SELECT migration_name AS name, bool_or(finished_at IS NOT NULL AND rolled_back_at IS NULL) AS applied,
            bool_or(finished_at IS NULL AND rolled_back_at IS NULL) AS failed
       FROM _prisma_migrations GROUP BY migration_name ORDER BY migration_name`,
  );
  return {
    applied: rows.filter((row) => row.applied).map((row) => row.name),
    failed: rows.filter((row) => row.failed && !row.applied).map((row) => row.name),
  };
}

/**
 * What the last run of a migration ended with. The engine stores the text of the error, and PostgreSQL's code in it; a run that was
 * killed stores nothing.
 */
export async function readMigrationFailure(
  connection: Connection,
  migration: string,
): Promise<MigrationFailure | undefined> {
  const { rows } = await connection.query<{ logs: string | null }>(
    `SELECT logs FROM _prisma_migrations
      WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL ORDER BY started_at DESC LIMIT 1`,
    [migration],
  );
  if (rows[0] === undefined) return undefined;
  const text = rows[0].logs?.trim() || undefined;
  return { sqlState: /\bDatabase error code: (\w{5})\b/.exec(text ?? "")?.[1], text: text && errorOf(text) };
}

/** PostgreSQL's own words: without the engine's introduction and the places in its source. */
function errorOf(logs: string): string {
  return logs
    .replace(/^[\s\S]*?Database error:\s*\n/, "")
    .replace(/\n\s*\n?Database error code: \w{5}\s*/, "\n")
    .replace(/\n\s+0: [\s\S]*$/, "")
    .replace(/\n?DbError \{[\s\S]*$/, "")
    .trim();
}

/** Prisma keeps others out with this advisory lock while it runs migrations (schema-engine, `ADVISORY_LOCK_KEY`). */
const advisoryLockKey = 72707369;

/** The session that runs Prisma's migrations on this target right now. */
export async function deployingSession(connection: Connection): Promise<number | undefined> {
  const { rows } = await connection.query<{ pid: number }>(
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = $1 AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1`,
    [advisoryLockKey],
  );
  return rows[0]?.pid;
}
