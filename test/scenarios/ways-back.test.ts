import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCatalogue } from "../support/catalogue.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Back and forth through every phase, and out of the plan, with the stock CLI. Every test builds on the one before.

let shop: ShopProject;
let production: pg.Client;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 10, production: 200 });
  production = new pg.Client({ connectionString: shop.production });
  await production.connect();
});
afterAll(async () => {
  await production?.end();
  await shop?.dispose();
});

const confirmed = ["next", "--confirm", "writers-aware", "--confirm", "reads-steady"];
const files = [
  "prisma/schema.prisma",
  "prisma/seed.ts",
  "src/db.ts",
  "src/users/export.ts",
  "src/users/routes.ts",
  "src/users/schemas.ts",
  "src/users/serializer.ts",
  "src/users/service.ts",
  "test/fixtures.ts",
  "test/shop.ts",
];
/** What the repository and production look like in each phase. */
interface Moment {
  readonly texts: Readonly<Record<string, string>>;
  readonly catalogue: unknown;
}
const moments: Record<string, Moment> = {};
const texts = () => Object.fromEntries(files.map((file) => [file, shop.read(file)]));
/** A trigger function keeps the search path of whoever deployed it: the stock CLI's, or the test's. */
const catalogue = async () => {
  const read = await readCatalogue(production, { schemas: ["public"] });
  const functions = JSON.parse(JSON.stringify(read.functions).replace(/SET search_path TO [^\\]*/g, "SET search_path"));
  return { ...read, functions };
};
const migrations = () => readdirSync(join(shop.root, "prisma/migrations")).filter((name) => /^\d/.test(name));
/** The first plan is undone at once; the story is about the second. */
const planId = () => readdirSync(join(shop.root, "lockstep")).sort().at(-1) ?? "";
const held = () =>
  ["contract-1-prove.sql", "contract-2-enforce.sql"].map((name) => shop.read(`lockstep/${planId()}/held/${name}`));

async function ok(run: Promise<{ code: number; output: string; stdout: string }>) {
  const result = await run;
  expect(result.code, result.output).toBe(0);
  return result;
}
const deploy = (url = shop.production) => shop.deploy(url);
const deployByCli = () => ok(shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production }));
async function status() {
  const { stdout } = await ok(shop.lockstep(["status", "--json"]));
  const plan = (
    JSON.parse(stdout) as {
      plans: {
        plan: string;
        released: string;
        isDone: boolean;
        next: string;
        targets: { phases: { phase: string; state: string; note: string }[] }[];
      }[];
    }
  ).plans.find((each) => each.plan === planId());
  if (plan === undefined) throw new Error(stdout);
  const notes = plan.targets[0]?.phases.map(({ phase, state, note }) => `${phase} ${state}: ${note}`) ?? [];
  return { released: plan.released, isDone: plan.isDone, next: plan.next, notes };
}

/** The code compiles, and Prisma's own diff has nothing to add. */
async function expectInLockstep() {
  expect(await shop.typeErrors()).toEqual([]);
  expect(await shop.drift()).toBeUndefined();
}

async function expectAt(phase: string) {
  expect(texts()).toEqual(moments[phase]?.texts);
  expect(await catalogue()).toEqual(moments[phase]?.catalogue);
}

async function remember(phase: string) {
  await deploy();
  moments[phase] = { texts: texts(), catalogue: await catalogue() };
  await shop.commit(phase);
}

