import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Build } from "../../examples/demo/instance.js";
import { Load } from "../../examples/demo/load.js";
import { closeConnections } from "../../examples/demo/request.js";
import { Rotation } from "../../examples/demo/rotation.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Old and new code, both serving, through every phase, back and forth, and out of the plan: no request fails, and no whole row shows a half-filled column.

const users = 300;
const stop = new AbortController();
let shop: ShopProject;
let rotation: Rotation;
let load: Load;
let builds: string;

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 10, production: users });
  builds = mkdtempSync(join(tmpdir(), "lockstep-builds-"));
  rotation = new Rotation(shop.production, stop.signal);
  load = new Load("lockstep", rotation, 40, users);
});
afterAll(async () => {
  await load?.stop();
  await rotation?.stop();
  closeConnections();
  rmSync(builds, { recursive: true, force: true });
  await shop?.dispose();
});

/** The app as it stands now, in a folder of its own. */
async function build(name: string): Promise<Build> {
  await shop.generate();
  const folder = join(builds, name);
  cpSync(shop.root, folder, {
    recursive: true,
    filter: (path) => !/node_modules|[/\\]\.git([/\\]|$)/.test(path.slice(shop.root.length)),
  });
  symlinkSync(fileURLToPath(new URL("../../node_modules", import.meta.url)), join(folder, "node_modules"));
  await shop.commit(name);
  return { name, folder, start: ["--import", "tsx", "src/main.ts"] };
}

/** Deploys what the repository holds, under load. */
const deploy = () => shop.deploy(shop.production);
async function deployByCli() {
  const result = await shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production });
  expect(result.code, result.output).toBe(0);
}

/** A command of the user's that must succeed. */
async function lockstep(...args: string[]) {
  const result = await shop.lockstep(args);
  expect(result.code, result.output).toBe(0);
}

/** The users go on until so many more requests were answered. */
async function served(requests: number) {
  const answered = () => load.numbers().reduce((sum, record) => sum + record.requests, 0);
  for (const from = answered(); answered() - from < requests; ) await sleep(20);
}

/** Both builds serve for a while; then the former leaves. */
async function roll(from: Build, to: Build) {
  await rotation.add(to);
  await served(60);
  await rotation.remove(from);
  // A build that nobody took out would serve on, unnoticed, until its column goes.
  expect(rotation.words()).toBe(`${to.name} ×1`);
  await served(20);
}

/** What the users noticed of a phase. */
async function expectUnnoticed(phase: string) {
  load.phase(`after ${phase}`);
  await load.summary();
  const numbers = load.numbers().find((record) => record.phase === phase);
  expect(numbers?.requests).toBeGreaterThan(30);
  expect({ failed: numbers?.failed, halfFilled: numbers?.halfFilled, log: rotation.errors(3) }).toEqual({
    failed: 0,
    halfFilled: 0,
    log: [],
  });
}

let old: Build;
let expand: Build;
let read: Build;
let contract: Build;

test("expand, backfill, switch with a rollback of the code, contract", async () => {
  old = await build("old");
  await rotation.add(old);
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(dev.code, dev.output).toBe(0);
  expand = await build("expand");
  load.phase("expand");
  await deployByCli();
  await rotation.add(expand);
  await served(60);
  await expectUnnoticed("expand");

  load.phase("backfill");
  await lockstep("backfill", "run");
  await served(40);
  await expectUnnoticed("backfill");
  await rotation.remove(old);

  await lockstep("next");
  read = await build("switch");
  load.phase("switch");
  await roll(expand, read);
  // A rollback of the code, and forward again.
  await roll(read, expand);
  await roll(expand, read);
  await expectUnnoticed("switch");

  await lockstep("next", "--confirm", "writers-aware", "--confirm", "reads-steady");
  contract = await build("contract");
  load.phase("contract");
  await deployByCli();
  await roll(read, contract);
  await expectUnnoticed("contract");
  const status = await shop.lockstep(["status", "--json"]);
  expect(JSON.parse(status.stdout).plans.at(-1)).toMatchObject({ isDone: true });
});

test("out of the plan from contract: optional first, then the code, then the rest", async () => {
  const abandon = await shop.lockstep(["abandon", "--yes"]);
  expect(abandon.code, abandon.output).toBe(0);
  const [, file = ""] = /npx prisma db execute --file (\S+)/.exec(abandon.output) ?? [];
  const left = await build("left");
  load.phase("abandon");
  const optional = await shop.prisma(["db", "execute", "--file", file], { DATABASE_URL: shop.production });
  expect(optional.code, optional.output).toBe(0);
  await roll(contract, left);
  await deploy();
  await served(40);
  await expectUnnoticed("abandon");
});
