import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCatalogue } from "../support/catalogue.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { markApplied } from "../support/deploy-migrations.js";
import { addField, addHandle, createShop, type ShopProject, seedUsers } from "../support/shop-project.js";

// The whole story as a user types it, with the stock Prisma CLI. Every test is a step and builds on the one before.

let shop: ShopProject;
let production: pg.Client;
let original: { schema: string; code: Map<string, string> };
/** Code that no edit may leave a trace of scaffolding in. */
const code = [
  "src/db.ts",
  "src/users/routes.ts",
  "src/users/service.ts",
  "src/users/serializer.ts",
  "test/fixtures.ts",
  "prisma/schema.prisma",
];
const extra: TestDatabase[] = [];

beforeAll(async () => {
  shop = await createShop();
  production = new pg.Client({ connectionString: shop.production });
  await production.connect();
});
afterAll(async () => {
  await production?.end();
  await shop?.dispose();
  await Promise.all(extra.map((database) => database.drop()));
});

const plans = () => readdirSync(join(shop.root, "lockstep")).filter((name) => name.endsWith("_add_handle"));
const planId = () => plans()[0] ?? "";
const migrations = () =>
  readdirSync(join(shop.root, "prisma/migrations"))
    .filter((name) => /^\d/.test(name))
    .sort();
const modelField = () => /^ +handle .*$/m.exec(shop.read("prisma/schema.prisma"))?.[0]?.replace(/ +/g, " ").trim();

/** The ORM has nothing to add to what the migrations make of an empty database. */
const expectNoDiff = async () => expect(await shop.drift()).toBeUndefined();
const expectTypesFit = async () => expect(await shop.typeErrors()).toEqual([]);

test("init shows and makes its changes; a second time changes nothing", async () => {
  const first = await shop.npx("lockstep", ["init", "--yes", "--no-install"]);
  expect(first.output).toContain("withLockstep");
  expect(first.code).toBe(0);
  await shop.commit("Set up Lockstep");
  const second = await shop.lockstep(["init", "--yes", "--no-install"]);
  expect(second.code).toBe(0);
  expect(await shop.changedFiles()).toEqual([]);
});

test("the stock CLI runs through the wrapped config", async () => {
  const deploy = await shop.prisma(["migrate", "deploy"]);
  expect(deploy.code, deploy.output).toBe(0);
  await shop.deploy(shop.production);
  const diff = ["--from-migrations", "prisma/migrations", "--to-schema", "prisma/schema.prisma", "--exit-code"];
  expect((await shop.prisma(["migrate", "diff", ...diff])).output).toContain("No difference detected");
  await seedUsers(shop.development, 20);
  await seedUsers(shop.production, 3000);
  await expectTypesFit();
});

test("a required column without a value stops before anything is written, and says what to write where", async () => {
  original = { schema: shop.read("prisma/schema.prisma"), code: new Map(code.map((file) => [file, shop.read(file)])) };
  const line =
    addField(original.schema, "User", ["handle String @unique"])
      .split("\n")
      .findIndex((text) => text.includes("handle")) + 1;
  shop.write("prisma/schema.prisma", addField(original.schema, "User", ["handle String @unique"]));
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(dev.code).toBe(1);
  expect(dev.output).toContain("LS2001");
  expect(dev.output).toContain("@lockstep.backfill(");
  expect(dev.output).toContain(`prisma/schema.prisma:${line}`);
  expect(await shop.changedFiles()).toEqual([" M prisma/schema.prisma"]);
});

