/**
 * What verdicts say, against MariaDB: for each statement, the weakest ALGORITHM and LOCK that the server accepts. Without them it takes
 * that way by itself.
 */
import type { Connection } from "mysql2/promise";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Catalogue } from "../../../core/src/check/catalogue.js";
import { mariadbJudging } from "../../../core/src/mysql/judging.js";
import { readMysqlMigration } from "../../../core/src/mysql/read/read-migration.js";
import { implicitValue } from "../../../core/src/mysql/verdicts/defaults.js";
import { judgedOn } from "../../../core/src/mysql/verdicts/verdict-of.js";
import { findHazards } from "../../../core/src/rules/judge.js";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.js";

const tables = [
  "CREATE TABLE p (id INT PRIMARY KEY) CHARSET utf8mb4",
  `CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT NOT NULL, nn INT, fk INT, v VARCHAR(50), w VARCHAR(200), sm VARCHAR(20),
    n DECIMAL(10,2), e ENUM('a','b'), s SET('a','b'), b TEXT, ch CHAR(10), dt DATETIME, ts TIMESTAMP NULL, j JSON, ti TINYINT,
    u INT UNSIGNED, asc1 VARCHAR(20) CHARSET ascii, u3 VARCHAR(20) CHARSET utf8mb3, vb VARBINARY(50), f FLOAT, nd INT DEFAULT 5,
    vi INT, cl VARCHAR(20) COLLATE utf8mb4_bin, ix VARCHAR(20), KEY ix (ix), KEY a (a), UNIQUE uq (u),
    CONSTRAINT fk1 FOREIGN KEY (fk) REFERENCES p (id), CONSTRAINT ck1 CHECK (a > -1)) CHARSET utf8mb4`,
  "CREATE TABLE u (a INT NOT NULL, b INT)",
  "CREATE TABLE ft (a INT PRIMARY KEY, b TEXT, c INT, FULLTEXT (b))",
  "CREATE TABLE g (id INT PRIMARY KEY, b INT, vi INT AS (b * 2) VIRTUAL, st INT AS (b * 2) STORED)",
];
const rows = [
  "INSERT INTO p VALUES (1), (5)",
  "INSERT INTO t (a, nn, fk, v, e, u, ts, dt) SELECT seq, seq, 1, 'x', 'a', seq, '2024-01-01', '2024-01-01' FROM seq_1_to_50",
  "INSERT INTO u VALUES (1, 1), (2, 2)",
  "INSERT INTO ft VALUES (1, 'a', 1), (2, 'b', 2)",
  "INSERT INTO g (id, b) VALUES (1, 1), (2, 2)",
];

const ways = {
  instant: "ALGORITHM=INSTANT",
  nocopy: "ALGORITHM=NOCOPY, LOCK=NONE",
  inplace: "ALGORITHM=INPLACE, LOCK=NONE",
  "nocopy shared": "ALGORITHM=NOCOPY, LOCK=SHARED",
  "inplace shared": "ALGORITHM=INPLACE, LOCK=SHARED",
  "copy shared": "ALGORITHM=COPY, LOCK=SHARED",
  exclusive: "ALGORITHM=COPY, LOCK=EXCLUSIVE",
} as const;
type Way = keyof typeof ways;

