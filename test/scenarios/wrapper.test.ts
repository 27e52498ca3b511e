import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publishedModules } from "../support/published.js";
import type { RunResult } from "../support/run.js";
import { addField, addHandle, createShop, type ShopProject, seedUsers } from "../support/shop-project.js";

// Where the config cannot be wrapped: `lockstep prisma migrate dev` does around the stock CLI what the proxy does inside it.

/** The WASM engine, for the stock CLI has none here; with LOCKSTEP=off it is an engine and nothing else. */
const engine = join(publishedModules(), "@lockstep/prisma/bin/schema-engine.js");
let shop: ShopProject;
let plain: string;
const stock = (args: readonly string[], env: Record<string, string> = {}) =>
  shop.prisma(args, { PRISMA_SCHEMA_ENGINE_BINARY: engine, LOCKSTEP: "off", ...env });
const wrapped = (args: readonly string[], env: Record<string, string> = {}) =>
  // With the terminal's own streams, which the stock CLI inherits.
  shop.npx("lockstep", ["prisma", ...args], { PRISMA_SCHEMA_ENGINE_BINARY: engine, ...env });
const migrations = (name: string) =>
  readdirSync(join(shop.root, "prisma/migrations")).filter((entry) => entry.includes(name));
const expectOk = (run: RunResult) => expect(run.code, run.output).toBe(0);

beforeAll(async () => {
  shop = await createShop();
  await shop.deploy(shop.development);
  await seedUsers(shop.development, 10);
  plain = shop.read("prisma/schema.prisma");
  expect(shop.read("prisma.config.ts")).not.toContain("withLockstep");
});
afterAll(() => shop?.dispose());

describe("other commands", () => {
  test.each([
    { args: ["migrate", "status"], code: 0, says: "Database schema is up to date" },
    { args: ["migrate", "dev", "--help"], code: 0, says: "--create-only" },
    { args: ["validate", "--schema", "nowhere.prisma"], code: 1, says: "nowhere.prisma" },
  ])("prisma $args reach the stock CLI, with its exit code", async ({ args, code, says }) => {
    const run = await wrapped(args);
    expect(run.output).toContain(says);
    expect(run.code).toBe(code);
  });
});

test.each([
  ["--schema", "x.prisma"],
  ["--url", "postgresql://x"],
])("%s is not taken for the project's own", async (...option) => {
  // Refused before any other process starts.
  const run = await shop.lockstep(["prisma", "migrate", "dev", ...option]);
  expect(run.output).toContain("LS8002");
  expect(run.code).toBe(2);
});

test("a safe change goes to the stock command as it was typed", async () => {
  shop.write("prisma/schema.prisma", addField(plain, "User", ["nickname String?"]));
  expectOk(await wrapped(["migrate", "dev", "--name", "nickname"]));
  const [name] = migrations("_nickname");
  expect(shop.read(`prisma/migrations/${name}/migration.sql`)).toBe(
    `-- AlterTable\nALTER TABLE "User" ADD COLUMN     "nickname" TEXT;\n`,
  );
  expect(existsSync(join(shop.root, "lockstep"))).toBe(false);
  plain = shop.read("prisma/schema.prisma");
  await shop.commit("nickname");
});

describe("before anything is written", () => {
  const handle = ["/// @lockstep.backfill(lower(email))", "handle String @unique"];
  test.each([
    { name: "no source for old rows", fields: ["handle String"], args: ["--name", "x"], code: 1, says: "LS2001" },
    { name: "no name", fields: handle, args: [], code: 2, says: "LS8005" },
    {
      name: "the change also drops a column",
      fields: handle,
      without: /^ +nickname .*\n/m,
      args: ["--name", "x"],
      code: 1,
      says: "LS2062",
    },
  ])("$name", async ({ fields, without, args, code, says }) => {
    shop.write("prisma/schema.prisma", addField(plain, "User", fields).replace(without ?? /$^/, ""));
    const run = await wrapped(["migrate", "dev", ...args]);
    expect(run.output).toContain(says);
    expect(run.code).toBe(code);
    expect(await shop.changedFiles()).toEqual([" M prisma/schema.prisma"]);
    shop.write("prisma/schema.prisma", plain);
  });
});