test("migrate dev writes and applies expand, and the whole plan", async () => {
  shop.write("prisma/schema.prisma", original.schema);
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(dev.code, dev.output).toBe(0);
  for (const text of [
    "add-column-not-null",
    "add-index",
    "1 expand",
    "2 backfill",
    "3 switch",
    "4 contract",
    "ACCESS EXCLUSIVE, instant",
    "Next   ",
  ])
    expect(dev.output).toContain(text);
  expect(plans()).toHaveLength(1);
  expect(migrations().filter((name) => name.includes("add_handle"))).toHaveLength(3);
  expect(modelField()).toBe("handle String? @unique");
  const folder = `lockstep/${planId()}`;
  expect(readdirSync(join(shop.root, folder)).sort()).toEqual([
    "README.md",
    "held",
    "original.sql",
    "plan.json",
    "undo",
  ]);
  expect(readdirSync(join(shop.root, folder, "held")).sort()).toEqual([
    "contract-1-prove.sql",
    "contract-2-enforce.sql",
  ]);
  expect(shop.read("src/db.ts")).toContain("omit: { user: { handle: true } }");
  await expectTypesFit();
  await expectNoDiff();
});

test("a model restored by hand is answered by its plan", async () => {
  await shop.commit("Add handle: expand");
  shop.edit("prisma/schema.prisma", (text) => text.replace(/(handle +String)\?/, "$1"));
  const dev = await shop.prisma(["migrate", "dev", "--name", "restored"]);
  expect(dev.code, dev.output).toBe(0);
  expect(dev.output).toContain("optional until contract");
  expect(dev.output).toContain(`to go on: npx lockstep next ${planId()}`);
  expect(modelField()).toBe("handle String? @unique");
  expect(migrations().some((name) => name.includes("restored"))).toBe(false);
});

test("a second plan on the column is refused", async () => {
  await shop.commit("wip").catch(() => undefined);
  shop.edit("prisma/schema.prisma", (text) => text.replace(/handle +String\?/, "handle Int?"));
  const dev = await shop.prisma(["migrate", "dev", "--name", "retype"]);
  expect(dev.code).toBe(1);
  expect(dev.output).toContain("LS3004");
  expect(dev.output).toContain("finish the plan first");
  const schema = shop.read("prisma/schema.prisma");
  shop.write("prisma/schema.prisma", schema.replace(/^.*backfill.*\n +handle .*\n/m, ""));
  const drop = await shop.prisma(["migrate", "dev", "--name", "drop"]);
  expect(drop.code).toBe(1);
  expect(drop.output).toContain("LS3004");
  expect(drop.output).toContain(`npx lockstep abandon ${planId()}`);
  shop.write("prisma/schema.prisma", schema);
  shop.edit("prisma/schema.prisma", (text) => text.replace(/handle Int\?/, "handle String?"));
  expect(migrations().some((name) => name.includes("retype"))).toBe(false);
});

test("the gate is closed until expand is deployed and every row is filled", async () => {
  const early = await shop.lockstep(["next"]);
  expect(early.code).toBe(1);
  expect(early.output).toContain("npx prisma migrate deploy");
  const tooEarly = await shop.lockstep(["backfill", "run"]);
  expect(tooEarly.code).toBe(1);
  expect(tooEarly.output).toContain("LS5001");
  // In production, without Lockstep at hand.
  const deploy = await shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production });
  expect(deploy.code, deploy.output).toBe(0);
  const unfilled = await shop.lockstep(["next"]);
  expect(unfilled.code).toBe(1);
  expect(unfilled.output).toContain("npx lockstep backfill run");
  expect(await shop.changedFiles()).toEqual([]);
});

test("backfill run fills every row; a second time has nothing to do", async () => {
  await production.query(`UPDATE "User" SET "handle" = 'chosen-' || "id" WHERE "id" % 100 = 0`);
  const first = await shop.npx("lockstep", ["backfill", "run"]);
  expect(first.code, first.output).toBe(0);
  const { rows } = await production.query(
    `SELECT count(*) FILTER (WHERE "handle" IS NULL)::int AS missing, count(*) FILTER (WHERE "handle" = lower("email"))::int AS filled,
            count(*) FILTER (WHERE "handle" = 'chosen-' || "id")::int AS chosen FROM "User"`,
  );
  expect(rows).toEqual([{ missing: 0, filled: 2970, chosen: 30 }]);
  const second = await shop.lockstep(["backfill", "run"]);
  expect(second.code).toBe(0);
  expect(second.output).toContain("every row has its value");
  // The developer's own database goes the same way, by name.
  expect((await shop.lockstep(["backfill", "run", "--target", "development"])).code).toBe(0);
});

