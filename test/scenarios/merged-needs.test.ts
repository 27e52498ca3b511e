import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { type RunResult, run } from "../support/run.js";
import { addField, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Two branches of one repository, each right alone. Merged with git, or deployed to one target, they take from each other: every command
// says so before anything is lost, and names a command that leads on.

let shop: ShopProject;
const databases: TestDatabase[] = [];
let base: string;
let env: { readonly DATABASE_URL: string; readonly PRODUCTION_DATABASE_URL: string };

const schema = "prisma/schema.prisma";
const handle = (fill: string, type = "String") => [`/// @lockstep.backfill(${fill})`, `handle ${type}`];
const declare = (model: string, lines: readonly string[]) => shop.edit(schema, (text) => addField(text, model, lines));
const withoutNote = () => shop.edit(schema, (text) => text.replace(/ +note +String\?\n/, ""));

const git = (...args: string[]) =>
  run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: shop.root });
const lockstep = (...args: string[]) => shop.lockstep(args, env);
const migrate = (name: string) => ok(shop.prisma(["migrate", "dev", "--name", name], env));
const plans = () => readdirSync(join(shop.root, "lockstep")).filter((name) => /^\d/.test(name));

async function ok(running: Promise<RunResult>) {
  const result = await running;
  expect(result.code, result.output).toBe(0);
  return result;
}

async function query(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function copyOf(template: string): Promise<string> {
  const made = await createDatabase("merged_needs", template);
  databases.push(made);
  return made.url;
}

/** A branch from a commit, with a development database of its own. */
async function branch(
  name: string,
  from: string,
  production: string,
  work: () => Promise<void>,
  dev = shop.development,
) {
  await ok(git("checkout", "-q", "-f", "-B", name, from));
  env = { DATABASE_URL: await copyOf(dev), PRODUCTION_DATABASE_URL: production };
  await work();
  await shop.commit(name);
}

/** These commands fail with a code, and change nothing. */
async function refused(code: string, ...commands: readonly (readonly string[])[]): Promise<string> {
  let last = "";
  for (const args of commands) {
    const { code: exit, output } = await lockstep(...args);
    expect(exit, output).not.toBe(0);
    expect(output).toContain(code);
    last = output;
  }
  return last;
}

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 3, production: 300 });
  declare("User", ["note String?"]);
  await ok(shop.prisma(["migrate", "dev", "--name", "note"]));
  await shop.deploy(shop.production);
  await query(shop.production, `UPDATE "User" SET note = 'Note ' || id`);
  await shop.commit("note");
  base = (await git("rev-parse", "HEAD")).stdout.trim();
}, 300_000);

afterAll(async () => {
  await shop?.dispose();
  await Promise.all(databases.map((each) => each.drop()));
});

test("a drop takes what another branch's plan reads: it waits until that plan is done", async () => {
  const production = await copyOf(shop.production);
  await branch("reads", base, production, async () => {
    declare("User", handle("lower(note)", "String?"));
    await migrate("handle");
  });
  await branch("drops", base, production, async () => {
    withoutNote();
    await migrate("no_note");
  });
  const dropped = shop.read(schema);
  await git("merge", "-q", "-X", "ours", "-m", "merged", "reads");
  shop.write(schema, addField(dropped, "User", handle("lower(note)", "String?")));
  await shop.commit("merged");
  const [reads = "", drops = ""] = plans();
  const confirmed = ["--confirm", "column-unused", "--confirm", "named-elsewhere"];
  const said = await refused("LS3023", ["check", "--all"], ["status"], ["doctor"], ["next", drops, ...confirmed]);
  expect(said).toContain(`npx lockstep next ${reads}   # finish it first`);
  // What the other plan needs is deployed.
  expect((await ok(lockstep("deploy"))).output).toContain("! production: LS3023");
  await ok(lockstep("backfill", "run", reads));
  expect(await query(production, `SELECT count(handle)::int AS n FROM "User" WHERE handle = lower(note)`)).toEqual([
    { n: 300 },
  ]);
  // With its drop in the repository, as the branch itself may have released it, nothing of it runs.
  await ok(git("checkout", "-q", "-f", "drops"));
  await ok(lockstep("abandon", drops, "--yes"));
  expect((await lockstep("status", reads)).code).toBe(0);
}, 300_000);

