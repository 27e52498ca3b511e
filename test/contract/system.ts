import mysql from "mysql2/promise";
import pg from "pg";
import { catalogueOf, query as queryPostgres } from "../matrix/databases.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { createMariadbDatabase } from "../support/mariadb.js";

export type Row = Readonly<Record<string, unknown>>;

/** A database system, as the suite needs it. */
export interface System {
  readonly scheme: RegExp;
  /** A database that is empty or like another. */
  create(template?: string): Promise<TestDatabase>;
  /** Over a session of its own. @returns the rows of the last statement */
  query(url: string, sql: string): Promise<readonly Row[]>;
  /** Numbers from 1 on, as rows `n`. */
  series(count: number): string;
  concat(...texts: readonly string[]): string;
  /** A condition: two expressions differ, in case and spaces, too, or one is NULL. */
  differ(one: string, other: string): string;
  /** Keeps a row locked. @returns what gives it back */
  hold(url: string, from: string): Promise<() => Promise<void>>;
  /** How a column is made required, and how an index is built while writes go on. */
  readonly requires: RegExp;
  readonly buildsIndex: RegExp;
  /** New rows of code that does not know a unique column get their value at once; else with the next run of the backfill. */
  readonly fillsUniqueAtOnce: boolean;
  /** Without being told to. */
  readonly buildsIndexesOnline: boolean;
  /** A column of text. */
  setNotNull(table: string, column: string): string;
  /** How many there are on the database, the one that asks among them. */
  sessions(url: string): Promise<number>;
  /** What tables consist of, by name. */
  catalogue(url: string, without: readonly string[]): Promise<unknown>;
}

export const postgresql: System = {
  scheme: /^postgres/,
  requires: /SET NOT NULL/,
  buildsIndex: /INDEX CONCURRENTLY/,
  fillsUniqueAtOnce: true,
  buildsIndexesOnline: false,
  create: (template) => createDatabase("contract", template),
  query: queryPostgres,
  series: (count) => `generate_series(1, ${count}) n`,
  concat: (...texts) => texts.join(" || "),
  differ: (one, other) => `${one} IS DISTINCT FROM ${other}`,
  setNotNull: (table, column) => `ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL`,
  async sessions(url) {
    const sql = "SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE datname = current_database()";
    return Number((await queryPostgres(url, sql))[0]?.sessions);
  },
  async hold(url, from) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`BEGIN; SELECT FROM ${from} FOR UPDATE`);
    return () => client.end();
  },
  async catalogue(url, without) {
    const { tables, sequences, ...rest } = await catalogueOf(url, ["public"]);
    const isOwn = (name: string) =>
      without.some((each) => name === `public.${each}` || name === `public.${each}_id_seq`);
    const others = (named: object = {}) => Object.fromEntries(Object.entries(named).filter(([name]) => !isOwn(name)));
    return { ...rest, tables: others(tables), sequences: others(sequences) };
  },
};

export const mariadb: System = {
  scheme: /^mysql/,
  requires: /MODIFY COLUMN [^;]* NOT NULL/,
  buildsIndex: /ADD UNIQUE INDEX [^;]*LOCK=NONE/,
  fillsUniqueAtOnce: false,
  buildsIndexesOnline: true,
  async create(template) {
    const database = await createMariadbDatabase("contract");
    if (template !== undefined) await copy(template, database.url);
    return database;
  },
  query: queryMysql,
  // MySQL has no sequences.
  series: (count) =>
    `(SELECT 1 + ${digits.map((_, at) => `${10 ** at} * d${at}.n`).join(" + ")} AS n FROM ${digits.join(", ")} HAVING n <= ${count} ORDER BY n LIMIT ${count}) s`,
  concat: (...texts) => `concat(${texts.join(", ")})`,
  differ: (one, other) => `NOT (CAST(${one} AS BINARY) <=> CAST(${other} AS BINARY))`,
  setNotNull: (table, column) => `ALTER TABLE ${table} MODIFY ${column} VARCHAR(191) NOT NULL`,
  async sessions(url) {
    const sql = "SELECT count(*) AS sessions FROM information_schema.PROCESSLIST WHERE DB = DATABASE()";
    return Number((await queryMysql(url, sql))[0]?.sessions);
  },
  async hold(url, from) {
    const session = await mysql.createConnection({ uri: url, multipleStatements: true });
    await session.query(`BEGIN; SELECT 1 FROM ${from} FOR UPDATE`);
    return () => session.end();
  },
  async catalogue(url, without) {
    const tables = await tablesOf(url);
    const made: Record<string, unknown> = {};
    for (const table of tables.filter((each) => !without.includes(each)))
      made[table] = String((await queryMysql(url, `SHOW CREATE TABLE \`${table}\``))[0]?.["Create Table"])
        .replace(/ AUTO_INCREMENT=\d+/, "")
        .split("\n");
    const others = await queryMysql(
      url,
      `SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
        UNION ALL SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY 1`,
    );
    return { tables: made, others: others.map(({ name }) => name) };
  },
};

const digits = [0, 1, 2, 3, 4].map(
  (at) => `(SELECT 0 AS n${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => ` UNION ALL SELECT ${digit}`).join("")}) d${at}`,
);

/** The server that LOCKSTEP_MYSQL_URL names. */
export const mysqlServer: System = {
  ...mariadb,
  async create(template) {
    const database = await createMariadbDatabase("contract", { url: () => String(process.env.LOCKSTEP_MYSQL_URL) });
    if (template !== undefined) await copy(template, database.url);
    return database;
  },
};

/** Of the database that a URL names. */
export function systemOf(url: string): System {
  const found = [postgresql, mariadb].find(({ scheme }) => scheme.test(url));
  if (found === undefined) throw new Error(`no system for ${url}`);
  return found;
}

async function queryMysql(url: string, sql: string): Promise<readonly Row[]> {
  const session = await mysql.createConnection({ uri: url, multipleStatements: true });
  try {
    const [result] = await session.query(sql);
    const last = Array.isArray(result) && Array.isArray(result.at(-1)) ? result.at(-1) : result;
    return Array.isArray(last) ? (last as Row[]) : [];
  } finally {
    await session.end();
  }
}

async function tablesOf(url: string): Promise<readonly string[]> {
  const rows = await queryMysql(
    url,
    "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1",
  );
  return rows.map(({ name }) => String(name));
}

/** Tables with their rows; there are no templates. */
async function copy(from: string, to: string): Promise<void> {
  const source = new URL(from).pathname.slice(1);
  for (const table of await tablesOf(from)) {
    const [made] = await queryMysql(from, `SHOW CREATE TABLE \`${table}\``);
    await queryMysql(
      to,
      `${made?.["Create Table"]}; INSERT INTO \`${table}\` SELECT * FROM \`${source}\`.\`${table}\``,
    );
  }
}
