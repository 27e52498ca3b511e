import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { markApplied } from "../support/deploy-migrations.js";
import { run } from "../support/run.js";
import { addField, addHandle, createShop, type ShopProject, seedUsers, setUp } from "../support/shop-project.js";

// What becomes of an open plan when the history, the branch or the database is not what it was. With the stock CLI.

let shop: ShopProject;
const databases: TestDatabase[] = [];
afterAll(() => Promise.all(databases.map((database) => database.drop())));

/** A project of its own; the tests of a story build on each other. */
function story(name: string, tests: () => void): void {
  describe(name, () => {
    beforeAll(async () => {
      shop = await createShop();
      await setUp(shop, { development: 5, production: 20 });
    });
    afterAll(() => shop?.dispose());
    tests();
  });
}

async function ok(running: Promise<{ code: number; output: string; stdout: string }>) {
  const result = await running;
  expect(result.code, result.output).toBe(0);
  return result;
}
const prisma = (args: readonly string[], url = shop.development) => ok(shop.prisma(args, { DATABASE_URL: url }));
const lockstep = (args: readonly string[], env = {}) => ok(shop.lockstep(args, env));
const git = (...args: string[]) =>
  run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: shop.root });
const plans = () => readdirSync(join(shop.root, "lockstep")).filter((name) => /^\d/.test(name));
const migrations = () => readdirSync(join(shop.root, "prisma/migrations")).filter((name) => /^\d/.test(name));
async function database(name: string) {
  const made = await createDatabase(name);
  databases.push(made);
  return made.url;
}
async function rows(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const result = await client.query(sql);
  await client.end();
  return result.rows as Record<string, unknown>[];
}
/** The one way out that an answer names, as a user would paste it. */
function executed(output: string): string[][] {
  return [...output.matchAll(/npx prisma (db execute --file \S+)/g)].map((match) => (match[1] ?? "").split(" "));
}
const inSync = async () => expect(await shop.drift()).toBeUndefined();
/** What the CLI does with a file that an answer names, where another test has the CLI do it. */
const execute = (url: string, [, , , file = ""]: readonly string[]) => rows(url, shop.read(file));
/** All of the history as one migration, marked as applied where it has run. */
async function squash(name: string, ...applied: string[]) {
  const { stdout } = await prisma([
    "migrate",
    "diff",
    "--from-empty",
    "--to-schema",
    "prisma/schema.prisma",
    "--script",
  ]);
  for (const old of migrations()) rmSync(join(shop.root, "prisma/migrations", old), { recursive: true });
  mkdirSync(join(shop.root, "prisma/migrations", name));
  shop.write(`prisma/migrations/${name}/migration.sql`, stdout);
  for (const url of applied) await markApplied(url, join(shop.root, "prisma/migrations"), [name]);
}

story("never deployed", () => {
  test("abandon removes the migrations, and asks nothing", async () => {
    const before = shop.read("prisma/schema.prisma");
    addHandle(shop);
    await prisma(["migrate", "dev", "--name", "add_handle", "--create-only"]);
    expect(migrations()).toHaveLength(4);
    const abandon = await lockstep(["abandon"]);
    expect(abandon.output).toContain("No database has its migrations");
    expect(abandon.output).toContain("there is nothing to deploy");
    expect(migrations()).toEqual(["20260301090000_init"]);
    expect(shop.read("prisma/schema.prisma")).toBe(before);
    expect(await shop.changedFiles()).toEqual([]);
    expect(existsSync(join(shop.root, "lockstep"))).toBe(false);
    expect((await lockstep(["status"])).output).toContain("no plan");
  });
});

story("two branches with plans for one table", () => {
  let second: string;
  let other: string;
  let handle = "";
  let region = "";
  test("each branch plans and deploys, to another target first", async () => {
    [second, other] = [await database("second"), await database("colleague")];
    await shop.deploy(second);
    await seedUsers(second, 20);
    shop.write(
      "lockstep.config.ts",
      `import { defineConfig } from "@lockstep/prisma";\n\nexport default defineConfig({\n  pace: "brisk",\n  targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" }, second: { urlFrom: "SECOND_URL" } },\n});\n`,
    );
    await shop.commit("Two targets");
    await git("checkout", "-q", "-b", "handle");
    addHandle(shop);
    await prisma(["migrate", "dev", "--name", "add_handle"]);
    await shop.commit("Handle");
    await shop.deploy(shop.production);
    await git("checkout", "-q", "main");
    shop.edit("prisma/schema.prisma", (text) =>
      addField(text, "User", ["/// @lockstep.backfill('eu')", "region String"]),
    );
    await prisma(["migrate", "dev", "--name", "add_region"], other);
    await shop.commit("Region");
    await shop.deploy(second);
  });

  test("merged: whoever merges keeps both fields and either side of the code, and Lockstep makes the missing edits again", async () => {
    shop.write(".git/info/attributes", "prisma/schema.prisma merge=union\n");
    await git("merge", "handle", "-X", "ours", "-m", "Merge handle");
    [handle = "", region = ""] = plans();
    expect([handle, region].map((plan) => plan.replace(/^\d+_/, ""))).toEqual(["add_handle", "add_region"]);
    for (const plan of plans()) await lockstep(["code", plan]);
    await shop.commit("Both");
    expect(await shop.typeErrors()).toEqual([]);
    expect((await prisma(["migrate", "dev", "--name", "merged"], other)).output).not.toContain("Lockstep plan");
    expect(migrations().some((name) => name.endsWith("_merged"))).toBe(false);
  });

  test("each target gets what it lacks, whichever plan is the older, and both plans go to their end", async () => {
    const env = { SECOND_URL: second };
    for (const url of [shop.production, second]) await ok(shop.prisma(["migrate", "deploy"], { DATABASE_URL: url }));
    for (const plan of [region, handle]) {
      await lockstep(["backfill", "run", plan], env);
      const next = await lockstep(["next", plan, "--confirm", "writers-aware"], env);
      expect(next.output).toContain("gate to contract is open");
      await shop.commit(`${plan}: contract`);
    }
    for (const url of [shop.production, second]) {
      await shop.deploy(url);
      expect(
        await rows(
          url,
          `SELECT attname, attnotnull FROM pg_attribute WHERE attrelid = '"User"'::regclass AND attname IN ('handle', 'region') ORDER BY 1`,
        ),
      ).toEqual([
        { attname: "handle", attnotnull: true },
        { attname: "region", attnotnull: true },
      ]);
    }
    expect(
      await rows(
        second,
        `SELECT count(*)::int AS right FROM "User" WHERE "region" = 'eu' AND "handle" = lower("email")`,
      ),
    ).toEqual([{ right: 20 }]);
    await inSync();
    expect(shop.read("src/db.ts")).not.toContain("omit");
  });
});

