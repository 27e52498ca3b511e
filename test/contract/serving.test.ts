import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunResult } from "../support/run.js";
import type { Build } from "./build.js";
import { Load } from "./load.js";
import { type Column, type Orm, type OrmApp, succeeded } from "./orm-app.js";
import { onMariadb, orms } from "./orms.js";
import { countUsers, differs, readUsers } from "./rows.js";
import { postgresql } from "./system.js";

// Builds from before and after a change serve side by side, with a role of the application's own, through every phase and the way back. The
// change has what depends on their sessions: a mirror whose source they write, a default and a sequence, a constraint that is made anew, an
// index that needs the values. No request fails, and no mirror is ever stale.

const rows = 3000;
const mirror: Column = { name: "handle", isRequired: true, mirror: "lower(email)" };

/** How a change comes into an application, on one system. */
interface Change {
  readonly orm: Orm;
  /** Before the plan, on every database. */
  readonly before: readonly string[];
  readonly columns: readonly Column[];
  /** As a migration by hand; else the ORM writes it. */
  readonly up?: readonly string[];
  /** What a role needs before the change. */
  readonly grants: (role: string, database: string) => readonly string[];
  readonly drops: (role: string) => readonly string[];
}

const long = (length: number) => `CHECK (char_length(name) < ${length})`;
/** Refused before the change, after it, and in between: from contract on it lacks a value, too. */
const tooLong = `INSERT INTO users (email, name) VALUES ('long', '${"x".repeat(120)}')`;

const onPostgresql = (orm: Orm): Change => ({
  orm,
  before: [`ALTER TABLE "users" ADD CONSTRAINT "name_length" ${long(80)}`],
  columns: [
    mirror,
    { name: "number", isRequired: true, isCounter: true },
    { name: "tenant", isRequired: true, defaultSql: "current_setting('app.tenant'::text)" },
  ],
  up: [
    `ALTER TABLE "users" ADD COLUMN "handle" text`,
    `UPDATE "users" SET "handle" = lower(email)`,
    `ALTER TABLE "users" ALTER COLUMN "handle" SET NOT NULL`,
    `CREATE UNIQUE INDEX "users_handle_idx" ON "users" (coalesce("handle", ''))`,
    `ALTER TABLE "users" ADD COLUMN "number" SERIAL NOT NULL`,
    `ALTER TABLE "users" ADD COLUMN "tenant" text`,
    `UPDATE "users" SET "tenant" = 'none'`,
    `ALTER TABLE "users" ALTER COLUMN "tenant" SET DEFAULT current_setting('app.tenant'::text), ALTER COLUMN "tenant" SET NOT NULL`,
    `ALTER TABLE "users" DROP CONSTRAINT "name_length"`,
    `ALTER TABLE "users" ADD CONSTRAINT "name_length" ${long(100)}`,
  ],
  grants: (role, database) => [
    `CREATE ROLE "${role}" LOGIN PASSWORD 'x'`,
    `ALTER ROLE "${role}" IN DATABASE "${database}" SET app.tenant = 'eu'`,
    `GRANT SELECT, INSERT (email, name), UPDATE (email, name) ON "users" TO "${role}"`,
    `GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "${role}"`,
  ],
  drops: (role) => [`DROP OWNED BY "${role}"`, `DROP ROLE "${role}"`],
});

const onMariadbServer = (orm: Orm): Change => ({
  orm,
  before: [`ALTER TABLE users ADD CONSTRAINT name_length ${long(80)}`],
  columns: [mirror, { name: "tenant", isRequired: true, defaultSql: "(current_user())" }],
  grants: (role, database) => [
    `CREATE USER '${role}'@'%' IDENTIFIED BY 'x'`,
    `GRANT SELECT, INSERT (id, email, name), UPDATE (email, name) ON \`${database}\`.users TO '${role}'@'%'`,
  ],
  drops: (role) => [`DROP USER '${role}'@'%'`],
});

