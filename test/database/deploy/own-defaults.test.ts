import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { askOwnDefaults, ownDefaultSteps } from "../../../core/src/cli/ask-own-defaults.js";
import type { Invocation } from "../../../core/src/cli/command.js";
import { readOwnMigrations } from "../../../core/src/cli/own-migrations.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { ReleasedUnit } from "../../../core/src/plan/migration-of.js";
import type { Project } from "../../../core/src/plugin/plugin.js";
import { prismaPlugin } from "../../../plugin-prisma/src/plugin.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { createMariadbDatabase, hasMariadb, isOnMysql } from "../../support/mariadb.js";
import { type Person, personIo } from "../../support/person-io.js";

// Defaults of migrations that no plan wrote: what `deploy` reports of them, what the migration and INSERTs of the application then do.

const name = "20260201000000_own";

/** Asks about a migration as a deployment does. */
function asking(root: string, provider: string, url: () => string, connection: () => Connection) {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write("prisma/migrations/migration_lock.toml", `provider = "${provider}"\n`);
  write("package.json", '{ "devDependencies": { "prisma": "7.10.0" } }');
  return async (
    sql: string,
    {
      person,
      confirmed = [],
      units = [],
    }: { person?: Person; confirmed?: readonly string[]; units?: readonly ReleasedUnit[] } = {},
  ) => {
    write(`prisma/migrations/${name}/migration.sql`, sql);
    const { io, asked, said } = personIo(person, { env: {}, cwd: root });
    const invocation = { io, options: { by: "ada" }, cwd: root } as unknown as Invocation;
    const project = { root, migrationsFolder: "prisma/migrations" } as Project;
    const state = { applied: [], pending: [name], unlisted: [], failed: [], deploying: undefined, units };
    const target = { name: "production", url: url() };
    const request = { invocation, connection: connection(), project, plugin: prismaPlugin, plans: [], state, target };
    const own = await readOwnMigrations(request);
    const steps = ownDefaultSteps(own, connection());
    const { answers, help } = await askOwnDefaults({ ...request, own }, steps, new Set(confirmed));
    return { steps, asked, answers, help, messages: said().messages };
  };
}

/** A database of a project's, and what a deployment asks there. */
function setUp(provider: string, create: (name: string) => Promise<TestDatabase>) {
  const root = mkdtempSync(join(tmpdir(), "lockstep-defaults-"));
  let database: TestDatabase | undefined;
  let connection: Connection | undefined;
  beforeAll(async () => {
    database = await create("own_defaults");
    connection = await connect(database.url, { applicationName: "test" });
  });
  afterAll(async () => {
    await connection?.close();
    await database?.drop();
    rmSync(root, { recursive: true, force: true });
  });
  const url = () => database?.url ?? "";
  const db = () => {
    if (connection === undefined) throw new Error("no connection");
    return connection;
  };
  return { ask: asking(root, provider, url, db), url, db };
}

