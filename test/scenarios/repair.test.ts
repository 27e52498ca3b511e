import { existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeFiles } from "../../core/src/base/files/write-files.js";
import { publishedModules } from "../support/published.js";
import { run } from "../support/run.js";
import { openSession, type Session, until } from "../support/sessions.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// What killed and failed runs leave on a target, and `lockstep repair`. Every test builds on the one before.

let shop: ShopProject;
let production: pg.Client;
let observer: Session;
/** Seconds: whole commands run meanwhile. */
const slow = 120;

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 20_000 });
  production = new pg.Client({ connectionString: shop.production });
  await production.connect();
  observer = await openSession(shop.production);
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  if (dev.code !== 0) throw new Error(dev.output);
  await shop.commit("Add handle");
});
afterAll(async () => {
  await observer?.end();
  await production?.end();
  await shop?.dispose();
});

const folder = (name: string) => join(shop.root, "prisma/migrations", name);
const migrations = () => readdirSync(join(shop.root, "prisma/migrations")).filter((name) => /^\d/.test(name));
const stockDeploy = () => shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production });
const one = async <T>(sql: string) => (await production.query(sql)).rows[0] as T | undefined;
const indexState = () =>
  one<{ valid: boolean }>(
    `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('"User_handle_key"')`,
  );
const failedMigrations = async () =>
  (
    await production.query<{ name: string }>(
      `SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL`,
    )
  ).rows.map(({ name }) => name.replace(/^\d+_/, ""));

/** Deploys, and ends the deploying session once it waits like that; `look` comes before. */
async function killDeploymentAt(what: string, waiting: string, look?: () => Promise<void>): Promise<void> {
  const deploying = stockDeploy();
  let pid = 0;
  await until(
    what,
    async () => {
      const { rows } = await observer.query(waiting);
      pid = (rows[0] as { pid: number } | undefined)?.pid ?? 0;
      return pid > 0;
    },
    slow,
  );
  await look?.();
  await observer.query("SELECT pg_terminate_backend($1)", [pid]);
  const deploy = await deploying;
  expect(deploy.code, deploy.output).toBe(1);
}

const building = (phase: string) =>
  killDeploymentAt(`the build is ${phase}`, `SELECT pid FROM pg_stat_progress_create_index WHERE phase = '${phase}'`);

test("nothing to repair", async () => {
  const repair = await shop.lockstep(["repair"]);
  expect(repair.code, repair.output).toBe(0);
  expect(repair.stdout).toContain("nothing to repair");
});

describe("a CREATE INDEX CONCURRENTLY that was killed", () => {
  test("before it had begun to build, and duplicates came: they are named, the index is taken away", async () => {
    // Expand alone first: it is the index that has to wait for this writer.
    const waiting = migrations().filter((name) => /_index$/.test(name));
    for (const name of waiting) renameSync(folder(name), join(shop.root, name));
    await shop.deploy(shop.production);
    for (const name of waiting) renameSync(join(shop.root, name), folder(name));
    const writer = await openSession(shop.production);
    await writer.query(`BEGIN; UPDATE "User" SET "handle" = 'twin' WHERE "id" = 1`);
    await building("waiting for writers before build");
    await writer.query(`UPDATE "User" SET "handle" = 'twin' WHERE "id" = 2; COMMIT`);
    await writer.end();
    expect(await indexState()).toEqual({ valid: false });
    expect(await failedMigrations()).toEqual(["add_handle_create_index"]);

    const dry = await shop.lockstep(["repair", "--dry-run"]);
    expect(dry.code, dry.output).toBe(0);
    expect(dry.stdout).toContain(`The index "User_handle_key" on "User" is INVALID`);
    expect(dry.stdout).toContain("to do: drop it and build it again, concurrently");
    expect(await indexState()).toEqual({ valid: false });
    const asked = await shop.lockstep(["repair"]);
    expect(asked.code).toBe(2);
    expect(asked.output).toContain("LS8005");

    const repair = await shop.lockstep(["repair", "--yes"]);
    expect(repair.code, repair.output).toBe(1);
    expect(repair.output).toContain("LS6001");
    expect(repair.output).toMatch(/'twin' for id=[12] and id=[12]/);
    expect(await indexState()).toBeUndefined();
  });

  test("its record is corrected, and the next deployment builds it", async () => {
    await production.query(`UPDATE "User" SET "handle" = NULL WHERE "id" IN (1, 2)`);
    await production.query(`UPDATE "User" SET "handle" = 'h' || "id" WHERE "handle" IS NOT NULL`);
    const repair = await shop.lockstep(["repair", "--yes"]);
    expect(repair.code, repair.output).toBe(0);
    expect(repair.stdout).toContain("add_handle_create_index is recorded as rolled back");
    expect(await failedMigrations()).toEqual([]);
  });

  test("at its end: built again with progress, and recorded as applied", async () => {
    const snapshot = await openSession(shop.production);
    await snapshot.query(`BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM "Order"`);
    await building("waiting for old snapshots");
    expect(await indexState()).toEqual({ valid: false });
    // A process of its own: what it says of its waits is written past the process that runs many commands.
    let said = "";
    const repairing = run(join(publishedModules(), ".bin/lockstep"), ["repair", "--yes"], {
      cwd: shop.root,
      env: { DATABASE_URL: shop.development, PRODUCTION_DATABASE_URL: shop.production },
      onOutput: (text) => {
        said += text;
      },
    });
    const waits = new RegExp(`building the index: waiting for old snapshots.*waiting for pid ${snapshot.pid}`);
    await until("the repair says that it waits for the snapshot as well", async () => waits.test(said), slow);
    const meanwhile = await shop.lockstep(["repair", "--json"]);
    expect(meanwhile.code, meanwhile.output).toBe(1);
    expect(meanwhile.stdout).toContain("is building it: wait until it ends");
    await snapshot.end();
    const repair = await repairing;
    expect(repair.code, repair.output).toBe(0);
    expect(repair.stdout).toContain("was built again and is valid");
    expect(repair.stdout).toContain("add_handle_create_index is recorded as applied");
    expect(await indexState()).toEqual({ valid: true });
    const deploy = await shop.lockstep(["deploy"]);
    expect(deploy.code, deploy.output).toBe(0);
    expect(deploy.stdout).toContain("add_handle_assert_index");
  });
});

