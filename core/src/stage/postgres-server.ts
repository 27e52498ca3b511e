/** A PostgreSQL of one's own, for as long as it is needed: on 127.0.0.1 and a free port, in a temporary folder. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../connect.js";
import { type Account, unprivilegedAccount } from "./account.js";

export interface ServerOptions {
  /** With `bin`, `lib` and `share`, see `findBinaries`. */
  readonly binaries: string;
  /** Server settings, as in postgresql.conf. They win over the ones chosen here. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** A streaming replica of this one, of the same version. `name` is its application_name there. */
  readonly replicaOf?: { readonly server: PostgresServer; readonly name: string };
  /** Survive a crash of the host, as a real server does. Default: false, which makes commits much faster. */
  readonly fsync?: boolean;
  /** More arguments of initdb. */
  readonly initdb?: readonly string[];
  /** What is run instead of the server's command; it ends in running that. */
  readonly wrap?: ((command: readonly [string, ...string[]]) => readonly [string, ...string[]]) | undefined;
}

export interface PostgresServer {
  /** Connection URL. Defaults: database `postgres`, superuser `postgres`; 127.0.0.1 is trusted, so no password. */
  url(database?: string, user?: string): string;
  readonly port: number;
  readonly dataDir: string;
  /** See `ServerOptions`. */
  readonly binaries: string;
  /** Fast shutdown; removes the data. May be called twice. */
  stop(): Promise<void>;
  /** Ends it and starts it again, with the same data: `crash` is an immediate shutdown, without a last checkpoint. */
  restart(how: "fast" | "crash", changes?: Pick<ServerOptions, "wrap">): Promise<void>;
  /** Ends it at once, for good or until `restart`. */
  crash(): Promise<void>;
  /** What the server has logged so far. */
  log(): string;
}

interface Running {
  child: ChildProcess;
  guard: ChildProcess | undefined;
  readonly folder: string;
}

const running = new Set<Running>();

/**
 * Starts a server. It ends with `stop()`, and with this process however that ends.
 *
 * @example const server = await startPostgres({ binaries, settings: { max_connections: 200 } });
 * @returns the running server, ready for connections
 * @throws Error with the server's log when it does not start
 */
