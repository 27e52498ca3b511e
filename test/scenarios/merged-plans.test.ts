import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Plan } from "../../core/src/model/index.js";
import { planText } from "../../core/src/plan/plan-file.js";
import { type RunResult, run } from "../support/run.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// A careless merge brings one half of a plan: every command that would act on it stops, and production keeps what it has.

let shop: ShopProject;
let production: pg.Client;
let plan: string;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 50 });
  production = new pg.Client({ connectionString: shop.production });
  await production.connect();
  addHandle(shop);
  await ok(shop.prisma(["migrate", "dev", "--name", "handle"]));
  await shop.deploy(shop.production);
  await shop.commit("expand");
  plan = readdirSync(join(shop.root, "lockstep")).find((name) => name.endsWith("_handle"))!;
  await ok(shop.lockstep(["backfill", "run"]));
});
afterAll(async () => {
  await production?.end();
  await shop?.dispose();
});

async function ok(running: Promise<RunResult>) {
  const result = await running;
  expect(result.code, result.output).toBe(0);
  return result;
}

const values = async () =>
  Number((await production.query(`SELECT count("handle") AS n FROM "User"`)).rows[0].n as string);
const planFile = () => join(shop.root, "lockstep", plan, "plan.json");

/** What each of these says; none may go on. */
async function refusals(file: string) {
  const said = [
    await shop.lockstep(["deploy"]),
    await shop.lockstep(["deploy", "--confirm", "column-unused"]),
    await shop.lockstep(["next", plan]),
    await shop.lockstep(["backfill", "run", plan]),
  ];
  for (const { code, output } of said) {
    expect(code, output).not.toBe(0);
    expect(output).toMatch(/LS3014|contradicts its migrations/);
    expect(output).toContain(file);
  }
  const status = await shop.lockstep(["status"]);
  expect(status.code, status.output).toBe(1);
  expect(status.output).toContain(file);
  const check = await shop.lockstep(["check", "--all"]);
  expect(check.code, check.output).toBe(1);
  expect(check.output).toContain("LS3014");
  expect(await values()).toBe(50);
}

test("SQL that nobody can review, with a hash that fits", async () => {
  const text = readFileSync(planFile(), "utf8");
  const hidden = JSON.parse(text.replaceAll('lower(\\"email\\")', 'lower(\\"name\\")')) as Plan & { hash?: string };
  expect(JSON.stringify(hidden)).not.toBe(JSON.stringify(JSON.parse(text)));
  delete hidden.hash;
  shop.write(`lockstep/${plan}/plan.json`, planText(hidden));
  for (const args of [["backfill", "run", plan], ["next", plan], ["status"], ["check", "--all"]]) {
    const { code, output } = await shop.lockstep(args);
    expect(code, output).not.toBe(0);
    expect(output).toContain("LS3015");
  }
  expect(await values()).toBe(50);
  shop.write(`lockstep/${plan}/plan.json`, text);
});

test("the way back of another branch, with plan.json of this one", async () => {
  const before = readFileSync(planFile(), "utf8");
  await ok(shop.lockstep(["abandon", plan, "--yes"]));
  const undo = readdirSync(join(shop.root, "prisma/migrations")).find((name) => name.endsWith("_undo_expand"))!;
  const theirs = readFileSync(planFile(), "utf8");
  await ok(run("git", ["checkout", "HEAD", "--", "lockstep"], { cwd: shop.root }));
  expect(readFileSync(planFile(), "utf8")).toBe(before);
  await refusals(`prisma/migrations/${undo}/migration.sql`);
  // Both halves of that branch: the gate before the drop decides.
  shop.write(`lockstep/${plan}/plan.json`, theirs);
  const stopped = await shop.lockstep(["deploy"]);
  expect(stopped.code, stopped.output).toBe(1);
  expect(stopped.output).toContain("column-unused is not confirmed for production: no running build uses the column");
});

test("the same, without plan.json", async () => {
  const text = readFileSync(planFile(), "utf8");
  rmSync(planFile());
  const undo = readdirSync(join(shop.root, "prisma/migrations")).find((name) => name.endsWith("_undo_expand"))!;
  const deploy = await shop.lockstep(["deploy", "--confirm", "column-unused"]);
  expect(deploy.code, deploy.output).toBe(1);
  expect(deploy.output).toContain("LS3014");
  expect(deploy.output).toContain(undo);
  const status = await shop.lockstep(["status"]);
  expect(status.code, status.output).toBe(1);
  expect(status.output).toContain(`lockstep/${plan}/plan.json is missing`);
  expect(await values()).toBe(50);
  shop.write(`lockstep/${plan}/plan.json`, text);
});
