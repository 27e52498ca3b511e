import { LockstepError } from "../base/errors.js";
import type { Connection, Row } from "../dialect/connection.js";
import type { StageDatabases } from "../dialect/stage.js";
import { readGrants } from "./grants.js";
import { ledgerRights } from "./ledger.js";
import { qualified, quoteIdentifier, quoteText } from "./quote.js";
import { Scanner, type Token } from "./read/scan.js";

/** Access to server files and settings, and in `mysql` to plugins and other accounts' privileges. */
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

  // The server splits the text itself and recognises where bodies end.
  run: async (connection, text) => void (await connection.query(withoutDefiners(text))),
  // Settings that dumps change at their start, and migrations around statements.
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

/** From any host, and from this host by name, because an anonymous account for this host would take precedence. */
async function accountsOf(connection: Connection, name: string): Promise<readonly string[]> {
  const { rows } = await connection.query<{ host: string }>("SELECT SUBSTRING_INDEX(USER(), '@', -1) AS host");
  const hosts = new Set(["%", rows[0]!.host]);
  return [...hosts].map((host) => `${quoteText(name)}@${quoteText(host)}`);
}

const definer =
  /\b((?:CREATE|ALTER)\b[^'"(;]{0,200}?)\bDEFINER\s*=\s*(?:`[^`]*`|'[^']*'|"[^"]*"|[\w$]+)\s*@\s*(?:`[^`]*`|'[^']*'|"[^"]*"|[\w$.%-]+)/gi;

/** Objects belong to the account that runs the text. The original definer may not exist, or may have more privileges. */
export const withoutDefiners = (text: string) => text.replace(definer, "$1");

function needsSuper({ label }: Connection): LockstepError {
  return new LockstepError(
    "LS8020",
    `${label} has a binary log: an account without SUPER cannot create triggers there, and one with SUPER can read and write the server's files.`,
    {
      hint: "SET GLOBAL log_bin_trust_function_creators = 1 on that server, or omit --stage-url: Lockstep then starts its own server",
    },
  );
}

/** The servers have no statement for this: it runs what `SHOW CREATE` prints and copies the rows. Does not copy events. */
async function copyDatabase(connection: Connection, from: string, to: string): Promise<void> {
  const use = (database: string) => connection.query(`USE ${quoteIdentifier(database)}`);
  const names = async (sql: string) => (await connection.query<{ name: string }>(sql)).rows.map(({ name }) => name);
  // The printed SQL contains no database name as long as it is the session's database.
  await use(from);
  const tables = await names(
    "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'",
  );
  const views = await names("SELECT TABLE_NAME AS name FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()");
  const triggers = await names(
    "SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY ACTION_ORDER",
  );
  const { rows: routines } = await connection.query<{ name: string; kind: string }>(
    "SELECT ROUTINE_NAME AS name, ROUTINE_TYPE AS kind FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()",
  );
  const shown = async (kind: string, list: readonly string[]) => {
    const texts: string[] = [];
    for (const name of list) texts.push(textOf(await connection.query(`SHOW CREATE ${kind} ${quoteIdentifier(name)}`)));
    return texts;
  };
  const made = await shown("TABLE", tables);
  const later = [
    ...(await shown(
      "FUNCTION",
      routines.filter(({ kind }) => kind === "FUNCTION").map(({ name }) => name),
    )),
    ...(await shown(
      "PROCEDURE",
      routines.filter(({ kind }) => kind === "PROCEDURE").map(({ name }) => name),
    )),
    ...(await shown("TRIGGER", triggers)),
  ];
  const madeViews = await shown("VIEW", views);
  await use(to);
  // In any order: a foreign key may reference a table that does not exist yet.
  await connection.query("SET foreign_key_checks = 0, unique_checks = 0");
  for (const sql of made) await connection.query(sql);
  for (const table of tables) {
    const columns = await names(
      `SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ${connection.dialect.sql.quote.literal(table)}
          AND EXTRA NOT REGEXP '(VIRTUAL|STORED|PERSISTENT) GENERATED' ORDER BY ORDINAL_POSITION`,
    );
    const list = columns.map(quoteIdentifier).join(", ");
    await connection.query(
      `INSERT INTO ${quoteIdentifier(table)} (${list}) SELECT ${list} FROM ${qualified(from, table)}`,
    );
  }
  for (const sql of later) await connection.query(sql);
  await inSomeOrder(connection, madeViews);
  if (tables.length > 0) await connection.query(`ANALYZE TABLE ${tables.map(quoteIdentifier).join(", ")}`);
}

/** Creates views after the views that they use. @throws the server's error if no further view can be created */
async function inSomeOrder(connection: Connection, statements: readonly string[]): Promise<void> {
  let left = statements;
  while (left.length > 0) {
    const refused: { readonly sql: string; readonly error: unknown }[] = [];
    for (const sql of left) await connection.query(sql).catch((error) => refused.push({ sql, error }));
    if (refused.length === left.length) throw refused[0]!.error;
    left = refused.map(({ sql }) => sql);
  }
}

/** The column name depends on the object type: `Create Table`, `SQL Original Statement`. */
function textOf({ rows: [row = {}] }: { readonly rows: readonly Row[] }): string {
  const [, text] = Object.entries(row).find(([name]) => /^(?:Create |SQL Original)/.test(name)) ?? [];
  return String(text);
}
