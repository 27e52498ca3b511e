import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serverMajor } from "../support/newer-servers.js";
import { openSession, type Session, until } from "../support/sessions.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// `lockstep deploy` against sessions that really hold the tables. Every test builds on the one before.

let shop: ShopProject;
let production: pg.Client;
const open: Session[] = [];
/** Seconds: whole commands run meanwhile. */
const slow = 120;

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 500 });
  production = new pg.Client({ connectionString: shop.production });
  await production.connect();
  const { pathname } = new URL(shop.production);
  // Frames give up after 70 % of the statement timeout; the build of an index after the lock timeout.
  await production.query(`ALTER DATABASE "${pathname.slice(1)}" SET statement_timeout = '2s'`);
  await production.query(`ALTER DATABASE "${pathname.slice(1)}" SET lock_timeout = '1s'`);
  // Lockstep's session is idle for longer, while Prisma's command runs.
  if (serverMajor >= 14)
    await production.query(`ALTER DATABASE "${pathname.slice(1)}" SET idle_session_timeout = '500ms'`);
});
afterAll(async () => {
  await Promise.all(open.map((session) => session.end()));
  await production?.end();
  await shop?.dispose();
});

/** A session in the middle of a transaction. */
async function holding(sql: string): Promise<Session> {
  const session = await openSession(shop.production, { application_name: "report" });
  open.push(session);
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await session.query(sql);
  return session;
}

/** How long the transaction of a session has been open. */
async function secondsOpen({ pid }: Session): Promise<number> {
  const { rows } = await production.query<{ seconds: number }>(
    "SELECT extract(epoch FROM clock_timestamp() - xact_start)::float8 AS seconds FROM pg_stat_activity WHERE pid = $1",
    [pid],
  );
  return rows[0]?.seconds ?? 0;
}

/** How often each migration was rolled back, by its last word. */
async function rolledBack(): Promise<Record<string, number>> {
  const { rows } = await production.query<{ name: string; n: number }>(
    `SELECT migration_name AS name, count(rolled_back_at)::int AS n FROM _prisma_migrations GROUP BY 1 HAVING count(rolled_back_at) > 0`,
  );
  return Object.fromEntries(rows.map(({ name, n }) => [name.replace(/^\d+_/, ""), n]));
}

/** Whether Prisma's lock of a deployment is held. */
const runs = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = 72707369";

const invalidIndexes = async () =>
  (await production.query(`SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid`)).rows;

test("nothing pending: nothing to deploy, and the developer's database is not a target", async () => {
  const deploy = await shop.npx("lockstep", ["deploy", "--json"]);
  expect(deploy.code, deploy.output).toBe(0);
  expect(JSON.parse(deploy.stdout)).toMatchObject({
    schemaVersion: 1,
    targets: [{ target: "production", status: "nothing", applied: [] }],
  });
});

test("a table that is held and an old snapshot: named before, then retried until both are gone", async () => {
  const reader = await holding(`SELECT count(*) FROM "User"`);
  const snapshot = await holding(`SELECT count(*) FROM "Order"`);
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(dev.code, dev.output).toBe(0);
  await shop.commit("Add handle");

  // What is over in a moment is in nobody's way: only transactions of some seconds are named before.
  await until("the reader is old enough to be named", async () => (await secondsOpen(reader)) > 5, slow);
  const deploying = shop.lockstep(["deploy"]);
  // What it has begun has not failed: nobody shall record it as rolled back.
  let meanwhile = "";
  const isRunning = async () => {
    meanwhile = (await shop.lockstep(["status"])).stdout;
    return meanwhile.includes("is running migrations");
  };
  await until("it runs migrations", isRunning, slow);
  expect(meanwhile).not.toMatch(/ failed on production|--rolled-back/);
  // The column waits for the reader …
  await until("expand was rolled back", async () => (await rolledBack()).add_handle === 1, slow);
  await reader.end();
  // … and the index for everybody who may still see the table without it.
  await until("the build was rolled back", async () => (await rolledBack()).add_handle_create_index === 1, slow);
  expect(await invalidIndexes()).toEqual([]);
  await snapshot.end();
  const deploy = await deploying;
  expect(deploy.code, deploy.output).toBe(0);
  expect(deploy.stdout).toMatch(/✔ production {3}3 migrations applied, in \d attempts/);
  expect(deploy.stderr).toMatch(
    new RegExp(
      `production: blocked by: pid ${reader.pid} \\(\\w+, report\\) has held "User" for \\d+ s: idle in transaction, SELECT`,
    ),
  );
  expect(deploy.stderr).toContain("did not get its locks (attempt 1 of 5)");
  expect(deploy.stderr).toMatch(new RegExp(`pid ${snapshot.pid} .*a concurrent index build waits for it`));
  expect(deploy.output).not.toContain(new URL(shop.production).password || "postgres:postgres");
  expect(await invalidIndexes()).toEqual([]);
  const status = await shop.prisma(["migrate", "status"], { DATABASE_URL: shop.production });
  expect(status.code, status.output).toBe(0);
});

