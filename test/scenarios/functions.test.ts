import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { markApplied } from "../support/deploy-migrations.js";
import { addField, createShop, type ShopProject, seedUsers, setUp } from "../support/shop-project.js";

// A column that SQL cannot compute, with the stock Prisma CLI. Every test is a step and builds on the one before.

let shop: ShopProject;
let production: pg.Client;
const extra: TestDatabase[] = [];

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 20, production: 2000 });
  production = new pg.Client({ connectionString: shop.production });
  await production.connect();
}, 60_000);
afterAll(async () => {
  await production?.end();
  await shop?.dispose();
  await Promise.all(extra.map((database) => database.drop()));
});

const planId = () => readdirSync(join(shop.root, "lockstep"))[0] ?? "";
const migrations = () =>
  readdirSync(join(shop.root, "prisma/migrations")).filter((name) => name.includes("add_handle"));
/** A service that the function asks: of the project's own code, and with a handle that would keep the process alive. */
const slug = `setInterval(() => undefined, 60_000);
export function slugify(email: string): string {
  return email.toLowerCase().normalize("NFKD").replaceAll(/[^a-z0-9]+/g, "-");
}
`;
const config = (
  fill: string,
  fallback = 'fallback: "lower(email)",',
) => `import { defineConfig } from "@lockstep/prisma";
import { slugify } from "./src/slug.js";

export default defineConfig({
  targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } },
  fills: { User: { handle: {
    reads: ["email"],
    async fill(rows, { signal }) { signal.throwIfAborted(); console.log(\`asked for \${rows.length} rows\`); ${fill} },
    ${fallback}
  } } },
});
`;
const right = "return rows.map((row) => slugify(String(row.email)));";
const confirmed = ["next", "--confirm", "writers-aware", "--confirm", "reads-steady"];
const scalar = async (sql: string) => Object.values((await production.query(sql)).rows[0])[0];

test("what is wrong about the function stops before anything is written", async () => {
  shop.write("src/slug.ts", slug);
  shop.write("lockstep.config.ts", config(right));
  await shop.commit("A function");
  shop.edit("prisma/schema.prisma", (schema) => addField(schema, "User", ["handle String @unique"]));
  for (const [text, code, message] of [
    [config(right).replace("handle:", "handel:"), "LS2053", /did you mean handle\?/],
    [config('return rows.map(() => "same");'), "LS5054", /'same' for id=1 and id=2/],
  ] as const) {
    shop.write("lockstep.config.ts", text);
    const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
    expect(dev.code).toBe(1);
    expect(dev.output).toContain(code);
    expect(dev.output).toMatch(message);
    expect((await shop.changedFiles()).sort()).toEqual([" M lockstep.config.ts", " M prisma/schema.prisma"]);
  }
});

test("migrate dev makes the plan: no trigger, and every write site is listed", async () => {
  shop.write("lockstep.config.ts", config(right));
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(dev.code, dev.output).toBe(0);
  expect(dev.output).toContain("function fills.User.handle of lockstep.config.ts");
  expect(dev.output).toMatch(/places? for you to edit/);
  for (const name of migrations())
    expect(shop.read(`prisma/migrations/${name}/migration.sql`)).not.toContain("TRIGGER");
  const plan = await shop.lockstep(["plan"]);
  expect(plan.output).toContain(
    "Values of User.handle: function fills.User.handle of lockstep.config.ts, fallback lower(email)",
  );
  expect(shop.read(`lockstep/${planId()}/README.md`)).toContain("stay NULL until the backfill has filled them");
  await shop.commit("Add handle: expand");
  const status = await shop.lockstep(["status"]);
  expect(status.stdout).toContain(
    'function fills.User.handle of lockstep.config.ts for "User"."handle" was not tried on these rows',
  );
  const deploy = await shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production });
  expect(deploy.code, deploy.output).toBe(0);
});

test("the backfill calls the function, keeps chosen values, and needs its function", async () => {
  await production.query(`UPDATE "User" SET "handle" = 'chosen-' || "id" WHERE "id" % 100 = 0`);
  shop.write("lockstep.config.ts", config(right).replace("handle:", "name:"));
  const missing = await shop.lockstep(["backfill", "run"]);
  expect(missing).toMatchObject({ code: 2, output: expect.stringContaining("LS2052") });
  shop.write(
    "lockstep.config.ts",
    config(
      'return rows.map((row) => { if (row.email.includes(".777@")) throw new Error("no slug"); return slugify(row.email); });',
    ),
  );
  const failed = await shop.lockstep(["backfill", "run"]);
  expect(failed).toMatchObject({ code: 1, output: expect.stringMatching(/LS5050.*threw for id=777: Error: no slug/) });
  expect(await scalar(`SELECT count(*)::int FROM "User" WHERE "handle" IS NULL AND "id" < 777`)).toBe(0);
  shop.write("lockstep.config.ts", config(right));
  // The executable itself: what the user's code leaves running must not keep it.
  const run = await shop.npx("lockstep", ["backfill", "run"]);
  expect(run.code, run.output).toBe(0);
  expect(run.output).toContain("isResumed=true");
  // What a function prints is none of the answer.
  expect(run.stdout).not.toContain("asked for");
  expect(run.output).toContain("asked for");
  const { rows } = await production.query(
    `SELECT count(*) FILTER (WHERE "handle" = 'user-' || "id" || '-example-com')::int AS filled,
            count(*) FILTER (WHERE "handle" = 'chosen-' || "id")::int AS chosen FROM "User"`,
  );
  expect(rows).toEqual([{ filled: 1980, chosen: 20 }]);
  expect((await shop.lockstep(["backfill", "run", "--target", "development"])).code).toBe(0);
});

