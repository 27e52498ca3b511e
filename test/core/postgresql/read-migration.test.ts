import fc from "fast-check";
import { expect, test } from "vitest";
import { loadParser } from "../../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../../core/src/postgresql/read/read-migration.js";

const parser = await loadParser();
const read = (sql: string) => readMigration(sql, "migration.sql", parser);

/** Statements as Prisma 7.10 and people write them, and what becomes of each. */
const statements: readonly [sql: string, kinds: readonly string[]][] = [
  [`CREATE TYPE "Röle" AS ENUM ('a;b', 'c')`, ["createType"]],
  [`ALTER TYPE "auth"."Röle" ADD VALUE IF NOT EXISTS 'd;e' BEFORE 'c'`, ["addEnumValue"]],
  [`ALTER TYPE "Röle" RENAME VALUE 'c' TO 'd'`, ["renameEnumValue"]],
  [`ALTER TABLE "User" ADD COLUMN     "handle" TEXT NOT NULL`, ["addColumn"]],
  [
    `ALTER TABLE "User" ADD COLUMN "a" DECIMAL(65,30), -- exact\nDROP COLUMN "b",\nALTER COLUMN "c" SET NOT NULL`,
    ["addColumn", "dropColumn", "setNotNull"],
  ],
  [
    `ALTER TABLE ONLY "auth"."User" ALTER COLUMN "é" SET DATA TYPE VARCHAR(64), ALTER "x" DROP DEFAULT`,
    ["setType", "setDefault"],
  ],
  [`ALTER TABLE "T" ADD CONSTRAINT "fk" FOREIGN KEY ("a") REFERENCES "U"("id") ON DELETE RESTRICT`, ["addForeignKey"]],
  [
    `CREATE TABLE "T" ("id" SERIAL NOT NULL, "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, CONSTRAINT "p" PRIMARY KEY ("id"))`,
    ["createTable"],
  ],
  [`CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle")`, ["createIndex"]],
  [`CREATE INDEX CONCURRENTLY "i" ON "User" USING gin (lower("a")) WHERE "b" > 0`, ["createIndex"]],
  [`DROP INDEX "i"`, ["dropIndex"]],
  [`DROP TABLE "a", "b"`, ["dropTable", "dropTable"]],
  [`UPDATE "User" SET "a" = 'x;y' /* ; */ WHERE "b" = $$;$$`, ["update"]],
  [`DO $x$ BEGIN PERFORM 1; END $x$`, ["block"]],
  [`ALTER TABLE "User" RENAME COLUMN "a" TO "b"`, ["renameColumn"]],
  [`ALTER TABLE "auth"."User" RENAME CONSTRAINT "a" TO "b"`, ["form"]],
  [`ALTER TABLE "User" RENAME TO "Person"`, ["renameTable"]],
  [`ALTER MATERIALIZED VIEW "v" SET (fillfactor = 70), SET TABLESPACE "s"`, ["form", "form"]],
  [`ALTER FOREIGN TABLE IF EXISTS "auth"."T" ADD COLUMN "a" int, OPTIONS (SET "x" 'y')`, ["addColumn", "form"]],
  [`ALTER INDEX "i" SET (fillfactor = 70), SET TABLESPACE "s"`, ["form", "form"]],
  [`CREATE TABLE "T" AS SELECT 1`, ["createTable"]],
  [`SELECT 1 AS "a" INTO "T"`, ["createTable"]],
  [`CREATE SCHEMA "s" CREATE TABLE "T" ("a" int) CREATE VIEW "v" AS SELECT 1`, ["createTable", "createView"]],
  [
    `MERGE INTO "T" USING "U" ON "T"."a" = "U"."a" WHEN MATCHED THEN UPDATE SET "a" = 1 WHEN NOT MATCHED THEN INSERT DEFAULT VALUES`,
    ["update", "insert"],
  ],
  [`COPY "T" FROM STDIN`, ["insert"]],
  [`COPY (DELETE FROM "T" RETURNING *) TO STDOUT`, ["delete"]],
  [`EXPLAIN ANALYZE DELETE FROM "T"`, ["delete"]],
  [`CALL "p"(1)`, ["select"]],
  [`DROP FUNCTION "f"(int), "g" CASCADE`, ["form", "form"]],
  [`ALTER TABLE "T" ALTER CONSTRAINT "c" DEFERRABLE, ALTER CONSTRAINT "d" ENFORCED`, ["form", "unknown"]],
  [`DROP OWNED BY "somebody"`, ["unknown"]],
  [`ALTER TYPE "auth"."Röle" RENAME TO "b"`, ["renameType"]],
  [`DROP TYPE "auth"."Röle"`, ["dropType"]],
  [`ALTER TABLE "T" ADD CONSTRAINT "u" UNIQUE ("a", "é") DEFERRABLE INITIALLY DEFERRED`, ["addUnique"]],
  [`ALTER TABLE "T" ADD CONSTRAINT "c" CHECK ("a" <> 'x,y')`, ["addCheck"]],
  [`ALTER TABLE "T" ADD CONSTRAINT "x" EXCLUDE USING gist ("a" WITH &&)`, ["addExclusion"]],
  [`ALTER TABLE "T" ADD CONSTRAINT "p" PRIMARY KEY ("a", "b")`, ["addPrimaryKey"]],
  [`INSERT INTO "T"("a") VALUES ($1, DEFAULT)`, ["insert"]],
  [`DELETE FROM "T" WHERE "a" = $1`, ["delete"]],
  [`CREATE VIEW "v" AS SELECT 1`, ["createView"]],
  [`DROP VIEW "v"`, ["dropView"]],
  [`COMMENT ON TABLE "User" IS 'it''s; fine'`, ["comment"]],
  [`WITH "x" AS (UPDATE "T" SET "a" = 1 RETURNING *) SELECT "f"("a") FROM "x"`, ["update", "select"]],
  [`WITH "x" AS (DELETE FROM "T" RETURNING *) INSERT INTO "U" SELECT * FROM "x"`, ["insert", "delete"]],
  [`ALTER TABLE "T" VALIDATE CONSTRAINT "c"`, ["validateConstraint"]],
  [`ALTER TABLE "T" ADD CONSTRAINT "u" UNIQUE USING INDEX "i"`, ["addKeyOfIndex"]],
  [`ALTER TABLE "P" ATTACH PARTITION "auth"."T" FOR VALUES FROM (1) TO (2)`, ["attachPartition"]],
  [`ALTER TABLE "P" DETACH PARTITION "T" CONCURRENTLY`, ["detachPartition"]],
  [`CREATE DOMAIN "d" AS text CHECK (VALUE <> ';')`, ["createDomain"]],
  [`TRUNCATE "a", "b" CASCADE`, ["truncate", "truncate"]],
  [`REINDEX (CONCURRENTLY) TABLE "T"`, ["reindex"]],
  [`CREATE OR REPLACE FUNCTION "f"() RETURNS int LANGUAGE sql AS $f$ SELECT 1; $f$`, ["createFunction"]],
  [`CREATE TRIGGER "g" BEFORE INSERT ON "T" FOR EACH ROW EXECUTE FUNCTION "f"()`, ["createTrigger"]],
  [`START TRANSACTION`, ["transaction"]],
  [`COMMIT`, ["transaction"]],
  [`SET LOCAL lock_timeout = '5s'`, ["setting"]],
  [`SET CONSTRAINTS ALL DEFERRED`, ["setting"]],
];

