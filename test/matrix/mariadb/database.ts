import mysql, { type Connection } from "mysql2/promise";
import { createMariadbDatabase } from "../../support/mariadb.js";
import { quoted } from "./change.js";

type Row = Readonly<Record<string, unknown>>;

/** A database of the matrix, with the one session that looks into it. */
export class Database {
  readonly url: string;
  readonly #session: Connection;
  readonly #drop: () => Promise<void>;

  private constructor(url: string, session: Connection, drop: () => Promise<void>) {
    this.url = url;
    this.#session = session;
    this.#drop = drop;
  }

  static async create(prefix: string): Promise<Database> {
    const { url, drop } = await createMariadbDatabase(prefix);
    const options = { multipleStatements: true, dateStrings: true, supportBigNumbers: true, bigNumberStrings: true };
    return new Database(url, await mysql.createConnection({ uri: url, ...options }), drop);
  }

  /** @returns the rows of the last statement that has any */
  async query(sql: string): Promise<readonly Row[]> {
    const [result] = await this.#session.query(sql);
    const last = Array.isArray(result) && Array.isArray(result.at(-1)) ? result.at(-1) : result;
    return Array.isArray(last) ? (last as Row[]) : [];
  }

  /** Tables with their rows and triggers. */
  async copyOf(other: Database): Promise<this> {
    const from = quoted(decodeURIComponent(new URL(other.url).pathname.slice(1)));
    for (const name of (await other.#names("TABLES", "TABLE")).map(quoted)) {
      const [made] = await other.query(`SHOW CREATE TABLE ${name}`);
      const columns = await other.query(`SHOW COLUMNS FROM ${name} WHERE Extra NOT LIKE '%GENERATED%'`);
      const list = columns.map(({ Field }) => quoted(String(Field))).join(", ");
      await this.query(`SET foreign_key_checks = 0, sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO'); ${made?.["Create Table"]};
        INSERT INTO ${name} (${list}) SELECT ${list} FROM ${from}.${name}; SET foreign_key_checks = 1`);
    }
    for (const name of await other.#names("TRIGGERS", "TRIGGER")) {
      const [made] = await other.query(`SHOW CREATE TRIGGER ${quoted(name)}`);
      await this.query(String(made?.["SQL Original Statement"]));
    }
    return this.metadata();
  }

  /** TypeORM writes the name of the database beside computed columns, and so that of the developer's into its migrations. */
  async metadata(): Promise<this> {
    await this.query("UPDATE typeorm_metadata SET `schema` = DATABASE()");
    return this;
  }

  /** A table as the server prints it, line by line. */
  async table(name: string): Promise<readonly string[]> {
    const [made] = await this.query(`SHOW CREATE TABLE ${quoted(name)}`);
    return String(made?.["Create Table"])
      .replace(/ AUTO_INCREMENT=\d+/, "")
      .split("\n");
  }

  /** Triggers of a table, in the order in which they run, with what they do. */
  async triggers(name: string): Promise<readonly string[]> {
    const rows = await this.query(
      `SELECT concat(TRIGGER_NAME, ' ', ACTION_TIMING, ' ', EVENT_MANIPULATION, ' ', ACTION_STATEMENT) AS name FROM information_schema.TRIGGERS
        WHERE TRIGGER_SCHEMA = DATABASE() AND CAST(EVENT_OBJECT_TABLE AS BINARY) = ${mysql.escape(name)} ORDER BY EVENT_MANIPULATION, ACTION_ORDER`,
    );
    return rows.map((row) => String(row.name));
  }

  routines(): Promise<readonly string[]> {
    return this.#names("ROUTINES", "ROUTINE");
  }

  async columns(table: string): Promise<readonly string[]> {
    return (await this.query(`SHOW COLUMNS FROM ${quoted(table)}`)).map(({ Field }) => String(Field));
  }

  async close(): Promise<void> {
    await this.#session.end();
    await this.#drop();
  }

  async #names(from: string, prefix: string): Promise<readonly string[]> {
    const schema = prefix === "TABLE" ? "TABLE_SCHEMA" : `${prefix}_SCHEMA`;
    const rows = await this.query(
      `SELECT ${prefix}_NAME AS name FROM information_schema.${from} WHERE ${schema} = DATABASE() ORDER BY 1`,
    );
    return rows.map(({ name }) => String(name));
  }
}
