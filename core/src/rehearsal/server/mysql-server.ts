/** A temporary MySQL or MariaDB server of our own: on 127.0.0.1 and a free port, in a temporary folder. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LockstepError } from "../../base/errors.js";
import { connect } from "../../databases/connect.js";
import { type Account, unprivilegedAccount } from "./account.js";
import { type MysqlBinaries, systemTableScripts } from "./mysql-binaries.js";
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

export interface MysqlServerOptions {
  readonly binaries: MysqlBinaries;
  /** Server settings as in my.cnf: `{ sql_mode: "", log_bin: "log" }`. They override the ones chosen here. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

export interface MysqlServer {
  /** `mysql://root@127.0.0.1:<port>/<database>`; root has no password. Default: database `mysql`. */
  url(database?: string): string;
  readonly port: number;
  /** See `findMysqlBinaries`. */
  readonly binaries: MysqlBinaries;
  /** The server's log so far. */
  log(): string;
  /** Ends it and starts it again, with the same data: `crash` is a kill -9. */
  restart(how: "fast" | "crash"): Promise<void>;
  /** Removes the data. May be called twice. */
  stop(): Promise<void>;
}

const endings: Endings = { fast: "SIGTERM", atOnce: "SIGKILL" };

/**
 * Starts a server. It ends with `stop()`, and with this process however that ends.
 *
 * @returns the running server, ready for connections
 * @throws Error with the server's log when it does not start
 */
export async function startMysql(options: MysqlServerOptions): Promise<MysqlServer> {
  const { binaries } = options;
  const account = unprivilegedAccount();
  const folder = await mkdtemp(join(tmpdir(), `lockstep-${binaries.dialect}-`));
  try {
    await mkdir(join(folder, "data"));
    if (account) for (const each of [folder, join(folder, "data")]) await chown(each, account.uid, account.gid);
    initialise(binaries, folder, account, options.settings);
    // Another process may take the port before the server does: then the next one.
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const child = launch(folder, port, options, account);
      if (await isReady(child, folder, port))
        return serverOf(
          { child, guard: guardOf(child, folder, endings, account), folder, endings },
          port,
          binaries,
          async () => {
            const again = launch(folder, port, options, account);
            if (!(await isReady(again, folder, port)))
              throw new Error(`The server did not start again:\n${logOf(folder)}`);
            return { child: again, guard: guardOf(again, folder, endings, account) };
          },
        );
      const log = logOf(folder);
      child.kill("SIGKILL");
      if (attempt === 5 || !log.includes("Can't start server: Bind"))
        throw new Error(`The server did not start:\n${log}`);
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The arguments of every start. */
function argumentsOf({ share, plugins, dialect }: MysqlBinaries, folder: string): string[] {
  return [
    "--no-defaults",
    `--datadir=${join(folder, "data")}`,
    // In a shared folder, a server that starts deletes the temporary tables of the others.
    `--tmpdir=${folder}`,
    ...(share === undefined ? [] : [`--lc-messages-dir=${share}`, `--character-sets-dir=${join(share, "charsets")}`]),
    ...(plugins === undefined ? [] : [`--plugin-dir=${plugins}`]),
    // The defaults are the folder of an installed server, which ours may not read, and a second port on every address.
    ...(dialect === "mysql" ? [`--secure-file-priv=${folder}`, "--loose-mysqlx=OFF"] : []),
  ];
}

/** How table names are stored cannot be changed later. */
const lasting = ["lower_case_table_names", "innodb_page_size"];

/** MariaDB: as mariadb-install-db does it, without its test database and help texts. */
function initialise(
  binaries: MysqlBinaries,
  folder: string,
  account: Account | undefined,
  settings: MysqlServerOptions["settings"] = {},
): void {
  const { dialect, share = "", program } = binaries;
  const own = Object.entries(settings).filter(([name]) => lasting.includes(name));
  const common = [...argumentsOf(binaries, folder), ...own.map(argumentOf)];
  const how =
    dialect === "mysql"
      ? { argument: "--initialize-insecure", input: "" }
      : {
          argument: "--bootstrap",
          input: [
            "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n",
            ...(systemTableScripts(share) ?? []).map((file) => readFileSync(file, "utf8")),
          ].join("\n"),
        };
  const made = spawnSync(program, [...common, how.argument], {
    input: how.input,
    cwd: folder,
    env: { ...environment(), ...binaries.env },
    encoding: "utf8",
    ...account,
  });
  if (made.status !== 0)
    throw new Error(`Its system tables cannot be made: ${made.error?.message ?? ""}${made.stderr}`);
}

function launch(
  folder: string,
  port: number,
  { binaries, settings = {} }: MysqlServerOptions,
  account: Account | undefined,
): ChildProcess {
  const chosen = {
    port,
    bind_address: "127.0.0.1",
    socket: join(folder, "server.sock"),
    pid_file: join(folder, "server.pid"),
    character_set_server: "utf8mb4",
    default_time_zone: "+00:00",
    // Small and fast: its data is temporary.
    innodb_flush_log_at_trx_commit: 0,
    innodb_buffer_pool_size: "32M",
    loose_innodb_log_file_size: "8M",
    ...settings,
  };
  // A file, not a pipe: a full or closed pipe would stop the server.
  const log = openSync(join(folder, "server.log"), "w", 0o666);
  try {
    return spawn(binaries.program, [...argumentsOf(binaries, folder), ...Object.entries(chosen).map(argumentOf)], {
      cwd: folder,
      env: { ...environment(), ...binaries.env },
      detached: true, // Ctrl-C in the terminal reaches us only; we end the server in order
      stdio: ["ignore", log, log],
      ...account,
    });
  } finally {
    closeSync(log);
  }
}

const argumentOf = ([name, value]: readonly [string, unknown]) => `--${name.replaceAll("_", "-")}=${value}`;

/** Another server may have this port, and ours none. */
async function isReady(child: ChildProcess, folder: string, port: number): Promise<boolean> {
  let failed = false;
  child.once("error", () => {
    failed = true;
  });
  const deadline = Date.now() + 60_000;
  while (!failed && child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const session = await connect(urlOf(port), { applicationName: "lockstep stage" }).catch((error: unknown) => {
      if (error instanceof LockstepError && error.code === "LS8004") return undefined;
      throw error;
    });
    if (session !== undefined) {
      const { rows } = await session.query<{ folder: string }>("SELECT @@datadir AS folder");
      await session.close();
      return rows[0]?.folder.startsWith(folder) === true;
    }
    await sleep(20);
  }
  return false;
}

const urlOf = (port: number, database = "mysql") => `mysql://root@127.0.0.1:${port}/${encodeURIComponent(database)}`;

function serverOf(
  entry: OwnServer,
  port: number,
  binaries: MysqlBinaries,
  again: () => Promise<Pick<OwnServer, "child" | "guard">>,
): MysqlServer {
  keep(entry);
  let lastLog = "";
  let stopping: Promise<void> | undefined;
  return {
    url: (database) => urlOf(port, database),
    port,
    binaries,
    log: () => (isKept(entry) ? logOf(entry.folder) : lastLog),
    async restart(how) {
      await end(entry, how === "crash" ? "atOnce" : "fast");
      Object.assign(entry, await again());
      entry.child.unref();
    },
    stop() {
      stopping ??= (async () => {
        await end(entry, "atOnce"); // nothing of the data is wanted any more
        lastLog = await clear(entry);
      })();
      return stopping;
    },
  };
}