export async function startPostgres(options: ServerOptions): Promise<PostgresServer> {
  const account = unprivilegedAccount();
  const folder = await mkdtemp(join(tmpdir(), "lockstep-pg-"));
  const dataDir = join(folder, "data");
  const logFile = join(folder, "server.log");
  try {
    if (account) await chown(folder, account.uid, account.gid);
    if (options.replicaOf === undefined) initialise(options, folder, dataDir, account);
    else await copyPrimary(options.replicaOf.server, dataDir, account);
    // Another process may take the port between our asking and the server's: then the next one.
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const child = launch(folder, port, options, account);
      if (await isReady(child, dataDir))
        return serverOf(
          { child, guard: guardOf(child, folder, account), folder },
          port,
          options.binaries,
          async (changes) => {
            const again = launch(folder, port, { ...options, ...changes }, account);
            if (!(await isReady(again, dataDir)))
              throw new Error(`PostgreSQL did not start again:\n${readFileSync(logFile, "utf8")}`);
            return { child: again, guard: guardOf(again, folder, account) };
          },
        );
      const log = readFileSync(logFile, "utf8");
      child.kill("SIGKILL");
      if (attempt === 5 || !log.includes("could not bind")) throw new Error(`PostgreSQL did not start:\n${log}`);
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function initialise(
  { binaries, initdb = [] }: ServerOptions,
  folder: string,
  dataDir: string,
  account: Account | undefined,
): void {
  const made = spawnSync(
    join(binaries, "bin", "initdb"),
    // Trust: every role can connect without a password; nobody but this machine reaches the port.
    ["-D", dataDir, "-U", "postgres", "--auth=trust", "--locale=C", "--encoding=UTF8", "--no-sync", ...initdb],
    { cwd: folder, env: environment(), encoding: "utf8", ...account },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? ""}\n${made.stdout}${made.stderr}`);
}

/** A base backup, without pg_basebackup, which the package does not have. */
async function copyPrimary(primary: PostgresServer, dataDir: string, account: Account | undefined): Promise<void> {
  const db = await connect(primary.url(), { applicationName: "lockstep base backup" });
  try {
    const isOld = db.serverVersion < 150_000;
    await db.query(
      isOld ? "SELECT pg_start_backup('replica', true, false)" : "SELECT pg_backup_start('replica', true)",
    );
    // Files that come and go meanwhile are none of the backup's.
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
          primary_conninfo: `host=127.0.0.1 port=${options.replicaOf.server.port} user=postgres application_name=${options.replicaOf.name}`,
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

/** Nothing of the caller's PG* variables and locale reaches the server. */
function environment(): Record<string, string> {
  return { PATH: process.env.PATH ?? "", LC_ALL: "C" };
}

/** Waits until the server takes connections: line 8 of postmaster.pid says so (PostgreSQL 10+, miscadmin.h). */
async function isReady(child: ChildProcess, dataDir: string): Promise<boolean> {
  let failed = false;
  child.once("error", () => {
    failed = true;
  });
  const deadline = Date.now() + 60_000;
  while (!failed && child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const status = await readFile(join(dataDir, "postmaster.pid"), "utf8").catch(() => "");
    const [pid, , , , , , , state] = status.split("\n");
    if (state?.trim() === "ready" && Number(pid) === child.pid) return true;
    await sleep(15);
  }
  return false;
}

/** Ends the server when this process is killed without a chance to do so: its end closes the guard's standard input. */
function guardOf(child: ChildProcess, folder: string, account: Account | undefined): ChildProcess | undefined {
  if (process.platform === "win32") return undefined;
  const script = 'cat >/dev/null; kill -QUIT "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf "$2"';
  const guard = spawn("/bin/sh", ["-c", script, "sh", String(child.pid), folder], {
    cwd: "/",
    env: environment(),
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    ...account,
  });
  guard.unref();
  (guard.stdin as { unref?(): void } | null)?.unref?.();
  return guard;
}

function serverOf(
  entry: Running,
  port: number,
  binaries: string,
  again: (changes: Pick<ServerOptions, "wrap">) => Promise<Pick<Running, "child" | "guard">>,
): PostgresServer {
  const { folder } = entry;
  const logFile = join(folder, "server.log");
  running.add(entry);
  watchProcess();
  entry.child.unref(); // a caller that forgets stop() can still end
  const end = async (signal: "SIGINT" | "SIGQUIT") => {
    const { child } = entry;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.ref();
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal); // fast: sessions are ended, not waited for
      await ended;
    }
    entry.guard?.kill("SIGKILL");
  };
  let lastLog = "";
  let stopping: Promise<void> | undefined;
  return {
    url: (database = "postgres", user = "postgres") =>
      `postgresql://${encodeURIComponent(user)}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    port,
    dataDir: join(folder, "data"),
    binaries,
    log: () => (running.has(entry) ? readFileSync(logFile, "utf8") : lastLog),
    crash: () => end("SIGQUIT"),
    async restart(how, changes = {}) {
      await end(how === "crash" ? "SIGQUIT" : "SIGINT");
      Object.assign(entry, await again(changes));
      entry.child.unref();
    },
    stop() {
      stopping ??= (async () => {
        await end("SIGINT");
        lastLog = await readFile(logFile, "utf8").catch(() => "");
        running.delete(entry);
        await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      })();
      return stopping;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

let isWatching = false;

function watchProcess(): void {
  if (isWatching) return;
  isWatching = true;
  process.once("exit", endAll);
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    process.on(signal, () => {
      // Whoever else listens decides when the process ends; alone, we do what the signal would have done.
      if (process.listenerCount(signal) === 1) process.exit(code);
    });
  }
}

/** On `exit` only synchronous work is possible: an immediate shutdown, awaited by looking for the server's pid file. */
function endAll(): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (const { child, guard, folder } of running) {
    child.kill("SIGQUIT");
    for (let waited = 0; waited < 200 && exists(join(folder, "data", "postmaster.pid")); waited++)
      Atomics.wait(pause, 0, 0, 10);
    guard?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  running.clear();
}

function exists(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}
