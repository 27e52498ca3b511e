/**
 * What verdicts say, against the server: for each statement, the weakest ALGORITHM and LOCK that it accepts. Without them it takes that way
 * by itself.
 */
import type { Connection } from "mysql2/promise";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SchemaState } from "../../../core/src/lint/schema-state.js";
import { mariadbJudging, mysqlJudging } from "../../../core/src/mysql/judging.js";
import { readMysqlMigration } from "../../../core/src/mysql/read/read-migration.js";
import { implicitValue } from "../../../core/src/mysql/verdicts/defaults.js";
import { judgedOn } from "../../../core/src/mysql/verdicts/verdict-of.js";
import { contextOf } from "../../../core/src/rules/judge.js";
import {
  createMariadbDatabase,
  isOnMysql,
  type MariadbDatabase,
  sequence,
  serverId,
  versionOf,
} from "../../support/mariadb.js";
import { changeWeakly, strongestWay, type Way, wayOf } from "../../support/mysql-ways.js";

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
  `INSERT INTO t (a, nn, fk, v, e, u, ts, dt) SELECT seq, seq, 1, 'x', 'a', seq, '2024-01-01', '2024-01-01' FROM ${sequence(50)}`,
  "INSERT INTO u VALUES (1, 1), (2, 2)",
  "INSERT INTO ft VALUES (1, 'a', 1), (2, 'b', 2)",
  "INSERT INTO g (id, b) VALUES (1, 1), (2, 2)",
];

/** Absent: as MariaDB does it; null: it cannot be said there; two of them: what 9.7 does, and what is said, since older ones do it so. */
type OnMysql = Way | null | readonly [done: Way, said: Way];

