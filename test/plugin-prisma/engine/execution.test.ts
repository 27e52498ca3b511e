import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { createProject, type PrismaProject } from "./prisma-project.js";

let database: TestDatabase;
let project: PrismaProject;
let client: pg.Client;

beforeEach(async () => {
  database = await createDatabase("engine_execution");
  project = createProject({ url: database.url, models: "" });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  project.dispose();
  await database.drop();
});

/** Writes the files and has the engine deploy them; the tables that are there afterwards. */
async function deploy(version: string, ...files: readonly string[]) {
  files.forEach((sql, index) => {
    project.write(`prisma/migrations/2026010100000${index}_step/migration.sql`, sql);
  });
  const run = await project.apply({ LOCKSTEP_PRISMA_VERSION: version });
  const { rows } = await client.query<{ relname: string }>(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') " +
      "AND relname NOT LIKE '\\_prisma%' ORDER BY relname",
  );
  return { ...run, relations: rows.map(({ relname }) => relname) };
}

const half = 'CREATE TABLE "a" ("x" int);\nCREATE TABLE "b" ("x" int);\nSELECT 1 / 0;\n';
const concurrently = 'CREATE TABLE "a" ("x" int);\nCREATE INDEX CONCURRENTLY "i" ON "a" ("x");\n';

describe("Prisma 7.4 and later: statement by statement", () => {
  const version = "7.10.0";

  test("what came before a failing statement stays", async () => {
    expect(await deploy(version, half)).toMatchObject({ code: 1, relations: ["a", "b"] });
  });
  test("CREATE INDEX CONCURRENTLY beside other statements", async () => {
    expect(await deploy(version, concurrently)).toMatchObject({ code: 0, relations: ["a", "i"] });
  });
  test("a file that the native parser cannot read goes as one: it is atomic", async () => {
    const run = await deploy(version, `${half}DO $$ BEGIN NULL; END $$;`);
    expect(run).toMatchObject({ code: 1, relations: [] });
    expect(run.stderr).toContain("Database error code: 22012");
  });
  test("and CREATE INDEX CONCURRENTLY fails in it", async () => {
    const run = await deploy(version, `${concurrently}DO $$ BEGIN NULL; END $$;`);
    expect(run).toMatchObject({ code: 1, relations: [] });
    expect(run.stderr).toContain("cannot run inside a transaction block");
  });
});

describe("Prisma before 7.4: the whole file at once", () => {
  const version = "7.3.0";

  test("what came before a failing statement is rolled back", async () => {
    expect(await deploy(version, half)).toMatchObject({ code: 1, relations: [] });
  });
  test("CREATE INDEX CONCURRENTLY beside other statements fails", async () => {
    const run = await deploy(version, concurrently);
    expect(run).toMatchObject({ code: 1, relations: [] });
    expect(run.stderr).toContain("25001");
  });
});

describe.each(["7.3.0", "7.10.0"])("Prisma %s", (version) => {
  test("CREATE INDEX CONCURRENTLY alone in its file, under a comment", async () => {
    const run = await deploy(
      version,
      'CREATE TABLE "a" ("x" int);',
      '-- Lockstep; unit 2\nCREATE INDEX CONCURRENTLY "i" ON "a" ("x");\n',
    );
    expect(run).toMatchObject({ code: 0, relations: ["a", "i"] });
  });

  test("semicolons in strings, comments, dollar quotes and functions; characters of several bytes", async () => {
    const run = await deploy(
      version,
      `-- é; 😀
CREATE TABLE "tä;ble" ("x" text DEFAULT 'a;''b'); /* ; */
CREATE FUNCTION "f"() RETURNS trigger LANGUAGE plpgsql AS $é$ BEGIN NEW."x" := '😀;'; RETURN NEW; END $é$;
CREATE TRIGGER "t" BEFORE INSERT ON "tä;ble" FOR EACH ROW EXECUTE FUNCTION "f"();
INSERT INTO "tä;ble" VALUES (DEFAULT);
`,
      "DO $lockstep$ BEGIN PERFORM 1; EXECUTE $change$ CREATE TABLE made (x int); $change$; END $lockstep$;\n",
    );
    expect(run).toMatchObject({ code: 0, relations: ["made", "tä;ble"] });
    expect((await client.query('SELECT * FROM "tä;ble"')).rows).toEqual([{ x: "😀;" }]);
  });

  test("a failing BEGIN … COMMIT shows its own error, and is recorded", async () => {
    const run = await deploy(version, 'BEGIN;\nCREATE TABLE "a" ("x" int);\nSELECT 1 / 0;\nCOMMIT;\n');
    expect(run).toMatchObject({ code: 1, relations: [] });
    expect(run.stderr).toContain("ERROR: division by zero");
    const { rows } = await client.query("SELECT logs FROM _prisma_migrations");
    expect(rows).toEqual([{ logs: expect.stringContaining("division by zero") }]);
  });

  test("what a file sets stays for the next file, as on the native engine's one connection", async () => {
    const run = await deploy(
      version,
      "SET lock_timeout = '7s';",
      "CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS value;",
    );
    expect(run.code).toBe(0);
    expect((await client.query("SELECT value FROM seen")).rows).toEqual([{ value: "7s" }]);
  });

  test("an enum value can be used in the statement after it only where each has its own transaction", async () => {
    const run = await deploy(
      version,
      `CREATE TYPE "E" AS ENUM ('a');`,
      `ALTER TYPE "E" ADD VALUE 'b';\nCREATE TABLE "t" ("e" "E" DEFAULT 'b');`,
    );
    expect(run.code).toBe(version === "7.3.0" ? 1 : 0);
  });
});

test("two deployments at once: one waits for the other", async () => {
  project.write(
    "prisma/migrations/20260101000000_slow/migration.sql",
    "CREATE TABLE slow (x int); SELECT pg_sleep(1);",
  );
  const runs = await Promise.all([project.apply(), project.apply()]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  const { rows } = await client.query("SELECT migration_name FROM _prisma_migrations");
  expect(rows).toHaveLength(1);
});

test("a deployment that waits too long for another one says so: P1002", async () => {
  await client.query("SELECT pg_advisory_lock(72707369)");
  project.write("prisma/migrations/20260101000000_step/migration.sql", "SELECT 1;");
  const run = await project.prisma(["migrate", "deploy"]);
  expect(run.stderr).toContain("P1002");
  expect(run.stderr).toContain("Timed out trying to acquire a postgres advisory lock");
  expect(run.code).toBe(1);
  const off = await project.apply({ PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK: "1" });
  expect(off.code).toBe(0);
});