describe("on postgresql", () => {
  const { ask, url, db } = setUp("postgresql", createDatabase);
  const query = (sql: string) => db().query(sql);
  let app: string;
  beforeAll(async () => {
    app = `${new URL(url()).pathname.slice(1)}_app`;
    await query(`CREATE ROLE ${app} LOGIN`);
  });
  afterAll(() => query(`DROP OWNED BY ${app}; DROP ROLE ${app}`));
  beforeEach(async () => {
    await query(
      `DROP SCHEMA IF EXISTS lockstep CASCADE; DROP SCHEMA IF EXISTS app CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE SCHEMA app;
       GRANT USAGE ON SCHEMA public TO ${app};
       CREATE TABLE users (id int PRIMARY KEY, name text DEFAULT 'x'); CREATE TABLE empty (id int PRIMARY KEY); INSERT INTO users VALUES (1);
       GRANT INSERT ON users, empty TO ${app};
       CREATE FUNCTION same() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'a'::text $$;
       CREATE FUNCTION mine() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'a'::text $$; REVOKE ALL ON FUNCTION mine() FROM PUBLIC;
       CREATE FUNCTION app.inner() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'a'::text $$;
       CREATE FUNCTION tenant() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant') $$;
       CREATE FUNCTION maybe() RETURNS text LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.maybe', true), '') $$;
       CREATE SEQUENCE numbers`,
    );
  });

  /** Whether the migration runs, and whether the application may insert afterwards; taken back. */
  async function happens(
    sql: string,
    path = "public",
  ): Promise<{ readonly migrates: boolean; readonly inserts: boolean }> {
    await query("BEGIN");
    try {
      await query(sql);
      await query(`SET LOCAL ROLE ${app}; SET LOCAL search_path = ${path}`);
      const inserts = await query("INSERT INTO public.users (id) VALUES (2)").then(
        () => true,
        () => false,
      );
      return { migrates: true, inserts };
    } catch {
      return { migrates: false, inserts: true };
    } finally {
      await query("ROLLBACK");
    }
  }

  const add = (what: string) => `ALTER TABLE users ADD COLUMN own ${what};`;
  const set = (what: string) => `ALTER TABLE users ALTER COLUMN name SET DEFAULT ${what};`;
  it.each([
    [
      "a function that the role may not execute",
      add("text DEFAULT mine()"),
      /of \w+_app: permission denied for function mine\. INSERTs/,
    ],
    [
      "the same, set later",
      `${add("text")}\n${set("mine()").replace("name", "own")}`,
      /own:2\), fails in .*_app: permission denied/,
    ],
    ["a default of a column that is there", set("mine()"), /of \w+_app: permission denied for function mine\. INSERTs/],
    [
      "a function in a schema that the role may not use: it was looked up when the default was set",
      add("text DEFAULT app.inner()"),
      undefined,
    ],
    [
      "a function that reads a setting",
      set("tenant()"),
      /of \w+_app: unrecognized configuration parameter "app.tenant"\. INSERTs/,
    ],
    [
      "a setting that the deploying session lacks as well",
      add("text DEFAULT tenant()"),
      /of \w+_app: unrecognized .*\. INSERTs .*so they would fail\. The migration evaluates it as \w+ for the rows that exist, so it would fail$/,
    ],
    [
      "NULL in a required column",
      add("text NOT NULL DEFAULT maybe()"),
      /_app: it is NULL there, and the column is required\. INSERTs .*\. The migration evaluates/,
    ],
    [
      "NULL of a setting in a required column",
      add("text NOT NULL DEFAULT current_setting('app.maybe', true)"),
      /it is NULL there/,
    ],
    [
      "a required column whose default goes again",
      `${add("text NOT NULL DEFAULT maybe()")} ${set("'x'").replace("name", "own")}`,
      /session of \w+: it is NULL there, and the column is required\. The migration evaluates it as \w+ for the rows that exist, so it would fail$/,
    ],
    [
      "a column that is renamed before",
      `ALTER TABLE users RENAME name TO label; ${set("mine()").replace("name", "label")}`,
      /"users"."name", mine\(\) \(.*:1\), fails in .*_app: permission denied/,
    ],
    [
      "a column that is renamed afterwards, and its table",
      `${set("mine()")} ALTER TABLE users RENAME name TO label; ALTER TABLE users RENAME TO people;`,
      /"users"."name", mine\(\) \(.*:1\), fails/,
    ],
    [
      "a table that is renamed before",
      `ALTER TABLE users RENAME TO people; ${add("text DEFAULT mine()").replace("users", "people")}`,
      /"users"."own", mine\(\) \(.*:1\), fails/,
    ],
    [
      "a column in the place of one that is renamed and goes",
      `ALTER TABLE users RENAME name TO old; ${add("text DEFAULT mine()").replace("own", "name")} ALTER TABLE users DROP COLUMN old;`,
      /"users"."name", mine\(\) \(.*:1\), fails/,
    ],
    ["a sequence that the role may not use", set("nextval('numbers')"), /permission denied for sequence 'numbers'/],
    [
      "a sequence of the same migration",
      `CREATE SEQUENCE more; ${set("nextval('more')")}`,
      /permission denied for sequence 'more'/,
    ],
    [
      "a function of the same migration",
      `CREATE FUNCTION late() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant') $$; ${set("late()")}`,
      /unrecognized configuration parameter "app.tenant"/,
    ],
    ["a function that all may execute", add("text NOT NULL DEFAULT same()"), undefined],
    [
      "a function that the same migration lets the role execute",
      `GRANT EXECUTE ON FUNCTION mine() TO PUBLIC; ${set("mine()")}`,
      undefined,
    ],
    [
      "a function of the same migration that reads a table of it",
      `CREATE TABLE fresh (v text); INSERT INTO fresh VALUES ('v'); GRANT SELECT ON fresh TO PUBLIC; CREATE FUNCTION late() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT v FROM fresh $$; ${add("text NOT NULL DEFAULT late()")}`,
      undefined,
    ],
    ["NULL in a column that takes it", add("text DEFAULT maybe()"), undefined],
    ["a default that goes again", `${set("mine()")} ${set("'x'")}`, undefined],
    [
      "a default that goes again under another name",
      `${set("mine()")} ALTER TABLE users RENAME name TO label; ${set("'x'").replace("name", "label")}`,
      undefined,
    ],
    [
      "a column that is added once, and passed over the second time",
      `${add("text DEFAULT same()")} ALTER TABLE users ADD COLUMN IF NOT EXISTS own text DEFAULT mine();`,
      undefined,
    ],
    ["a column that goes again", `${add("text DEFAULT same()")} ALTER TABLE users DROP COLUMN own;`, undefined],
    [
      "a column that is there already",
      "ALTER TABLE users ADD COLUMN IF NOT EXISTS name text DEFAULT mine();",
      undefined,
    ],
    [
      "a table of the same migration",
      "CREATE TABLE fresh (id int); ALTER TABLE fresh ADD COLUMN own text DEFAULT mine();",
      undefined,
    ],
    ["a table without rows", "ALTER TABLE empty ADD COLUMN own text DEFAULT mine();", undefined],
  ])("%s", async (_, sql, says) => {
    const { answers, help } = await ask(sql);
    const { migrates, inserts } = await happens(sql);
    expect({ isSilent: answers.length === 0, help: help === undefined }).toEqual({
      isSilent: migrates && inserts,
      help: migrates && inserts,
    });
    if (says === undefined) expect(answers).toEqual([]);
    else {
      expect(answers).toEqual([{ migration: name, isOpen: false, statement: expect.stringMatching(says) }]);
      expect(help).toContain("npx lockstep deploy --target production --confirm inserts-allowed");
    }
    // Nothing of the trial is left.
    const { rows } = await query("SELECT proname FROM pg_proc WHERE proname = 'late'");
    expect([rows, (await query("SELECT is_called FROM numbers")).rows]).toEqual([[], [{ is_called: false }]]);
  });

  it.each([
    "'x'",
    "now()",
    "gen_random_uuid()",
    "lower('X')",
    "CURRENT_USER",
    "coalesce(current_setting('a.b', true), 'x')",
  ])("asks nothing about %s", async (sql) => {
    expect((await ask(add(`text NOT NULL DEFAULT ${sql}`))).answers).toEqual([]);
    const steps = (await ask(set(sql))).steps;
    expect(steps).toEqual([]);
  });

  it("a column that nobody knows is named, and was not tried", async () => {
    const { answers, messages } = await ask(set("mine()").replace("name", "missing"));
    expect(answers).toEqual([]);
    expect(messages).toMatch(
      /! production: the default of "users"."missing", mine\(\) \(.*:1\), was not tried: the column does not exist yet/,
    );
  });

  it("asks about a statement that a plan passes on as it is", async () => {
    const spec = { kind: "original", sql: set("mine()") };
    const plan = { id: name, state: { released: "expand", written: [] } };
    const verdict = { locks: [], held: "instant", concerns: [], doubts: [] };
    const unit = {
      plan,
      unit: { spec, verdict },
      migration: name,
      phase: "expand",
      kind: "phase",
    } as unknown as ReleasedUnit;
    expect((await ask("SELECT 1;", { units: [unit] })).answers).toMatchObject([
      { isOpen: false, statement: expect.stringContaining(`mine() (${name}), fails`) },
    ]);
  });

  it("a confirmation is recorded for the default as it is, on a terminal or by --confirm", async () => {
    const sql = set("tenant()");
    const no = await ask(sql, { person: { confirm: () => false } });
    expect([no.asked, no.help === undefined]).toEqual([
      [`production: is it true that every session that inserts into "users" can evaluate tenant()?`],
      false,
    ]);
    expect((await ask(sql, { confirmed: ["inserts-allowed"] })).help).toBeUndefined();
    const later = await ask(sql);
    expect(later).toMatchObject({ help: undefined, answers: [{ isOpen: true }] });
    expect(later.answers[0]?.statement).toMatch(
      /^ada confirmed on .* can evaluate the default of "users"\."name", tenant\(\)/,
    );
    expect((await ask(set("mine()"))).help).toBeDefined();
    const yes = await ask(set("mine()"), { person: { confirm: () => true } });
    expect([yes.asked.length, yes.help]).toEqual([1, undefined]);
  });
});