/** Of `t` where no other table is named before it. MySQL's "nocopy" is INPLACE without another table behind it. */
const cases: readonly (readonly [clause: string, onMariadb: Way, onMysql?: OnMysql])[] = [
  // Columns
  ["ADD COLUMN c INT", "instant"],
  ["ADD COLUMN c INT DEFAULT 5", "instant"],
  ["ADD COLUMN c INT NOT NULL", "instant"],
  ["ADD COLUMN c INT NOT NULL DEFAULT 5", "instant"],
  ["ADD COLUMN c DATETIME DEFAULT CURRENT_TIMESTAMP", "instant"],
  ["ADD COLUMN c DATETIME NOT NULL", "instant", null],
  ["ADD COLUMN c JSON", "instant"],
  ["ADD COLUMN c TEXT DEFAULT 'x'", "instant", null],
  ["ADD COLUMN c INT FIRST", "instant"],
  ["ADD COLUMN c INT AFTER a", "instant"],
  ["ADD COLUMN c INT CHECK (c > 0)", "instant", "copy shared"],
  ["ADD COLUMN c VARCHAR(36) DEFAULT (uuid())", "copy shared"],
  ["ADD COLUMN c VARCHAR(36) DEFAULT uuid()", "copy shared", null],
  ["ADD COLUMN c BIGINT DEFAULT (uuid_short())", "copy shared"],
  ["ADD COLUMN c DATETIME DEFAULT (sysdate())", "copy shared"],
  ["ADD COLUMN c VARBINARY(20) DEFAULT (random_bytes(4))", "copy shared"],
  ["ADD COLUMN c INT DEFAULT (a + 1)", "copy shared"],
  ["ADD COLUMN c DOUBLE DEFAULT (rand())", "instant", "copy shared"],
  ["ADD COLUMN c VARCHAR(36) DEFAULT (md5(rand()))", "instant", null],
  ["ADD COLUMN c INT DEFAULT (1 + 2)", "instant", "copy shared"],
  ["ADD COLUMN c VARCHAR(90) DEFAULT (user())", "instant", "copy shared"],
  ["ADD COLUMN c DATETIME DEFAULT (now() + INTERVAL 1 DAY)", "instant", "copy shared"],
  ["ADD COLUMN c INT AS (a * 2) STORED", "copy shared"],
  ["ADD COLUMN c INT AS (a * 2) VIRTUAL", "instant"],
  ["ADD COLUMN c INT AS (a * 2) VIRTUAL UNIQUE", "copy shared"],
  ["ADD COLUMN c INT UNIQUE", "inplace"],
  ["ADD COLUMN c INT REFERENCES p (id)", "copy shared"],
  ["u ADD COLUMN c INT AUTO_INCREMENT UNIQUE", "inplace shared"],
  ["u ADD COLUMN c INT AUTO_INCREMENT PRIMARY KEY", "inplace shared"],
  ["DROP COLUMN b", "instant"],
  ["DROP COLUMN u", "nocopy", "inplace"],
  ["RENAME COLUMN b TO b2", "instant"],
  ["ALTER COLUMN nd SET DEFAULT 9", "instant"],
  ["ALTER COLUMN nd DROP DEFAULT", "instant"],
  // What a FULLTEXT index makes of them
  ["ft ADD COLUMN d INT", "inplace shared", "copy shared"],
  ["ft DROP COLUMN c", "inplace shared", "copy shared"],
  ["ft MODIFY c INT NOT NULL", "inplace shared", "copy shared"],
  ["ft RENAME COLUMN c TO d", "instant"],
  ["ft ADD INDEX i (c)", "nocopy"],
  // MODIFY and CHANGE: what differs
  ["MODIFY nn INT NOT NULL", "inplace"],
  ["MODIFY a INT NULL", "inplace"],
  ["MODIFY v VARCHAR(60) NOT NULL", "inplace"],
  ["MODIFY ts TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP", "copy shared", "inplace"],
  ["g MODIFY b INT NOT NULL", "copy shared", ["inplace", "copy shared"]],
  ["MODIFY nd INT DEFAULT 6", "instant"],
  ["MODIFY nd INT", "instant"],
  ["MODIFY nd INT DEFAULT 5 COMMENT 'x'", "instant"],
  ["MODIFY ts TIMESTAMP NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP", "instant"],
  ["MODIFY nn INT FIRST", "instant", "inplace"],
  ["MODIFY nn INT INVISIBLE", "instant"],
  ["MODIFY id INT NOT NULL", "instant", "copy shared"],
  ["MODIFY id BIGINT NOT NULL AUTO_INCREMENT", "copy shared"],
  ["MODIFY a BIGINT NOT NULL", "copy shared"],
  ["MODIFY ti SMALLINT", "copy shared"],
  ["MODIFY u INT", "copy shared"],
  ["MODIFY v VARCHAR(63)", "instant", "nocopy"],
  ["MODIFY v VARCHAR(64)", "copy shared"],
  ["MODIFY v VARCHAR(10)", "copy shared"],
  ["MODIFY w VARCHAR(300)", "instant", "nocopy"],
  ["MODIFY sm VARCHAR(100)", "instant", "copy shared"],
  ["MODIFY vb VARBINARY(300)", "instant", "copy shared"],
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
  ["MODIFY u3 VARCHAR(20) CHARSET utf8mb4", "instant", ["nocopy", "copy shared"]],
  ["MODIFY v VARCHAR(50) COLLATE utf8mb4_bin", "instant", ["nocopy", "copy shared"]],
  ["MODIFY cl VARCHAR(20)", "instant", ["nocopy", "copy shared"]],
  ["MODIFY ix VARCHAR(20) COLLATE utf8mb4_bin", "nocopy", "copy shared"],
  ["CHANGE b b2 TEXT", "instant"],
  ["CHANGE nn nn2 INT NOT NULL", "inplace"],
  ["CHANGE v v2 VARCHAR(60)", "instant", "nocopy"],
  ["g MODIFY st INT", "copy shared"],
  ["g MODIFY vi INT AS (b * 3) VIRTUAL", "instant", "copy shared"],
  ["u MODIFY a INT NOT NULL AUTO_INCREMENT UNIQUE", "copy shared"],
  // Keys and constraints
  ["ADD INDEX x (v)", "nocopy"],
  ["ADD INDEX x (b(10))", "nocopy"],
  ["ADD UNIQUE INDEX x (a)", "nocopy"],
  ["ADD CONSTRAINT x UNIQUE (a)", "nocopy"],
  ["ADD FULLTEXT INDEX x (b)", "inplace shared"],
  ["DROP INDEX uq", "nocopy"],
  ["RENAME INDEX a TO a2", "instant", "nocopy"],
  ["ALTER INDEX a IGNORED", "instant", null],
  ["ADD CONSTRAINT x FOREIGN KEY (nd) REFERENCES p (id)", "copy shared"],
  ["DROP FOREIGN KEY fk1", "instant", "nocopy"],
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
  ["COMMENT='x'", "instant", "nocopy"],
  ["AUTO_INCREMENT=9999", "instant", "nocopy"],
  ["DEFAULT CHARACTER SET latin1", "instant", "nocopy"],
  ["STATS_PERSISTENT=1", "instant", "nocopy"],
  // Several clauses: the strongest of their ways
  ["ADD COLUMN c INT, DROP COLUMN b, ALTER COLUMN nd SET DEFAULT 7", "instant"],
  ["ADD COLUMN c INT NOT NULL DEFAULT 5, MODIFY v VARCHAR(60)", "instant", "inplace"],
  ["ADD COLUMN c INT, MODIFY a BIGINT NOT NULL", "copy shared"],
  ["ADD COLUMN c INT, ADD INDEX x (a)", "inplace"],
  ["ADD COLUMN c INT, DROP INDEX uq", "nocopy", "inplace"],
  ["DROP COLUMN b, ADD INDEX x (a)", "inplace"],
  ["DROP COLUMN b, RENAME INDEX a TO a2", "instant", "inplace"],
];
/** What MariaDB does not know. */
const ofMysql: readonly (readonly [clause: string, way: Way])[] = [
  ["ADD INDEX x ((a + 1))", "inplace shared"],
  ["ADD UNIQUE INDEX x ((a + 1))", "copy shared"],
  ["ALTER INDEX a INVISIBLE", "nocopy"],
  ["ALTER CHECK ck1 NOT ENFORCED", "instant"],
];
/** What MySQL rejects: MariaDB keeps a hash of a key that is longer than 3072 bytes. */
const ofMariadb: readonly (readonly [clause: string, way: Way])[] = [
  ["ADD UNIQUE INDEX x (b)", "copy shared"],
  ["ADD CONSTRAINT x UNIQUE (a, b)", "copy shared"],
];
const chosen: readonly (readonly [clause: string, done: Way, said: Way])[] = isOnMysql
  ? [
      ...cases.flatMap(([clause, onMariadb, onMysql = onMariadb]) => {
        if (onMysql === null) return [];
        const [done, said] = typeof onMysql === "string" ? [onMysql, onMysql] : onMysql;
        return [[clause, done, said] as const];
      }),
      ...ofMysql.map(([clause, way]) => [clause, way, way] as const),
    ]
  : [...cases, ...ofMariadb].map(([clause, way]) => [clause, way, way] as const);
