import { lockstepBackfill } from "@lockstep/core/graphile-worker";
import { type Runner, run, runMigrations, runOnce } from "graphile-worker";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { createTenantShop, type TenantShop, tenants } from "../support/tenant-shop.js";

// The queue is a real one, its worker graphile-worker's own. Every test is a step and builds on the one before.

let shop: TenantShop;
let queue: TestDatabase;
let db: pg.Client;
let plan: string;
let runner: Runner | undefined;

beforeAll(async () => {
  shop = await createTenantShop();
  queue = await createDatabase("queue");
  db = new pg.Client({ connectionString: queue.url });
  await db.connect();
  for (const tenant of tenants.slice(0, 7)) await shop.deployTo(tenant);
  // So that a job can be stopped before its end.
  shop.edit("lockstep.config.ts", (text) =>
    text.replace("targets:", "backfill: { batchRows: 20, pauseMs: 50 },\n  targets:"),
  );
  // As it is set for the process of a worker.
  process.env.PRODUCTION_DATABASE_URL = shop.production;
  plan = JSON.parse((await shop.lockstep(["status", "--json"])).stdout).plans[0].plan;
}, 180_000);
afterAll(async () => {
  await runner?.stop();
  await db?.end();
  await queue?.drop();
  await shop?.dispose();
});

const enqueue = (...args: string[]) =>
  shop.lockstep(["backfill", "enqueue", "--queue-url-from", "QUEUE_DATABASE_URL", ...args], {
    QUEUE_DATABASE_URL: queue.url,
  });
const jobs = async () =>
  (
    await db.query<{ key: string; attempts: number; failed: string | null; isRunning: boolean }>(
      `SELECT key, attempts, last_error AS failed, locked_at IS NOT NULL AS "isRunning" FROM graphile_worker.jobs ORDER BY key`,
    )
  ).rows;
const keyOf = (tenant: string, at = 1) => `lockstep:${plan}:tenants/${tenant}:${at}`;
const task = () => lockstepBackfill({ cwd: shop.root });
const settings = () => ({
  connectionString: queue.url,
  taskList: { "lockstep-backfill": task() },
  noHandleSignals: true,
  pollInterval: 200,
});

test("a database without the queue is named, and so is a variable that is not set", async () => {
  expect((await enqueue()).output).toMatch(
    /^LS8019 .* has no job queue of graphile-worker \(schema graphile_worker\)/m,
  );
  const { output } = await shop.lockstep(["backfill", "enqueue", "--queue-url-from", "NO_SUCH_URL"]);
  expect(output).toContain("LS8003 The queue's URL comes from NO_SUCH_URL, which is not set.");
  await runMigrations({ connectionString: queue.url });
});

test("a job fails with what the command says, and is tried so often as was asked for", async () => {
  const added = await enqueue("--target", "tenants/tenant_9", "--max-attempts", "1");
  expect(added.output).toContain("✔ 1 job added");
  await runOnce(settings());
  const [job] = await jobs();
  expect(job).toMatchObject({ key: keyOf("tenant_9"), attempts: 1 });
  expect(job?.failed).toMatch(/^LS5001 /);
});

test("there is a job for each target, once; one that had failed for good is tried again", async () => {
  const first = await enqueue("--max-attempts", "25");
  expect(first.output).toContain("✔ 8 jobs added, 1 failed job queued again");
  const second = await enqueue("--json");
  expect(JSON.parse(second.stdout)).toMatchObject({
    plan,
    jobs: tenants.map((tenant) => ({ key: keyOf(tenant), target: `tenants/${tenant}`, state: "waiting" })),
  });
  expect((await enqueue()).output).toContain("✔ 0 jobs added, 9 already queued");
  expect((await jobs()).map(({ key }) => key)).toEqual(tenants.map((tenant) => keyOf(tenant)));
});

test("a job that is stopped ends after its batch", async () => {
  const abort = new AbortController();
  const stopped = expect(task()({ plan, target: "tenants/tenant_7" }, { abortSignal: abort.signal })).rejects.toThrow(
    /^LS5002 Stopped on tenants\/tenant_7/,
  );
  await vi.waitUntil(async () => (await filledOf("tenant_7")) > 0, { timeout: 30_000 });
  abort.abort();
  await stopped;
  expect(await filledOf("tenant_7")).toBeLessThan(shop.rows().tenant_7!);
});

test("a worker fills them, three at a time; what fails is tried again", async () => {
  await shop.deployTo("tenant_9");
  runner = await run({ ...settings(), concurrency: 3 });
  // tenant_8 is behind: its job alone is left, and has failed.
  await vi.waitUntil(
    async () => {
      const left = await jobs();
      return left.length === 1 && left[0]!.failed !== null && !left[0]!.isRunning;
    },
    { timeout: 60_000, interval: 200 },
  );
  expect((await jobs())[0]).toMatchObject({ key: keyOf("tenant_8") });
  await shop.deployTo("tenant_8");
  await db.query("SELECT graphile_worker.reschedule_jobs(array_agg(id), run_at => now()) FROM graphile_worker.jobs");
  await vi.waitUntil(async () => (await jobs()).length === 0, { timeout: 60_000, interval: 200 });
  expect(await shop.filled()).toEqual(shop.rows());
}, 150_000);

test("several jobs share one target", async () => {
  await runner?.stop();
  runner = undefined;
  const added = await enqueue("--target", "tenants/tenant_1", "--jobs-each", "2", "--queue-name", "lockstep");
  expect(added.output).toContain("✔ 2 jobs added");
  expect((await jobs()).map(({ key }) => key)).toEqual([keyOf("tenant_1"), keyOf("tenant_1", 2)]);
});

test.each([undefined, {}, { plan: "--help", target: "tenants" }])("a payload %j is none of ours", async (payload) => {
  await expect(task()(payload, {})).rejects.toMatchObject({ code: "LS8016" });
});

async function filledOf(tenant: string): Promise<number> {
  return (await shop.filled([tenant]))[tenant]!;
}
