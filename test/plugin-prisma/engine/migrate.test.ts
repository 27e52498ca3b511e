import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { createProject, type PrismaProject, schema, userModel } from "./prisma-project.js";

let database: TestDatabase;
let project: PrismaProject;

beforeEach(async () => {
  database = await createDatabase("engine");
  project = createProject({ url: database.url, models: userModel });
});
afterEach(async () => {
  project.dispose();
  await database.drop();
});

const withHandle = userModel.replace("@unique", "@unique\n  handle String?");

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("migrate dev", () => {
  test("creates and applies, is in sync then, and finds the next change", async () => {
    const first = await project.prisma(["migrate", "dev", "--name", "init"]);
    expect(first.text).toContain("Your database is now in sync with your schema.");
    expect(first.code).toBe(0);
    const made = project.sql("init");
    expect(made).toContain('CREATE UNIQUE INDEX "User_email_key"');

    const second = await project.prisma(["migrate", "dev", "--name", "nothing"]);
    expect(second.text).toContain("Already in sync");
    expect(project.migrations()).toHaveLength(1);

    project.write("prisma/schema.prisma", schema(withHandle));
    const third = await project.prisma(["migrate", "dev", "--name", "handle"]);
    expect(third.code).toBe(0);
    expect(project.sql("handle")).toBe('-- AlterTable\nALTER TABLE "User" ADD COLUMN     "handle" TEXT;\n');
    expect(await query('SELECT "handle" FROM "User"')).toEqual([]);
  });

  test("creates the database when it is missing", async () => {
    const url = new URL(database.url);
    url.pathname += "_new";
    try {
      const run = await project.prisma(["migrate", "dev", "--name", "init"], { DATABASE_URL: url.href });
      expect(run.text).toContain(`PostgreSQL database ${url.pathname.slice(1)} created`);
      expect(run.code).toBe(0);
    } finally {
      await query(`DROP DATABASE IF EXISTS "${url.pathname.slice(1)}" WITH (FORCE)`);
    }
  });

  test("--create-only writes without applying; the next run applies it and compares behind it", async () => {
    await project.initialised();
    project.write("prisma/schema.prisma", schema(withHandle));
    const created = await project.prisma(["migrate", "dev", "--create-only", "--name", "handle"]);
    expect(created.text).toContain("without applying it");
    expect(created.code).toBe(0);

    // A pending migration and another change at once: what the engine replayed before no longer fits.
    project.write("prisma/schema.prisma", schema(withHandle.replace("handle", "nick   String?\n  handle")));
    const both = await project.prisma(["migrate", "dev", "--name", "nick"]);
    expect(both.code).toBe(0);
    expect(project.sql("nick")).toContain('ADD COLUMN     "nick" TEXT;');
    expect(await query('SELECT "handle", "nick" FROM "User"')).toEqual([]);
  });

  test("a column that the rows cannot have stops it, with Prisma's own words", async () => {
    await project.initialised();
    await query(`INSERT INTO "User" ("email") VALUES ('a'), ('b')`);
    project.write("prisma/schema.prisma", schema(withHandle.replace("String?", "String")));
    const run = await project.prisma(["migrate", "dev", "--name", "handle"]);
    expect(run.text).toContain("without a default value. There are 2 rows in this table");
    expect(run.code).toBe(1);
  });

  test("drift is found", async () => {
    await project.initialised();
    await query('ALTER TABLE "User" ADD COLUMN "stray" text');
    const run = await project.prisma(["migrate", "dev", "--name", "x"]);
    expect(run.text).toContain("Drift detected");
    expect(run.code).not.toBe(0);
  });

  test("leaves no shadow database and no connection; without the right to create one: P3014", async () => {
    // A role of its own: other tests make shadow databases on the same server.
    const role = `engine_${randomBytes(5).toString("hex")}`;
    await query(`CREATE ROLE ${role} LOGIN CREATEDB`);
    await query(`GRANT ALL ON SCHEMA public TO ${role}`);
    const url = new URL(database.url);
    url.username = role;
    const env = { DATABASE_URL: url.href };
    try {
      expect((await project.prisma(["migrate", "dev", "--name", "init"], env)).code).toBe(0);
      expect((await project.prisma(["migrate", "dev", "--name", "x"], env)).code).toBe(0);
      const owned = `SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = '${role}'`;
      expect(await query(owned)).toEqual([]);
      // The CLI does not wait for the engine's end.
      const connected = `SELECT query FROM pg_stat_activity WHERE usename = '${role}'`;
      await expect.poll(() => query(connected)).toEqual([]);

      await query(`ALTER ROLE ${role} NOCREATEDB`);
      const refused = await project.prisma(["migrate", "dev", "--name", "x"], env);
      expect(refused.stderr).toContain("P3014");
      expect(refused.stderr).toContain("permission denied to create database");
      expect(refused.code).toBe(1);
    } finally {
      await query(`DROP OWNED BY ${role} CASCADE`);
      await query(`DROP ROLE ${role}`);
    }
  });
});

