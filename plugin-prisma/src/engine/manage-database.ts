/** Creates and drops the user's database. */
import pg from "pg";
import { EngineError } from "./backend.js";
import { connect, connectForMaintenance } from "./connect.js";
import { missingUrl, parseTarget, type Target } from "./target.js";

/** @throws EngineError P1000 … when the connection fails */
export async function checkConnection(url: string | undefined, cwd: string): Promise<void> {
  const client = await connect(required(url, cwd));
  await client.end();
}

/**
 * Creates the database, and the schema that the URL names.
 * @returns its name
 * @throws EngineError P1009 when it already exists
 */
export async function createDatabase(url: string | undefined, cwd: string): Promise<string> {
  const target = required(url, cwd);
  const { database, host, port } = target;
  const isNew = await createIfMissing(target);
  const client = await connect(target);
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(target.schema)}`);
  } finally {
    await client.end();
  }
  if (isNew) return database;
  throw new EngineError(
    "P1009",
    `Database \`${database}\` already exists on the database server at \`${host}:${port}\``,
    {
      database_name: database,
      database_host: host,
      database_port: port,
    },
  );
}

/** Drops the database; fails if another session is connected. */
export async function dropDatabase(url: string | undefined, cwd: string): Promise<void> {
  const target = required(url, cwd);
  const admin = await connectForMaintenance(target);
  try {
    await admin.query(`DROP DATABASE ${pg.escapeIdentifier(target.database)}`);
  } catch (error) {
    throw refused(error, target);
  } finally {
    await admin.end();
  }
}

async function createIfMissing(target: Target): Promise<boolean> {
  const admin = await connectForMaintenance(target);
  try {
    await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(target.database)}`);
    return true;
  } catch (error) {
    // duplicate_database, or its unique index when two create it at once
    if (error instanceof pg.DatabaseError && (error.code === "42P04" || error.code === "23505")) return false;
    throw refused(error, target);
  } finally {
    await admin.end();
  }
}

function refused(error: unknown, { user, database }: Target): EngineError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  if (code === "42501") {
    return new EngineError(
      "P1010",
      `User \`${user}\` was denied access on the database \`${database}\`: ${message}`,
      null,
      error,
    );
  }
  if (code === "3D000") return new EngineError("P1003", `Database \`${database}\` does not exist.`, null, error);
  return new EngineError(undefined, `ERROR: ${message}`, null, error);
}

function required(url: string | undefined, cwd: string): Target {
  if (url === undefined) throw missingUrl();
  return parseTarget(url, cwd);
}