test("undo of expand: asked for, code and model byte for byte, the database by a forward migration", async () => {
  await remember("before");
  addHandle(shop);
  await ok(shop.prisma(["migrate", "dev", "--name", "first_try"]));
  expect(texts()).not.toEqual(moments.before?.texts);
  await deployByCli();
  const asked = await shop.lockstep(["undo"]);
  expect(asked.code).toBe(2);
  expect(asked.output).toContain("LS8005");
  expect(asked.output).toContain(`"User"."handle" are lost`);

  const own = 'import type { User } from "@prisma/client";\n\nexport const handleOf = (user: User) => user.handle;\n';
  shop.write("src/users/own.ts", own);
  const withoutUrl = await shop.lockstep(["status"], { PRODUCTION_DATABASE_URL: undefined });
  expect(withoutUrl.code).toBe(3);
  expect(withoutUrl.output).toContain("released up to expand");
  expect(withoutUrl.output).toMatch(/production +The URL of target/);
  const undo = await ok(shop.npx("lockstep", ["undo", "--yes"]));
  expect(undo.output).toContain("1 line of code still contains “handle”: src/users/own.ts:3.");
  rmSync(join(shop.root, "src/users/own.ts"));
  expect(undo.output).toMatch(/\d\. Deploy the code .*\n +\d\. npx lockstep deploy --confirm column-unused/);
  await deployByCli();
  await expectAt("before");
  await deploy(shop.development);
  expect((await shop.prisma(["migrate", "dev", "--name", "after"])).output).toContain("Already in sync");
  expect((await shop.lockstep(["status"])).output).toContain("undone");
  const twice = await shop.lockstep(["undo", "--yes", planId()]);
  expect(twice.code).toBe(1);
  expect(twice.output).toContain("LS3008");
  await shop.commit("Undone");
});

test("the same column again, forward to contract", async () => {
  addHandle(shop);
  await ok(shop.prisma(["migrate", "dev", "--name", "add_handle"]));
  await remember("expand");
  await ok(shop.lockstep(["backfill", "run"]));
  await ok(shop.lockstep(["next"]));
  await remember("switch");
  await production.query(`UPDATE "User" SET "handle" = 'chosen' WHERE "id" = 7`);
  await ok(shop.lockstep(confirmed));
  await remember("contract");
});

test("undo of contract: optional again, code of switch, the values stay, and nobody is asked for a yes", async () => {
  const undo = await ok(shop.lockstep(["undo"]));
  expect(undo.output).toContain("No data is lost");
  expect(undo.output).toContain("the plan is back in switch");
  expect(texts()).toEqual(moments.switch?.texts);
  await expectInLockstep();
  const reviewed = migrations().filter((name) => /_(prove|enforce)$/.test(name));
  // Each line of a held file begins with the mark of its plan.
  const unmarked = held().map((text) => text.replaceAll(/^\/\* [0-9a-f]{12} \*\/ /gm, ""));
  expect(unmarked).toEqual(reviewed.map((name) => shop.read(`prisma/migrations/${name}/migration.sql`)));

  expect((await status()).notes.at(-1)).toBe("contract open: reverted: 1 migration not applied yet");
  const early = await shop.lockstep(confirmed);
  expect(early.code).toBe(1);
  expect(early.output).toContain("_undo_contract is not applied on production yet");
  await deploy();
  await expectAt("switch");
  expect(await status()).toMatchObject({ released: "switch", isDone: false });
  expect((await status()).notes.at(-1)).toBe("contract waiting: reverted");
  const { rows } = await production.query(`SELECT count("handle")::int AS filled FROM "User" UNION ALL
    SELECT count(*)::int FROM "User" WHERE "handle" = 'chosen' AND "id" = 7`);
  expect(rows.map((row) => row.filled)).toEqual([200, 1]);
});

test("undo of switch: reads are kept away again, without a migration", async () => {
  const before = migrations();
  const undo = await ok(shop.lockstep(["undo"]));
  expect(undo.output).toContain("the plan is back in expand");
  expect(migrations()).toEqual(before);
  await expectAt("expand");
  await expectInLockstep();
  await shop.commit("Back in expand");
});

test("forward again: the gates are asked anew, the same SQL is released, and the end is the same", async () => {
  await ok(shop.lockstep(["next"]));
  await expectAt("switch");
  const asked = await shop.lockstep(["next"]);
  expect(asked.code).toBe(1);
  expect(asked.output).toContain("--confirm writers-aware --confirm reads-steady");
  const former = migrations().filter((name) => /_(prove|enforce)$/.test(name));
  await shop.commit("Switch again");
  await ok(shop.lockstep(confirmed));
  const all = migrations().filter((name) => /_(prove|enforce)$/.test(name));
  expect(all).toHaveLength(4);
  const sql = (names: readonly string[]) => names.map((name) => shop.read(`prisma/migrations/${name}/migration.sql`));
  expect(sql(all.slice(2))).toEqual(sql(former));
  await deploy();
  await expectAt("contract");
  expect(await status()).toMatchObject({ isDone: true, released: "contract" });
});