test("a merge keeps a field whose plan is undone: no values go, and the column can be planned again", async () => {
  const production = await copyOf(shop.production);
  await branch("expands", base, production, async () => {
    declare("User", handle("lower(email)"));
    await migrate("handle");
    await shop.commit("handle");
    await ok(lockstep("deploy"));
    await ok(lockstep("backfill", "run"));
  });
  const started = env;
  await git("checkout", "-q", "-b", "undoes");
  await ok(lockstep("abandon", "--yes"));
  await shop.commit("undone");
  await branch(
    "keeps",
    "expands",
    production,
    async () => {
      declare("Order", ["memo String?"]);
      await migrate("memo");
    },
    started.DATABASE_URL,
  );
  const kept = shop.read(schema);
  await git("merge", "-q", "-X", "ours", "-m", "merged", "undoes");
  shop.write(schema, kept);
  await shop.commit("merged");
  const [plan = ""] = plans();
  const deploy = ["deploy", "--confirm", "column-unused"];
  await refused("LS3024", ["check", "--all"], ["status"], ["doctor"], ["next", plan], ["deploy"], deploy);
  expect(await query(production, `SELECT count(handle)::int AS n FROM "User"`)).toEqual([{ n: 300 }]);
  // Also where the undo has run.
  const gone = await copyOf(production);
  await query(gone, `ALTER TABLE "User" DROP COLUMN "handle"`);
  const here = env;
  env = { ...here, PRODUCTION_DATABASE_URL: gone };
  await refused("LS3024", ["deploy"], ["status"]);
  await migrate("again");
  await shop.commit("again");
  expect((await lockstep("check", "--all")).output).not.toContain("LS3024");
  expect((await lockstep("status")).code).toBe(0);
  // Nobody can confirm that no build uses a column that this commit declares.
  env = here;
  expect(await refused("LS3024", deploy)).toMatch(
    /_undo_expand drops "User"\."handle", which production has with its values/,
  );
  expect(await query(production, `SELECT count(handle)::int AS n FROM "User"`)).toEqual([{ n: 300 }]);
}, 300_000);

