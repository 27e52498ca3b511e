import { finished } from "node:stream/promises";
import pg from "pg";
import { from } from "pg-copy-streams";
import { afterAll, beforeAll, expect, test } from "vitest";
import { codeSql as mysqlSql } from "../../core/src/mysql/code-sql/index.js";
import { codeSql as postgresSql } from "../../core/src/postgresql/code-sql/index.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { createMariadbDatabase, type MariadbDatabase } from "../support/mariadb.js";

// What the search for whole rows stands on: each statement runs before and after a table gets a column.

/** The table that gets the column. Default: `orders`. A third item reads what the statement wrote: other values count as a failure. */
type Case = readonly [sql: string, grows?: "orders" | "archive" | "parts" | "both", written?: string];

const tables = `
  CREATE TABLE orders (id int PRIMARY KEY, number int, note varchar(20));
  CREATE TABLE archive (id int, number int, note varchar(20));
  CREATE TABLE kept (id int, number int, note varchar(20), reason varchar(20));
  CREATE TABLE parts (id int, number int, note varchar(20));
  INSERT INTO orders VALUES (1, 10, 'a'), (2, 20, 'b');
  INSERT INTO archive VALUES (1, 10, 'a'), (3, 30, 'c')`;

const shared: readonly Case[] = [
  ["INSERT INTO archive SELECT * FROM orders"],
  ["INSERT INTO archive SELECT * FROM orders", "archive"],
  ["INSERT INTO archive SELECT * FROM orders", "both"],
  ["INSERT INTO archive (id, number, note) SELECT * FROM orders"],
  ["INSERT INTO archive (id, number, note) SELECT * FROM orders", "archive"],
  ["INSERT INTO archive SELECT o.* FROM orders o JOIN archive a ON a.id > o.id"],
  ["INSERT INTO archive SELECT a.* FROM orders o JOIN archive a ON a.id > o.id"],
  ["INSERT INTO archive SELECT id, number, note FROM orders"],
  ["INSERT INTO archive SELECT id, number, note FROM orders", "archive"],
  ["INSERT INTO kept SELECT o.*, 'old' FROM orders o"],
  ["INSERT INTO archive SELECT d.* FROM (SELECT * FROM orders) d"],
  ["INSERT INTO archive SELECT d.* FROM (SELECT id, number, note FROM orders) d"],
  ["INSERT INTO archive VALUES (4, 40, 'd')", "archive"],
  ["INSERT INTO archive VALUES (4, 40, 'd')"],
  ["INSERT INTO archive (id, number, note) VALUES (4, 40, 'd')", "archive"],
  ["INSERT INTO archive SELECT * FROM archive", "archive"],
  ["SELECT * FROM orders UNION SELECT * FROM archive"],
  ["SELECT * FROM orders UNION ALL SELECT * FROM archive", "archive"],
  ["SELECT * FROM orders UNION ALL SELECT * FROM archive", "both"],
  ["SELECT * FROM orders WHERE id = 1 UNION ALL SELECT * FROM orders WHERE id = 2"],
  ["SELECT * FROM orders EXCEPT SELECT * FROM archive"],
  ["SELECT * FROM archive INTERSECT SELECT * FROM orders"],
  ["(SELECT * FROM orders) UNION (SELECT 5, 50, 'e')"],
  ["SELECT id, number FROM orders UNION SELECT id, number FROM archive"],
  ["SELECT id FROM (SELECT * FROM orders UNION SELECT * FROM archive) u"],
  ["SELECT id FROM archive WHERE (id, number, note) IN (SELECT * FROM orders)"],
  ["SELECT id FROM archive WHERE (id, number) IN (SELECT id, number FROM orders)"],
  ["SELECT id FROM archive WHERE (id, number, note) NOT IN (SELECT o.* FROM orders o)"],
  ["SELECT id FROM archive WHERE (id, number, note) = (SELECT * FROM orders WHERE id = 1)"],
  ["DELETE FROM archive WHERE (id, number, note) IN (SELECT * FROM orders)"],
  ["SELECT id FROM archive WHERE EXISTS (SELECT * FROM orders)"],
  ["SELECT count(*) FROM orders"],
  ["SELECT o.id * 2, a.* FROM orders o JOIN archive a ON a.id > o.id"],
  ["WITH o AS (SELECT * FROM orders) SELECT * FROM o UNION SELECT * FROM archive"],
  ["WITH o AS (SELECT id FROM orders) SELECT * FROM o UNION SELECT id FROM archive"],
  ["WITH o (id, number, note) AS (SELECT * FROM orders) SELECT id FROM o"],
  ["WITH o (a, b) AS (SELECT id, number FROM orders) SELECT a FROM o"],
  [
    "WITH RECURSIVE o AS (SELECT * FROM orders WHERE id = 1 UNION ALL SELECT n.* FROM orders n JOIN o ON n.id = o.id + 1) SELECT * FROM o",
  ],
  [
    "WITH RECURSIVE o AS (SELECT orders.*, 0 AS d FROM orders WHERE id = 1 UNION ALL SELECT o.* FROM o WHERE o.d > 3) SELECT id FROM o",
  ],
  ["SELECT * FROM orders"],
  ["CREATE TABLE copied AS SELECT * FROM orders"],
  ["CREATE VIEW v AS SELECT * FROM orders"],
  ["CREATE VIEW v AS SELECT * FROM orders UNION SELECT * FROM archive"],
  ["UPDATE archive SET number = (SELECT max(number) FROM orders)"],
];

