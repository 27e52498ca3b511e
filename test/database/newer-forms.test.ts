/** What `newerForms` says of each form, against the server: one that is too old refuses it, any other runs it. */
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  isNewerFunction,
  type NewerFunctions,
  newerForm,
  newerFormsOf,
  type PostgresqlForm,
} from "../../core/src/model/index.js";
import { loadParser } from "../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../core/src/postgresql/read/read-migration.js";
import { createDatabase, type TestDatabase } from "../support/database.js";

const setup = `CREATE TABLE p (id int PRIMARY KEY, x int, UNIQUE (id, x)); CREATE TABLE t (id int, x int, j jsonb, d text, g int GENERATED ALWAYS AS (1) STORED);
CREATE VIEW v AS SELECT 1 AS a; CREATE TABLE r (id int) PARTITION BY LIST (id); CREATE TABLE r1 PARTITION OF r FOR VALUES IN (1);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`;

/** The last statement is the one that has the form. */
const statements: Readonly<Record<PostgresqlForm, string>> = {
  "column-compression": "ALTER TABLE t ALTER d SET COMPRESSION pglz",
  "detach-concurrently": "ALTER TABLE r DETACH PARTITION r1 CONCURRENTLY",
  "function-body": "CREATE FUNCTION one() RETURNS int RETURN 1",
  "idle-session-timeout": "SET idle_session_timeout = 0",
  multirange: "CREATE TABLE n (a int4multirange)",
  "replaced-trigger": "CREATE OR REPLACE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
  "statistics-expression": "CREATE STATISTICS s ON (x + 1) FROM t",
  merge: "MERGE INTO t USING p ON t.id = p.id WHEN MATCHED THEN DELETE",
  "nulls-not-distinct": "CREATE UNIQUE INDEX i ON t (x) NULLS NOT DISTINCT",
  "publication-filter": "CREATE PUBLICATION newer FOR TABLE p (id)",
  "security-invoker": "CREATE VIEW w WITH (security_invoker) AS SELECT 1 AS a",
  "set-null-columns": "ALTER TABLE t ADD FOREIGN KEY (id, x) REFERENCES p (id, x) ON DELETE SET NULL (x)",
  "access-method": "ALTER TABLE t SET ACCESS METHOD heap",
  "unlogged-sequence": "CREATE UNLOGGED SEQUENCE q",
  "column-storage": "CREATE TABLE n (a text STORAGE external)",
  "json-constructor": "CREATE TABLE n (a jsonb DEFAULT JSON_OBJECT('a': 1), b text CHECK (b IS JSON))",
  "copy-on-error": "COPY t (id) FROM '/dev/null' WITH (ON_ERROR ignore)",
  "json-query": "CREATE VIEW w AS SELECT * FROM JSON_TABLE('[]'::jsonb, '$' COLUMNS (a int)) x",
  "maintain-privilege": "GRANT MAINTAIN ON t TO CURRENT_USER",
  "merge-by-source": "MERGE INTO t USING p ON t.id = p.id WHEN NOT MATCHED BY SOURCE THEN DELETE",
  "set-expression": "ALTER TABLE t ALTER g SET EXPRESSION AS (2)",
  "transaction-timeout": "SET transaction_timeout = 0",
  "value-of-new-enum": "CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'b'; CREATE TABLE n (a e DEFAULT 'b')",
  "not-enforced": "ALTER TABLE t ADD CHECK (x > 0) NOT ENFORCED",
  "not-null-constraint": "ALTER TABLE t ADD CONSTRAINT nn NOT NULL x",
  "temporal-constraint": "CREATE TABLE n (a int4range, b int4range, PRIMARY KEY (a, b WITHOUT OVERLAPS))",
  "virtual-column": "CREATE TABLE n (a int, b int GENERATED ALWAYS AS (a) VIRTUAL)",
};
const calls: Readonly<Record<NewerFunctions["postgresql"], string>> = {
  gen_random_uuid: "",
  bit_count: "b'101'",
  date_bin: "'1 hour', now(), now()",
  range_agg: "int4range(1, 2)",
  string_to_table: "'a,b', ','",
  trim_array: "ARRAY[1, 2], 1",
  unistr: "'a'",
  regexp_count: "'a', 'a'",
  regexp_instr: "'a', 'a'",
  regexp_like: "'a', 'a'",
  regexp_substr: "'a', 'a'",
  any_value: "1",
  array_sample: "ARRAY[1], 1",
  array_shuffle: "ARRAY[1]",
  date_add: "now(), '1 day'",
  date_subtract: "now(), '1 day'",
  erf: "1",
  erfc: "1",
  pg_input_is_valid: "'1', 'integer'",
  random_normal: "",
  to_bin: "1",
  to_oct: "1",
  uuid_extract_timestamp: "gen_random_uuid()",
  uuid_extract_version: "gen_random_uuid()",
  array_reverse: "ARRAY[1]",
  array_sort: "ARRAY[1]",
  casefold: `'a' COLLATE pg_c_utf8`,
  crc32: "'a'",
  crc32c: "'a'",
  gamma: "1",
  lgamma: "1",
  uuidv4: "",
  uuidv7: "",
};

let database: TestDatabase;
let client: pg.Client;
let major: number;
beforeAll(async () => {
  database = await createDatabase("newer_forms");
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query("SHOW server_version_num");
  major = Math.floor(Number(rows[0].server_version_num) / 10_000);
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

test.each(newerFormsOf("postgresql"))("%s", async (form) => {
  const sql = isNewerFunction(form, "postgresql")
    ? `SELECT ${form}(${calls[form]})`
    : statements[form as PostgresqlForm];
  const { operations } = readMigration(sql, "migration.sql", await loadParser());
  // That of an enum is a matter of several statements.
  if (form !== "value-of-new-enum") expect(operations.at(-1)?.newer).toContain(form);
  await client.query(
    "DROP SCHEMA IF EXISTS newer CASCADE; CREATE SCHEMA newer; SET search_path = newer; DROP PUBLICATION IF EXISTS newer",
  );
  await client.query(setup);
  const failure = await client.query(sql).then(
    () => undefined,
    ({ message }: Error) => message,
  );
  expect(failure === undefined, failure).toBe(major >= newerForm(form, "postgresql").since!);
});
