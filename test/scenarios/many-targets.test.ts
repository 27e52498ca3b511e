import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addField, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// One schema a tenant. Every test is a step and builds on the one before.

const tenants = Array.from({ length: 9 }, (_, at) => `tenant_${at + 1}`);
const rowsOf = (tenant: string) => 100 * Number(tenant.slice("tenant_".length));
let shop: ShopProject;
let db: pg.Client;
/** As Prisma does it with `?schema=`. */
const deploy = (tenant: string) => shop.deploy(`${shop.production}?options=-csearch_path%3D${tenant}`);
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 20, production: 0 });
  db = new pg.Client({ connectionString: shop.production });
  await db.connect();
  for (const tenant of tenants) {
    await db.query(`CREATE SCHEMA ${tenant}`);
    await deploy(tenant);
    await db.query(
      `INSERT INTO ${tenant}."User" ("email", "name", "updatedAt")
       SELECT 'User.' || n || '@Example.com', 'User ' || n, now() FROM generate_series(1, $1::int) n`,
      [rowsOf(tenant)],
    );
    await db.query(`ANALYZE ${tenant}."User"`);
  }
  shop.edit("lockstep.config.ts", (text) =>
    text.replace(
      'production: { urlFrom: "PRODUCTION_DATABASE_URL"',
      'tenants: { urlFrom: "PRODUCTION_DATABASE_URL", eachSchema: "tenant_%"',
    ),
  );
  shop.edit("prisma/schema.prisma", (schema) =>
    addField(schema, "User", ["/// @lockstep.backfill(lower(email))", "handle String"]),
  );
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(dev.code, dev.output).toBe(0);
}, 180_000);
afterAll(async () => {
  await db?.end();
  await shop?.dispose();
});

test("every tenant is a target: nothing is deployed yet", async () => {
  const status = await shop.lockstep(["status"]);
  expect(status.code, status.output).toBe(0);
  expect(status.stdout).toMatch(
    /▶ +tenants \(9\) +expand +9 open: tenant_1, tenant_2, tenant_3, tenant_4, tenant_5 and 4 more/,
  );
  expect(JSON.parse((await shop.lockstep(["status", "--json"])).stdout).plans[0].targets).toHaveLength(9);
});

test("it is deployed to one of them, then to all but one", async () => {
  const first = await shop.lockstep(["deploy", "--target", "tenants/tenant_2"]);
  expect(first.code, first.output).toBe(0);
  for (const tenant of tenants) if (!["tenant_2", "tenant_9"].includes(tenant)) await deploy(tenant);
  expect((await shop.lockstep(["status"])).stdout).toMatch(/tenants \(9\) +expand +8 done; 1 open: tenant_9/);
});

test("the one that is behind keeps no other from being filled, and the gate closed", async () => {
  const run = await shop.lockstep(["backfill", "run"]);
  expect(run.code, run.output).not.toBe(0);
  expect(run.output).toMatch(/LS5001 tenants\/tenant_9: /);
  expect(run.output).toContain("✔ tenants: 8 backfills done, 3 600 rows filled");
  const next = await shop.lockstep(["next"]);
  expect(next.code, next.output).toBe(1);
  expect(next.output).toMatch(/✔ .* — 8 of tenants: tenant_1, tenant_2, tenant_3 and 5 more/);
  expect(next.output).toMatch(/✖ .*tenant_9/);
  const shown = await shop.lockstep(["backfill", "status"]);
  expect(shown.stdout).toMatch(
    /tenants \(9\) {2}8 done, 1 not begun\n {2}3 600 of about 3 600 rows on the 8 that have begun/,
  );
});

test("two processes have a part each; then the gate opens", async () => {
  await deploy("tenant_9");
  const wrong = await shop.lockstep(["backfill", "run", "--part", "2/2"]);
  expect(wrong.output).toContain("LS8002 --part 2/2");
  const parts = await Promise.all(["0/2", "1/2"].map((part) => shop.lockstep(["backfill", "run", "--part", part])));
  for (const { code, output } of parts) expect(code, output).toBe(0);
  for (const tenant of tenants) {
    const { rows } = await db.query(`SELECT count(*)::int AS count FROM ${tenant}."User" WHERE handle = lower(email)`);
    expect([tenant, rows[0]?.count]).toEqual([tenant, rowsOf(tenant)]);
  }
  const next = await shop.lockstep(["next", "--dry-run"]);
  expect(next.code, next.output).toBe(0);
  expect(next.output).toMatch(/— 9 of tenants: tenant_1, tenant_2, tenant_3 and 6 more/);
});