/** Of MariaDB, which copies while writes go on since 11.2; but where rows get numbers. */
const copiesLocked: readonly string[] = ["u MODIFY a INT NOT NULL AUTO_INCREMENT UNIQUE"];
const judging = isOnMysql ? mysqlJudging : mariadbJudging;

let database: MariadbDatabase;
let session: Connection;
/** In the format of `Environment.server`. */
let server: number;
beforeAll(async () => {
  database = await createMariadbDatabase("verdicts");
  session = await database.open();
  server = await versionOf(session);
  // Beside a binary log MySQL refuses defaults that differ from server to server (1674).
  if (isOnMysql) await session.query("SET sql_log_bin = 0");
});
afterAll(() => database?.drop());

test.each(chosen)("%s: %s", async (words, done, said) => {
  const [, table = "t", clause = ""] = /^(?:(p|u|ft|g) )?(.*)$/.exec(words) ?? [];
  const isOnline = !isOnMysql && server >= 110_200 && !copiesLocked.includes(words);
  const own = (way: Way) => (isOnline && way === "copy shared" ? "copy" : way);
  expect(await weakest(table, clause)).toBe(own(done));
  expect(judged(`ALTER TABLE ${table} ${clause}`)).toBe(own(said));
});

test.each(["ON UPDATE CASCADE", "ON DELETE CASCADE", "ON DELETE SET NULL"])(
  "a table with a key of %s is copied while writes wait",
  async (action) => {
    const followed = tables.map((sql) => sql.replace("REFERENCES p (id)", `$& ${action}`));
    expect(await weakest("t", "MODIFY v VARCHAR(64)", "DO 0", followed)).toBe("copy shared");
    expect(judged("ALTER TABLE t MODIFY v VARCHAR(64)", followed)).toBe("copy shared");
  },
);