test.each(statements)("%s", (sql, kinds) => {
  expect(read(`${sql};`).operations.map((operation) => operation.kind)).toEqual(kinds);
});

test("every statement becomes at least one operation, and the slices make up the file again", () => {
  const gap = fc.constantFrom("\n", "\n\n", " ", "\n-- AlterTable; ünïcode\n", "\n/* a; 😀 comment */\n");
  const file = fc.array(fc.tuple(gap, fc.constantFrom(...statements)), { maxLength: 8 });
  fc.assert(
    fc.property(file, gap, (parts, tail) => {
      const sql = parts.map(([before, [statement]]) => `${before}${statement};`).join("") + tail;
      const migration = read(sql);
      expect(migration.statements.map((statement) => statement.full).join("") + migration.tail).toBe(sql);
      expect(migration.operations.map((operation) => operation.kind)).toEqual(parts.flatMap(([, [, kinds]]) => kinds));
      for (const [index, statement] of migration.statements.entries()) {
        expect(statement.sql).toBe(parts[index]?.[1][0]);
        expect(sql.slice(statement.offset, statement.offset + statement.sql.length)).toBe(statement.sql);
        expect(statement.line).toBe(sql.slice(0, statement.offset).split("\n").length);
      }
    }),
  );
});

test("a byte order mark is no part of any statement, and moves nothing", () => {
  const sql = `-- é\nSELECT 1;\nALTER TABLE "é" ADD "x" TEXT;\n`;
  const [plain, marked] = [read(sql), read(`\uFEFF${sql}`)];
  expect(marked.statements.map(({ sql, full, line }) => [sql, full, line])).toEqual(
    plain.statements.map(({ sql, full, line }) => [sql, full, line]),
  );
  expect(marked.statements.map(({ offset }) => offset)).toEqual(plain.statements.map(({ offset }) => offset + 1));
  expect(marked.operations).toEqual(plain.operations);
});

test("every token is looked at a fixed number of times, however many statements there are", () => {
  const looksAt = (count: number): number => {
    let looks = 0;
    const scan = (sql: string) =>
      parser.scan(sql).map(
        (token) =>
          new Proxy(token, {
            get: (target, name) => {
              looks += 1;
              return Reflect.get(target, name);
            },
          }),
      );
    readMigration(`INSERT INTO t VALUES (1, 'a');\n`.repeat(count), "migration.sql", { ...parser, scan });
    return looks / count;
  };
  expect(looksAt(400)).toBeCloseTo(looksAt(100), 0);
});