test("next opens the readers: switch", async () => {
  const next = await shop.npx("lockstep", ["next"]);
  expect(next.code, next.output).toBe(0);
  expect(shop.read("src/db.ts")).not.toContain("omit");
  expect(modelField()).toBe("handle String? @unique");
  await expectTypesFit();
  await expectNoDiff();
  await shop.commit("Add handle: switch");
});

test("contract asks for what no query can tell", async () => {
  const unconfirmed = await shop.lockstep(["next"]);
  expect(unconfirmed.code).toBe(1);
  expect(unconfirmed.output).toContain("--confirm writers-aware --confirm reads-steady");
  const next = await shop.lockstep(["next", "--confirm", "writers-aware", "--confirm", "reads-steady"]);
  expect(next.code, next.output).toBe(0);
  expect(modelField()).toBe("handle String @unique");
  await expectTypesFit();
  await expectNoDiff();
  await shop.commit("Add handle: contract");
  await shop.deploy(shop.development);
  const deploy = await shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production });
  expect(deploy.code, deploy.output).toBe(0);
});

test("status says that the plan is done, and nothing of the scaffolding is left", async () => {
  const status = await shop.lockstep(["status", "--json"]);
  expect(JSON.parse(status.stdout)).toMatchObject({ plans: [{ isDone: true, released: "contract" }] });
  const dev = await shop.prisma(["migrate", "dev", "--name", "after"]);
  expect(dev.output).toContain("Already in sync");
  for (const file of code) expect(shop.read(file), file).not.toMatch(/lockstep|GlobalOmitConfig|\?\? .*toLowerCase/i);
  expect(shop.read("src/db.ts")).toBe(original.code.get("src/db.ts"));
});

test("the catalogue equals the one that Prisma's own migration makes on an empty database", async () => {
  const reference = await createDatabase("reference");
  const replay = await createDatabase("replay");
  extra.push(reference, replay);
  // Prisma's own: its earlier migrations, then the SQL that it generated before Lockstep rewrote it.
  const client = new pg.Client({ connectionString: reference.url });
  await client.connect();
  await client.query(shop.read("prisma/migrations/20260301090000_init/migration.sql"));
  await client.query(shop.read(`lockstep/${planId()}/original.sql`));
  await client.end();
  await shop.deploy(replay.url);
  const [expected, ...actual] = await Promise.all(
    [reference.url, replay.url, shop.production, shop.development].map(async (url) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`DROP TABLE IF EXISTS "_prisma_migrations"`);
      const catalogue = await readCatalogue(client, { schemas: ["public"] });
      await client.end();
      return catalogue;
    }),
  );
  for (const catalogue of actual) expect(catalogue).toEqual(expected);
});

test("the whole history runs at once on a filled database: previews, skipped releases", async () => {
  const skipped = await createDatabase("skipped");
  extra.push(skipped);
  const client = new pg.Client({ connectionString: skipped.url });
  await client.connect();
  await client.query(shop.read("prisma/migrations/20260301090000_init/migration.sql"));
  await seedUsers(skipped.url, 700);
  await markApplied(skipped.url, join(shop.root, "prisma/migrations"), ["20260301090000_init"]);
  const deploy = await shop.prisma(["migrate", "deploy"], { DATABASE_URL: skipped.url });
  expect(deploy.code, deploy.output).toBe(0);
  const { rows } = await client.query(`SELECT count(*)::int AS right FROM "User" WHERE "handle" = lower("email")`);
  await client.end();
  expect(rows).toEqual([{ right: 700 }]);
});