test("a foreign key that is added waits for who inserts into the referenced table", async () => {
  await weakest("u", "COMMENT='x'");
  const writer = await database.open();
  await writer.query("BEGIN");
  await writer.query("INSERT INTO p VALUES (9)");
  await session.query("SET lock_wait_timeout = 1");
  const added = session.query("ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (nd) REFERENCES p (id)");
  await expect(added).rejects.toMatchObject({ errno: 1205 });
  await session.query("SET lock_wait_timeout = DEFAULT");
  await writer.query("ROLLBACK");
  await writer.end();
});

test.each([
  ["a", isOnMysql ? "nocopy" : "instant"],
  ["nd", "nocopy"],
] as const)("a foreign key over `%s` that the server does not check: %s", async (column, expected) => {
  const key = `ADD CONSTRAINT x FOREIGN KEY (${column}) REFERENCES p (id)`;
  expect(await weakest("t", key, "SET foreign_key_checks = 0")).toBe(expected);
  expect(judged(`SET foreign_key_checks = 0; ALTER TABLE t ${key}`)).toBe(expected);
});

/** Clauses after others in the same migration: the server refuses those of which it is said. */
test.each<readonly [table: string, clause: string, key: string | undefined, first?: string]>([
  ["t", "MODIFY fk BIGINT", "fk1"],
  ["t", "MODIFY FK BIGINT", "fk1"],
  ["t", "CHANGE fk f2 BIGINT", "fk1"],
  ["p", "MODIFY id BIGINT NOT NULL", "fk1"],
  ["t", "MODIFY fk INT COMMENT 'x'", undefined],
  ["t", "MODIFY nd BIGINT", undefined],
  ["t", "MODIFY fk BIGINT", undefined, "ALTER TABLE t DROP FOREIGN KEY fk1"],
  // What MySQL does then depends on the other column.
  ...(isOnMysql
    ? []
    : [["p", "MODIFY id BIGINT NOT NULL", "fk1", "SET foreign_key_checks = 0"] as [string, string, string, string]]),
  ["t", "MODIFY f2 BIGINT", "fk1", "ALTER TABLE t CHANGE fk f2 INT"],
  ["p", "MODIFY id2 BIGINT NOT NULL", "fk1", "ALTER TABLE p CHANGE id id2 INT NOT NULL"],
])("the type of a column of a foreign key: %s %s: %s %s", async (table, clause, key, first = "DO 0") => {
  const sql = `ALTER TABLE ${table} ${clause}`;
  const schemaState = new SchemaState(judging);
  schemaState.apply(tables.flatMap((each) => readMysqlMigration(each, "before.sql").operations));
  const { operations } = readMysqlMigration(`${first}; ${sql}`, "migration.sql");
  const context = contextOf(operations, { ...schemaState.known(), judging });
  const said = operations.flatMap((operation) => {
    const { concerns } = judging.verdictOf(operation, context);
    schemaState.apply([operation]);
    return concerns.flatMap((concern) => (concern.kind === "fails-always" ? [concern.by?.name] : []));
  });
  expect(said).toEqual(key === undefined ? [] : [key]);
  await session.query("SET foreign_key_checks = 1");
  await session.query("DROP TABLE IF EXISTS t, p, u, ft, g");
  for (const each of [...tables, ...rows, first]) await session.query(each);
  const refused = await session.query(sql).then(
    () => undefined,
    ({ errno }: { errno: number }) => errno,
  );
  if (key === undefined) expect(refused).toBeUndefined();
  else expect([1832, 1833, 1846, 3780]).toContain(refused);
});

