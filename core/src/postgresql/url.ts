import { LockstepError } from "../base/errors.js";
import { decoded, otherScheme, readUrl } from "../base/url-text.js";
import { type Encryption, encryptionParameters, readEncryption } from "../dialect/db/encryption.js";

/** A parsed connection URL. */
export interface ConnectionUrl {
  /** The URL for the driver: without the parameters that only Prisma understands. */
  readonly driverUrl: string;
  /** `host:port/database`: the target's name in messages; no user, no password. */
  readonly label: string;
  /** `?schema=`: becomes the search path, as in Prisma. */
  readonly schema: string | undefined;
  /** `?connect_timeout=` in milliseconds. Zero: no timeout. */
  readonly connectTimeoutMs: number | undefined;
  /** Prisma's `pgbouncer=true`: a pooler, usually in transaction mode. */
  readonly isSaidPooled: boolean;
  /** Reads the certificates that the URL names. Undefined: the URL uses the driver's own setting (`?ssl=true`). */
  readonly encryption: (() => Encryption) | undefined;
}

/** Prisma's own parameters, and those that are read here. Lockstep sets `application_name`. */
const notForTheDriver = [
  "schema",
  "connection_limit",
  "pool_timeout",
  "pgbouncer",
  "statement_cache_size",
  "socket_timeout",
  "connect_timeout",
  "application_name",
  ...encryptionParameters,
];

/**
 * Parses a PostgreSQL URL. Reads the encryption settings of libpq and Prisma here, and passes on libpq's other parameters.
 * @throws LS8004 if the URL is invalid. The error never contains the URL, because it may hold a password.
 */
export function readConnectionUrl(text: string): ConnectionUrl {
  const url = readUrl(text);
  if (url === undefined) {
    const scheme = otherScheme(text);
    // No `cause` and no part of the text, because the password could be anywhere in it.
    throw scheme === undefined
      ? new LockstepError("LS8004", "The target's connection URL is not valid", {
          hint: "Write postgresql://user:password@host:5432/database, and percent-encode special characters of the password: @ is %40, / is %2F, # is %23, ? is %3F.",
        })
      : new LockstepError("LS8004", `Lockstep connects to PostgreSQL directly, not through "${scheme}//"`, {
          hint: "Use the direct postgresql:// URL of the database, not that of a proxy or of another database.",
        });
  }
  const schema = url.searchParams.get("schema") || undefined;
  const seconds = Number(url.searchParams.get("connect_timeout") ?? Number.NaN);
  const host = url.searchParams.get("host") ?? url.hostname;
  const port = url.searchParams.get("port") ?? url.port;
  const given = new URLSearchParams(url.searchParams);
  const parameter = (name: string) =>
    given.get(name) || (name === "sslmode" ? process.env.PGSSLMODE : undefined) || undefined;
  const isPlain = host.startsWith("/") || host.startsWith("%2F");
  for (const name of notForTheDriver) url.searchParams.delete(name);
  return {
    driverUrl: url.toString(),
    label: `${host || "localhost"}:${port || "5432"}${decoded(url.pathname)}`,
    schema,
    isSaidPooled: given.get("pgbouncer") === "true",
    connectTimeoutMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined,
    encryption: given.has("ssl")
      ? undefined
      : () => (isPlain ? { wanted: "disable", tls: {} } : readEncryption(parameter, process.cwd())),
  };
}