describe.each([...orms.map(onPostgresql), ...onMariadb.map(onMariadbServer)])("$orm.name", (change) => {
  let app: OrmApp;
  let load: Load;
  let role: string;
  /** Production with the role of the application. */
  let url: string;
  let plan: string;
  let old: Build;
  let expand: Build;
  let read: Build;
  let contract: Build;
  /** An open session of the application's, with statements that were prepared before the change. */
  let session: pg.Client | undefined;

  beforeAll(async () => {
    app = await change.orm.create().open({ development: 5, production: rows });
    app.addMove();
    await app.commit("Move users");
    const database = new URL(app.production).pathname.slice(1);
    role = `${database}_app`.slice(-60);
    for (const sql of change.before)
      for (const each of [app.development, app.production]) await app.system.query(each, sql);
    for (const sql of change.grants(role, database)) await app.system.query(app.production, sql);
    const own = new URL(app.production);
    Object.assign(own, { username: role, password: "x" });
    url = own.href;
    load = new Load(await readUsers(app.production), [1, 2, 3, 4, 5, 6, 7, 8], {
      column: "handle",
      valueIn: ({ email }) => email.toLowerCase(),
      isMirror: true,
    });
    old = await app.build("old", url);
    if (app.system === postgresql) {
      session = new pg.Client({ connectionString: url });
      await session.connect();
    }
  });
  afterAll(async () => {
    await session?.end();
    // A role outlives its database.
    for (const sql of role === undefined ? [] : change.drops(role)) await app.system.query(app.production, sql);
    await app?.close();
  });

  /** The builds serve while something is done, a statement prepared before goes on, and what was refused is refused. */
  async function during<T>(builds: readonly Build[], work: () => Promise<T>): Promise<T> {
    let isDone = false;
    const beside = (async () => {
      while (!isDone) {
        await expect(app.system.query(url, tooLong)).rejects.toThrow(/name_length|"?handle/);
        await session?.query({ name: "find", text: "SELECT id, email FROM users WHERE id = $1", values: [7] });
      }
    })();
    beside.catch(() => undefined);
    const done = await load.during(builds, work).finally(() => {
      isDone = true;
    });
    await beside;
    expect(load.failures).toEqual([]);
    expect(load.requests).toBeGreaterThan(20);
    load.requests = 0;
    return done;
  }

  /** `lockstep deploy`, and the grants that it names. */
  async function deploy(...args: readonly string[]): Promise<RunResult> {
    const result = await app.lockstep("deploy", "--target", "production", ...args);
    const grants = new Set(result.stdout.match(/GRANT [^;\n]+ TO [^;\n]+/g) ?? []);
    for (const grant of grants) await app.system.query(app.production, grant);
    return result;
  }

  const commit = () => app.commit("A phase");
  async function expectInLockstep() {
    expect(await readUsers(app.production)).toEqual([...load.rows.values()].sort((a, b) => a.id - b.id));
    expect(await countUsers(app.production, differs(app.production, "handle", "lower(email)"))).toBe(0);
  }

  test("expand", async () => {
    app.declare({ columns: change.columns });
    if (change.up === undefined) await succeeded(app.generate("AddHandle"));
    else await succeeded(app.lockstep("rewrite", app.writeMigration("AddHandle", change.up), "--not-applied"));
    [plan = ""] = app.plans();
    await commit();
    const { code, output } = await during([old], () => deploy());
    expect(code, output).toBe(0);
    expand = await app.build("expand", url);
    await during([old, expand], async () => undefined);
  });

  test("backfill", async () => {
    await during([old, expand], () => succeeded(app.lockstep("backfill", "run", plan)));
    await expectInLockstep();
  });

  test("switch: code that changes the source writes the mirror", async () => {
    await during([old, expand], () => succeeded(app.lockstep("next", plan, "--confirm", "mirror-agrees")));
    expect(app.read("src/move.ts")).toMatch(/handle.*email\.toLowerCase\(\)/);
    await commit();
    read = await app.build("switch", url);
    await old.stop();
    await during([expand, read], async () => undefined);
    await expand.stop();
  });

  test("contract: nothing goes stale when the trigger is gone", async () => {
    const confirmed = ["writers-aware", "reads-steady", "mirror-agrees"].flatMap((each) => ["--confirm", each]);
    await succeeded(app.lockstep("next", plan, ...confirmed));
    await commit();
    const { code, output } = await during([read], () => deploy());
    expect(code, output).toBe(0);
    contract = await app.build("contract", url);
    await during([read, contract], async () => undefined);
    await during([contract], async () => undefined);
    await expectInLockstep();
  });

  test("the way back in its steps", async () => {
    await succeeded(app.lockstep("abandon", plan, "--yes"));
    await commit();
    const stopped = await during([read, contract], () => deploy());
    expect(stopped.code, stopped.output).toBe(1);
    await contract.stop();
    const left = await app.build("left", url);
    await during([read, left], async () => undefined);
    await read.stop();
    if (change.columns.some(({ name }) => name === "number")) {
      // Its own protocol has a "number" as well: a person looks, and confirms that too.
      const named = await during([left], () => deploy("--confirm", "column-unused"));
      expect(named.code, named.output).toBe(1);
      expect(named.output).toContain('still contains the name of "users"."number": src/serve.ts:17');
    }
    const done = await during([left], () => deploy("--confirm", "column-unused", "--confirm", "named-elsewhere"));
    expect(done.code, done.output).toBe(0);
    await during([left], async () => undefined);
    expect(await readUsers(app.production)).toEqual([...load.rows.values()].sort((a, b) => a.id - b.id));
  });
});
