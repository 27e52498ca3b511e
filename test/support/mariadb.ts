/**
 * A throw-away MariaDB for tests: an own data folder, 127.0.0.1, a free port; no install, no root needed. `npm run test:on -- mysql` puts a MySQL
 * in its place.
 */
import { randomBytes } from "node:crypto";
import mysql, { type Connection, type ConnectionOptions } from "mysql2/promise";
import { versionNumber } from "../../core/src/model/index.js";
import type { MysqlBinaries } from "../../core/src/rehearsal/server/mysql-binaries.js";
import { type MysqlServer, startMysql } from "../../core/src/rehearsal/server/mysql-server.js";
import { findMariadb } from "./mariadb-binaries.js";
import { findMysql } from "./mysql-binaries.js";

export type { MysqlServer as MariadbServer };

/** Whether a MySQL stands in for MariaDB. */
export const isOnMysql = process.env.LOCKSTEP_TEST_MYSQL === "1";

/** What messages call the server, and plans. */
export const [serverName, serverId] = isOnMysql ? (["MySQL", "mysql"] as const) : (["MariaDB", "mariadb"] as const);

/** Where the server is, which commands in processes of their own find from then on; undefined: this machine has none. */
export const findServer = (): MysqlBinaries | undefined => (isOnMysql ? findMysql() : findMariadb());

/** Rows with a column `seq` from 1 on, behind FROM. MariaDB's engine of sequences is its own. */
export const sequence = (to: number): string =>
  `JSON_TABLE(CONCAT('[0', REPEAT(',0', ${to - 1}), ']'), '$[*]' COLUMNS (seq FOR ORDINALITY)) numbered`;

/** The version of a server, in the format of `Environment.server`. */
export async function versionOf(session: Connection): Promise<number> {
  const [[row]] = (await session.query("SELECT VERSION() AS version")) as unknown as [[{ version: string }]];
  return versionNumber(/^[\d.]+/.exec(row.version)?.[0] ?? "");
}

/** An account without rights, in the place of one of the same name: 'plain'@'%'. */
export async function createAccount(session: { query(sql: string): Promise<unknown> }, account: string): Promise<void> {
  await session.query(`DROP USER IF EXISTS ${account}`);
  await session.query(`CREATE USER ${account}`);
}

export interface MariadbOptions {
  /** Server settings as in my.cnf: `{ sql_mode: "", log_bin: "log", binlog_format: "ROW" }`. They win over the ones chosen here. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /**
   * Tells who holds a metadata lock. Default: as the server is installed; MySQL does so by itself, MariaDB by the plugin metadata_lock_info.
   */
  readonly showsLocks?: boolean;
}

/**
 * Starts a server. It ends with `stop()`, and with this process however that ends.
 * @throws when this machine has none, or with the server's log when it does not start
 */
export async function startMariadb({ settings = {}, showsLocks }: MariadbOptions = {}): Promise<MysqlServer> {
  const binaries = findServer();
  if (binaries === undefined) throw new Error(`No ${serverName} server on this machine`);
  return startMysql({ binaries, settings: { ...sightOfLocks(showsLocks), ...settings } });
}

function sightOfLocks(shows: boolean | undefined): MariadbOptions["settings"] {
  if (shows === isOnMysql || shows === undefined) return {};
  return shows
    ? { plugin_load_add: "metadata_lock_info", plugin_maturity: "experimental" }
    : { performance_schema_instrument: "wait/lock/metadata/sql/mdl=OFF" };
}

export interface MariadbDatabase {
  readonly url: string;
  readonly name: string;
  /** A session of its own. All of them end with `drop()`. */
  open(options?: ConnectionOptions): Promise<Connection>;
  drop(): Promise<void>;
}

/** False where there is no server: what is about MariaDB is left out then. */
export const hasMariadb = process.env.LOCKSTEP_NO_MARIADB !== "1";

/**
 * An empty database of its own, so that files can run side by side on one server.
 * @param prefix what it is for: "units"
 * @param server default: the one of the whole run
 */
export async function createMariadbDatabase(
  prefix: string,
  server?: Pick<MysqlServer, "url">,
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
