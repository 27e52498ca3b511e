import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { type MigrationFailure, runMigration } from "../../plugin-prisma/src/engine/run-migration.js";

const table = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

/** What `prisma migrate resolve --applied` leaves, for each of the names: recorded, never run. */
export async function markApplied(url: string, folder: string, names: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(table);
    for (const name of names) await record(client, folder, name, true);
  } finally {
    await client.end();
  }
}

/** @returns the file, and the id of its record */
async function record(client: pg.Client, folder: string, name: string, isDone: boolean) {
  const script = readFileSync(join(folder, name, "migration.sql"), "utf8");
  const id = randomUUID();
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ($1, $2, $3, CASE WHEN $4 THEN now() END)`,
    [id, createHash("sha256").update(script).digest("hex"), name, isDone],
  );
  return { script, id };
}

/**
 * What `prisma migrate deploy` leaves in a database, without its two processes: each pending migration run as our engine runs it
 * under Prisma 7, and recorded. For stories in which a deployment is a step on the way; those about deployments use the CLI.
 * @param withheld migrations that stay pending. Default: none
 * @throws when a migration fails, or failed before
 */
export async function deployMigrations(url: string, folder: string, withheld: readonly string[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(table);
    const { rows } = await client.query<{ name: string; isDone: boolean }>(
      `SELECT migration_name AS name, finished_at IS NOT NULL AS "isDone" FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
    );
    const failed = rows.find(({ isDone }) => !isDone);
    if (failed !== undefined) throw new Error(`P3009 ${failed.name} failed before`);
    const known = rows.map(({ name }) => name);
    const all = readdirSync(folder).filter((name) => existsSync(join(folder, name, "migration.sql")));
    for (const name of all.filter((each) => !known.includes(each) && !withheld.includes(each)).sort()) {
      const { script, id } = await record(client, folder, name, false);
      await runMigration(client, script, "statements").catch(async (error: MigrationFailure) => {
        const logs = `Database error code: ${error.sqlState}\n\nDatabase error:\n${error.text}\n`;
        await client.query(`UPDATE _prisma_migrations SET logs = $2 WHERE id = $1`, [id, logs]);
        throw new Error(`P3018 ${name}\n${logs}`, { cause: error });
      });
      await client.query(`UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1`, [
        id,
      ]);
    }
  } finally {
    await client.end();
  }
}
