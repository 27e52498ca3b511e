import type { StageDatabases } from "../dialects/stage.js";
import { copyDatabase } from "./copy-database.js";
import { quoteIdentifier } from "./quote.js";
import { Scanner, type Token } from "./read/scan.js";

export const stage: StageDatabases = {
  async create(connection, name, like) {
    await connection.query(`CREATE DATABASE ${quoteIdentifier(name)}`);
    if (like !== undefined) await copyDatabase(connection, like, name);
  },
  async drop(connection, name) {
    await connection.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
  },

  // The server cuts the text itself, and knows where bodies end.
  run: async (connection, text) => void (await connection.query(text)),
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