test("old code leaves rows without a value: the gate is closed until the backfill has looked back", async () => {
  await production.query(
    `INSERT INTO "User" ("email", "name", "updatedAt") VALUES ('Late@Example.com', 'Late', now())`,
  );
  const closed = await shop.lockstep(["next"]);
  expect(closed).toMatchObject({ code: 1, output: expect.stringContaining("npx lockstep backfill run") });
  expect((await shop.lockstep(["backfill", "run"])).code).toBe(0);
  expect(await scalar(`SELECT "handle" FROM "User" WHERE "email" = 'Late@Example.com'`)).toBe("late-example-com");
  const next = await shop.lockstep(["next"]);
  expect(next.code, next.output).toBe(0);
  await shop.commit("Add handle: switch");
});

test("contract waits for the write sites, which people write", async () => {
  const waiting = await shop.lockstep(confirmed);
  expect(waiting.code).toBe(1);
  expect(waiting.output).toContain("in the code ha");
  const sites = [
    ["src/users/service.ts", "create: { email, name }", "create: { email, name, handle: slugify(email) }"],
    ["src/users/routes.ts", "email: body.email,", "email: body.email, handle: slugify(body.email),"],
    ["prisma/seed.ts", "email: emailOf(n),", "email: emailOf(n), handle: slugify(emailOf(n)),"],
  ] as const;
  // No gate waits for a test.
  expect(waiting.output).not.toContain("test/shop.ts");
  for (const [file, before, after] of sites) {
    expect(waiting.output).toContain(file);
    expect(shop.read(file)).toContain(before);
    shop.edit(
      file,
      (text) =>
        `import { slugify } from "${file.startsWith("src/") ? "../slug" : "../src/slug"}";\n${text.replace(before, after)}`,
    );
  }
  await shop.commit("Write handle");
});

test("a service knows the column once its plan has no such place; rows of one that does not close the gate again", async () => {
  shop.write("lockstep.config.ts", config(right).replace("targets:", 'services: ["web"],\n  targets:'));
  const asked = ["next", "--confirm", "reads-steady"];
  expect((await shop.lockstep(["announce", "web"])).output).toContain("3 places have still to change");
  expect((await shop.lockstep(asked)).output).toMatch(
    /✖ web runs build \S+ on production, in which 3 places had still to write the column/,
  );
  const code = await shop.lockstep(["code"]);
  expect(code.code, code.output).toBe(0);
  await shop.commit("Nothing is left");
  expect((await shop.lockstep(["announce", "web"])).output).not.toContain("have still to change");
  expect((await shop.lockstep(["backfill", "run"])).code).toBe(0);
  await production.query(`INSERT INTO "User" ("email", "name", "updatedAt") VALUES ('Old@Example.com', 'Old', now())`);
  const closed = await shop.lockstep(asked);
  expect(closed.code, closed.output).toBe(1);
  expect(closed.output).toMatch(
    /✖ 1 row of "User"."handle" on production came without a value after all services had announced the column \(.*\), for example id=\d+:/,
  );
  expect(closed.output).toContain("Next\n  1. Find the code that writes these rows");
  expect((await shop.lockstep(["backfill", "run"])).code).toBe(0);
  // The place that is left is in a test, which no gate checks.
  const next = await shop.lockstep(asked);
  expect(next.code, next.output).toBe(0);
  expect(next.output).toContain('no row of "User"."handle" came without a value since');
  await shop.commit("Add handle: contract");
  for (const url of [shop.development, shop.production]) {
    await shop.deploy(url);
  }
  expect(await scalar(`SELECT is_nullable FROM information_schema.columns WHERE column_name = 'handle'`)).toBe("NO");
  expect(JSON.parse((await shop.lockstep(["status", "--json"])).stdout)).toMatchObject({ plans: [{ isDone: true }] });
});

test("a preview database that applies everything at once uses the fallback", async () => {
  const preview = await createDatabase("preview");
  extra.push(preview);
  const client = new pg.Client({ connectionString: preview.url });
  await client.connect();
  await client.query(shop.read("prisma/migrations/20260301090000_init/migration.sql"));
  await seedUsers(preview.url, 500);
  await markApplied(preview.url, join(shop.root, "prisma/migrations"), ["20260301090000_init"]);
  await shop.deploy(preview.url);
  const { rows } = await client.query(`SELECT count(*)::int AS right FROM "User" WHERE "handle" = lower("email")`);
  await client.end();
  expect(rows).toEqual([{ right: 500 }]);
});
