/** A temporary PostgreSQL server of our own: on 127.0.0.1 and a free port, in a temporary folder. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ignoring, isUnreadable } from "../../base/expected-errors.js";
import { connect } from "../../databases/connect.js";
import { type Account, unprivilegedAccount } from "./account.js";
import {
  clear,
  type Endings,
  end,
  environment,
  freePort,
  guardOf,
  isKept,
  keep,
  logOf,
  type OwnServer,
} from "./own-server.js";

export interface ServerOptions {
  /** With `bin`, `lib` and `share`, see `findBinaries`. */
  readonly binaries: string;
  /** Server settings, as in postgresql.conf. They override the ones chosen here. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** A streaming replica of this one, of the same version. `name` is its application_name there. */
  readonly replicaOf?: { readonly server: PostgresServer; readonly name: string };
  /** Survive a crash of the host, as a real server does. Default: false, which makes commits much faster. */
  readonly fsync?: boolean;
  /** The parent of its folder. Default: the system's folder for temporary files. */
  readonly parent?: string;
  /** The name of its superuser. Default: postgres. A replica has that of its primary. */
  readonly superuser?: string;
  /** More arguments of initdb. */
  readonly initdb?: readonly string[];
  /** Wraps the server's command; it must end up running that. */
  readonly wrap?: ((command: readonly [string, ...string[]]) => readonly [string, ...string[]]) | undefined;
}

export interface PostgresServer {
  /** Connection URL. Defaults: database `postgres`, the superuser; 127.0.0.1 is trusted, so no password. */
  url(database?: string, user?: string): string;
  readonly port: number;
  readonly dataDir: string;
  /** See `ServerOptions`. */
  readonly binaries: string;
  /** Fast shutdown; removes the data. May be called twice. */
  stop(): Promise<void>;
  /** Ends it and starts it again, with the same data: `crash` is an immediate shutdown, without a last checkpoint. */
  restart(how: "fast" | "crash", changes?: Pick<ServerOptions, "wrap">): Promise<void>;
  /** Ends it immediately, for good or until `restart`. */
  crash(): Promise<void>;
  /** The server's log so far. */
  log(): string;
}

const defaultSuperuser = "postgres";
const endings: Endings = { fast: "SIGINT", atOnce: "SIGQUIT", pidFile: "data/postmaster.pid" };

/**
 * Starts a server. It ends with `stop()`, and with this process however that ends.
 *
 * @example const server = await startPostgres({ binaries, settings: { max_connections: 200 } });
 * @returns the running server, ready for connections
 * @throws Error with the server's log when it does not start
 */