const onPostgres: readonly Case[] = [
  ...shared,
  ["SELECT 1 WHERE EXISTS (SELECT * FROM orders UNION SELECT * FROM archive)"],
  ["INSERT INTO kept SELECT * FROM orders", "orders", "SELECT reason FROM kept"],
  ["INSERT INTO kept SELECT * FROM orders", "archive"],
  ["INSERT INTO kept (id, number, note) SELECT * FROM orders"],
  ["INSERT INTO archive TABLE orders"],
  ["TABLE orders UNION TABLE archive"],
  ["WITH gone AS (DELETE FROM orders RETURNING *) INSERT INTO archive SELECT * FROM gone"],
  ["WITH gone AS (DELETE FROM orders RETURNING id, number, note) INSERT INTO archive SELECT * FROM gone"],
  ["WITH gone AS (DELETE FROM orders RETURNING *) INSERT INTO archive (id) SELECT id FROM gone"],
  ["MERGE INTO archive a USING orders o ON a.id = o.id WHEN NOT MATCHED THEN INSERT VALUES (o.*)"],
  [
    "MERGE INTO archive a USING orders o ON a.id = o.id WHEN NOT MATCHED THEN INSERT VALUES (o.id, o.number, o.note)",
    "archive",
  ],
  ["INSERT INTO archive SELECT (o).* FROM orders o"],
  ["INSERT INTO archive SELECT (jsonb_populate_record(NULL::orders, '{\"id\": 7}')).*"],
  ["INSERT INTO orders SELECT * FROM jsonb_populate_recordset(NULL::orders, '[{\"id\": 7}]')"],
  ["INSERT INTO archive SELECT * FROM jsonb_populate_recordset(NULL::orders, '[{\"id\": 7}]') r"],
  ["UPDATE archive SET (id, number, note) = (SELECT * FROM orders WHERE id = 1)"],
  ["UPDATE archive SET (id, number, note) = ROW(o.*) FROM orders o WHERE o.id = 1"],
  ["UPDATE archive SET (id, number) = (SELECT id, number FROM orders WHERE id = 1)"],
  ["SELECT 1 FROM orders o JOIN archive a ON o.id = a.id WHERE o IS DISTINCT FROM a"],
  ["SELECT 1 FROM orders o JOIN archive a ON o.id = a.id WHERE (o.*) = (a.*)"],
  ["SELECT 1 FROM orders o JOIN archive a ON o.id = a.id WHERE ROW(o.*) = ROW(a.*)", "archive"],
  ["SELECT 1 FROM orders o JOIN orders p ON o.id < p.id WHERE o IS DISTINCT FROM p"],
  ["SELECT 1 FROM orders o WHERE o = ROW(1, 10, 'a'::varchar(20))"],
  ["SELECT 1 FROM orders o WHERE o IS NOT NULL AND o::text <> ''"],
  ["SELECT 1 FROM archive a WHERE ROW(a.*) IN (SELECT * FROM orders)"],
  ["SELECT (ROW(1, 2, 'a')::orders).id"],
  ["SELECT ('(1,2,a)'::orders).id"],
  ["SELECT NULL::orders"],
  ["SELECT o.*, count(*) FROM orders o JOIN archive a ON a.id > o.id GROUP BY o.id, o.number, o.note"],
  ["SELECT a.*, count(*) FROM orders o JOIN archive a ON a.id > o.id GROUP BY a.id, a.number, a.note", "archive"],
  ["SELECT o.number, count(*) FROM orders o GROUP BY o.number"],
  ["SELECT row_to_json(o), to_json(o.*) FROM orders o"],
  ["SELECT j.* FROM (orders o JOIN archive a ON a.id > o.id) AS j (a, b, c, d)"],
  ["SELECT d.a FROM (SELECT * FROM orders) d (a, b, c)"],
  ["SELECT ARRAY(SELECT o FROM orders o)"],
  ["SELECT * INTO copied FROM orders"],
  ["COPY orders FROM STDIN"],
  ["COPY orders (id, number, note) FROM STDIN"],
  ["COPY archive FROM STDIN"],
  ["CREATE OR REPLACE VIEW shown AS SELECT o.*, 1 AS one FROM orders o"],
  ["CREATE OR REPLACE VIEW plain AS SELECT o.* FROM orders o"],
  ["CREATE OR REPLACE VIEW listed (a, b) AS SELECT o.* FROM orders o"],
  ["ALTER TABLE orders INHERIT archive", "archive"],
  ["ALTER TABLE orders INHERIT archive"],
  ["ALTER TABLE divided ATTACH PARTITION archive FOR VALUES IN (1, 3)", "archive"],
  ["CREATE TABLE twin (LIKE orders)"],
];