/** Of `t` where no other table is named before it. */
const cases: readonly (readonly [clause: string, way: Way])[] = [
  // Columns
  ["ADD COLUMN c INT", "instant"],
  ["ADD COLUMN c INT DEFAULT 5", "instant"],
  ["ADD COLUMN c INT NOT NULL", "instant"],
  ["ADD COLUMN c INT NOT NULL DEFAULT 5", "instant"],
  ["ADD COLUMN c DATETIME DEFAULT CURRENT_TIMESTAMP", "instant"],
  ["ADD COLUMN c DATETIME NOT NULL", "instant"],
  ["ADD COLUMN c JSON", "instant"],
  ["ADD COLUMN c TEXT DEFAULT 'x'", "instant"],
  ["ADD COLUMN c INT FIRST", "instant"],
  ["ADD COLUMN c INT AFTER a", "instant"],
  ["ADD COLUMN c INT CHECK (c > 0)", "instant"],
  ["ADD COLUMN c VARCHAR(36) DEFAULT (uuid())", "copy shared"],
  ["ADD COLUMN c VARCHAR(36) DEFAULT uuid()", "copy shared"],
  ["ADD COLUMN c BIGINT DEFAULT (uuid_short())", "copy shared"],
  ["ADD COLUMN c DATETIME DEFAULT (sysdate())", "copy shared"],
  ["ADD COLUMN c VARBINARY(20) DEFAULT (random_bytes(4))", "copy shared"],
  ["ADD COLUMN c INT DEFAULT (a + 1)", "copy shared"],
  ["ADD COLUMN c DOUBLE DEFAULT (rand())", "instant"],
  ["ADD COLUMN c VARCHAR(36) DEFAULT (md5(rand()))", "instant"],
  ["ADD COLUMN c INT DEFAULT (1 + 2)", "instant"],
  ["ADD COLUMN c VARCHAR(90) DEFAULT (user())", "instant"],
  ["ADD COLUMN c DATETIME DEFAULT (now() + INTERVAL 1 DAY)", "instant"],
  ["ADD COLUMN c INT AS (a * 2) STORED", "copy shared"],
  ["ADD COLUMN c INT AS (a * 2) VIRTUAL", "instant"],
  ["ADD COLUMN c INT AS (a * 2) VIRTUAL UNIQUE", "copy shared"],
  ["ADD COLUMN c INT UNIQUE", "inplace"],
  ["ADD COLUMN c INT REFERENCES p (id)", "copy shared"],
  ["u ADD COLUMN c INT AUTO_INCREMENT UNIQUE", "inplace shared"],
  ["u ADD COLUMN c INT AUTO_INCREMENT PRIMARY KEY", "inplace shared"],
  ["DROP COLUMN b", "instant"],
  ["DROP COLUMN u", "nocopy"],
  ["RENAME COLUMN b TO b2", "instant"],
  ["ALTER COLUMN nd SET DEFAULT 9", "instant"],
  ["ALTER COLUMN nd DROP DEFAULT", "instant"],
  // What a FULLTEXT index makes of them
  ["ft ADD COLUMN d INT", "inplace shared"],
  ["ft DROP COLUMN c", "inplace shared"],
  ["ft MODIFY c INT NOT NULL", "inplace shared"],
  ["ft RENAME COLUMN c TO d", "instant"],
  ["ft ADD INDEX i (c)", "nocopy"],
  // MODIFY and CHANGE: what differs
  ["MODIFY nn INT NOT NULL", "inplace"],
  ["MODIFY a INT NULL", "inplace"],
  ["MODIFY v VARCHAR(60) NOT NULL", "inplace"],
  ["MODIFY ts TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP", "copy shared"],
  ["g MODIFY b INT NOT NULL", "copy shared"],
  ["MODIFY nd INT DEFAULT 6", "instant"],
  ["MODIFY nd INT", "instant"],
  ["MODIFY nd INT DEFAULT 5 COMMENT 'x'", "instant"],
  ["MODIFY ts TIMESTAMP NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP", "instant"],
  ["MODIFY nn INT FIRST", "instant"],
  ["MODIFY nn INT INVISIBLE", "instant"],
  ["MODIFY id INT NOT NULL", "instant"],
  ["MODIFY id BIGINT NOT NULL AUTO_INCREMENT", "copy shared"],
  ["MODIFY a BIGINT NOT NULL", "copy shared"],
  ["MODIFY ti SMALLINT", "copy shared"],
  ["MODIFY u INT", "copy shared"],
  ["MODIFY v VARCHAR(63)", "instant"],
  ["MODIFY v VARCHAR(64)", "copy shared"],
  ["MODIFY v VARCHAR(10)", "copy shared"],
  ["MODIFY w VARCHAR(300)", "instant"],
  ["MODIFY sm VARCHAR(100)", "instant"],
  ["MODIFY vb VARBINARY(300)", "instant"],
  ["MODIFY v TEXT", "copy shared"],
  ["MODIFY b LONGTEXT", "copy shared"],
  ["MODIFY ch CHAR(20)", "copy shared"],
  ["MODIFY n DECIMAL(12,2)", "copy shared"],
  ["MODIFY f DOUBLE", "copy shared"],
  ["MODIFY dt DATETIME(3)", "copy shared"],
  ["MODIFY j LONGTEXT", "copy shared"],
  ["MODIFY e ENUM('a','b','c')", "instant"],
  ["MODIFY e ENUM('a','c','b')", "copy shared"],
  ["MODIFY e ENUM('a')", "copy shared"],
  ["MODIFY s SET('a','b','c')", "instant"],
  ["MODIFY s SET('a','b','c','d','e','f','g','h','i')", "copy shared"],
  ["MODIFY v VARCHAR(50) CHARSET latin1", "copy shared"],
  ["MODIFY v VARCHAR(50) CHARSET utf8mb4", "instant"],
  ["MODIFY asc1 VARCHAR(20)", "copy shared"],
  ["MODIFY u3 VARCHAR(20) CHARSET utf8mb4", "instant"],
  ["MODIFY v VARCHAR(50) COLLATE utf8mb4_bin", "instant"],
  ["MODIFY cl VARCHAR(20)", "instant"],
  ["MODIFY ix VARCHAR(20) COLLATE utf8mb4_bin", "nocopy"],
  ["CHANGE b b2 TEXT", "instant"],
  ["CHANGE nn nn2 INT NOT NULL", "inplace"],
  ["CHANGE v v2 VARCHAR(60)", "instant"],
  ["g MODIFY st INT", "copy shared"],
  ["g MODIFY vi INT AS (b * 3) VIRTUAL", "instant"],
  ["u MODIFY a INT NOT NULL AUTO_INCREMENT UNIQUE", "copy shared"],
  // Keys and constraints
  ["ADD INDEX x (v)", "nocopy"],
  ["ADD INDEX x (b(10))", "nocopy"],
  ["ADD UNIQUE INDEX x (a)", "nocopy"],
  ["ADD CONSTRAINT x UNIQUE (a)", "nocopy"],
  ["ADD FULLTEXT INDEX x (b)", "inplace shared"],
  ["DROP INDEX uq", "nocopy"],
  ["RENAME INDEX a TO a2", "instant"],
  ["ALTER INDEX a IGNORED", "instant"],
  ["ADD CONSTRAINT x FOREIGN KEY (nd) REFERENCES p (id)", "copy shared"],
  ["DROP FOREIGN KEY fk1", "instant"],
  ["ADD CONSTRAINT x CHECK (a > 0)", "copy shared"],
  ["DROP CONSTRAINT ck1", "instant"],
  ["u ADD PRIMARY KEY (a)", "inplace"],
  ["MODIFY id INT NOT NULL, DROP PRIMARY KEY", "copy shared"],
  ["DROP PRIMARY KEY, ADD PRIMARY KEY (id, a)", "inplace"],
  // Options of the table
  ["CONVERT TO CHARACTER SET latin1", "copy shared"],
  ["ENGINE=InnoDB", "inplace"],
  ["FORCE", "inplace"],
  ["ROW_FORMAT=DYNAMIC", "inplace"],
  ["KEY_BLOCK_SIZE=8", "inplace"],
  ["COMMENT='x'", "instant"],
  ["AUTO_INCREMENT=9999", "instant"],
  ["DEFAULT CHARACTER SET latin1", "instant"],
  ["STATS_PERSISTENT=1", "instant"],
  // Several clauses: the strongest of their ways
  ["ADD COLUMN c INT, DROP COLUMN b, ALTER COLUMN nd SET DEFAULT 7", "instant"],
  ["ADD COLUMN c INT NOT NULL DEFAULT 5, MODIFY v VARCHAR(60)", "instant"],
  ["ADD COLUMN c INT, MODIFY a BIGINT NOT NULL", "copy shared"],
];

