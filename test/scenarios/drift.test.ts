import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import driftCommand from "../../core/src/cli/commands/drift.js";
import { openWorkspace } from "../../core/src/cli/workspace.js";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { markApplied } from "../support/deploy-migrations.js";
import { personIo } from "../support/person-io.js";
import { until } from "../support/sessions.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// A plan goes through its phases, and in each of them production is looked at as a user types it. Every test builds on the one before.

let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 20, production: 200 });
});
afterAll(() => shop?.dispose());

const planId = () => readdirSync(join(shop.root, "lockstep")).find((name) => name.endsWith("_add_handle")) ?? "";
const secret = () => new URL(shop.production);

async function onProduction(...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: shop.production });
  await client.connect();
  try {
    for (const sql of statements) await client.query(sql);
  } finally {
    await client.end();
  }
}

async function drift() {
  const { code, stdout, output } = await shop.lockstep(["drift", "--target", "production", "--json"]);
  expect(output).not.toContain(secret().href);
  const { targets } = JSON.parse(stdout);
  return { code, ...targets[0] };
}

test("a target that nobody has touched has none", async () => {
  const done = await shop.lockstep(["drift"]);
  expect(done.output).toContain("production matches its migrations");
  expect(done.code, done.output).toBe(0);
});

test("what was done by hand is named, and the exit code says so", async () => {
  await onProduction(
    `ALTER TABLE "User" ADD COLUMN "nick" text`,
    `ALTER TABLE "User" ALTER COLUMN "name" TYPE varchar(80)`,
    `CREATE TABLE "Note" (id serial PRIMARY KEY)`,
  );
  const done = await shop.lockstep(["drift"]);
  expect(done.output).toContain(`+ column "nick" only on the target: text`);
  expect(done.output).toContain(`~ column "name": type: target character varying(80), migrations text`);
  expect(done.output).toContain(`+ table "Note" only on the target`);
  expect(done.output).toContain("production differs from its migrations: 3 differences");
  expect(done.code).toBe(1);
  await onProduction(
    `ALTER TABLE "User" DROP COLUMN "nick"`,
    `ALTER TABLE "User" ALTER COLUMN "name" TYPE text`,
    `DROP TABLE "Note"`,
  );
  expect((await drift()).code).toBe(0);
});

test("a plan half-way is no drift in any phase", async () => {
  addHandle(shop);
  const made = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(made.code, made.output).toBe(0);
  const waiting = await drift();
  expect(waiting).toMatchObject({ code: 0, differences: [] });
  expect(waiting.notApplied.length).toBeGreaterThan(0);
  await shop.deploy(shop.production);
  expect(await drift()).toMatchObject({ code: 0, differences: [], notApplied: [] });
});

test("what differs on a table of the open plan is marked, and what a run left is explained", async () => {
  await onProduction(
    `CREATE TABLE "Note" (id serial PRIMARY KEY)`,
    `ALTER TABLE "User" DISABLE TRIGGER "zz_lockstep_fill_User_handle"`,
  );
  const done = await drift();
  expect(done.differences).toMatchObject([
    { kind: "trigger", table: "User", plans: [planId()], reason: { kind: "broken", plan: planId() } },
    { kind: "table", name: "Note", plans: [] },
  ]);
  expect((await shop.lockstep(["repair", "--target", "production", "--yes"])).code).toBe(0);
  await onProduction(`DROP TABLE "Note"`);
  expect(await drift()).toMatchObject({ code: 0, differences: [] });
});

test("and so to its end", async () => {
  const ok = async (...args: string[]) => {
    const done = await shop.lockstep(args);
    expect(done.code, done.output).toBe(0);
  };
  await shop.deploy(shop.development);
  await ok("backfill", "run", "--target", "production");
  expect(await drift()).toMatchObject({ code: 0, differences: [] });
  for (const [phase, ...confirmed] of [["switch"], ["contract", "--confirm", "writers-aware", "reads-steady"]]) {
    await shop.commit(`Before ${phase}`);
    await ok("next", ...confirmed);
    expect(await drift(), phase).toMatchObject({ code: 0, differences: [] });
    await shop.deploy(shop.production);
    expect(await drift(), phase).toMatchObject({ code: 0, differences: [], notApplied: [] });
  }
});

test("a deployment that meets what somebody made by hand names the command", async () => {
  shop.edit("prisma/schema.prisma", (text) => `${text}\nmodel Note {\n  id Int @id @default(autoincrement())\n}\n`);
  const made = await shop.prisma(["migrate", "dev", "--name", "add_note"]);
  expect(made.code, made.output).toBe(0);
  await onProduction(`CREATE TABLE "Note" (id serial PRIMARY KEY, text text)`);
  const deployed = await shop.lockstep(["deploy", "--target", "production"]);
  expect(deployed.code).toBe(3);
  expect(deployed.output).toContain(
    "To see whether production was changed outside the migrations: npx lockstep drift --target production",
  );
  const found = await drift();
  expect(found).toMatchObject({ code: 1, differences: [{ kind: "table", label: "Note" }], notApplied: [] });
  expect(found.failed).toEqual([expect.stringMatching(/_add_note$/)]);
});

test("Ctrl-C ends it while a long history runs, and leaves no database behind", async () => {
  const name = "20991231000000_long";
  mkdirSync(join(shop.root, "prisma/migrations", name));
  shop.write(`prisma/migrations/${name}/migration.sql`, "SELECT pg_sleep(600);\n");
  await onProduction(`DELETE FROM _prisma_migrations WHERE finished_at IS NULL`);
  await markApplied(shop.production, join(shop.root, "prisma/migrations"), [name]);
  const server = process.env.LOCKSTEP_TEST_PG ?? "";
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  const stages = async () =>
    (
      await client.query<{ query: string | null }>(
        `SELECT query FROM pg_database LEFT JOIN pg_stat_activity USING (datname) WHERE datname LIKE $1`,
        [`lockstep_stage_${process.pid}_%`],
      )
    ).rows;
  const interrupt = new AbortController();
  const { io } = personIo(
    { signal: interrupt.signal },
    { env: { ...process.env, PRODUCTION_DATABASE_URL: shop.production }, cwd: shop.root },
  );
  try {
    const looking = driftCommand.run({
      name: driftCommand.name,
      arguments: [],
      options: { target: "production", stageUrl: server },
      io,
      plugins: [prismaPlugin],
      cwd: shop.root,
      workspace: () => openWorkspace([prismaPlugin], shop.root, io),
    });
    const ended = expect(looking).rejects.toMatchObject({ code: "LS6707", exitCode: 130 });
    await until("the history runs", async () => (await stages()).some(({ query }) => query?.includes("pg_sleep")));
    interrupt.abort();
    await ended;
    expect(await stages()).toEqual([]);
  } finally {
    await client.end();
  }
});
