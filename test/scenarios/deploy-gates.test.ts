import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { addHandle, createShop, type ShopProject, seedUsers, setUp } from "../support/shop-project.js";

// Several targets, each as far as it is: the gates of a pending contract are asked on the target that gets it.

let shop: ShopProject;
let env: Record<string, string>;
let plan: string;
const targets = ["staging", "empty", "behind", "far-behind", "late"] as const;
const databases = new Map<string, TestDatabase>();
const url = (target: string) => databases.get(target)?.url ?? "";
const lockstep = (...args: string[]) => shop.lockstep(args, env);

async function query<T>(target: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: target === "production" ? shop.production : url(target) });
  await client.connect();
  try {
    return (await client.query(sql)).rows as T[];
  } finally {
    await client.end();
  }
}

const isRequired = async (target: string) =>
  (
    await query<{ required: boolean }>(
      target,
      `SELECT attnotnull AS required FROM pg_attribute WHERE attrelid = to_regclass('"User"') AND attname = 'handle'`,
    )
  )[0]?.required;

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 300 });
  for (const name of targets) databases.set(name, await createDatabase(`shop_${name}`));
  env = Object.fromEntries(targets.map((name) => [`${name.toUpperCase().replace("-", "_")}_URL`, url(name)]));
  const lines = targets.map((name) => `    "${name}": { urlFrom: "${name.toUpperCase().replace("-", "_")}_URL" },`);
  shop.edit("lockstep.config.ts", (text) => text.replace(/^ +production: .*$/m, (line) => [line, ...lines].join("\n")));
  for (const name of ["staging", "behind", "far-behind", "late"]) {
    await shop.deploy(url(name));
    await seedUsers(url(name), name === "far-behind" ? 12_000 : 100);
  }
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  if (dev.code !== 0) throw new Error(dev.output);
  await shop.commit("Add handle");
});
afterAll(async () => {
  await shop?.dispose();
  await Promise.all([...databases.values()].map((database) => database.drop()));
});

test("targets in the order given; one that cannot be reached stops those after it", async () => {
  const deploy = await shop.lockstep(["deploy", "--json", "--target", "production", "staging", "empty"], {
    ...env,
    STAGING_URL: "postgresql://app:s3cret@127.0.0.1:1/none",
  });
  expect(deploy.code, deploy.output).toBe(3);
  expect(JSON.parse(deploy.stdout)).toMatchObject({
    targets: [
      {
        target: "production",
        status: "done",
        attempts: 1,
        applied: [/_add_handle$/, /create_index$/, /assert_index$/].map((end) => expect.stringMatching(end)),
      },
      { target: "staging", status: "failed", error: { code: "LS8004" } },
    ],
    skipped: ["empty"],
  });
  expect(deploy.output).not.toContain("s3cret");
});

test("contract is released on the word of production alone", async () => {
  expect((await lockstep("deploy", "--target", "staging", "late")).code).toBe(0);
  for (const args of [
    ["backfill", "run", "--target", "production"],
    ["next", "--target", "production"],
    ["next", "--target", "production", "--confirm", "writers-aware", "reads-steady"],
  ]) {
    const done = await lockstep(...args);
    expect(done.code, `${args.join(" ")}\n${done.output}`).toBe(0);
    plan = /\d{14}_add_handle/.exec(done.output)?.[0] ?? plan;
    await shop.commit(args.join(" "));
  }
  const deploy = await lockstep("deploy", "--target", "production");
  expect(deploy.code, deploy.output).toBe(0);
  expect(await isRequired("production")).toBe(true);
});