test("a target has the column of another branch: its values and its trigger stay", async () => {
  const production = await copyOf(shop.production);
  await branch("first", base, production, async () => {
    declare("User", handle("lower(email)"));
    await migrate("first_handle");
    await shop.commit("first");
    await ok(lockstep("deploy"));
  });
  const body = () => query(production, `SELECT prosrc FROM pg_proc WHERE proname LIKE 'lockstep_fill%'`);
  const before = await body();
  for (const [name, type] of [
    ["second", "String"],
    // It has no trigger.
    ["third", "String?"],
  ] as const) {
    await branch(name, base, production, async () => {
      declare("User", handle("upper(name)", type));
      await migrate(`${name}_handle`);
    });
    await refused("LS5001", ["backfill", "run"]);
    expect((await lockstep("status")).output).toMatch(/backfill +not begun/);
    const said = await refused("LS7038", ["deploy"], ["deploy", "--confirm", "column-unused"]);
    expect(said).toMatch(
      /"User"\."handle" exists on production.*production has migrations of another branch: \d+_first_handle/,
    );
    expect(said).toMatch(/Merge the branch with \d+_first_handle/);
  }
  expect(await query(production, `SELECT count(handle)::int AS n FROM "User"`)).toEqual([{ n: 0 }]);
  expect(await body()).toEqual(before);
  // Nobody's column, and nobody's index.
  const other = await copyOf(shop.production);
  await query(other, `ALTER TABLE "Product" ADD COLUMN "memo" TEXT; CREATE INDEX "Order_code_key" ON "Order" ("id")`);
  await branch("fourth", base, other, async () => {
    declare("Product", ["/// @lockstep.backfill(sku)", "memo String"]);
    declare("Order", ["/// @lockstep.backfill(id::text)", "code String @unique"]);
    await migrate("fourth");
  });
  const said = await refused("LS7038", ["deploy"]);
  expect(said).toContain(`"Product"."memo" exists on production`);
  expect(said).toContain(`The index "Order_code_key" on "Order" exists on production`);
  expect(said).toMatch(
    /npx prisma db execute --file .* && npx prisma migrate resolve --applied .*to take over what exists/,
  );
  // An interrupted run of the plan itself goes on.
  await query(other, `ALTER TABLE "Product" DROP COLUMN "memo"; DROP INDEX "Order_code_key"`);
  for (const name of readdirSync(join(shop.root, "prisma/migrations")).filter((each) => each.includes("_fourth")))
    await query(
      other,
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, rolled_back_at) VALUES ('${name.slice(0, 36)}', 'x', '${name}', now())`,
    );
  await query(other, `ALTER TABLE "Product" ADD COLUMN "memo" TEXT`);
  await ok(lockstep("deploy"));
}, 300_000);

test("git pairs no pending file of one plan with that of another, and one command restores the files of a plan", async () => {
  const production = await copyOf(shop.production);
  await branch("start", base, production, async () => {
    declare("User", handle("lower(email)"));
    await migrate("handle");
    await shop.commit("handle");
    await ok(lockstep("deploy"));
    await ok(lockstep("backfill", "run"));
  });
  const started = env;
  await git("checkout", "-q", "-b", "releases");
  await ok(lockstep("next", "--pace", "brisk", "--confirm", "writers-aware", "--confirm", "translation-agrees"));
  await shop.commit("contract");
  await ok(git("checkout", "-q", "-f", "-B", "replaces", "start"));
  env = started;
  await ok(lockstep("abandon", "--yes"));
  await shop.commit("abandoned");
  declare("User", ["/// @lockstep.backfill(lower(name))", "alias String"]);
  await migrate("alias");
  await shop.commit("alias");
  const alias = plans().find((name) => name.endsWith("_alias"))!;
  const folder = join(shop.root, "lockstep", alias);
  const files = () =>
    ["held", "undo"].flatMap((name) =>
      readdirSync(join(folder, name)).map((file) => [file, readFileSync(join(folder, name, file), "utf8")] as const),
    );
  const written = files();
  expect((await git("diff", "-M", "--summary", "start", "HEAD", "--", "lockstep")).stdout).not.toMatch(/rename.*held/);
  await git("merge", "-q", "-m", "merged", "releases");
  expect(files()).toEqual(written);
  // Whatever else has changed them.
  await git("checkout", "-q", "-f", "replaces");
  const [held, undo] = [`held/${readdirSync(join(folder, "held"))[0]}`, `undo/${readdirSync(join(folder, "undo"))[0]}`];
  const migration = readdirSync(join(shop.root, "prisma/migrations")).find((name) => name.endsWith("_alias"))!;
  const file = `prisma/migrations/${migration}/migration.sql`;
  const text = shop.read(file);
  shop.write(`lockstep/${alias}/${held}`, "-- of another plan\n");
  rmSync(join(folder, undo));
  shop.write(file, `${text}\nSELECT 1;\n`);
  // No commit has them as planned.
  await shop.commit("damaged");
  expect(await refused("LS3003", ["status"])).toContain("npx lockstep repair --files");
  const dry = await lockstep("repair", "--files", "--dry-run");
  expect(dry.output).toMatch(/was changed after planning[\s\S]*is missing/);
  expect(existsSync(join(folder, undo))).toBe(false);
  await ok(lockstep("repair", "--files"));
  expect(files()).toEqual(written);
  expect(shop.read(file)).toBe(text);
  expect((await ok(lockstep("repair", "--files"))).output).toContain("nothing to repair");
}, 300_000);