export async function startPostgres(options: ServerOptions): Promise<PostgresServer> {
  const account = unprivilegedAccount();
  const folder = await mkdtemp(join(options.parent ?? tmpdir(), "lockstep-pg-"));
  const dataDir = join(folder, "data");
  try {
    if (account) await chown(folder, account.uid, account.gid);
    if (options.replicaOf === undefined) initialise(options, folder, dataDir, account);
    else await copyPrimary(options.replicaOf.server, dataDir, account);
    // Another process may take the port before the server does: then the next one.
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const child = launch(folder, port, options, account);
      if (await isReady(child, dataDir))
        return serverOf(
          { child, guard: guardOf(child, folder, endings, account), folder, endings },
          port,
          options,
          async (changes) => {
            const again = launch(folder, port, { ...options, ...changes }, account);
            if (!(await isReady(again, dataDir))) throw new Error(`PostgreSQL did not start again:\n${logOf(folder)}`);
            return { child: again, guard: guardOf(again, folder, endings, account) };
          },
        );
      const log = logOf(folder);
      child.kill("SIGKILL");
      if (attempt === 5 || !log.includes("could not bind")) throw new Error(`PostgreSQL did not start:\n${log}`);
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function initialise(
  { binaries, superuser = defaultSuperuser, initdb = [] }: ServerOptions,
  folder: string,
  dataDir: string,
  account: Account | undefined,
): void {
  const made = spawnSync(
    join(binaries, "bin", "initdb"),
    // Trust: every role can connect without a password; only this machine reaches the port.
    ["-D", dataDir, "-U", superuser, "--auth=trust", "--locale=C", "--encoding=UTF8", "--no-sync", ...initdb],
    { cwd: folder, env: environment(), encoding: "utf8", ...account },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? ""}\n${made.stdout}${made.stderr}`);
}

/** A base backup, without pg_basebackup, which is not in the package. */
async function copyPrimary(primary: PostgresServer, dataDir: string, account: Account | undefined): Promise<void> {
  const db = await connect(primary.url(), { applicationName: "lockstep base backup" });
  try {
    const isOld = db.serverVersion < 150_000;
    await db.query(
      isOld ? "SELECT pg_start_backup('replica', true, false)" : "SELECT pg_backup_start('replica', true)",
    );
    // Files that are created or deleted meanwhile are not part of the backup.
    spawnSync("cp", ["-R", primary.dataDir, dataDir]);
    const { rows } = await db.query<{ label: string }>(
      `SELECT labelfile AS label FROM ${isOld ? "pg_stop_backup(false, false)" : "pg_backup_stop(false)"}`,
    );
    await writeFile(join(dataDir, "backup_label"), rows[0]!.label);
    await writeFile(join(dataDir, "standby.signal"), "");
    await rm(join(dataDir, "postmaster.pid"), { force: true });
    await rm(join(dataDir, "pg_replslot"), { recursive: true, force: true });
    await mkdir(join(dataDir, "pg_replslot"), { mode: 0o700 });
  } finally {
    await db.close();
  }
  if (account) spawnSync("chown", ["-R", `${account.uid}:${account.gid}`, dataDir]);
}

function launch(folder: string, port: number, options: ServerOptions, account: Account | undefined): ChildProcess {
  const settings = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: "",
    timezone: "UTC",
    log_timezone: "UTC",
    max_prepared_transactions: 10, // off by default; they block like any other
    ...(options.replicaOf
      ? {
          primary_conninfo: `host=127.0.0.1 port=${options.replicaOf.server.port} user=${options.superuser ?? defaultSuperuser} application_name=${options.replicaOf.name}`,
        }
      : {}),
    ...(options.fsync ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
    ...options.settings,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  // A file, not a pipe: a full or closed pipe would stop the server.
  const log = openSync(join(folder, "server.log"), "w", 0o666);
  const command = [join(options.binaries, "bin", "postgres"), "-D", join(folder, "data"), ...args] as const;
  const [program, ...rest] = options.wrap?.(command as readonly [string, ...string[]]) ?? command;
  try {
    return spawn(program, rest, {
      cwd: folder,
      env: environment(),
      detached: true, // Ctrl-C in the terminal reaches us only; we end the server in order
      stdio: ["ignore", log, log],
      ...account,
    });
  } finally {
    closeSync(log);
  }
}

/** Waits until the server accepts connections: line 8 of postmaster.pid shows it (PostgreSQL 10+, miscadmin.h). */
async function isReady(child: ChildProcess, dataDir: string): Promise<boolean> {
  let failed = false;
  child.once("error", () => {
    failed = true;
  });
  const deadline = Date.now() + 60_000;
  while (!failed && child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const status = await readFile(join(dataDir, "postmaster.pid"), "utf8").catch(ignoring(isUnreadable));
    const [pid, , , , , , , state] = status?.split("\n") ?? [];
    if (state?.trim() === "ready" && Number(pid) === child.pid) return true;
    await sleep(15);
  }
  return false;
}

function serverOf(
  entry: OwnServer,
  port: number,
  { binaries, superuser = defaultSuperuser }: ServerOptions,
  again: (changes: Pick<ServerOptions, "wrap">) => Promise<Pick<OwnServer, "child" | "guard">>,
): PostgresServer {
  const { folder } = entry;
  keep(entry);
  let lastLog = "";
  let stopping: Promise<void> | undefined;
  return {
    url: (database = "postgres", user = superuser) =>
      `postgresql://${encodeURIComponent(user)}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    port,
    dataDir: join(folder, "data"),
    binaries,
    log: () => (isKept(entry) ? logOf(folder) : lastLog),
    crash: () => end(entry, "atOnce"),
    async restart(how, changes = {}) {
      await end(entry, how === "crash" ? "atOnce" : "fast");
      Object.assign(entry, await again(changes));
      entry.child.unref();
    },
    stop() {
      stopping ??= (async () => {
        await end(entry, "fast");
        lastLog = await clear(entry);
      })();
      return stopping;
    },
  };
}
