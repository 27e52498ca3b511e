import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSession, type Session, until } from "../support/sessions.js";
import { createTenantShop, type TenantShop, tenants } from "../support/tenant-shop.js";

// One run watches every tenant: what is wrong with one of them is found, named with it, and ends the watch on all.

let shop: TenantShop;
let db: pg.Client;
let endpoint: Server;
let requests = 0;
const sessions: Session[] = [];

beforeAll(async () => {
  endpoint = createServer((_, response) => {
    requests++;
    response.end();
  });
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
  shop = await createTenantShop();
  shop.edit("lockstep.config.ts", (config) =>
    config.replace(
      "defineConfig({",
      `defineConfig({
  gates: { readsSteady: { http: { urlFrom: "CHECK_URL" } } },
  watch: { every: "1s", baseline: 3, onAnomaly: "env | grep ^LOCKSTEP_ | grep -v ^LOCKSTEP_TEST | sort > anomaly.txt" },`,
    ),
  );
  for (const tenant of tenants) await shop.deployTo(tenant);
  db = new pg.Client({ connectionString: shop.production });
  await db.connect();
}, 180_000);
afterAll(async () => {
  for (const session of sessions) await session.end();
  endpoint?.close();
  await db?.end();
  await shop?.dispose();
});

const rowsDone = async (tenant: string) =>
  (
    await db.query<{ rows: string }>(
      `SELECT rows_done AS rows FROM lockstep.backfills WHERE table_oid = '${tenant}."User"'::regclass`,
    )
  ).rows[0]?.rows;

/** Watches, and does something once each of so many targets has been looked at often enough to be compared. */
async function watch(targets: number, act: () => Promise<unknown>, ...args: string[]) {
  const CHECK_URL = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/up`;
  requests = 0;
  const watching = shop.lockstep(["watch", "--json", ...args], { CHECK_URL });
  await until("the baselines are taken", async () => requests >= targets * 5);
  await act();
  return watching;
}

/** A session that has locked a row of a tenant, and one that wants to write it. */
async function block(tenant: string, id: number) {
  const [holder, waiter] = [await openTenant(tenant), await openTenant(tenant)];
  await holder.query(`BEGIN; SELECT FROM "User" WHERE id = ${id} FOR UPDATE`);
  const waiting = waiter.query(`UPDATE "User" SET name = 'secret' WHERE id = ${id}`).catch(() => undefined);
  return async () => {
    await holder.end();
    await waiting;
  };
}

const lockstep = async (...args: string[]) => {
  const said = await shop.lockstep(args);
  expect(said.code, said.output).toBe(0);
  return said;
};

async function openTenant(tenant: string): Promise<Session> {
  const session = await openSession(shop.production, { search_path: tenant, application_name: `shop of ${tenant}` });
  sessions.push(session);
  return session;
}

test("an anomaly on one of them is named with it, and its backfill is paused, as those of the others that are at work", async () => {
  const slowly = ["--max-rows-per-second", "2"];
  const filling = ["tenant_3", "tenant_5"].map((tenant) =>
    shop.lockstep(["backfill", "run", "--target", `tenants/${tenant}`, ...slowly]),
  );
  await until("both backfills have begun", async () => {
    const { rows } = await db.query(`SELECT to_regclass('lockstep.backfills') IS NOT NULL AS has`);
    if (!rows[0].has) return false;
    return (await db.query("SELECT FROM lockstep.backfills WHERE rows_done > 0")).rowCount === 2;
  });
  let release: (() => Promise<unknown>) | undefined;
  // Far from where its backfill is.
  const lock = async () => {
    release = await block("tenant_3", 300);
  };
  const said = await watch(tenants.length, lock, "--for", "60s");
  await release?.();
  expect(said.code, said.output).toBe(5);
  const found = JSON.parse(said.stdout);
  expect(found.targets.map(({ target }: { target: string }) => target).sort()).toEqual(
    tenants.map((tenant) => `tenants/${tenant}`),
  );
  expect(found.anomalies).toMatchObject([
    {
      target: "tenants/tenant_3",
      measure: "lock-wait",
      detail: expect.stringMatching(
        /^‘UPDATE "User" set name = \? WHERE id = \?’ has waited for .*, shop of tenant_3, idle in tr/,
      ),
    },
  ]);
  expect(said.output).not.toContain("secret");
  expect(found.paused).toEqual(
    expect.arrayContaining([
      { target: "tenants/tenant_3", table: "User", isPaused: true },
      { target: "tenants/tenant_5", table: "User", isPaused: true },
    ]),
  );
  expect(found.paused).toHaveLength(2);
  const facts = readFileSync(join(shop.root, "anomaly.txt"), "utf8");
  expect(facts).toContain("LOCKSTEP_TARGET=tenants/tenant_3\n");
  const shown = JSON.parse((await lockstep("backfill", "status", "--json")).stdout);
  const paused = shown.backfills.filter(({ state }: { state: string }) => state === "paused");
  expect(paused, JSON.stringify(shown.backfills, null, 1)).toHaveLength(2);
  for (const { record } of paused) expect(record.control.paused.why).toContain("waits for a lock");
  await lockstep("backfill", "set", "--max-rows-per-second", "100000");
  await lockstep("backfill", "resume");
  for (const run of filling) expect((await run).code).toBe(0);
  expect(Number(await rowsDone("tenant_3"))).toBe(300);
});

test("one of them alone: what happens to another is none of its affairs", async () => {
  let release: (() => Promise<unknown>) | undefined;
  const lock = async () => {
    release = await block("tenant_2", 7);
  };
  const said = await watch(1, lock, "--target", "tenants/tenant_1", "--for", "10s");
  await release?.();
  expect(said.code, said.output).toBe(0);
  expect(JSON.parse(said.stdout)).toMatchObject({ anomalies: [], targets: [{ target: "tenants/tenant_1" }] });
});