const onMariadb: readonly Case[] = [
  ...shared.filter(([sql]) => sql !== "CREATE TABLE copied AS SELECT * FROM orders"),
  ["INSERT INTO archive VALUES (NULL, 40, 'd'), (5, 50, 'e')", "archive"],
  ["INSERT INTO archive VALUES ()", "archive"],
  ["INSERT INTO archive () VALUES ()", "archive"],
  ["INSERT INTO archive SET id = 4", "archive"],
  ["INSERT IGNORE INTO archive VALUES (4, 40, 'd')", "archive"],
  ["INSERT INTO orders VALUES (1, 40, 'd') ON DUPLICATE KEY UPDATE number = VALUES(number)"],
  ["REPLACE INTO orders VALUES (1, 40, 'd')"],
  ["REPLACE INTO orders (id, number, note) VALUES (1, 40, 'd')"],
  ["REPLACE INTO archive SELECT * FROM orders"],
  ["INSERT INTO archive SELECT * FROM orders ON DUPLICATE KEY UPDATE number = 1"],
  ["INSERT INTO archive WITH o AS (SELECT * FROM orders) SELECT * FROM o"],
  ["INSERT INTO archive (SELECT * FROM orders)"],
  ["SELECT * INTO @a, @b, @c FROM orders LIMIT 1"],
  ["SELECT * FROM orders LIMIT 1 INTO @a, @b, @c"],
  ["SELECT id, number INTO @a, @b FROM orders LIMIT 1"],
  ["CREATE OR REPLACE VIEW shown AS SELECT o.*, 1 AS one FROM orders o"],
  ["CREATE OR REPLACE VIEW named (a, b, c) AS SELECT o.* FROM orders o"],
  ["UPDATE archive a JOIN (SELECT * FROM orders) o ON o.id = a.id SET a.number = o.number"],
  ["DELETE a FROM archive a JOIN (SELECT * FROM orders) o ON o.id = a.id"],
  ["SELECT o.*, count(*) FROM orders o GROUP BY o.number"],
  ["ALTER TABLE divided EXCHANGE PARTITION p WITH TABLE parts", "parts"],
  ["ALTER TABLE divided EXCHANGE PARTITION p WITH TABLE parts"],
  ["CREATE TABLE twin LIKE orders"],
  ["INSERT INTO archive SELECT * FROM orders WHERE id IN (SELECT id FROM archive)"],
];

