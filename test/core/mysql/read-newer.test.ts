import { expect, test } from "vitest";
import { readMysqlMigration } from "../../../core/src/mysql/read/read-migration.js";

/** Statements with words of forms that have no form. `test/database/mysql/newer-forms.test.ts` has the forms. */
test.each([
  "ALTER TABLE t ADD COLUMN invisible INT, DROP COLUMN visible, ADD INDEX ignored (persistent)",
  "CREATE TABLE t (invisible INT, enforced INT, KEY (invisible), KEY ignored (enforced)) COMMENT 'IGNORED'",
  "CREATE TABLE chr (nextval INT, uuid INT, KEY sformat (uuid))",
  "CREATE TABLE t (a TEXT, b DATETIME DEFAULT CURRENT_TIMESTAMP(3), c DATETIME DEFAULT NOW(), d INT DEFAULT 5, KEY (a(10)))",
  "CREATE TABLE t (a INT, b INT /*!80023 INVISIBLE */, c INT, KEY (a) /*!80000 INVISIBLE */)",
  "CREATE OR REPLACE ALGORITHM = MERGE VIEW v AS SELECT 1 AS a",
  "DROP TABLE IF EXISTS t",
  "CREATE TABLE IF NOT EXISTS t (a INT)",
  "CREATE INDEX i ON t (a DESC, b DESC)",
  "INSERT INTO chr (a) VALUES (1)",
  "INSERT INTO t (returning) VALUES ('SKIP LOCKED'), ('a -> b')",
  "INSERT INTO t SELECT * FROM (SELECT 1 AS a) AS x ON DUPLICATE KEY UPDATE a = 2",
  "UPDATE t SET visible = 1, returning = 2 WHERE a - 1 > 5",
  "SELECT `FOR SHARE`, t.chr FROM t WHERE a MEMBER",
  "SELECT my.uuid_v7()",
])("nothing newer is in %s", (sql) => {
  const { operations } = readMysqlMigration(sql, "migration.sql");
  expect(operations.flatMap(({ newer = [] }) => newer)).toEqual([]);
});

test("parentheses in great number are read", () => {
  const sql = `INSERT INTO t VALUES ${"(".repeat(50_000)}1${")".repeat(50_000)}`;
  expect(readMysqlMigration(sql, "migration.sql").operations).toHaveLength(1);
});
