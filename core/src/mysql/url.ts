import type { ConnectionOptions } from "mysql2/promise";
import { LockstepError } from "../base/errors.js";
import { readUrl } from "../base/url-text.js";
import { type Encryption, encryptionParameters, readEncryption } from "../dialect/db/encryption.js";
import { labelOf } from "../dialect/db/label.js";

/** A parsed connection URL. */
export interface ConnectionUrl {
  readonly config: ConnectionOptions;
  /** `host:port/database`: the target's name in messages; no user, no password. */
  readonly label: string;
  readonly encryption: () => Encryption;
}

/**
 * Parses a URL of MySQL or MariaDB with the parameters that Prisma and mysql2 support.
 *
 * @throws LS8004 if the URL is invalid. The error never contains the URL, because it may hold a password.
 */
export function readConnectionUrl(text: string): ConnectionUrl {
  const url = readUrl(text, "mysql");
  const database = url && decodeURIComponent(url.pathname.slice(1));
  const port = Number(url?.port || "3306");
  const host = url?.hostname.replace(/^\[|\]$/g, "") || "localhost";
  const label = labelOf(url?.hostname || "localhost", port, database ?? "");
  if (url === undefined || label === undefined || database === undefined || database === "")
    throw new LockstepError("LS8004", "The target's connection URL is not valid", {
      hint: "Write mysql://user:password@host:3306/database, and percent-encode special characters of the password: @ is %40, / is %2F, # is %23, ? is %3F.",
    });
  const parameter = (name: string) => url.searchParams.get(name) || undefined;
  const socket = parameter("socket") ?? parameter("socketPath");
  const seconds = Number(parameter("connect_timeout") ?? Number.NaN);
  const isSaid = encryptionParameters.some((name) => url.searchParams.has(name)) || url.searchParams.has("ssl");
  return {
    config: {
      host,
      port,
      database,
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      ...(socket === undefined ? {} : { socketPath: socket }),
      ...(Number.isFinite(seconds) && seconds > 0 ? { connectTimeout: seconds * 1000 } : {}),
    },
    label,
    encryption: () => {
      if (socket !== undefined) return { wanted: "disable", tls: {} };
      const { wanted, tls } = readEncryption(parameter, process.cwd());
      return { wanted: isSaid && wanted === "prefer" ? "require" : wanted, tls };
    },
  };
}
