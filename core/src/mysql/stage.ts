import { LockstepError } from "../base/errors.js";
import type { Connection } from "../dialect/connection.js";
import type { StageDatabases } from "../dialect/stage.js";
import { copyDatabase } from "./copy-database.js";
import { readGrants } from "./grants.js";
import { ledgerRights } from "./ledger.js";
import { quoteIdentifier, quoteText } from "./quote.js";
import { Scanner, type Token } from "./read/scan.js";

/** Files of the server, its settings, and in `mysql` its plugins and the rights of others. */
const powers = ["FILE", "SUPER", "SYSTEM_VARIABLES_ADMIN", "CREATE USER", "INSERT", "UPDATE"];

export const stage: StageDatabases = {
  async makeRole(connection, { name, password }, isOwn) {
    const grants = await readGrants(connection);
    if (!powers.some((power) => grants.may(power, "mysql"))) return false;
    const { rows } = await connection.query<{ refuses: unknown }>(
      "SELECT @@GLOBAL.log_bin AND NOT @@GLOBAL.log_bin_trust_function_creators AS refuses",
    );
    if (!isOwn && Number(rows[0]?.refuses) === 1) throw needsSuper(connection);
    for (const account of await accountsOf(connection, name)) {
      await connection.query(`CREATE USER ${account} IDENTIFIED BY ${quoteText(password)}`);
      await connection.query(`GRANT ${ledgerRights.join(", ")} ON lockstep.* TO ${account}`);
    }
    return true;
  },
  async dropRole(connection, name) {
    await connection.query(`DROP USER IF EXISTS ${(await accountsOf(connection, name)).join(", ")}`);
  },

  async create(connection, name, _, role) {
    await connection.query(`CREATE DATABASE ${quoteIdentifier(name)}`);
    if (role === undefined) return;
    for (const account of await accountsOf(connection, role))
      await connection.query(`GRANT ALL PRIVILEGES ON ${quoteIdentifier(name)}.* TO ${account}`);
  },
  fill: copyDatabase,
  async drop(connection, name) {
    await connection.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
  },

  // The server cuts the text itself, and knows where bodies end.
  run: async (connection, text) => void (await connection.query(withoutDefiners(text))),
  // What dumps set at their head, and migrations around their statements.
  reset:
    "SET NAMES utf8mb4; SET SESSION sql_mode = DEFAULT, foreign_key_checks = DEFAULT, unique_checks = DEFAULT, time_zone = DEFAULT",

  async reachesOther(connection, text) {
    const { rows } = await connection.query<{ name: string }>(
      `SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA
        WHERE SCHEMA_NAME <> DATABASE() AND SCHEMA_NAME NOT IN ('information_schema', 'performance_schema')`,
    );
    const others = new Set(rows.map(({ name }) => name.toLowerCase()));
    const scanner = new Scanner(text);
    let before: Token | undefined;
    for (let token = scanner.next(); token !== undefined; token = scanner.next()) {
      // `USE shop`, and `shop.users`.
      const named = before?.text === "USE" ? token : token.text === "." ? before : undefined;
      if (named !== undefined && others.has(named.text.toLowerCase())) return named.text.toLowerCase();
      before = token;
    }
    return undefined;
  },
};

/** From anywhere; and from here by name, because an account without a name that is there would come before that. */
async function accountsOf(connection: Connection, name: string): Promise<readonly string[]> {
  const { rows } = await connection.query<{ host: string }>("SELECT SUBSTRING_INDEX(USER(), '@', -1) AS host");
  const hosts = new Set(["%", rows[0]!.host]);
  return [...hosts].map((host) => `${quoteText(name)}@${quoteText(host)}`);
}

const definer =
  /\b((?:CREATE|ALTER)\b[^'"(;]{0,200}?)\bDEFINER\s*=\s*(?:`[^`]*`|'[^']*'|"[^"]*"|[\w$]+)\s*@\s*(?:`[^`]*`|'[^']*'|"[^"]*"|[\w$.%-]+)/gi;

/** What a text makes belongs to the account that runs it: another one may not be there, or may more. */
export const withoutDefiners = (text: string) => text.replace(definer, "$1");

function needsSuper({ label }: Connection): LockstepError {
  return new LockstepError(
    "LS8020",
    `${label} has a binary log: an account without SUPER may make no trigger there, and one with SUPER may read and write files of the server.`,
    {
      hint: "SET GLOBAL log_bin_trust_function_creators = 1 on that server, or leave out --stage-url: a server is started then",
    },
  );
}