test("a session that never leaves: LS7021 after the attempts, and nothing is left behind", async () => {
  shop.edit("prisma/schema.prisma", (schema) =>
    schema.replace("model Order {", "model Order {\n  /// @lockstep.backfill('eu')\n  region String"),
  );
  const dev = await shop.prisma(["migrate", "dev", "--name", "region"]);
  expect(dev.code, dev.output).toBe(0);
  const reader = await holding(`SELECT count(*) FROM "Order"`);
  const deploy = await shop.lockstep(["deploy", "--attempts", "1", "--json"]);
  expect(deploy.code, deploy.output).toBe(3);
  expect(JSON.parse(deploy.stdout)).toMatchObject({
    targets: [{ status: "failed", error: { code: "LS7021", message: expect.stringContaining(`pid ${reader.pid}`) } }],
    next: "npx lockstep deploy --target production   # when they have ended",
  });
  expect((await rolledBack()).region).toBe(1);
  await reader.end();
  const stock = await shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production });
  expect(stock.code, stock.output).toBe(0);
});

test("a change that passes as it stands waits no longer than a frame would, and runs again", async () => {
  const { pathname } = new URL(shop.production);
  await production.query(`ALTER DATABASE "${pathname.slice(1)}" RESET ALL`);
  shop.edit("prisma/schema.prisma", (schema) => schema.replace("model Order {", "model Order {\n  note String?"));
  const dev = await shop.prisma(["migrate", "dev", "--name", "note"]);
  expect(dev.code, dev.output).toBe(0);
  const reader = await holding(`SELECT count(*) FROM "Order"`);
  const deploying = shop.lockstep(["deploy"]);
  await until("it gave up once", async () => (await rolledBack()).note === 1, slow);
  await reader.end();
  const deploy = await deploying;
  expect(deploy.code, deploy.output).toBe(0);
  expect(deploy.stderr).toMatch(/_note did not get its locks \(attempt 1 of 5\)/);
  expect(deploy.stderr).toMatch(new RegExp(`blocked by: pid ${reader.pid} \\(\\w+, report\\) has held "Order"`));
  expect(deploy.stdout).toMatch(/✔ production {3}1 migration applied, in \d attempts/);
});

test("a statement of the user's own for which writes to a large table wait: nothing is applied until somebody accepts it", async () => {
  await production.query(
    `INSERT INTO "Order" ("userId", "totalCents") SELECT (SELECT min(id) FROM "User"), n FROM generate_series(1, 12000) n`,
  );
  await production.query(`ANALYZE "Order"`);
  const file = "prisma/migrations/20980101000000_by_total/migration.sql";
  mkdirSync(join(shop.root, dirname(file)));
  shop.write(file, `CREATE INDEX "Order_totalCents_idx" ON "Order" ("totalCents");\n`);
  const stopped = await shop.lockstep(["deploy"]);
  expect(stopped.code, stopped.output).toBe(1);
  expect(stopped.stdout).toContain("nothing was applied: the application would wait for 1 statement");
  expect(stopped.stdout).toMatch(new RegExp(`✖ ${file}:1 CREATE INDEX .*"Order" has about 1\\d[\\d ,]+ rows`));
  const accepted = await shop.lockstep(["deploy", "--confirm", "waits-accepted"]);
  expect(accepted.code, accepted.output).toBe(0);
  expect(accepted.stderr).toContain("(accepted)");
});

test("a session that ends while Prisma's command runs, as a proxy may end it: the deployment is done", async () => {
  const name = "20980101000000_ends_sessions";
  mkdirSync(join(shop.root, "prisma/migrations", name));
  shop.write(
    `prisma/migrations/${name}/migration.sql`,
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lockstep deploy';\n",
  );
  const deploy = await shop.lockstep(["deploy"]);
  expect(deploy.code, deploy.output).toBe(0);
  expect(deploy.stdout).toContain("✔ production   1 migration applied");
});

test("what locks did not cause is not tried again; the next run says whose decision it is", async () => {
  const name = "20990101000000_by_hand";
  mkdirSync(join(shop.root, "prisma/migrations", name));
  shop.write(
    `prisma/migrations/${name}/migration.sql`,
    `CREATE TABLE "Half" (a int);\nSELECT pg_sleep(2);\nALTER TABLE "Nowhere" ADD COLUMN a int;\n`,
  );
  const deploying = shop.lockstep(["deploy"]);
  // PostgreSQL may notice late that the run has ended: its lock is kept for a while.
  const late = await openSession(shop.production);
  open.push(late);
  await until("it runs", async () => (await production.query(runs)).rows.length > 0, slow);
  await late.query("SELECT pg_advisory_lock(72707369)");
  await late.query("SELECT pg_sleep(0.7)");
  await late.end();
  const first = await deploying;
  expect(first.code, first.output).toBe(3);
  expect(first.stdout).toContain(`LS7020 ${name} failed on production.`);
  expect(
    first.stderr.match(new RegExp(`^! production: ${name} may wait for locks as long as the server allows`, "gm")),
  ).toHaveLength(1);
  expect(first.stdout).toContain(`relation "Nowhere" does not exist`);
  expect((first.output.match(/migrations? found in/g) ?? []).length).toBe(1);
  const second = await shop.lockstep(["deploy"]);
  expect(second.code, second.output).toBe(3);
  expect(second.stdout).toContain("LS7022");
  expect(second.stdout).toContain(`npx prisma migrate resolve --rolled-back ${name}`);
});

test("while another deployment runs: LS7023 names it", async () => {
  const other = await openSession(shop.production);
  open.push(other);
  await other.query("SELECT pg_advisory_lock(72707369)");
  const deploy = await shop.lockstep(["deploy"]);
  expect(deploy.code, deploy.output).toBe(3);
  expect(deploy.stdout).toContain("LS7023");
  expect(deploy.stdout).toContain(`pid ${other.pid}`);
});