describe("migrate deploy", () => {
  const bad = "20990101000000_bad";
  const write = (sql: string) => project.write(`prisma/migrations/${bad}/migration.sql`, sql);

  test("a failing migration: the whole error, P3009, resolve, retry", async () => {
    await project.initialised();
    write(`-- é
DO $$ BEGIN
  RAISE EXCEPTION 'boom; %', 1 USING ERRCODE = '23505', DETAIL = 'the detail', HINT = 'the hint';
END $$;
`);
    const failed = await project.prisma(["migrate", "deploy"]);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain("Error: P3018");
    expect(failed.stderr).toContain(`Migration name: ${bad}

Database error code: 23505

Database error:
ERROR: boom; 1
DETAIL: the detail
HINT: the hint`);
    const [row] = await query<{ logs: string }>("SELECT logs FROM _prisma_migrations WHERE finished_at IS NULL");
    expect(row?.logs).toMatch(/boom; 1\nDETAIL: the detail\nHINT: the hint\n\nDatabase error code: 23505/);

    const again = await project.prisma(["migrate", "deploy"]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("P3009");
    const status = await project.prisma(["migrate", "status"]);
    expect(status.code).toBe(1);
    expect(status.text).toMatch(/migration have failed:\s+20990101000000_bad/);

    const resolved = await project.prisma(["migrate", "resolve", "--rolled-back", bad]);
    expect(resolved.code).toBe(0);
    write('ALTER TABLE "User" ADD COLUMN "handle" TEXT;');
    const retried = await project.prisma(["migrate", "deploy"]);
    expect(retried.code).toBe(0);
    expect(await query('SELECT "handle" FROM "User"')).toEqual([]);
  });

  test("an error with a place shows the lines around it", async () => {
    write('CREATE TABLE "a" ("é" int);\n\n-- the third line\nSELECT "é",\n  missing FROM "a";\n');
    const run = await project.prisma(["migrate", "deploy"]);
    expect(run.stderr).toContain(`ERROR: column "missing" does not exist

Position:
    1 CREATE TABLE "a" ("é" int);
    2
    3 -- the third line
    4 SELECT "é",
>   5   missing FROM "a";`);
  });

  test("resolve --applied", async () => {
    write("SELECT 1;");
    const run = await project.prisma(["migrate", "resolve", "--applied", bad]);
    expect(run.code).toBe(0);
    expect((await project.prisma(["migrate", "status"])).text).toContain("Database schema is up to date!");
    const unknown = await project.prisma(["migrate", "resolve", "--applied", "nothing"]);
    expect(unknown.stderr).toContain("P3017");
  });

  test("a migration that fails on the shadow database: P3006 with the whole error", async () => {
    await project.initialised();
    write(`INSERT INTO "User" ("id", "email") VALUES (1, 'a'), (1, 'b');`);
    const run = await project.prisma(["migrate", "dev", "--name", "x"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`Migration \`${bad}\` failed to apply cleanly to the shadow database.`);
    expect(run.stderr).toContain("Database error code: 23505");
    expect(run.stderr).toContain("DETAIL: Key (id)=(1) already exists.");
  });
});

describe("the other commands", () => {
  test("migrate status, diff, reset, db pull, db push, db execute, validate, generate, version", async () => {
    await project.initialised();
    const status = await project.prisma(["migrate", "status"]);
    expect(status.text).toContain("Database schema is up to date!");
    expect(status.code).toBe(0);

    const diff = ["migrate", "diff", "--from-migrations", "prisma/migrations", "--to-schema", "prisma/schema.prisma"];
    expect((await project.prisma([...diff, "--exit-code"])).text).toContain("No difference detected.");
    project.write("prisma/schema.prisma", schema(withHandle));
    const changed = await project.prisma([...diff, "--script", "--exit-code"]);
    expect(changed.stdout).toContain('-- AlterTable\nALTER TABLE "User" ADD COLUMN     "handle" TEXT;');
    expect(changed.code).toBe(2);

    const push = await project.prisma(["db", "push"]);
    expect(push.text).toContain("Your database is now in sync with your Prisma schema.");
    expect(push.code).toBe(0);
    const fromDatabase = ["migrate", "diff", "--from-config-datasource", "--to-schema", "prisma/schema.prisma"];
    expect((await project.prisma(fromDatabase)).text).toContain("No difference detected.");

    project.write("script.sql", `DO $$ BEGIN NULL; END $$; INSERT INTO "User" ("email") VALUES ('a;b');`);
    expect((await project.prisma(["db", "execute", "--file", "script.sql"])).code).toBe(0);
    expect(await query('SELECT "email" FROM "User"')).toEqual([{ email: "a;b" }]);

    const pull = await project.prisma(["db", "pull", "--print"]);
    expect(pull.stdout).toMatch(/handle\s+String\?/);
    expect(pull.code).toBe(0);

    const reset = await project.prisma(["migrate", "reset", "--force"]);
    expect(reset.text).toContain("Database reset successful");
    expect(reset.code).toBe(0);
    expect(await query('SELECT * FROM "User"')).toEqual([]);

    expect((await project.prisma(["validate"])).code).toBe(0);
    const generator = 'generator client {\n  provider = "prisma-client"\n  output   = "../generated"\n}\n\n';
    project.write("prisma/schema.prisma", generator + schema(userModel));
    const generate = await project.prisma(["generate"]);
    expect(generate.code).toBe(0);
    expect(project.read("generated/client.ts")).toContain("PrismaClient");

    const version = await project.prisma(["version"]);
    expect(version.stdout).toMatch(/Schema Engine +: schema-engine-wasm [0-9a-f]{40} .*@lockstep\/prisma/);
  });

  test("migrate diff between files needs no database", async () => {
    const unreachable = { DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none" };
    const run = await project.prisma(
      ["migrate", "diff", "--from-empty", "--to-schema", "prisma/schema.prisma", "--script"],
      unreachable,
    );
    expect(run.stdout).toContain('CREATE TABLE "User"');
    expect(run.code).toBe(0);
  });

  test("db push shows what PostgreSQL says about the rows", async () => {
    await query(`CREATE TABLE "User" ("id" serial PRIMARY KEY, "email" text NOT NULL)`);
    await query(`INSERT INTO "User" ("email") VALUES ('same'), ('same')`);
    const run = await project.prisma(["db", "push", "--accept-data-loss"]);
    expect(run.stderr).toContain('could not create unique index "User_email_key"');
    expect(run.stderr).toContain("DETAIL: Key (email)=(same) is duplicated.");
    expect(run.stderr).not.toContain("schema_engine_wasm::");
    expect(run.code).toBe(1);
  });

  test("types that only PostgreSQL knows are described", async () => {
    await query(
      `CREATE TABLE "T" (id int PRIMARY KEY, a int2vector, b point, c name[], d "char"[], e tsvector, f money)`,
    );
    const pull = await project.prisma(["db", "pull", "--print"]);
    expect(pull.code).toBe(0);
    expect(pull.stdout).toContain('Unsupported("point")?');
  });

  test("?schema= is the schema that is used, and is created", async () => {
    const url = `${database.url}?schema=My%20Schema`;
    const run = await project.prisma(["migrate", "dev", "--name", "init"], { DATABASE_URL: url });
    expect(run.code).toBe(0);
    expect(await query('SELECT * FROM "My Schema"."User"')).toEqual([]);
    const again = await project.prisma(["migrate", "dev", "--name", "x"], { DATABASE_URL: url });
    expect(again.text).toContain("Already in sync");
  });

  test("several schema files", async () => {
    project.write("prisma/schema.prisma", "");
    project.write("models/base.prisma", schema(""));
    project.write("models/user.prisma", userModel);
    project.write("prisma.config.ts", project.read("prisma.config.ts").replace("prisma/schema.prisma", "models"));
    const run = await project.prisma(["migrate", "dev", "--name", "init"]);
    expect(run.text).toContain("Your database is now in sync");
    expect(run.code).toBe(0);
  });
});

describe("a shadow database of the user", () => {
  let shadow: TestDatabase;
  beforeAll(async () => {
    shadow = await createDatabase("engine_shadow");
  });
  afterAll(() => shadow.drop());

  test("is emptied and used, run after run", async () => {
    const own = createProject({ url: database.url, shadowUrl: shadow.url, models: userModel });
    try {
      for (const name of ["init", "again"]) {
        const run = await own.prisma(["migrate", "dev", "--name", name]);
        expect(run.text).toMatch(/now in sync|Already in sync/);
        expect(run.code).toBe(0);
      }
    } finally {
      own.dispose();
    }
  });

  test("that is the main one is refused before anything is dropped", async () => {
    await project.initialised();
    const own = createProject({ url: database.url, shadowUrl: `${database.url}?x=1`, models: userModel });
    try {
      const run = await own.prisma(["migrate", "dev", "--name", "init"]);
      expect(run.stderr).toContain("appears to be the same as the main database");
      expect(run.code).toBe(1);
      expect(await query('SELECT * FROM "User"')).toEqual([]);
    } finally {
      own.dispose();
    }
  });
});
