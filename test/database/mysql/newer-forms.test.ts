/** What `newerForms` says of each form of MySQL and MariaDB, against the server: one that lacks it refuses it, any other runs it. */
import type { Connection } from "mysql2/promise";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  isNewerFunction,
  type MysqlForm,
  type NewerForm,
  type NewerFunctions,
  newerForm,
  newerFormsOf,
} from "../../../core/src/model/index.js";
import { readMysqlMigration } from "../../../core/src/mysql/read/read-migration.js";
import { createMariadbDatabase, type MariadbDatabase, serverId, serverName, versionOf } from "../../support/mariadb.js";

const clean = `SET foreign_key_checks = 0; DROP VIEW IF EXISTS v; DROP TRIGGER IF EXISTS tr; DROP PROCEDURE IF EXISTS pr;
DROP TABLE IF EXISTS n, t, p; SET foreign_key_checks = 1`;
const setup = `CREATE TABLE p (id INT PRIMARY KEY, x INT);
CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), j JSON, KEY k (a), CONSTRAINT ck CHECK (a > 0))`;

/** What has the form, in more than one way where there are several. */
const statements: Readonly<Record<MysqlForm, readonly string[]>> = {
  "rename-column": ["ALTER TABLE t RENAME COLUMN b TO c"],
  "rename-index": ["ALTER TABLE t RENAME INDEX k TO k2", "ALTER TABLE t RENAME KEY k TO k2"],
  "clause-if-exists": [
    "ALTER TABLE t ADD COLUMN IF NOT EXISTS c INT",
    "ALTER TABLE t ADD IF NOT EXISTS c INT",
    "ALTER TABLE t DROP COLUMN IF EXISTS z",
    "ALTER TABLE t MODIFY COLUMN IF EXISTS b INT",
    "ALTER TABLE t ADD INDEX IF NOT EXISTS k (b)",
    "ALTER TABLE t ADD CONSTRAINT IF NOT EXISTS ck CHECK (a > 0)",
    "ALTER TABLE t DROP CONSTRAINT IF EXISTS c2",
    "ALTER TABLE t DROP FOREIGN KEY IF EXISTS f",
    "CREATE INDEX IF NOT EXISTS k ON t (b)",
    "DROP INDEX IF EXISTS z ON t",
  ],
  "table-if-exists": [
    "ALTER TABLE IF EXISTS t ADD c INT",
    "RENAME TABLE IF EXISTS z TO z2",
    "ALTER TABLE t RENAME COLUMN IF EXISTS b TO c",
    "ALTER TABLE t ALTER COLUMN IF EXISTS b SET DEFAULT 'x'",
  ],
  "or-replace": [
    "CREATE OR REPLACE TABLE n (a INT)",
    "CREATE OR REPLACE INDEX k ON t (b)",
    "CREATE OR REPLACE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET @x = 1",
    "CREATE OR REPLACE PROCEDURE pr() SELECT 1",
  ],
  "routine-if-not-exists": [
    "CREATE PROCEDURE IF NOT EXISTS pr() SELECT 1",
    "CREATE TRIGGER IF NOT EXISTS tr BEFORE INSERT ON t FOR EACH ROW SET @x = 1",
  ],
  "view-if-not-exists": ["CREATE VIEW IF NOT EXISTS v AS SELECT 1 AS a"],
  "ddl-wait": ["ALTER TABLE t NOWAIT ADD c INT", "DROP TABLE t WAIT 1", "CREATE INDEX i ON t (b) NOWAIT"],
  "instant-algorithm": ["ALTER TABLE t ADD c INT, ALGORITHM=INSTANT"],
  "drop-constraint": ["ALTER TABLE t DROP CONSTRAINT ck"],
  "drop-check": ["ALTER TABLE t DROP CHECK ck"],
  "alter-constraint": ["ALTER TABLE t ALTER CONSTRAINT ck NOT ENFORCED"],
  enforced: [
    "ALTER TABLE t ALTER CHECK ck NOT ENFORCED",
    "ALTER TABLE t ADD CONSTRAINT c2 CHECK (a > 1) NOT ENFORCED",
    "CREATE TABLE n (a INT CHECK (a > 0) ENFORCED)",
  ],
  check: [
    "ALTER TABLE t ADD CHECK (a > 1)",
    "ALTER TABLE t ADD c INT CHECK (c > 1)",
    "CREATE TABLE n (a INT, CHECK (a > 0))",
  ],
  "column-references": ["ALTER TABLE t ADD c INT REFERENCES p (id)", "CREATE TABLE n (a INT REFERENCES p (id))"],
  "mixed-directions": ["CREATE INDEX i ON t (a, b DESC)", "CREATE TABLE n (a INT, b INT, KEY (a DESC, b))"],
  "default-expression": [
    "ALTER TABLE t ADD c INT DEFAULT (1 + 2)",
    "ALTER TABLE t ALTER b SET DEFAULT (UPPER('x'))",
    "CREATE TABLE n (a INT DEFAULT (5))",
  ],
  "default-function": ["ALTER TABLE t ADD c VARCHAR(36) DEFAULT UUID()", "CREATE TABLE n (a DATE DEFAULT CURDATE())"],
  "default-text": [
    "ALTER TABLE t ADD c TEXT DEFAULT 'x'",
    "CREATE TABLE n (a JSON NOT NULL DEFAULT '{}', b LONGBLOB DEFAULT 'x')",
  ],
  "invisible-column": ["ALTER TABLE t ADD c INT INVISIBLE", "CREATE TABLE n (a INT, b INT DEFAULT 5 INVISIBLE)"],
  "set-visible": ["ALTER TABLE t ALTER COLUMN b SET INVISIBLE"],
  "invisible-index": [
    "ALTER TABLE t ALTER INDEX k INVISIBLE",
    "CREATE INDEX i ON t (b) INVISIBLE",
    "CREATE TABLE n (a INT, KEY (a) INVISIBLE)",
  ],
  "ignored-index": [
    "ALTER TABLE t ALTER INDEX k NOT IGNORED",
    "CREATE INDEX i ON t (b) COMMENT 'x' IGNORED",
    "CREATE TABLE n (a INT, KEY (a) IGNORED)",
  ],
  "expression-index": [
    "CREATE INDEX i ON t ((a + 1))",
    "ALTER TABLE t ADD UNIQUE ((a + 1), b)",
    "CREATE TABLE n (a INT, KEY ((a + 1)))",
  ],
  "multi-valued-index": [
    "CREATE INDEX i ON t ((CAST(j AS UNSIGNED ARRAY)))",
    "CREATE INDEX i ON t ((CAST(j->'$.a' AS CHAR(20) ARRAY)))",
  ],
  "vector-index": ["CREATE TABLE n (id INT PRIMARY KEY, a VECTOR(3) NOT NULL, VECTOR INDEX (a))"],
  persistent: ["ALTER TABLE t ADD c INT AS (a + 1) PERSISTENT"],
  "uuid-type": ["CREATE TABLE n (a UUID)", "ALTER TABLE t ADD c UUID"],
  "inet6-type": ["CREATE TABLE n (a INET6)"],
  "inet4-type": ["CREATE TABLE n (a INET4)"],
  "vector-type": ["CREATE TABLE n (a VECTOR(3))"],
  "collation-0900": [
    "CREATE TABLE n (a VARCHAR(10)) COLLATE utf8mb4_0900_ai_ci",
    "ALTER TABLE t MODIFY b VARCHAR(20) COLLATE utf8mb4_0900_as_cs",
  ],
  "collation-uca1400": ["CREATE TABLE n (a VARCHAR(10)) COLLATE utf8mb4_uca1400_ai_ci"],
  sequence: ["CREATE SEQUENCE IF NOT EXISTS s", "DROP SEQUENCE IF EXISTS z"],
  "system-versioning": ["CREATE TABLE n (a INT) WITH SYSTEM VERSIONING", "ALTER TABLE p ADD SYSTEM VERSIONING"],
  period: ["CREATE TABLE n (a DATE, b DATE, PERIOD FOR pp (a, b))"],
  "invisible-primary-key": ["SET SESSION sql_generate_invisible_primary_key = OFF"],
  "set-persist": ["SET PERSIST max_connections = 151", "SET @@persist.max_connections = 151"],
  "set-statement": ["SET STATEMENT max_statement_time = 1 FOR SELECT 1"],
  "not-atomic": ["BEGIN NOT ATOMIC SELECT 1; END"],
  "row-alias": [
    "INSERT INTO p VALUES (1, 2), (3, 4) AS new ON DUPLICATE KEY UPDATE x = new.x",
    "INSERT INTO p VALUES (1, 2) AS new (a, b) ON DUPLICATE KEY UPDATE x = b",
    "INSERT INTO p SET id = 1 AS new ON DUPLICATE KEY UPDATE x = new.id",
  ],
  "values-row": ["INSERT INTO p VALUES ROW(1, 2)"],
  "insert-returning": ["INSERT INTO p (id, x) VALUES (1, 2) RETURNING id", "REPLACE INTO p VALUES (1, 2) RETURNING *"],
  "delete-returning": ["DELETE FROM t WHERE id IN (1, 2) RETURNING id"],
  "with-update": ["WITH c AS (SELECT 1 AS a) UPDATE t SET b = 'x' WHERE a IN (SELECT a FROM c)"],
  "skip-locked": ["SELECT * FROM t WHERE id = 1 FOR UPDATE SKIP LOCKED"],
  "for-share": ["SELECT * FROM t FOR SHARE", "SELECT * FROM t FOR UPDATE OF t"],
  "fetch-first": ["CREATE VIEW v AS SELECT id FROM t ORDER BY id OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY"],
  intersect: ["CREATE VIEW v AS SELECT 1 AS a INTERSECT SELECT 1", "CREATE VIEW v AS SELECT 1 AS a EXCEPT (SELECT 2)"],
  lateral: ["CREATE VIEW v AS SELECT p.id FROM p, LATERAL (SELECT a FROM t WHERE t.a = p.id) q"],
  "json-table": ["CREATE VIEW v AS SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a INT PATH '$')) x"],
  "json-arrow": ["CREATE VIEW v AS SELECT j->'$.a' AS a FROM t", `ALTER TABLE t ADD c INT AS (j->>"$.a")`],
  "member-of": ["CREATE VIEW v AS SELECT 1 MEMBER OF ('[1]') AS a"],
};
const calls: Readonly<Record<NewerFunctions["mysql"], string>> = {
  any_value: "1",
  bin_to_uuid: "x'123e4567e89b12d3a456426655440000'",
  chr: "65",
  crc32c: "'a'",
  format_bytes: "1",
  is_uuid: "'a'",
  json_arrayagg: "1",
  json_detailed: "'{}'",
  json_equals: "'{}', '{}'",
  json_exists: "'{}', '$.a'",
  json_normalize: "'{}'",
  json_objectagg: "'a', 1",
  json_overlaps: "'[1]', '[1]'",
  json_query: "'{}', '$'",
  json_schema_valid: "'{}', '{}'",
  json_storage_size: "'{}'",
  json_value: "'{}', '$.a'",
  lastval: "s",
  natural_sort_key: "'a'",
  nextval: "s",
  random_bytes: "2",
  regexp_like: "'a', 'a'",
  setval: "s, 5",
  sformat: "'a{}', 1",
  string_to_vector: "'[1]'",
  sys_guid: "",
  to_char: "NOW()",
  uuid_to_bin: "'123e4567-e89b-12d3-a456-426655440000'",
  uuid_v4: "",
  uuid_v7: "",
  vec_distance_cosine: "x'0000803f', x'0000803f'",
  vec_distance_euclidean: "x'0000803f', x'0000803f'",
  vec_fromtext: "'[1]'",
  vec_totext: "x'0000803f'",
  vector_to_string: "x'0000803f'",
};

