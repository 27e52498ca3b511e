import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lockHolder } from "../../core/src/base/files/project-lock.js";
import { until } from "../support/sessions.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Two commands at once in one folder, each a process of its own. Every test builds on the one before.

let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 20 });
});
afterAll(() => shop?.dispose());

const migrations = () => readdirSync(join(shop.root, "prisma/migrations")).filter((name) => /^\d/.test(name));
const plans = () => readdirSync(join(shop.root, "lockstep"));
const commit = async (message: string) => {
  await shop.commit(message);
  return migrations();
};

test("prisma migrate dev twice: one plan, its files once", async () => {
  addHandle(shop);
  const before = migrations();
  const dev = () => shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  const runs = await Promise.all([dev(), dev()]);
  expect(
    runs.filter(({ code }) => code === 0),
    runs.map(({ output }) => output).join("\n---\n"),
  ).not.toHaveLength(0);
  for (const { code, output } of runs) if (code !== 0) expect(output).toMatch(/LS4005|LS4007|LS3004|P1002|advisory/);
  expect(plans()).toHaveLength(1);
  expect(migrations()).toHaveLength(before.length + 3);
  const sync = await shop.prisma(["migrate", "dev", "--name", "again"]);
  expect(sync.output).toContain("Already in sync");
});

test("lockstep next twice: each phase is written once, and the state is read once the lock is there", async () => {
  await commit("Add handle: expand");
  await shop.deploy(shop.production);
  expect((await shop.lockstep(["backfill", "run"])).code).toBe(0);
  const next = (...more: string[]) => shop.npx("lockstep", ["next", ...more]);
  const toSwitch = await Promise.all([next(), next()]);
  expect(toSwitch.filter(({ output }) => output.includes("Written for switch"))).toHaveLength(1);
  for (const { output } of toSwitch) expect(output).toMatch(/Written for switch|gate to contract is closed|LS4007/);
  const before = await commit("Switch");

  const confirmed = () => next("--confirm", "writers-aware", "--confirm", "reads-steady");
  const toContract = await Promise.all([confirmed(), confirmed(), shop.npx("lockstep", ["code"])]);
  // `code` came first and asked its compiler for longer than the others wait.
  if (toContract.slice(0, 2).every((run) => run.output.includes("LS4007"))) toContract.push(await confirmed());
  const output = toContract.map((run) => run.output).join("\n---\n");
  expect(
    toContract.filter((run) => run.output.includes("Written for contract")),
    output,
  ).toHaveLength(1);
  expect(new Set(migrations().map((name) => name.replace(/^\d+_/, ""))).size, output).toBe(migrations().length);
  expect(migrations().length).toBeGreaterThan(before.length);
  expect(plans()).toHaveLength(1);
});

test("while one writes, commands that read do not wait, and others name it", async () => {
  const writing = shop.npx("lockstep", ["undo"]);
  await until("the lock", async () => lockHolder(shop.root) !== undefined);
  const holder = lockHolder(shop.root);
  expect(holder?.command).toBe("lockstep undo");
  const reading = await shop.lockstep(["plan"]);
  expect(reading.code, reading.output).toBe(0);
  expect((await writing).code).toBe(0);
  expect(lockHolder(shop.root)).toBeUndefined();
});