/** What rows that exist get for a column that is NOT NULL and has no default, where nobody is told. */
test.each([
  ["INT", "0"],
  ["DECIMAL(10,2)", "0.00"],
  ["VARCHAR(20)", "''"],
  ["TEXT", "''"],
  ["ENUM('a','b')", "'a'"],
  ["SET('a','b')", "''"],
  // NO_ZERO_DATE, which MySQL comes with, refuses it.
  ...(isOnMysql
    ? [["JSON", "null"]]
    : [
        ["DATETIME(3)", "'0000-00-00 00:00:00.000'"],
        ["DATE", "'0000-00-00'"],
        ["JSON", "''"],
      ]),
  ["TIME", "'00:00:00'"],
] as [string, string][])("NOT NULL without a default: %s gets %s", async (type, expected) => {
  await session.query("DROP TABLE IF EXISTS filled");
  await session.query("CREATE TABLE filled (id INT PRIMARY KEY)");
  await session.query("INSERT INTO filled VALUES (1), (2)");
  const sql = `ALTER TABLE filled ADD COLUMN c ${type} NOT NULL`;
  await session.query(sql);
  const [rows] = await session.query("SELECT DISTINCT CONCAT(c) AS value FROM filled");
  const [operation] = readMysqlMigration(sql, "migration.sql").operations;
  const said = operation?.kind === "addColumn" ? implicitValue(operation.column, serverId) : undefined;
  expect(rows).toEqual([{ value: expected.replace(/^'(.*)'$/, "$1") }]);
  expect(expected.startsWith(said?.replace(/'$|^the JSON /g, "") ?? "nothing")).toBe(true);
});

test("DEFAULT (rand()) is one value for all rows that exist on MariaDB, and one of each row on MySQL", async () => {
  await session.query("DROP TABLE IF EXISTS filled");
  await session.query("CREATE TABLE filled (id INT PRIMARY KEY)");
  await session.query(`INSERT INTO filled SELECT seq FROM ${sequence(20)}`);
  await session.query("ALTER TABLE filled ADD COLUMN e DOUBLE DEFAULT (rand())");
  const [alone] = await session.query("SELECT COUNT(DISTINCT e) AS many FROM filled");
  expect(alone).toEqual([{ many: isOnMysql ? 20 : 1 }]);
});

async function weakest(table: string, clause: string, first = "DO 0", made = tables): Promise<Way | undefined> {
  await session.query("SET foreign_key_checks = 1");
  await session.query("DROP TABLE IF EXISTS t, p, u, ft, g");
  for (const sql of [...made, ...rows, first]) await session.query(sql);
  return changeWeakly(session, table, clause);
}

/** The strongest way of the operations of the last statement, and the verdict that it makes. */
function judged(sql: string, made = tables): string {
  const schemaState = new SchemaState(judging);
  schemaState.apply(made.flatMap((each) => readMysqlMigration(each, "before.sql").operations));
  const migration = readMysqlMigration(sql, "migration.sql");
  const context = contextOf(migration.operations, { ...schemaState.known(), judging, environment: { server } });
  const found = migration.operations.flatMap((operation) => judgedOn(operation, context, serverId)?.ddl ?? []);
  return strongestWay(found.map(wayOf)) ?? "none";
}