let database: MariadbDatabase;
let session: Connection;
let server: number;
beforeAll(async () => {
  database = await createMariadbDatabase("newer_forms");
  session = await database.open({ multipleStatements: true });
  server = await versionOf(session);
  if (serverId === "mariadb") await session.query("CREATE SEQUENCE s");
});
afterAll(async () => {
  if (serverId === "mysql") await session?.query("RESET PERSIST");
  await database?.drop();
});

const cases = newerFormsOf("mysql").flatMap((form): [NewerForm, string][] =>
  isNewerFunction(form, "mysql")
    ? [[form, `SELECT ${form}(${calls[form]})`]]
    : statements[form as MysqlForm].map((sql) => [form, sql]),
);

test.each(cases)(`%s on ${serverName}: %s`, async (form, sql) => {
  const { operations } = readMysqlMigration(sql, "migration.sql");
  const found = operations.flatMap(({ newer = [] }) => newer);
  expect(found).toContain(form);
  const isRefused = (each: NewerForm) => {
    const { since = Number.POSITIVE_INFINITY, isIgnored } = newerForm(each, serverId);
    return !isIgnored && since > server;
  };
  await session.query(`${clean}; ${setup}`);
  const failure = await session.query(sql).then(
    () => undefined,
    ({ message }: Error) => message,
  );
  expect(failure !== undefined, failure).toBe(found.some(isRefused));
});
