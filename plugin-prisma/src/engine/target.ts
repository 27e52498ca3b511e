/** Parses a database URL in Prisma's dialect. */
import type { ConnectionOptions } from "node:tls";
import { readEncryption } from "@lockstep/core/encryption";
import { otherScheme, readUrl } from "@lockstep/core/text";
import { EngineError } from "./backend.js";

/** The server and the connection settings. */
export interface Target {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  /** `?schema=`, "public" by default. */
  readonly schema: string;
  /** Prisma's default is `prefer`: encrypted if the server supports it. */
  readonly encryption: "disable" | "prefer" | "require";
  readonly tls: ConnectionOptions;
  readonly connectTimeoutMs: number;
  readonly applicationName: string | undefined;
  /** `?options=`, server settings as on the command line of `postgres`. */
  readonly options: string | undefined;
}

const defaultConnectTimeoutSeconds = 5;

/**
 * Parses a URL; parameters for Prisma's own pool are left out.
 * @param cwd certificates are named relative to it
 * @throws EngineError P1013 for an invalid URL, LS9004 for another database than PostgreSQL
 */
export function parseTarget(text: string, cwd: string): Target {
  const url = parseUrl(text);
  const parameter = (name: string): string | undefined => url.searchParams.get(name) || undefined;
  const timeout = Number(parameter("connect_timeout") ?? defaultConnectTimeoutSeconds);
  return {
    host: parameter("host") ?? (decode(url.hostname).replace(/^\[(.*)\]$/, "$1") || "localhost"),
    port: Number(url.port || parameter("port") || 5432),
    user: decode(url.username) || parameter("user") || "postgres",
    password: decode(url.password) || parameter("password"),
    database: decode(url.pathname.slice(1)) || "postgres",
    schema: parameter("schema") ?? "public",
    ...encryptionOf(parameter, cwd),
    connectTimeoutMs: Number.isFinite(timeout) ? timeout * 1000 : defaultConnectTimeoutSeconds * 1000,
    applicationName: parameter("application_name"),
    options: parameter("options"),
  };
}

/** The error for a command that requires a database when none is named. */
export function missingUrl(): EngineError {
  return new EngineError(undefined, "The datasource has no url: set datasource.url in prisma.config.ts.");
}

/** Same server and same database, whatever else the URLs contain. */
export function isSameDatabase(a: Target, b: Target): boolean {
  return a.host === b.host && a.port === b.port && a.database === b.database;
}

function parseUrl(text: string): URL {
  const url = readUrl(text);
  if (url !== undefined) return url;
  const scheme = otherScheme(text);
  if (scheme === undefined) {
    const details = "Invalid URL in database URL";
    throw new EngineError("P1013", `The provided database string is invalid. ${details}`, { details });
  }
  throw noNativeEngine(`the URL begins with "${scheme}//"`);
}

/** @param why a native engine is required */
export function noNativeEngine(why: string): EngineError {
  return new EngineError(
    "LS9004",
    `Without a native schema engine Lockstep supports only PostgreSQL: ${why}, and no engine is installed.\n` +
      "Next   Let Prisma download it (LOCKSTEP=off npx prisma version), or set PRISMA_SCHEMA_ENGINE_BINARY to its file.\n" +
      "       These work without it: npx lockstep rewrite <migration>, npx lockstep check",
  );
}

function decode(text: string): string {
  return decodeURIComponent(text);
}

function encryptionOf(
  parameter: (name: string) => string | undefined,
  cwd: string,
): Pick<Target, "encryption" | "tls"> {
  const { wanted, tls } = readEncryption(parameter, cwd);
  return { encryption: wanted, tls };
}
