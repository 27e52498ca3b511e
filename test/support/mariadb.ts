/** A throw-away MariaDB for tests: an own data folder, 127.0.0.1, a free port; no install, no root needed. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { chown, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import mysql, { type Connection, type ConnectionOptions } from "mysql2/promise";
import { type Account, unprivilegedAccount } from "../../core/src/stage/account.js";
import { findMariadb, type MariadbBinaries, runnableBy } from "./mariadb-binaries.js";

export interface MariadbOptions {
  /** Server settings as in my.cnf: `{ sql_mode: "", log_bin: "log", binlog_format: "ROW" }`. They win over the ones chosen here. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Knows who holds a metadata lock: the plugin metadata_lock_info. Default: false, as on most servers. */
  readonly showsLocks?: boolean;
}

export interface MariadbServer {
  /** `mysql://root@127.0.0.1:<port>/<database>`; root has no password. */
  url(database?: string): string;
  readonly port: number;
  log(): string;
  /** Ends it and starts it again, with the same data: `crash` is a kill -9. */
  restart(how: "fast" | "crash"): Promise<void>;
  /** Removes the data. May be called twice. */
  stop(): Promise<void>;
}

interface Running {
  child: ChildProcess;
  guard: ChildProcess;
  readonly folder: string;
}

const running = new Set<Running>();
let isWatching = false;

/**
 * Starts a server. It ends with `stop()`, and with this process however that ends.
 * @throws when this machine has none, or with the server's log when it does not start
 */
