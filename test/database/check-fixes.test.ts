import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyFixes } from "../../core/src/lint/apply-fixes.js";
import { loadParser } from "../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../core/src/postgresql/read/read-migration.js";
import { check } from "../core/lint/support.js";
import { createDatabase } from "../support/database.js";

// What `check --fix` writes ends in the schema that the migration would have made, and keeps the rows.

const before = `CREATE TABLE "Team" ("id" INT PRIMARY KEY);
CREATE TABLE "User" ("id" INT PRIMARY KEY, "name" TEXT, "age" INT, "teamId" INT);
CREATE INDEX "by_age" ON "User" ("age");
INSERT INTO "Team" VALUES (1);
INSERT INTO "User" VALUES (1, 'a', 20, 1), (2, 'b', 30, NULL);`;

/** Migrations, statement by statement. */
const cases: readonly string[] = [
  `CREATE INDEX "by_name" ON "User" ("name");`,
  `-- AddIndex\nCREATE UNIQUE INDEX "by_name" ON "User" USING btree ("name" DESC) WHERE "age" > 1;\n`,
  `DROP INDEX "by_age"`,
  `ALTER TABLE "User" ADD CONSTRAINT "named" UNIQUE ("name", "age");`,
  `ALTER TABLE "User" ADD UNIQUE ("name");`,
  `ALTER TABLE "User" ADD CONSTRAINT "fk" FOREIGN KEY ("teamId") REFERENCES "Team" ("id") ON DELETE CASCADE ON UPDATE CASCADE;`,
  `ALTER TABLE "User" ADD CONSTRAINT "adult" CHECK ("age" >= 18);`,
  `ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;`,
  `REINDEX TABLE "User";`,
  `ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;\nCREATE INDEX "by_name" ON "User" ("name"); -- the list\nDROP INDEX "by_age";`,
];

let one: Awaited<ReturnType<typeof createDatabase>>;
let other: typeof one;
beforeAll(async () => {
  [one, other] = await Promise.all([createDatabase("as_it_was"), createDatabase("as_fixed")]);
});
afterAll(() => Promise.all([one?.drop(), other?.drop()]));

test.each(cases)("%s", async (sql) => {
  const { findings } = await check({ migrations: [before, sql] });
  const [fixed] = applyFixes(findings, () => sql);
  expect(fixed?.after).toBeDefined();
  const again = await check({ migrations: [before, fixed?.after ?? ""] });
  expect(again.findings).toEqual([]);
  expect(await schemaAfter(other.url, fixed?.after ?? "")).toEqual(await schemaAfter(one.url, sql));
});

/** What the safe statements would not say again. */
const leftAlone: readonly string[] = [
  `ALTER TABLE "User" ADD CONSTRAINT u UNIQUE ("name") DEFERRABLE INITIALLY DEFERRED;`,
  `ALTER TABLE "User" ADD CONSTRAINT u UNIQUE ("name") INCLUDE ("age");`,
  `ALTER TABLE "User" ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT ("name");`,
  `DROP INDEX "by_age" CASCADE;`,
  `ALTER TABLE IF EXISTS "User" ALTER COLUMN "name" SET NOT NULL;`,
  `ALTER TABLE ONLY "User" ADD CONSTRAINT c CHECK ("age" > 1);`,
  `CREATE /* INDEX */ UNIQUE INDEX ui ON "User" ("name");`,
];

test.each(leftAlone)("is left to a person: %s", async (sql) => {
  const { findings } = await check({ migrations: [before, sql] });
  expect(findings.length).toBeGreaterThan(0);
  expect(findings.flatMap(({ fix }) => fix ?? [])).toEqual([]);
});

test("IF EXISTS and the ends of lines stay", async () => {
  const sql = `DROP INDEX IF EXISTS "by_age";\r\nALTER TABLE "User" ADD CONSTRAINT c CHECK ("age" > 1);\r\n`;
  const { findings } = await check({ migrations: [before, sql] });
  expect(applyFixes(findings, () => sql)[0]?.after).toBe(
    `DROP INDEX CONCURRENTLY IF EXISTS "by_age";\r\nALTER TABLE "User" ADD CONSTRAINT c CHECK ("age" > 1) NOT VALID;\r\nALTER TABLE "User" VALIDATE CONSTRAINT "c";\r\n`,
  );
});

test("nothing is fixed inside of a transaction, on a partitioned table or of a part of a statement", async () => {
  const index = `CREATE INDEX "by_name" ON "User" ("name");`;
  const partitioned = `CREATE TABLE "Log" ("id" INT) PARTITION BY RANGE ("id");`;
  const all = await Promise.all([
    check({ migrations: [before, index], transactions: "each" }),
    check({ migrations: [before, `BEGIN; ${index} COMMIT;`] }),
    check({ migrations: [partitioned, `CREATE INDEX "by_id" ON "Log" ("id");`] }),
    check({ migrations: [before, `ALTER TABLE "User" ALTER "name" SET NOT NULL, ALTER "age" SET NOT NULL;`] }),
  ]);
  expect(all.map(({ findings }) => findings.length)).toEqual([1, 1, 1, 2]);
  expect(all.flatMap(({ findings }) => findings.flatMap(({ fix }) => fix ?? []))).toEqual([]);
});

/** Runs a migration on fresh tables, each statement by itself. */
async function schemaAfter(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${before}`);
    const { statements } = readMigration(sql, "fixed.sql", await loadParser());
    for (const statement of statements) await client.query(statement.sql);
    const { rows } = await client.query(schemaSql);
    return rows;
  } finally {
    await client.end();
  }
}

const schemaSql = `
SELECT 'column' AS kind, attname::text AS name, attnotnull::text AS says FROM pg_attribute
 WHERE attrelid = '"User"'::regclass AND attnum > 0
UNION ALL
SELECT 'constraint', conname, convalidated::text || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '"User"'::regclass
UNION ALL
SELECT 'index', indexrelid::regclass::text, indisvalid::text || pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = '"User"'::regclass
UNION ALL
SELECT 'rows', count(*)::text, '' FROM "User"
ORDER BY 1, 2`;