let database: MariadbDatabase;
let session: Connection;
beforeAll(async () => {
  database = await createMariadbDatabase("verdicts");
  session = await database.open();
});
afterAll(() => database?.drop());

test.each(cases)("%s: %s", async (words, expected) => {
  const [, table = "t", clause = ""] = /^(?:(p|u|ft|g) )?(.*)$/.exec(words) ?? [];
  expect(await weakest(table, clause)).toBe(expected);
  expect(judged(`ALTER TABLE ${table} ${clause}`)).toBe(expected);
});

test.each([
  ["a", "instant"],
  ["nd", "nocopy"],
] as const)("a foreign key over `%s` that the server does not check: %s", async (column, expected) => {
  const key = `ADD CONSTRAINT x FOREIGN KEY (${column}) REFERENCES p (id)`;
  expect(await weakest("t", key, "SET foreign_key_checks = 0")).toBe(expected);
  expect(judged(`SET foreign_key_checks = 0; ALTER TABLE t ${key}`)).toBe(expected);
});

/** What rows that exist get for a column that is NOT NULL and has no default, where nobody is told. */
test.each([
  ["INT", "0"],
  ["DECIMAL(10,2)", "0.00"],
  ["VARCHAR(20)", "''"],
  ["TEXT", "''"],
  ["ENUM('a','b')", "'a'"],
  ["SET('a','b')", "''"],
  ["DATETIME(3)", "'0000-00-00 00:00:00.000'"],
  ["DATE", "'0000-00-00'"],
  ["TIME", "'00:00:00'"],
  ["JSON", "''"],
])("NOT NULL without a default: %s gets %s", async (type, expected) => {
  await session.query("DROP TABLE IF EXISTS filled");
  await session.query("CREATE TABLE filled (id INT PRIMARY KEY)");
  await session.query("INSERT INTO filled VALUES (1), (2)");
  const sql = `ALTER TABLE filled ADD COLUMN c ${type} NOT NULL`;
  await session.query(sql);
  const [rows] = await session.query("SELECT DISTINCT CONCAT(c) AS value FROM filled");
  const [operation] = readMysqlMigration(sql, "migration.sql").operations;
  const said = operation?.kind === "addColumn" ? implicitValue(operation.column, "mariadb") : undefined;
  expect(rows).toEqual([{ value: expected.replace(/^'(.*)'$/, "$1") }]);
  expect(expected.startsWith(said?.replace(/'$/, "") ?? "nothing")).toBe(true);
});

test("DEFAULT (rand()) is one value for all rows that exist", async () => {
  await session.query("DROP TABLE IF EXISTS filled");
  await session.query("CREATE TABLE filled (id INT PRIMARY KEY)");
  await session.query("INSERT INTO filled SELECT seq FROM seq_1_to_20");
  await session.query("ALTER TABLE filled ADD COLUMN e DOUBLE DEFAULT (rand())");
  const [alone] = await session.query("SELECT COUNT(DISTINCT e) AS many FROM filled");
  expect(alone).toEqual([{ many: 1 }]);
});

async function weakest(table: string, clause: string, before = "DO 0"): Promise<Way | undefined> {
  await session.query("SET foreign_key_checks = 1");
  await session.query("DROP TABLE IF EXISTS t, p, u, ft, g");
  for (const sql of [...tables, ...rows, before]) await session.query(sql);
  for (const [way, demands] of Object.entries(ways)) {
    try {
      await session.query(`ALTER TABLE ${table} ${demands}, ${clause}`);
      return way as Way;
    } catch (error) {
      // It does not do it so, and has changed nothing: 1845 and 1846. Anything else is a mistake in the table above.
      if (![1845, 1846].includes((error as { errno: number }).errno)) throw error;
    }
  }
  return undefined;
}

/** The strongest way of the operations of the last statement, and the verdict that it makes. */
function judged(sql: string): string {
  const catalogue = new Catalogue(mariadbJudging);
  catalogue.apply(tables.flatMap((each) => readMysqlMigration(each, "before.sql").operations));
  const migration = readMysqlMigration(sql, "migration.sql");
  const { context } = findHazards(migration, { ...catalogue.known(), judging: mariadbJudging });
  const found = migration.operations.flatMap((operation) => judgedOn(operation, context, "mariadb")?.way ?? []);
  const order = Object.values(ways);
  const demanded = found.map(({ algorithm, lock }) =>
    order.indexOf(
      (algorithm === "INSTANT"
        ? "ALGORITHM=INSTANT"
        : `ALGORITHM=${algorithm}, LOCK=${lock}`) as (typeof order)[number],
    ),
  );
  return Object.keys(ways)[Math.max(...demanded)] ?? "none";
}
