import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { deployingSession, readAppliedMigrations } from "../../../plugin-typeorm/src/migrations/applied.js";
import { listMigrations } from "../../../plugin-typeorm/src/migrations/list.js";
import { runLock, unitLock } from "../../../plugin-typeorm/src/migrations/locks.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { openSession } from "../../support/sessions.js";

const root = mkdtempSync(join(tmpdir(), "lockstep-migrations-"));
const migrationGlobs = ["src/migrations/*.{ts,js}", "src/*/migrations/*.ts"];
const files: Record<string, string> = {
  "src/migrations/1700000000003-Third.ts":
    "export class Third1700000000003 implements MigrationInterface { name = 'Third1700000000003' }",
  "src/migrations/1700000000001-First.ts": "export class First1700000000001 {\n  name = 'Renamed1700000000001';\n}",
  // Compiled beside its source, and what tsc makes of a class property.
  "src/migrations/1700000000001-First.js":
    "class First1700000000001 {\n  constructor() {\n    this.name = 'Renamed1700000000001';\n  }\n}",
  "src/migrations/1700000000001-First.d.ts": "export declare class First1700000000001 {}",
  "src/billing/migrations/two.ts":
    "class Two1700000000002 {}\nexport class Four1700000000004 {}\nexport { Two1700000000002 };",
  "src/migrations/index.ts": "export * from './1700000000003-Third';\nexport class Helper {}",
};

beforeAll(() => {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
});
afterAll(() => rmSync(root, { recursive: true }));

describe("the migrations of a repository", () => {
  it("are the files with migration classes, in the order of their stamps", () => {
    expect(listMigrations({ root, migrationGlobs })).toEqual(["1700000000001-First", "two", "1700000000003-Third"]);
    expect(listMigrations({ root, migrationGlobs: ["nowhere/*.ts"] })).toEqual([]);
  });
});

describe("what a target says", () => {
  let database: TestDatabase;
  let connection: Connection;
  const applied = (name: string, schema?: string) =>
    readAppliedMigrations(connection, { root, migrationGlobs, migrationsTable: { schema, name } });

  beforeAll(async () => {
    database = await createDatabase("applied");
    connection = await connect(database.url, { applicationName: "test" });
  });
  afterAll(async () => {
    await connection.close();
    await database.drop();
  });

  it("is nothing before the first run", async () => {
    expect(await applied("migrations")).toEqual({ applied: [], failed: [] });
  });

  it("are rows of classes, read under the names of files", async () => {
    await connection.query(`CREATE SCHEMA "Own"; CREATE TABLE "Own"."ran" (id serial, timestamp bigint, name text)`);
    const record = (name: string) => connection.query(`INSERT INTO "Own"."ran" (name) VALUES ($1)`, [name]);
    await record("Gone1600000000000");
    await record("Renamed1700000000001");
    await record("Two1700000000002");
    await record("Renamed1700000000001");
    expect(await applied("ran", "Own")).toEqual({ applied: ["Gone1600000000000", "1700000000001-First"], failed: [] });
    // A file of two classes is applied when both are.
    await record("Four1700000000004");
    expect((await applied("ran", "Own")).applied).toContain("two");
    expect(await applied("ran")).toEqual({ applied: [], failed: [] });
  });

  it.each([unitLock, runLock])("names the session that runs migrations, by the lock %s", async (lock) => {
    expect(await deployingSession(connection)).toBeUndefined();
    const session = await openSession(database.url);
    await session.query(`SELECT pg_advisory_lock(${lock})`);
    expect(await deployingSession(connection)).toBe(session.pid);
    await session.end();
  });
});
