import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { ConnectionOptions } from "node:tls";

/** How a session is encrypted. */
export interface Encryption {
  /** `prefer`: encrypted if the server supports it. */
  readonly wanted: "disable" | "prefer" | "require";
  readonly tls: ConnectionOptions;
}

/** URL parameters that are parsed here; the driver would interpret some of them differently. */
export const encryptionParameters = [
  "sslmode",
  "sslaccept",
  "sslcert",
  "sslkey",
  "sslrootcert",
  "sslidentity",
  "sslpassword",
  "uselibpqcompat",
] as const;

/**
 * Parses the encryption settings of a connection URL, as libpq and Prisma do: any certificate is accepted unless the URL requires a check
 * (`sslmode=verify-ca|verify-full`, Prisma's `sslaccept=strict`). The driver itself would also check it for `sslmode=require`, and reject
 * servers that the ORM's own commands reach.
 *
 * @param parameter a parameter of the URL
 * @param cwd certificates are named relative to it
 * @throws the file system's error for a certificate that cannot be read
 */
export function readEncryption(parameter: (name: string) => string | undefined, cwd: string): Encryption {
  const mode = parameter("sslmode");
  const root = parameter("sslrootcert");
  // In libpq `sslcert` is the client's certificate, with its key beside it; in Prisma it is the authority's.
  const key = parameter("sslkey");
  const [client, authority] =
    key === undefined ? [undefined, parameter("sslcert") ?? root] : [parameter("sslcert"), root];
  const identity = parameter("sslidentity");
  const read = (file: string) => readFileSync(resolve(cwd, file));
  const isChecked =
    mode === "verify-full" || mode === "verify-ca" || parameter("sslaccept") === "strict" || root === "system";
  return {
    wanted:
      mode === undefined || mode === "prefer" || mode === "allow"
        ? "prefer"
        : mode === "disable"
          ? "disable"
          : "require",
    tls: {
      rejectUnauthorized: isChecked,
      ...(mode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
      ...(authority === undefined || authority === "system" ? {} : { ca: read(authority) }),
      ...(client === undefined ? {} : { cert: read(client) }),
      ...(key === undefined ? {} : { key: read(key), passphrase: parameter("sslpassword") }),
      ...(identity === undefined ? {} : { pfx: read(identity), passphrase: parameter("sslpassword") ?? "" }),
    },
  };
}

/** `pg` has no code for it: the server answered the request for encryption with "no". */
export function refusesEncryption(error: unknown): boolean {
  return error instanceof Error && error.message === "The server does not support SSL connections";
}
