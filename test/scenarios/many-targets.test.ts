import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { integrityOf } from "../../core/src/cli/evidence-integrity.js";
import { createTenantShop, type TenantShop, tenants } from "../support/tenant-shop.js";

// One schema a tenant. Every test is a step and builds on the one before.

let shop: TenantShop;
beforeAll(async () => {
  shop = await createTenantShop();
}, 180_000);
afterAll(() => shop?.dispose());

test("every tenant is a target: nothing is deployed yet", async () => {
  const status = await shop.lockstep(["status"]);
  expect(status.code, status.output).toBe(0);
  expect(status.stdout).toMatch(
    /▶ +tenants \(9\) +expand +9 open: tenant_1, tenant_2, tenant_3, tenant_4, tenant_5 and 4 more/,
  );
  expect(JSON.parse((await shop.lockstep(["status", "--json"])).stdout).plans[0].targets).toHaveLength(9);
});

test("doctor asks each of them, and of a group that it cannot list it says so", async () => {
  const asked = JSON.parse((await shop.lockstep(["doctor", "--json"])).stdout);
  expect(asked.targets.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(tenants.map((tenant) => `tenants/${tenant}`)),
  );
  const url = new URL(shop.production);
  url.pathname = "/nowhere";
  const unlisted = await shop.lockstep(["doctor"], { PRODUCTION_DATABASE_URL: url.href });
  expect(unlisted.code, unlisted.output).not.toBe(0);
  expect(unlisted.output).toMatch(/tenants\n.*nowhere/s);
});

test("it is deployed to one of them, then to all but one", async () => {
  const first = await shop.lockstep(["deploy", "--target", "tenants/tenant_2"]);
  expect(first.code, first.output).toBe(0);
  for (const tenant of tenants) if (!["tenant_2", "tenant_9"].includes(tenant)) await shop.deployTo(tenant);
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
  await shop.deployTo("tenant_9");
  const wrong = await shop.lockstep(["backfill", "run", "--part", "2/2"]);
  expect(wrong.output).toContain("LS8002 --part 2/2");
  const parts = await Promise.all(["0/2", "1/2"].map((part) => shop.lockstep(["backfill", "run", "--part", part])));
  for (const { code, output } of parts) expect(code, output).toBe(0);
  expect(await shop.filled()).toEqual(shop.rows());
  const next = await shop.lockstep(["next", "--dry-run"]);
  expect(next.code, next.output).toBe(0);
  expect(next.output).toMatch(/— 9 of tenants: tenant_1, tenant_2, tenant_3 and 6 more/);
});

test("what verify writes has the word of each, and next needs no connection to any", async () => {
  const written = await shop.lockstep(["verify"]);
  expect(written.code, written.output).toBe(0);
  expect(written.stdout).toMatch(/the gate to switch on tenants, saved in evidence\.json/);
  expect(written.stdout).toMatch(/✔ .* — 9 of tenants: tenant_1, tenant_2, tenant_3 and 6 more/);
  const unreachable = { PRODUCTION_DATABASE_URL: "" };
  const next = await shop.lockstep(["next", "--evidence", "evidence.json", "--dry-run"], unreachable);
  expect(next.code, next.output).toBe(0);
  expect(next.output).toMatch(/✔ .* — 9 of tenants: tenant_1, tenant_2, tenant_3 and 6 more/);
  const { integrity, ...evidence } = JSON.parse(shop.read("evidence.json"));
  const [first, ...others] = evidence.answers;
  const change = async (answers: readonly object[]) => {
    const document = { ...evidence, answers };
    shop.write("changed.json", JSON.stringify({ ...document, integrity: integrityOf(document, undefined) }));
    return shop.lockstep(["next", "--evidence", "changed.json", "--dry-run"], unreachable);
  };
  const closed = await change([{ ...first, isOpen: false }, ...others]);
  expect(closed.code, closed.output).toBe(1);
  expect(closed.output).toMatch(/✖ .*tenants\/tenant_1/);
  const lacking = await change(others);
  expect(lacking.output).toContain("does not cover all gates");
});

test("what it writes of one of them counts for that one", async () => {
  const written = await shop.lockstep(["verify", "--target", "tenants/tenant_1", "--out", "one.json"]);
  expect(written.code, written.output).toBe(0);
  const [, typed] = /Next +.*npx lockstep (next .*?) {3}# on this commit/m.exec(written.stdout) ?? [];
  expect(typed).toMatch(/ --target tenants\/tenant_1 --evidence one\.json\b/);
  const next = await shop.lockstep([...typed!.split(" "), "--dry-run"], { PRODUCTION_DATABASE_URL: "" });
  expect(next.code, next.output).toBe(0);
});

test("a row that is refused is named with its tenant: all of them are of one database", async () => {
  const db = new pg.Client({ connectionString: `${shop.production}?options=-csearch_path%3Dtenant_2` });
  await db.connect();
  await db.query(`ALTER TABLE "User" DISABLE TRIGGER USER;
    INSERT INTO "User" (email, name, "updatedAt") VALUES ('ROOT@example.com', 'Root', now());
    ALTER TABLE "User" ENABLE TRIGGER USER, ADD CHECK (handle NOT LIKE 'root%')`);
  await db.end();
  const run = await shop.lockstep(["backfill", "run"]);
  expect(run.code, run.output).toBe(1);
  expect(run.output).toContain("✔ tenants: 8 backfills done, 0 rows filled");
  expect(run.output).toMatch(/LS5006 tenants\/tenant_2: "User" row id=\d+ on /);
});