describe.each(hasMariadb && !isOnMysql ? ["mariadb"] : [])("on %s", () => {
  const { ask, url, db } = setUp("mysql", createMariadbDatabase);
  const query = (sql: string) => db().query(sql);
  let app: string;
  beforeAll(async () => {
    app = `'${new URL(url()).pathname.slice(1)}_a'@'localhost'`;
    await query("CREATE TABLE users (id int PRIMARY KEY, name varchar(20))");
    await query("INSERT INTO users VALUES (1, 'x')");
    await query("CREATE SEQUENCE numbers");
    await query(`CREATE USER ${app}`);
    await query(`GRANT INSERT ON users TO ${app}`);
  });
  afterAll(() => query(`DROP USER ${app}`));

  it("a sequence that an account may not use is named, with the grant", async () => {
    const sql = "ALTER TABLE users ADD number bigint DEFAULT (NEXT VALUE FOR numbers);";
    const { answers } = await ask(sql);
    expect(answers).toMatchObject([
      { isOpen: false, statement: expect.stringMatching(/GRANT SELECT, INSERT ON `numbers` TO/) },
    ]);
    await query(`GRANT SELECT, INSERT ON numbers TO ${app}`);
    expect((await ask(sql)).answers).toEqual([]);
    expect((await ask("ALTER TABLE users ADD own varchar(50) DEFAULT (uuid());")).steps).toEqual([]);
  });
});
