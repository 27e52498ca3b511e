import type { AppliedMigrations } from "@lockstep/core";
import type { Connection } from "@lockstep/core/planning";
import { dialectOn } from "../dialects/dialects.js";
import type { TypeormProject } from "../project.js";
import { readMigrationFiles } from "./list.js";

/**
 * The state of a target in TypeORM's table, under the names of the files: it has one row per class. A class without a file keeps its own
 * name. TypeORM records only completed migrations, so there are no failures in it.
 */
export async function readAppliedMigrations(
  connection: Connection,
  project: Pick<TypeormProject, "root" | "migrationGlobs" | "migrationsTable"> &
    Partial<Pick<TypeormProject, "migrationsFolder">>,
): Promise<AppliedMigrations> {
  const table = tableOf(connection, project);
  const { rows: tables } = await connection.query<{ name: string | null }>(
    dialectOn(connection.dialect.id).findTable(table),
  );
  if (tables[0]?.name == null) return { applied: [], failed: [] };
  const { rows } = await connection.query<{ name: string }>(`SELECT name FROM ${table} ORDER BY id`);
  const recorded = new Set(rows.map((row) => row.name));
  const { root, migrationGlobs, migrationsFolder } = project;
  // A migration that the data source no longer lists has still run.
  const beside = migrationsFolder === undefined ? [] : [`${migrationsFolder}/*`];
  const files = readMigrationFiles({ root, migrationGlobs: [...migrationGlobs, ...beside] });
  const inFiles = new Set(files.flatMap(({ recordedAs }) => recordedAs));
  return {
    applied: [
      ...[...recorded].filter((row) => !inFiles.has(row)),
      ...files.filter(({ recordedAs }) => recordedAs.every((own) => recorded.has(own))).map((file) => file.name),
    ],
    failed: [],
  };
}

/** TypeORM's table of applied migrations, quoted. */
export function tableOf(
  connection: Pick<Connection, "dialect">,
  { migrationsTable: { schema, name } }: Pick<TypeormProject, "migrationsTable">,
): string {
  return connection.dialect.sql.quote.table(schema === undefined ? { name } : { schema, name });
}

/** The session that currently runs migrations on a target: of a wrapped data source, or any session that runs a unit of a plan. */
export async function deployingSession(connection: Connection): Promise<number | undefined> {
  const { rows } = await connection.query<{ pid: number | string | null }>(
    dialectOn(connection.dialect.id).runningSessions,
  );
  const pid = rows[0]?.pid ?? undefined;
  return pid === undefined ? undefined : Number(pid);
}