describe("the trigger that fills new rows", () => {
  const insert = async (email: string) =>
    (
      await production.query<{ handle: string | null }>(
        `INSERT INTO "User" ("email", "name", "updatedAt") VALUES ($1, 'n', now()) RETURNING "handle"`,
        [email],
      )
    ).rows[0]?.handle;

  test.each([
    {
      name: "was switched off",
      sql: `ALTER TABLE "User" DISABLE TRIGGER "zz_lockstep_fill_User_handle"`,
      says: "is disabled",
    },
    { name: "was dropped", sql: `DROP TRIGGER "zz_lockstep_fill_User_handle" ON "User"`, says: "is missing" },
  ])("$name: it fills again", async ({ sql, says }) => {
    await production.query(sql);
    const email = `${says.replaceAll(" ", "-")}@x.io`;
    expect(await insert(email.toUpperCase())).toBeNull();
    const repair = await shop.lockstep(["repair", "--yes"]);
    expect(repair.code, repair.output).toBe(0);
    expect(repair.stdout).toContain(says);
    expect(repair.stdout).toContain("npx lockstep backfill run");
    expect(await insert(`again-${email.toUpperCase()}`)).toBe(`again-${email}`);
  });
});

test("a prove that was killed: while it runs nothing is touched; then its check goes, and the deployment ends well", async () => {
  for (const step of [["backfill", "run"], ["next"], ["next", "--confirm", "writers-aware", "reads-steady"]]) {
    const done = await shop.lockstep(step);
    expect(done.code, `${step.join(" ")}\n${done.output}`).toBe(0);
    await shop.commit(step.join(" "));
  }
  // Large enough for prove to scan outside of its lock.
  await production.query(`ALTER TABLE "User" ADD COLUMN "ballast" text`);
  await production.query(`UPDATE "User" SET "ballast" = repeat(md5("id"::text), 30)`);
  // Stands at the validation, the second ALTER TABLE, until it is ended.
  await observer.query(`SELECT pg_advisory_lock(7); CREATE SCHEMA gate; CREATE SEQUENCE gate.passed;
    CREATE FUNCTION gate.wait() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN
      IF nextval('gate.passed') = 2 THEN PERFORM pg_advisory_xact_lock(7); END IF; END$$;
    CREATE EVENT TRIGGER gate ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION gate.wait()`);
  const waiting = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()`;
  await killDeploymentAt("prove validates", waiting, async () => {
    const running = await shop.lockstep(["repair", "--yes"]);
    expect(running.code, running.output).toBe(1);
    expect(running.stdout).toContain("may be validating it on production: wait until it ends");
  });
  await observer.query("SELECT pg_advisory_unlock(7); DROP EVENT TRIGGER gate; DROP SCHEMA gate CASCADE");
  const check = `SELECT convalidated AS valid FROM pg_constraint WHERE conname = 'lockstep_nn_User_handle'`;
  expect(await one(check)).toEqual({ valid: false });
  expect(await failedMigrations()).toEqual(["add_handle_prove"]);

  const repair = await shop.lockstep(["repair", "--yes"]);
  expect(repair.code, repair.output).toBe(0);
  expect(repair.stdout).toContain(`the check "lockstep_nn_User_handle" was dropped`);
  expect(repair.stdout).toContain("add_handle_prove is recorded as rolled back");
  expect(await one(check)).toBeUndefined();
  await production.query(`ALTER TABLE "User" DROP COLUMN "ballast"`);
  const deploy = await shop.lockstep(["deploy"]);
  expect(deploy.code, deploy.output).toBe(0);
  expect(deploy.stdout).toContain("2 migrations applied");
  const required = `SELECT attnotnull AS required FROM pg_attribute WHERE attrelid = '"User"'::regclass AND attname = 'handle'`;
  expect(await one(required)).toEqual({ required: true });
});

describe("files of a write that was interrupted", () => {
  const change = { file: "notes.md", before: undefined, after: "all of it\n" };
  test("--dry-run says so, repair finishes it", async () => {
    writeFiles(shop.root, [change], { others: [change.file] });
    const dry = await shop.lockstep(["repair", "--dry-run"]);
    expect(dry.stdout).toContain("A write was interrupted: notes.md is not written yet.");
    expect(existsSync(join(shop.root, "notes.md"))).toBe(false);
    const repair = await shop.lockstep(["repair"]);
    expect(repair.code, repair.output).toBe(0);
    expect(repair.stdout).toContain("the write was completed");
    expect(shop.read("notes.md")).toBe("all of it\n");
    expect(existsSync(join(shop.root, "lockstep/.journal.json"))).toBe(false);
  });

  test("a file that somebody changed since is not overwritten: LS3009", async () => {
    writeFiles(shop.root, [{ ...change, file: "other.md" }], { others: ["other.md"] });
    shop.write("other.md", "mine\n");
    for (const args of [
      ["repair", "--dry-run"],
      ["repair", "--yes"],
    ]) {
      const repair = await shop.lockstep(args);
      expect(repair.code).toBe(1);
      expect(repair.output).toContain("LS3009");
    }
    expect(shop.read("other.md")).toBe("mine\n");
  });
});
