/** A database of its own for a test file, so that files can run side by side on one server. */
import { randomBytes } from "node:crypto";
import pg from "pg";

export interface TestDatabase {
  readonly url: string;
  /** Ends whatever is still connected. */
  drop(): Promise<void>;
}

/**
 * Makes an empty database on the server that LOCKSTEP_TEST_PG names.
 * @param prefix what it is for, seen in `pg_stat_activity`: "units"
 * @param template URL of a database to copy, to which nothing may be connected meanwhile
 * @throws when the variable is not set: the tests run with test/vitest.config.ts, whose global setup starts the server
 */
export async function createDatabase(prefix: string, template?: string): Promise<TestDatabase> {
  const server = process.env.LOCKSTEP_TEST_PG;
  if (!server) throw new Error("LOCKSTEP_TEST_PG is not set: run vitest with --config test/vitest.config.ts");
  const name = `${prefix
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .slice(0, 40)}_${randomBytes(5).toString("hex")}`;
  const like = template === undefined ? "" : ` TEMPLATE "${new URL(template).pathname.slice(1)}"`;
  await maintain(server, `CREATE DATABASE "${name}"${like}${strategy}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => maintain(server, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`) };
}

/** Copying files takes half the time of writing the copy as WAL. PostgreSQL before 15 always copies files. */
const strategy = Number(process.env.LOCKSTEP_PG ?? 17) < 15 ? "" : " STRATEGY file_copy";

async function maintain(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
