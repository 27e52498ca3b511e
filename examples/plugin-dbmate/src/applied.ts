import type { AppliedMigrations, Project } from "@lockstep/core";
import type { Connection } from "@lockstep/core/planning";
import { migrationNames, versionOf } from "./migration-file.js";
import type { DbmateProject } from "./project.js";

/**
 * What dbmate's table says about a target, under the names of the files. It has a row a version, and only of migrations that have come to
 * their end: there are no failures in it.
 */
export async function readApplied(connection: Connection, project: DbmateProject): Promise<AppliedMigrations> {
  const { quote } = connection.dialect.sql;
  const table = quote.table({ name: project.migrationsTable });
  const { rows: found } = await connection.query<{ oid: string | null }>(
    `SELECT to_regclass(${quote.literal(table)})::text AS oid`,
  );
  if (found[0]?.oid == null) return { applied: [], failed: [] };
  const { rows } = await connection.query<{ version: string }>(`SELECT version FROM ${table} ORDER BY version`);
  const names = new Map(migrationNames(project).map((name) => [versionOf(name), name]));
  return { applied: rows.map(({ version }) => names.get(version) ?? version), failed: [] };
}

/** What sessions of dbmate are called where Lockstep starts it: dbmate itself says nothing about who it is. */
export const applicationName = "dbmate";

/** The session that runs migrations right now. One that somebody has started without Lockstep is not seen. */
export async function deployingSession(connection: Connection): Promise<number | undefined> {
  const { rows } = await connection.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = ${connection.dialect.sql.quote.literal(applicationName)} LIMIT 1`,
  );
  return rows[0]?.pid;
}

/** Records a migration as applied without running it. dbmate has no command for that. */
export async function recordApplied(project: Project, url: string, migration: string): Promise<void> {
  const { connect } = await import("@lockstep/core/planning");
  const connection = await connect(url, { applicationName: "lockstep", needsSession: false });
  try {
    const { quote } = connection.dialect.sql;
    const table = quote.table({ name: (project as DbmateProject).migrationsTable });
    await connection.query(
      `INSERT INTO ${table} VALUES (${quote.literal(versionOf(migration))}) ON CONFLICT DO NOTHING`,
    );
  } finally {
    await connection.close();
  }
}
