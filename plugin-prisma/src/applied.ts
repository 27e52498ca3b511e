import type { AppliedMigrations } from "@lockstep/core";
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