const storage: readonly [declaration: string, column: object][] = [
  [
    `text STORAGE EXTERNAL COMPRESSION lz4 COLLATE "C" NOT NULL`,
    {
      typeSql: "text",
      type: "text",
      storageSql: "STORAGE EXTERNAL COMPRESSION lz4",
      collationSql: `"C"`,
      hasOther: false,
    },
  ],
  [`"storage" compression pglz`, { typeSql: `"storage"`, storageSql: "compression pglz" }],
  [`text NOT NULL NO INHERIT`, { hasOther: true }],
];
test.each(storage)("%s", (declaration, column) => {
  expect(read(`ALTER TABLE "T" ADD COLUMN "x" ${declaration};`).operations).toMatchObject([{ column }]);
});

const types: readonly [written: string, formatted: string][] = [
  ["TEXT", "text"],
  ["VARCHAR(64)", "character varying(64)"],
  ["INTEGER", "integer"],
  ["BIGINT", "bigint"],
  ["DOUBLE PRECISION", "double precision"],
  ["DECIMAL(65,30)", "numeric(65,30)"],
  ["BOOLEAN", "boolean"],
  ["TIMESTAMP(3)", "timestamp(3) without time zone"],
  ["TIMESTAMPTZ(6)", "timestamp(6) with time zone"],
  ["JSONB", "jsonb"],
  ["BYTEA", "bytea"],
  ["UUID", "uuid"],
  ["TEXT[]", "text[]"],
  ["CHAR(2)", "character(2)"],
  [`"Role"`, `"Role"`],
  [`"auth"."Role"`, `auth."Role"`],
  ["geometry(Point,4326)", "geometry(Point,4326)"],
  ["geometry(multipolygonzm)", "geometry(MultiPolygonZM)"],
  ["geography(LineString)", "geography(LineString,4326)"],
  ["geometry", "geometry"],
  ["halfvec(1536)", "halfvec(1536)"],
];
test.each(types)("%s is %s in the catalogue", (written, formatted) => {
  const [operation] = read(`ALTER TABLE "User" ADD COLUMN "x" ${written} NOT NULL;`).operations;
  expect(operation).toMatchObject({ kind: "addColumn", column: { type: formatted, typeSql: written, notNull: true } });
});

const clauses: readonly [clause: string, operation: object][] = [
  [
    `ADD CONSTRAINT "u" UNIQUE ("a", "b") DEFERRABLE INITIALLY DEFERRED`,
    { kind: "addUnique", name: "u", columns: ["a", "b"], deferrable: "deferred", hasOther: false },
  ],
  [`ADD CONSTRAINT "u" UNIQUE ("a") DEFERRABLE`, { kind: "addUnique", deferrable: "immediate" }],
  [`ADD CONSTRAINT "u" UNIQUE ("a") DEFERRABLE INITIALLY IMMEDIATE`, { kind: "addUnique", deferrable: "immediate" }],
  [`ADD UNIQUE ("a")`, { kind: "addUnique", name: undefined, deferrable: "no", hasOther: false }],
  [`ADD CONSTRAINT "u" UNIQUE NULLS NOT DISTINCT ("a")`, { kind: "addUnique", refusesNull: ["a"], hasOther: false }],
  [`ADD CONSTRAINT "u" UNIQUE ("a") INCLUDE ("b")`, { kind: "addUnique", hasOther: true }],
  [`ADD CONSTRAINT "u" UNIQUE ("a") WITH (fillfactor = 70)`, { kind: "addUnique", hasOther: true }],
  [`ADD CONSTRAINT "c" CHECK ("a" > 0 AND lower(b) <> '') NOT VALID`, { reads: ["a", "b"], isValid: false }],
  [
    `ALTER COLUMN "a" TYPE TIMESTAMP(6) WITH TIME ZONE`,
    { kind: "setType", type: "timestamp(6) with time zone", hasOther: false },
  ],
  [`ALTER COLUMN "a" TYPE text COLLATE "C"`, { type: "text", typeSql: `text COLLATE "C"`, hasOther: true }],
  [`ALTER COLUMN "a" TYPE "s"."k"[] USING "a"::text::"s"."k"[]`, { type: "s.k[]", hasOther: true }],
];
test.each(clauses)("%s", (clause, operation) => {
  expect(read(`ALTER TABLE "T" ${clause};`).operations).toMatchObject([operation]);
});

test.each([
  [`"a" character varying COLLATE "C" NOT NULL`, { typeSql: "character varying", collationSql: `"C"`, notNull: true }],
  [`"a" text DEFAULT 'x' COLLATE "s"."C"`, { defaultSql: "'x'", collationSql: `"s"."C"` }],
  [`"a" text array NOT NULL DEFAULT '{}'`, { type: "text[]", defaultSql: "'{}'", hasOther: false }],
])("column %s", (declaration, column) => {
  expect(read(`ALTER TABLE "T" ADD ${declaration};`).operations).toMatchObject([{ kind: "addColumn", column }]);
});

test("LS1001: SQL that does not parse, with file and line", () => {
  expect(() => read(`SELECT 1;\n\nALTER TABL "User";`)).toThrow(
    expect.objectContaining({
      code: "LS1001",
      message: expect.stringMatching(/^migration\.sql:3: syntax error at or near "TABL"/),
    }),
  );
});
