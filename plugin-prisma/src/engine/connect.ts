/** Opens connections as the native engine would, and reports failures with Prisma's messages. */

import { refusesEncryption } from "@lockstep/core/encryption";
import { duringCleanUp } from "@lockstep/core/text";
import pg from "pg";
import { EngineError } from "./backend.js";
import type { Target } from "./target.js";
import { typeParsers } from "./types.js";

/** Databases from which another one can be created: one of them exists almost everywhere. */
const maintenanceDatabases = ["postgres", "template1", "defaultdb"];

/**
 * Connects and sets the search path, as the native engine does.
 * @throws EngineError P1000 … P1017
 */
export async function connect(target: Target): Promise<pg.Client> {
  const client = await open(target);
  await client.query(`SET search_path = ${pg.escapeIdentifier(target.schema)}`);
  return client;
}

/**
 * Connects to a database of the same server that exists whatever happens to the target's own.
 * @throws EngineError P3000 when there is none
 */
export async function connectForMaintenance(target: Target): Promise<pg.Client> {
  for (const database of maintenanceDatabases) {
    try {
      return await open({ ...target, database });
    } catch (error) {
      if (!(error instanceof EngineError) || (error.code !== "P1003" && error.code !== "P1010")) throw error;
    }
  }
  const reason =
    "Prisma could not connect to a default database (`postgres` or `template1`), it cannot create the specified database.";
  throw new EngineError("P3000", `Failed to create database: ${reason}`, { database_error: reason });
}

async function open(target: Target): Promise<pg.Client> {
  if (target.encryption === "disable" || target.host.startsWith("/")) return openOnce(target, false);
  try {
    return await openOnce(target, true);
  } catch (error) {
    const isPlainServer = error instanceof EngineError && error.code === "P1011" && refusesEncryption(error.cause);
    if (target.encryption === "prefer" && isPlainServer) return openOnce(target, false);
    throw error;
  }
}

async function openOnce(target: Target, encrypted: boolean): Promise<pg.Client> {
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    user: target.user,
    password: target.password ?? "",
    database: target.database,
    ssl: encrypted ? target.tls : false,
    connectionTimeoutMillis: target.connectTimeoutMs,
    keepAlive: true,
    fallback_application_name: "lockstep-schema-engine",
    application_name: target.applicationName,
    options: target.options,
    types: typeParsers,
  });
  // The next query reports a lost connection; without a listener Node would end the process here.
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(duringCleanUp);
    throw connectError(error, target);
  }
  return client;
}

/** Prisma's error for a connection that could not be opened. */
export function connectError(error: unknown, { host, port, user, database }: Target): EngineError {
  const meta = { database_host: host, database_port: port, database_user: user, database_name: database };
  const prisma = (code: string, message: string) => new EngineError(code, message, meta, error);
  const [code, message] = [codeOf(error), error instanceof Error ? error.message : String(error)];
  switch (code) {
    case "28P01":
      return prisma(
        "P1000",
        `Authentication failed against database server at \`${host}\`, the provided database credentials for ` +
          `\`${user}\` are not valid.\n\nPlease make sure to provide valid database credentials for the database server ` +
          `at \`${host}\`.`,
      );
    case "3D000":
      return prisma("P1003", `Database \`${database}\` does not exist on the database server at \`${host}:${port}\`.`);
    case "28000":
    case "42501":
      return prisma("P1010", `User \`${user}\` was denied access on the database \`${database}\`: ${message}`);
    case "53300":
      return prisma("P2037", `Too many database connections opened: ${message}`);
    case "57P03":
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "ECONNREFUSED":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ETIMEDOUT":
    case "ENOENT":
    case "timeout expired":
      return prisma(
        "P1001",
        `Can't reach database server at \`${host}:${port}\`\n\n` +
          `Please make sure your database server is running at \`${host}:${port}\`.`,
      );
    case "ECONNRESET":
    case "Connection terminated unexpectedly":
      return prisma("P1017", "Server has closed the connection.");
  }
  if (refusesEncryption(error) || /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_|UNABLE_TO_|EPROTO)/.test(code)) {
    return prisma("P1011", `Error opening a TLS connection: ${message}`);
  }
  return new EngineError(undefined, message, meta, error);
}

/** SQLSTATE or the system's code; `pg` reports its own failures only as text. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if (error.message.includes("client password must be")) return "28P01";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.message;
}