describe("a target with expand applied", () => {
  test("rows without a value: closed, nothing is applied, the command that helps", async () => {
    const deploy = await lockstep("deploy", "--target", "staging");
    expect(deploy.code, deploy.output).toBe(1);
    expect(deploy.stdout).toContain(`nothing was applied: a gate of a pending migration is closed`);
    expect(deploy.stdout).toContain(`100 rows of "User"."handle" on staging lack a value`);
    expect(deploy.stdout).toContain("applies all pending migrations or none, so 2 migrations wait");
    expect(deploy.stdout).toContain(`Next   Run: npx lockstep backfill run ${plan}`);
    expect(await query("staging", "SELECT FROM _prisma_migrations WHERE finished_at IS NULL")).toEqual([]);
    expect(await isRequired("staging")).toBe(false);
  });

  test("filled, but nobody has confirmed: closed, then confirmed for this target", async () => {
    expect((await lockstep("backfill", "run", plan, "--target", "staging")).code).toBe(0);
    const closed = await lockstep("deploy", "--target", "staging");
    expect(closed.code, closed.output).toBe(1);
    expect(closed.stdout).toContain(
      "npx lockstep deploy --target staging --confirm writers-aware --confirm reads-steady",
    );
    const deploy = await lockstep("deploy", "--target", "staging", "--confirm", "writers-aware", "reads-steady");
    expect(deploy.code, deploy.output).toBe(0);
    expect(await isRequired("staging")).toBe(true);
  });
});

describe("expand and contract in one deployment", () => {
  test("an empty database: open", async () => {
    const deploy = await lockstep("deploy", "--target", "empty");
    expect(deploy.code, deploy.output).toBe(0);
    expect(deploy.stderr).toContain(`✔ "User" on empty has no rows`);
    expect(await isRequired("empty")).toBe(true);
  });

  test("a database that skipped releases: the migration fills its rows", async () => {
    const deploy = await lockstep("deploy", "--target", "behind");
    expect(deploy.code, deploy.output).toBe(0);
    expect(deploy.stderr).toContain("behind skipped releases");
    expect(await isRequired("behind")).toBe(true);
    expect(await query("behind", `SELECT FROM "User" WHERE "handle" IS DISTINCT FROM lower("email")`)).toEqual([]);
  });

  test("more rows than it fills: it stops after expand, and goes on after the backfill", async () => {
    await query("far-behind", `ANALYZE "User"`);
    const first = await lockstep("deploy", "--target", "far-behind");
    expect(first.code, first.output).toBe(3);
    expect(first.stderr).toContain("itself and stops after expand: then run the backfill and deploy again");
    expect(first.stdout).toContain("LS7020");
    expect(first.stdout).toContain("more than 10000 rows are still NULL");
    expect(first.stdout).toContain(
      `1. npx lockstep backfill run ${plan} --target far-behind\n  2. npx lockstep deploy --target far-behind`,
    );
    const fill = await lockstep("backfill", "run", plan, "--target", "far-behind");
    expect(fill.code, fill.output).toBe(0);
    const second = await lockstep("deploy", "--target", "far-behind", "--confirm", "writers-aware", "reads-steady");
    expect(second.code, second.output).toBe(0);
    expect(second.stderr).toContain("is recorded as rolled back: it runs again, and skips what exists of it.");
    expect(await isRequired("far-behind")).toBe(true);
  });
});

test("a contract that was taken back before the target had it: its gates are not asked, and it does not run", async () => {
  await shop.commit("Contract");
  const undo = await lockstep("undo", plan);
  expect(undo.code, undo.output).toBe(0);
  const deploy = await lockstep("deploy", "--target", "late");
  expect(deploy.code, deploy.output).toBe(0);
  for (const unit of ["prove", "enforce"])
    expect(deploy.stderr).toMatch(new RegExp(`add_handle_${unit} was reverted since\\. It need not run`));
  expect(deploy.stdout).toContain("1 migration applied");
  expect(await query("late", `SELECT FROM "User" WHERE "handle" IS NOT NULL`)).toEqual([]);
  await query("late", `INSERT INTO "User" ("email", "name", "updatedAt") VALUES ('Old@Example.com', 'Old', now())`);
  expect(await query("late", `SELECT "handle" FROM "User" WHERE "handle" IS NOT NULL`)).toEqual([
    { handle: "old@example.com" },
  ]);
  // Other targets may have the contract: there what takes it back runs before the code does.
  const abandon = await lockstep("abandon", plan, "--yes");
  expect(abandon.code, abandon.output).toBe(0);
  expect(abandon.stdout).toMatch(
    /\d\. npx lockstep deploy --target <target> {3}# on each target \(production, .*\), where contract is live: .*; or npx prisma db execute --file \S+undo_contract.*\n +\d\. Deploy the code .*\n +\d\. npx lockstep deploy --target <target>/,
  );
});