test("a required column is planned, written and applied; the stock CLI is in sync", async () => {
  addHandle(shop);
  const dev = await wrapped(["migrate", "dev", "--name", "add_handle"]);
  expectOk(dev);
  expect(dev.output).toContain("4 contract");
  expect(migrations("_add_handle")).toHaveLength(3);
  const [plan] = readdirSync(join(shop.root, "lockstep"));
  expect(plan).toBe(migrations("_add_handle")[0]);
  expect(shop.read("prisma/schema.prisma")).toMatch(/handle +String\? +@unique/);
  expect(shop.read("src/db.ts")).toContain("omit");
  expect(existsSync(join(shop.root, "lockstep/.journal.json"))).toBe(false);
  const again = await stock(["migrate", "dev"]);
  expect(again.output).toContain("Already in sync");
  // The proxy in front of a Prisma that it was not tested with: nothing changes but one line.
  const untested = await stock(["migrate", "dev"], { LOCKSTEP: "on", LOCKSTEP_PRISMA_VERSION: "8.0.0" });
  expectOk(untested);
  expect(untested.output).toContain("Already in sync");
  expect(untested.output.match(/npx lockstep prisma migrate dev/g)).toHaveLength(1);
  const client = new pg.Client({ connectionString: shop.development });
  await client.connect();
  const { rows } = await client.query(
    `SELECT count(*)::int AS n FROM pg_trigger WHERE tgname = 'zz_lockstep_fill_User_handle'`,
  );
  await client.end();
  expect(rows).toEqual([{ n: 1 }]);
  await shop.commit("handle");
});

test("a model that a merge restored is relaxed again, and a second change to the column is refused", async () => {
  shop.edit("prisma/schema.prisma", (text) => text.replace(/handle( +)String\?/, "handle$1String"));
  const restored = await wrapped(["migrate", "dev"]);
  expectOk(restored);
  expect(restored.output).toContain("as before, User.handle optional until contract");
  expect(await shop.changedFiles()).toEqual([]);
  shop.edit("prisma/schema.prisma", (text) => text.replace(/handle( +)String\?/, "handle$1Int?"));
  const second = await wrapped(["migrate", "dev", "--name", "second"]);
  expect(second.output).toContain("LS3004");
  expect(second.code).toBe(1);
  expect(migrations("_second")).toEqual([]);
  shop.edit("prisma/schema.prisma", (text) => text.replace(/handle( +)Int\?/, "handle$1String?"));
});

test("--create-only writes and applies nothing", async () => {
  plain = shop.read("prisma/schema.prisma");
  shop.write("prisma/schema.prisma", addField(plain, "Order", ["/// @lockstep.backfill('eu')", "region String"]));
  expectOk(await wrapped(["migrate", "dev", "--create-only", "--name", "region"]));
  const status = await stock(["migrate", "status"]);
  expect(status.output).toContain(migrations("_region")[0]);
  expect(status.code).toBe(1);
  expectOk(await stock(["migrate", "dev"]));
  await shop.commit("region");
});

test("a development database that Prisma wants reset: nothing is written", async () => {
  plain = shop.read("prisma/schema.prisma");
  const client = new pg.Client({ connectionString: shop.development });
  await client.connect();
  await client.query(`ALTER TABLE "Order" ADD COLUMN "drifted" text`);
  await client.end();
  shop.write(
    "prisma/schema.prisma",
    addField(addField(plain, "Order", ["drifted String?"]), "Order", ["/// @lockstep.backfill('x')", "lane String"]),
  );
  const run = await wrapped(["migrate", "dev", "--name", "lane"]);
  expect(run.code).toBe(130);
  expect(run.output).toContain("prisma migrate reset");
  expect(run.output).toContain("Nothing was written");
  expect(await shop.changedFiles()).toEqual([" M prisma/schema.prisma"]);
  shop.write("prisma/schema.prisma", plain);
});
