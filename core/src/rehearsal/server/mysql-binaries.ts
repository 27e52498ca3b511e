/** A server of MySQL or MariaDB on this machine. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { DialectId } from "../../model/index.js";
import type { Account } from "./account.js";

export interface MysqlBinaries {
  readonly dialect: Extract<DialectId, "mysql" | "mariadb">;
  /** `10.11.18` */
  readonly version: string;
  /** The server itself. */
  readonly program: string;
  /** The folder with messages and character sets, and MariaDB's scripts that create the system tables. Absent: the server finds its own. */
  readonly share?: string;
  /** Absent: those of the server's own build. */
  readonly plugins?: string;
  /** Its environment besides a path and a locale. */
  readonly env: Readonly<Record<string, string>>;
}

/** The variable with the folder of a server that is not installed, by system. */
const variables = { mariadb: "LOCKSTEP_MARIADB", mysql: "LOCKSTEP_MYSQL" } as const;

/**
 * Searches for a server of a system: in the folder that LOCKSTEP_MARIADB or LOCKSTEP_MYSQL names, on PATH, and where distributions and
 * Homebrew install servers.
 *
 * @param version of the target, `10.11`: the first number has to be the same; a server with the same second number is preferred. Absent:
 *   any
 * @returns undefined if there is none
 */
export function findMysqlBinaries(
  dialect: MysqlBinaries["dialect"],
  version: string | undefined,
  account: Account | undefined,
): MysqlBinaries | undefined {
  const named = process.env[variables[dialect]] || undefined;
  const folders = named === undefined ? usualFolders() : foldersBelow(named);
  const env = named === undefined ? {} : librariesBelow(named);
  const found: MysqlBinaries[] = [];
  for (const program of programsIn(folders)) {
    const binaries = binariesOf(program, env, account);
    if (binaries?.dialect !== dialect) continue;
    if (version === undefined || series(binaries.version) === series(version)) return binaries;
    if (series(binaries.version, 1) === series(version, 1)) found.push(binaries);
  }
  return found[0];
}

/** The first numbers of a version. */
const series = (version: string, parts = 2) => version.split(".").slice(0, parts).join(".");

/** The folder of an unpacked server: an archive of its vendor or a package of a distribution. */
const foldersBelow = (folder: string) => ["bin", "sbin", "usr/sbin", "usr/bin"].map((each) => join(folder, each));

function usualFolders(): readonly string[] {
  const brewed = ["mariadb", "mysql", "mysql@8.4", "mysql@8.0"].flatMap((name) =>
    ["/opt/homebrew/opt", "/usr/local/opt"].map((each) => join(each, name, "bin")),
  );
  return [
    ...(process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""),
    "/usr/sbin",
    "/usr/libexec",
    "/usr/local/sbin",
    "/usr/local/mysql/bin",
    ...brewed,
  ];
}

function programsIn(folders: readonly string[]): readonly string[] {
  const names = process.platform === "win32" ? ["mariadbd.exe", "mysqld.exe"] : ["mariadbd", "mysqld"];
  const all = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...new Set(all)].filter((file) => existsSync(file));
}

/** Runs it: this checks permissions and parent folders at once, and which system a `mysqld` is. */
function binariesOf(
  program: string,
  env: MysqlBinaries["env"],
  account: Account | undefined,
): MysqlBinaries | undefined {
  const root = dirname(dirname(program));
  const options = {
    cwd: "/",
    encoding: "utf8",
    env: { PATH: process.env.PATH ?? "", LC_ALL: "C", ...env },
    ...account,
  } as const;
  const asked = spawnSync(program, ["--no-defaults", "--version"], options);
  const version = /\bVer (\d+\.\d+\.\d+)/.exec(asked.stdout ?? "")?.[1];
  if (asked.status !== 0 || version === undefined) return undefined;
  const common = { version, program, env };
  // MySQL finds its files relative to its program.
  if (!/mariadb/i.test(asked.stdout)) return { dialect: "mysql", ...common };
  // Its own before those of another version that is installed.
  const shares = [root, "/usr"].flatMap((each) =>
    ["share", "share/mysql", "share/mariadb"].map((name) => join(each, name)),
  );
  const share = shares.find((folder) => systemTableScripts(folder) !== undefined);
  const plugins = ["lib/plugin", "lib/mysql/plugin"]
    .map((each) => join(root, each))
    .find((folder) => existsSync(folder));
  return share === undefined
    ? undefined
    : { dialect: "mariadb", ...common, share, ...(plugins === undefined ? {} : { plugins }) };
}

/** The scripts by which mariadb-install-db creates the system tables. MariaDB 11 renamed them. */
export function systemTableScripts(share: string): readonly string[] | undefined {
  const named = (prefix: string) =>
    ["system_tables", "performance_tables", "system_tables_data"].map((each) => join(share, `${prefix}_${each}.sql`));
  return ["mariadb", "mysql"].map(named).find((files) => files.every((file) => existsSync(file)));
}

/** Libraries that were unpacked with it. */
function librariesBelow(folder: string): MysqlBinaries["env"] {
  const found = ["usr/lib", "lib"]
    .map((each) => join(folder, each))
    .flatMap((each) => (existsSync(each) ? readdirSync(each).map((name) => join(each, name)) : []))
    .filter((each) => each.endsWith("-linux-gnu"));
  return found.length === 0 ? {} : { LD_LIBRARY_PATH: found.join(delimiter) };
}