test("a contract that fails on a target is taken back, and the deployment goes on without it", async () => {
  await ok(shop.lockstep(["undo"]));
  await deploy();
  await shop.commit("Back in switch");
  await ok(shop.lockstep(confirmed));
  // Released for the third time: status counts the latest release.
  expect((await status()).notes.at(-1)).toBe("contract open: 0 of 2 migrations applied");
  await production.query(`ALTER TABLE "User" DISABLE TRIGGER USER; UPDATE "User" SET "handle" = NULL WHERE "id" = 1;
    ALTER TABLE "User" ENABLE TRIGGER USER;
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''frozen''; END';
    CREATE TRIGGER frozen BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION refuse()`);
  const failed = await shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production });
  expect(failed.code).toBe(1);
  await ok(shop.lockstep(["undo"]));
  const { next } = await status();
  expect(next).toContain("the migration was reverted since");
  const commands = [...next.matchAll(/npx prisma ([^&#]+)/g)].map((match) => (match[1] ?? "").trim().split(" "));
  expect(commands.map((command) => command[1])).toEqual(["resolve", "resolve", "deploy"]);
  for (const command of commands) await ok(shop.prisma(command, { DATABASE_URL: shop.production }));
  await production.query(`DROP FUNCTION refuse CASCADE; UPDATE "User" SET "handle" = lower("email") WHERE "id" = 1`);
  await deploy();
  await expectAt("switch");
  await shop.commit("Back in switch again");
  await ok(shop.lockstep(confirmed));
  await deploy();
  await expectAt("contract");
  await shop.commit("Contract, at last");
});

test("abandon from contract: shown, asked for, written at once, and everything is as before the change", async () => {
  // Another plan was undone: without a name this might be one command too many.
  const unnamed = await shop.lockstep(["abandon", "--yes"]);
  expect(unnamed.code).toBe(2);
  expect(unnamed.output).toContain("LS3006");
  const shown = await ok(shop.lockstep(["abandon", planId(), "--dry-run"]));
  expect(shown.output).toMatch(/^ {2}prisma\/schema\.prisma +\+\d+ +-\d+$/m);
  expect(shown.output).toContain(`"User"."handle" are lost`);
  expect(shown.output).not.toContain("@@");
  expect(await shop.changedFiles()).toEqual([]);
  const asked = await shop.lockstep(["abandon", planId()]);
  expect(asked.code).toBe(2);
  expect(asked.output).toContain("LS8005");
  expect(asked.output).toContain(`"User"."handle" are lost`);

  const abandon = await ok(shop.npx("lockstep", ["abandon", planId(), "--yes"]));
  expect(abandon.output).toContain("_undo_contract");
  expect(abandon.output).toContain("_undo_expand");
  expect(texts()).toEqual(moments.before?.texts);
  await expectInLockstep();
  // Code of before the change needs the trigger: the first of both alone, then the code, then the deployment.
  const [, file] = /npx prisma db execute --file (\S+_undo_contract\/migration\.sql)/.exec(abandon.output) ?? [];
  await ok(shop.prisma(["db", "execute", "--file", file ?? ""], { DATABASE_URL: shop.production }));
  await production.query(`INSERT INTO "User" ("email", "name", "updatedAt") VALUES ('Old@Code.com', 'Old', now())`);
  expect(await status()).toMatchObject({
    isDone: false,
    notes: ["expand open: undo not applied yet: 2 migrations to run"],
  });
  await deploy();
  await expectAt("before");
  expect(await status()).toMatchObject({ released: "undone", isDone: true });
  await deploy(shop.development);
  expect((await shop.prisma(["migrate", "dev", "--name", "after"])).output).toContain("Already in sync");
  const twice = await shop.lockstep(["abandon", "--yes", planId()]);
  expect(twice.code).toBe(1);
  expect(twice.output).toContain("LS3008");
});
