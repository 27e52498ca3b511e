import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readDocuments } from "../../../../core/src/code/documents/read-documents.js";
import { whySkipped } from "../../../../core/src/code/explain/skipped-file.js";
import { isOfOtherDatabase } from "../../../../core/src/code/sources/not-application-code.js";
import { readSourceFiles } from "../../../../core/src/code/sources/source-files.js";
import { shopModels } from "../../../plugin-prisma/codemods/phases.js";

const models = shopModels().slice(0, 1);
const insert = `INSERT INTO "User" (email, name) VALUES ('a', 'b');\n`;
const sql = `\`INSERT INTO "User" (email, name) VALUES ('a', 'b')\``;
const query = `await queryRunner.query(${sql});`;

/** What has run, what others wrote, and what a tool wrote down: files that would be read for what they say, if they were the app's. */
const others: Readonly<Record<string, string>> = {
  // The data source names its own folder only; that of SQLite is beside it.
  "src/schema/sqlite/1700000000000-Init.ts": `export class Init1700000000000 implements MigrationInterface {\n  async up(runner) { await runner.query(${sql}); }\n}\n`,
  "src/migration/1700000000001-Users.js": `module.exports = class Users1700000000001 {\n  async up(queryRunner) { ${query} }\n  async down(queryRunner) {}\n};\n`,
  "src/schema/mysql/base.ts": `export abstract class Base implements Named, MigrationInterface {\n  name = "x";\n  async up(runner: QueryRunner) { ${query} }\n}\n`,
  "db/changes/20240101_users.js": `exports.up = async (knex) => { await knex.raw(${sql}); };\n`,
  "db/changes/20240101-users.cjs": `module.exports = { up: async (queryInterface, Sequelize) => queryInterface.sequelize.query(${sql}) };\n`,
  "db/changes/users.ts": `export async function up(db: Kysely<any>): Promise<void> { await db.raw(${sql}); }\n`,
  "db/changes/mikro.ts": `export class Users extends Migration {\n  async up() { this.addSql(${sql}); }\n}\n`,
  "db/mysql/migrations/users.ts": `export async function later() { await db.query(${sql}); }\n`,
  "drizzle/0001_users.sql": insert,
  "sqlite/drizzle/start.sql": `${insert}--> statement-breakpoint\n${insert}`,
  "prisma/sqlite/20240101120000_init/migration.sql": insert,
  "db/flyway/V1__users.sql": insert,
  "db/steps/users.up.sql": insert,
  "db/goose/users.sql": `-- +goose Up\n${insert}`,
  "backup.sql": `--\n-- PostgreSQL database dump\n--\n\n${insert}`,
  "fixtures/mysql.sql": `-- MySQL dump 10.13  Distrib 8.0.36\n${insert}`,
  "fixtures/sqlite.sql": `PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n${insert}`,
  "third_party/auth/schema.sql": insert,
  "vendor/auth/schema.sql": insert,
  "drizzle/meta/0001_snapshot.json": `{ "email": 1, "name": 2 }\n`,
  "src/__snapshots__/users.test.ts.snap.json": `{ "email": 1, "name": 2 }\n`,
  "test/snapshots/users.json": `{ "email": 1, "name": 2 }\n`,
};

/** What looks like it and is the app's. */
const own: Readonly<Record<string, string>> = {
  "src/counter.ts": `export class Counter {\n  up() { return db.query(${sql}); }\n  down() {}\n}\n`,
  "src/migration/importer.ts": `export async function importUsers() { await db.query(${sql}); }\n`,
  "src/snapshots/users.ts": `export async function takeSnapshot() { await db.query(${sql}); }\n`,
  "src/third-party/users.ts": `export async function addUser() { await db.query(${sql}); }\n`,
  "db/seed.sql": insert,
  "db/01-users.sql": insert,
  "openapi.json": `{ "email": 1, "name": 2 }\n`,
};

const root = mkdtempSync(join(tmpdir(), "lockstep-own-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
for (const [file, text] of Object.entries({ ...others, ...own })) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

test("migrations of whichever database, dumps, vendored SQL and snapshots are not application code", async () => {
  const [sources, documents] = await Promise.all([
    readSourceFiles(root, { models }),
    readDocuments(root, { models, migrationsFolder: "src/schema/postgres" }),
  ]);
  expect([...sources, ...documents].map(({ file }) => file).sort()).toEqual(Object.keys(own).sort());
});

test.each(Object.keys(others))("why %s is not read is said", async (file) => {
  const why = await whySkipped(root, file, { include: [], excludes: [] });
  expect(why).not.toMatch(/names neither/);
});

test("of migrations only those of this database have the last word about a view", async () => {
  const view = `CREATE VIEW names AS SELECT email, name FROM "User";\n`;
  const files = {
    "views/migrations/postgres/1.sql": view,
    "views/migrations/sqlite/1.sql": view,
    "views/supabase/migrations/1.sql": view,
    "views/mysql/migrations/1.ts": `await db.query(\`${view}\`);\n`,
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const found = await readDocuments(root, {
    models,
    migrationsFolder: "views/migrations/postgres",
    exclude: ["db", "openapi.json"],
  });
  expect(found.map(({ file }) => file)).toEqual(["views/migrations/postgres/1.sql", "views/supabase/migrations/1.sql"]);
});

test.each([
  ["mysql", "db/mysql/a.ts", false],
  ["mysql", "db/mariadb/a.ts", false],
  ["mysql", "db/postgres/a.ts", true],
  ["mysql", "db/pg/a.ts", true],
  ["mariadb", "db/mysql/a.ts", false],
  ["mariadb", "sqlite/a.ts", true],
  ["postgresql", "db/maria-db/a.ts", true],
  ["postgresql", "db/pg/a.ts", false],
  ["postgresql", "db/users/mysql.ts", false],
] as const)("for %s, %s is another's: %s", (dialect, file, isOther) => {
  expect(isOfOtherDatabase(file, dialect)).toBe(isOther);
});