export async function startMariadb(options: MariadbOptions = {}): Promise<MariadbServer> {
  const account = unprivilegedAccount();
  const found = findMariadb();
  if (found === undefined) throw new Error("No MariaDB server on this machine");
  const binaries = runnableBy(found, account);
  const folder = await mkdtemp(join(tmpdir(), "lockstep-mariadb-data-"));
  try {
    await mkdir(join(folder, "data"));
    if (account) for (const each of [folder, join(folder, "data")]) await chown(each, account.uid, account.gid);
    initialise(binaries, folder, account);
    // Another process may take the port between our asking and the server's: then the next one.
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const child = launch(binaries, folder, port, options, account);
      if (await isReady(child, folder, port))
        return serverOf({ child, guard: guardOf(child, folder, account), folder }, port, async () => {
          const again = launch(binaries, folder, port, options, account);
          if (!(await isReady(again, folder, port)))
            throw new Error(`MariaDB did not start again:\n${readFileSync(join(folder, "server.log"), "utf8")}`);
          return { child: again, guard: guardOf(again, folder, account) };
        });
      const log = readFileSync(join(folder, "server.log"), "utf8");
      child.kill("SIGKILL");
      if (attempt === 5 || !log.includes("Can't start server: Bind")) throw new Error(`MariaDB did not start:\n${log}`);
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The arguments that every start has. Small and fast: nothing of it outlives the test. */
function argumentsOf({ share, plugins }: MariadbBinaries, folder: string): string[] {
  return [
    "--no-defaults",
    `--datadir=${join(folder, "data")}`,
    // In a folder that servers share, one that starts deletes the temporary tables of the others.
    `--tmpdir=${folder}`,
    `--lc-messages-dir=${share}`,
    `--character-sets-dir=${join(share, "charsets")}`,
    ...(plugins === undefined ? [] : [`--plugin-dir=${plugins}`]),
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=8M",
  ];
}

/** As mariadb-install-db does it, without its test database and help texts. */
function initialise(binaries: MariadbBinaries, folder: string, account: Account | undefined): void {
  const scripts = ["mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql"];
  const made = spawnSync(binaries.mariadbd, [...argumentsOf(binaries, folder), "--bootstrap"], {
    input: [
      "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n",
      ...scripts.map((name) => readFileSync(join(binaries.share, name), "utf8")),
    ].join("\n"),
    cwd: folder,
    env: environment(binaries),
    encoding: "utf8",
    ...account,
  });
  if (made.status !== 0) throw new Error(`MariaDB's tables cannot be made: ${made.error?.message ?? ""}${made.stderr}`);
}

function launch(
  binaries: MariadbBinaries,
  folder: string,
  port: number,
  { settings = {}, showsLocks = false }: MariadbOptions,
  account: Account | undefined,
): ChildProcess {
  const chosen = {
    port,
    bind_address: "127.0.0.1",
    socket: join(folder, "server.sock"),
    pid_file: join(folder, "server.pid"),
    character_set_server: "utf8mb4",
    default_time_zone: "+00:00",
    innodb_flush_log_at_trx_commit: 0,
    ...(showsLocks ? { plugin_load_add: "metadata_lock_info", plugin_maturity: "experimental" } : {}),
    ...settings,
  };
  const log = openSync(join(folder, "server.log"), "w", 0o666);
  try {
    return spawn(
      binaries.mariadbd,
      [
        ...argumentsOf(binaries, folder),
        ...Object.entries(chosen).map(([name, value]) => `--${name.replaceAll("_", "-")}=${value}`),
      ],
      // Ctrl-C in the terminal reaches us only; we end the server in order.
      { cwd: folder, env: environment(binaries), detached: true, stdio: ["ignore", log, log], ...account },
    );
  } finally {
    closeSync(log);
  }
}

function environment({ env }: MariadbBinaries): Record<string, string> {
  return { PATH: process.env.PATH ?? "", LC_ALL: "C", ...env };
}

async function isReady(child: ChildProcess, folder: string, port: number): Promise<boolean> {
  let failed = false;
  child.once("error", () => {
    failed = true;
  });
  const deadline = Date.now() + 60_000;
  while (!failed && child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const session = await mysql.createConnection({ host: "127.0.0.1", port, user: "root" }).catch(() => undefined);
    if (session !== undefined) {
      // Another server may have this port, and ours none.
      const [rows] = await session.query("SELECT @@datadir AS folder");
      await session.end();
      return (rows as { folder: string }[])[0]?.folder.startsWith(folder) === true;
    }
    await sleep(20);
  }
  return false;
}

/** Ends the server when this process is killed without a chance to do so: its end closes the guard's standard input. */
function guardOf(child: ChildProcess, folder: string, account: Account | undefined): ChildProcess {
  const script = 'cat >/dev/null; kill -KILL "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf "$2"';
  const guard = spawn("/bin/sh", ["-c", script, "sh", String(child.pid), folder], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    ...account,
  });
  guard.unref();
  (guard.stdin as { unref?(): void } | null)?.unref?.();
  return guard;
}

function serverOf(entry: Running, port: number, again: () => Promise<Pick<Running, "child" | "guard">>): MariadbServer {
  const { folder } = entry;
  running.add(entry);
  if (!isWatching) process.once("exit", endAll);
  isWatching = true;
  entry.child.unref(); // a caller that forgets stop() can still end
  const end = async (signal: "SIGKILL" | "SIGTERM") => {
    const { child, guard } = entry;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.ref();
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await ended;
    }
    guard.kill("SIGKILL");
  };
  let lastLog = "";
  let stopping: Promise<void> | undefined;
  return {
    url: (database = "mysql") => `mysql://root@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    port,
    log: () => (running.has(entry) ? readFileSync(join(folder, "server.log"), "utf8") : lastLog),
    async restart(how) {
      await end(how === "crash" ? "SIGKILL" : "SIGTERM");
      Object.assign(entry, await again());
      entry.child.unref();
    },
    stop() {
      stopping ??= (async () => {
        await end("SIGKILL"); // nothing of the data is wanted any more
        lastLog = await readFile(join(folder, "server.log"), "utf8").catch(() => "");
        running.delete(entry);
        await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      })();
      return stopping;
    },
  };
}

/** On `exit` only synchronous work is possible. */
function endAll(): void {
  for (const { child, guard, folder } of running) {
    child.kill("SIGKILL");
    guard.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  running.clear();
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

export interface MariadbDatabase {
  readonly url: string;
  readonly name: string;
  /** A session of its own. All of them end with `drop()`. */
  open(options?: ConnectionOptions): Promise<Connection>;
  drop(): Promise<void>;
}

/**
 * An empty database of its own, so that files can run side by side on one server.
 * @param prefix what it is for: "units"
 * @param server default: the one of the whole run
 */
export async function createMariadbDatabase(
  prefix: string,
  server?: Pick<MariadbServer, "url">,
): Promise<MariadbDatabase> {
  const base = server?.url() ?? process.env.LOCKSTEP_TEST_MARIADB;
  if (!base) throw new Error("LOCKSTEP_TEST_MARIADB is not set: run vitest with --config test/vitest.config.ts");
  const name = `${prefix.toLowerCase().replace(/[^a-z0-9]+/g, "_")}_${randomBytes(5).toString("hex")}`;
  const url = new URL(base);
  url.pathname = `/${name}`;
  const maintenance = await mysql.createConnection(base);
  await maintenance.query(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
  const sessions: Connection[] = [];
  return {
    url: url.toString(),
    name,
    async open(options = {}) {
      const session = await mysql.createConnection({ uri: url.toString(), ...options });
      // The end of a session that is killed on purpose is no error of the test.
      session.on("error", () => undefined);
      sessions.push(session);
      return session;
    },
    async drop() {
      for (const session of sessions) session.destroy();
      await maintenance.query(`DROP DATABASE IF EXISTS \`${name}\``);
      await maintenance.end();
    },
  };
}
