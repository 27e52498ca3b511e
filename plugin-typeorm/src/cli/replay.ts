import type { OrmRun, Project } from "@lockstep/core";
import type { TypeormProject } from "../project.js";
import { deploy, resolve } from "./deploy.js";

/**
 * `migration:run` of the project on an empty database of nobody's, without some of its migrations: TypeORM takes them for done.
 * Errors as `deploy`.
 */
export async function replay(
  project: Project,
  url: string,
  without: readonly string[],
  signal?: AbortSignal,
): Promise<OrmRun> {
  if (without.length > 0) await makeTable(project as TypeormProject, url);
  for (const name of without) {
    const recorded = await resolve(project, url, name, "applied");
    if (recorded.exitCode !== 0) return recorded;
  }
  return deploy(project, url, () => undefined, undefined, signal);
}

/** As TypeORM makes it, which leaves one alone that is there. */
async function makeTable({ migrationsTable }: TypeormProject, url: string): Promise<void> {
  const { connect } = await import("@lockstep/core/planning");
  const connection = await connect(url, { applicationName: "lockstep" });
  try {
    const { schema, name } = migrationsTable;
    const { identifier, table } = connection.dialect.quote;
    if (schema !== undefined) await connection.query(`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`);
    await connection.query(
      `CREATE TABLE IF NOT EXISTS ${table(schema === undefined ? { name } : { schema, name })} (id SERIAL PRIMARY KEY, ${identifier("timestamp")} bigint NOT NULL, name varchar(255) NOT NULL)`,
    );
  } finally {
    await connection.close();
  }
}