let database: TestDatabase;
let client: pg.Client;
let mariadb: MariadbDatabase;
let session: Awaited<ReturnType<MariadbDatabase["open"]>>;

beforeAll(async () => {
  database = await createDatabase("whole_rows");
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  mariadb = await createMariadbDatabase("whole_rows");
  session = await mariadb.open({ multipleStatements: true });
  await postgresSql.load();
});
afterAll(async () => {
  await client.end();
  await database.drop();
  await mariadb.drop();
});

const grown = (of: Case[1] = "orders") => (of === "both" ? ["orders", "archive"] : [of]);

/** Whether the search finds a fault in it. */
function isFound(sql: string, of: Case[1], codeSql: typeof postgresSql): boolean {
  const [name = "", ...alike] = grown(of);
  const found = codeSql
    .statements(sql)
    ?.wholeRows({ name, columns: [], key: name === "orders" ? ["id"] : ["none"] }, alike);
  expect(found, "it can be parsed").toBeDefined();
  return (found ?? []).length > 0;
}

const named = (cases: readonly Case[]) => cases.map(([sql, of = "orders", written]) => [sql, of, written] as const);

test.each(named(onPostgres))("PostgreSQL: %s, after a column of %s", async (sql, of, written) => {
  await client.query("BEGIN");
  try {
    await client.query(`${tables};
      CREATE TABLE divided (id int, number int, note varchar(20)) PARTITION BY LIST (id);
      CREATE VIEW shown AS SELECT o.*, 1 AS one FROM orders o;
      CREATE VIEW plain AS SELECT o.* FROM orders o;
      CREATE VIEW listed (a, b) AS SELECT o.* FROM orders o`);
    const before = await outcome(sql, written);
    expect(before).not.toContain("fails");
    for (const table of grown(of)) await client.query(`ALTER TABLE ${table} ADD COLUMN extra varchar(20)`);
    if (written !== undefined) await client.query("UPDATE orders SET extra = 'new'");
    const after = await outcome(sql, written);
    expect(isFound(sql, of, postgresSql), after).toBe(after !== before);
  } finally {
    await client.query("ROLLBACK");
  }
});

async function outcome(sql: string, written: string | undefined): Promise<string> {
  await client.query("SAVEPOINT before");
  const run = sql.endsWith("FROM STDIN")
    ? finished(client.query(from(sql)).end("7\t70\tg\n")).then(() => 1)
    : client.query(sql).then(({ rowCount }) => rowCount);
  const said = await run.then(
    async (rows) =>
      `works, ${rows} rows${written === undefined ? "" : JSON.stringify((await client.query(written)).rows)}`,
    (error: Error) => `fails: ${error.message}`,
  );
  await client.query("ROLLBACK TO before");
  return said;
}

test.each(named(onMariadb))("MariaDB: %s, after a column of %s", async (sql, of) => {
  const before = await onFresh([], sql);
  expect(before).toBe("works");
  const after = await onFresh(grown(of), sql);
  expect(isFound(sql, of, mysqlSql), after).toBe(after !== before);
});

async function onFresh(reshaped: readonly string[], sql: string): Promise<string> {
  await session.query(`DROP VIEW IF EXISTS v, shown, named;
    DROP TABLE IF EXISTS orders, archive, kept, parts, twin, divided;${tables};
    CREATE TABLE divided (id int, number int, note varchar(20)) PARTITION BY LIST (id) (PARTITION p VALUES IN (9))`);
  for (const table of reshaped) await session.query(`ALTER TABLE ${table} ADD COLUMN extra varchar(20)`);
  return session.query(sql).then(
    () => "works",
    (error: Error) => `fails: ${error.message}`,
  );
}