story("a plan is open, and the database is not what the history says", () => {
  test("migrate reset: the backfill starts anew", async () => {
    addHandle(shop);
    await prisma(["migrate", "dev", "--name", "add_handle"]);
    await shop.commit("Expand");
    const development = ["--target", "development"];
    await lockstep(["backfill", "run", ...development]);
    await prisma(["migrate", "reset", "--force"]);
    expect((await lockstep(["status", ...development])).output).toMatch(/backfill +no row lacks a value/);
    await seedUsers(shop.development, 7);
    await rows(
      shop.development,
      `ALTER TABLE "User" DISABLE TRIGGER USER; UPDATE "User" SET "handle" = NULL; ALTER TABLE "User" ENABLE TRIGGER USER`,
    );
    // What the ledger knew was about a table that is gone.
    expect((await lockstep(["status", ...development])).output).toMatch(/backfill +not begun/);
    expect((await lockstep(["backfill", "run", ...development])).output).toContain("7 rows filled");
  });

  test("db push knows no triggers: what is missing is named, and the command makes it", async () => {
    const pushed = await database("pushed");
    await prisma(["db", "push"], pushed);
    const env = { PRODUCTION_DATABASE_URL: pushed };
    const run = await shop.lockstep(["backfill", "run"], env);
    expect(run.code).toBe(1);
    expect(run.output).toContain(`LS5001 "User"."handle" has no fill trigger on production`);
    expect(executed((await shop.lockstep(["status", "--target", "production"], env)).output)).toEqual(
      executed(run.output),
    );
    for (const command of executed(run.output)) await prisma(command, pushed);
    await seedUsers(pushed, 3);
    expect((await lockstep(["backfill", "run"], env)).output).toContain("every row has its value");
  });

  test("a baseline marks migrations that never ran: the same answer", async () => {
    const baseline = await database("baseline");
    await rows(baseline, shop.read("prisma/migrations/20260301090000_init/migration.sql"));
    await seedUsers(baseline, 4);
    await markApplied(baseline, join(shop.root, "prisma/migrations"), migrations());
    const marked = { PRODUCTION_DATABASE_URL: baseline };
    const gate = await shop.lockstep(["next"], marked);
    expect(gate.code).toBe(1);
    expect(gate.output).toContain(`"User"."handle" does not exist on production`);
    expect(executed(gate.output)).toHaveLength(3);
    for (const command of executed(gate.output)) await execute(baseline, command);
    expect((await lockstep(["backfill", "run"], marked)).output).toContain("4 rows filled");
    expect((await lockstep(["next"], marked)).output).toContain("gate to switch is open");
  });
});

story("a squashed history", () => {
  test("in expand: a new database lacks the trigger, and the plan can be left", async () => {
    addHandle(shop);
    await prisma(["migrate", "dev", "--name", "add_handle"]);
    await shop.deploy(shop.production);
    await squash("20260302090000_squashed", shop.production);
    await shop.commit("Squashed");
    // A new database has the column from the squashed history, without the trigger.
    const fresh = await database("fresh");
    await shop.deploy(fresh);
    const env = { PRODUCTION_DATABASE_URL: fresh };
    const refused = await shop.lockstep(["next"], env);
    expect(refused.output).toContain(`"User"."handle" has no fill trigger on production`);
    expect(executed(refused.output)[0]?.at(-1)).toBe(`lockstep/${plans()[0]}/undo/contract-1-undo-contract.sql`);
    for (const command of executed(refused.output)) await execute(fresh, command);
    expect((await lockstep(["next", "--dry-run"], env)).output).toContain("the history was squashed");

    // Out of the plan: the migrations run on a database that never had the trigger.
    const abandon = await lockstep(["abandon", "--yes"]);
    expect(abandon.output).toContain("_undo_contract");
    await inSync();
    await git("checkout", "-q", "--", ".");
    await git("clean", "-fdq", "prisma", "lockstep");
  });

  test("the plan goes on, to contract, squashed again, and back", async () => {
    await lockstep(["backfill", "run"]);
    await lockstep(["next", "--pace", "brisk", "--confirm", "writers-aware"]);
    await inSync();
    await shop.deploy(shop.production);
    expect((await lockstep(["status"])).output).toContain("done");
    await squash("20260303090000_squashed_again", shop.production);
    expect((await lockstep(["status"])).output).toContain("done");
    await shop.commit("Contract, squashed");
    await lockstep(["undo"]);
    await inSync();
    expect(existsSync(join(shop.root, "lockstep", plans()[0] ?? "", "held/contract-1-prove.sql"))).toBe(true);
    await shop.deploy(shop.production);
    expect((await lockstep(["status"])).output).toContain("released up to expand");
  });
});
