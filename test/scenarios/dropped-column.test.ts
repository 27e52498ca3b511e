import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type App, createApp, userEntity } from "../plugin-typeorm/intercept/app.js";
import { LockstepCommands } from "../support/lockstep-commands.js";
import type { RunResult } from "../support/run.js";
import { createShop, type ShopProject, setUp } from "../support/shop-project.js";

// A column goes: the code stops naming it first, and contract drops it one deployment later.

async function ok(run: Promise<RunResult>) {
  const result = await run;
  expect(result.code, result.output).toBe(0);
  return result;
}

describe("with the stock Prisma", () => {
  let shop: ShopProject;
  let production: pg.Client;
  beforeAll(async () => {
    shop = await createShop();
    await setUp(shop, { development: 5, production: 50 });
    production = new pg.Client({ connectionString: shop.production });
    await production.connect();
  });
  afterAll(async () => {
    await production?.end();
    await shop?.dispose();
  });
  const lockstep = (...args: string[]) => shop.lockstep(args);
  const edit = (from: string, to: string) => shop.edit("prisma/schema.prisma", (text) => text.replace(from, to));
  const migrate = async (name: string) => (await ok(shop.prisma(["migrate", "dev", "--name", name]))).stdout;
  const migrations = () => readdirSync(join(shop.root, "prisma/migrations")).filter((name) => /^\d/.test(name));
  const columns = async (table: string) =>
    (
      await production.query(
        `SELECT column_name AS c, is_nullable AS n FROM information_schema.columns WHERE table_name = $1`,
        [table],
      )
    ).rows.map(({ c, n }) => `${c}${n === "YES" ? "?" : ""}`);
  const inUse = (name: string) => new RegExp(`✖ code in this checkout still contains the name of "User"\\."${name}"`);

  test("a required column: optional first, and the old and the new build work in every phase", async () => {
    const before = await columns("User");
    edit("  name      String\n", "");
    const printed = await migrate("no_name");
    expect(printed).toMatch(/✖ drop-column {2}line \d+\n {4}DROP COLUMN "name"/);
    expect(printed).toMatch(
      /1 expand {4}Make "User"\."name" optional .*\n {2}2 contract {2}Drop "User"\."name" WITH ITS DATA/,
    );
    expect(printed).toMatch(/! expand: new code writes no value in "User"\."name", and the version before may fail/);
    const uses =
      /! (\d+) lines of code still contain “name”: .*src\/users.* and \d+ more: see lockstep\/(\d+_no_name)\//;
    const [, used = "", plan = ""] = uses.exec(printed) ?? [];
    const inReadme = () => [
      ...shop.read(`lockstep/${plan}/README.md`).matchAll(/^- \[ \] `[^`]+` lines? ([\d, ]+)$/gm),
    ];
    expect(inReadme().flatMap(([, lines = ""]) => lines.split(", "))).toHaveLength(Number(used));
    const code = await ok(lockstep("code"));
    expect(code.stdout).not.toContain("edits of this phase are made");
    expect(code.stdout).toMatch(uses);
    expect(code.stdout).toContain(`Check the ${used} lines: remove each use.`);
    shop.write("src/more.ts", "export const nameOf = (user: { name: string }) => user.name;\n");
    await ok(lockstep("code"));
    expect(inReadme().map(([row]) => row)).toContain("- [ ] `src/more.ts` line 1");
    rmSync(join(shop.root, "src/more.ts"));
    await shop.commit("no_name");
    await ok(lockstep("deploy"));
    // The new build, and the old one.
    await production.query(`INSERT INTO "User" (email, "updatedAt") VALUES ('new@example.com', now())`);
    await production.query(`INSERT INTO "User" (email, name, "updatedAt") VALUES ('old@example.com', 'Old', now())`);
    expect((await production.query(`SELECT count(name)::int AS n FROM "User"`)).rows).toEqual([{ n: 51 }]);

    // Until contract, other changes go on as if the column were gone.
    const count = migrations().length;
    expect(await migrate("nothing")).toContain("Already in sync");
    expect(migrations()).toHaveLength(count);
    edit("  updatedAt DateTime @updatedAt\n  orders", "  updatedAt DateTime @updatedAt\n  nick      String?\n  orders");
    await migrate("nick");
    expect(shop.read(`prisma/migrations/${migrations().at(-1)}/migration.sql`)).toMatch(
      /^(?:--.*\n)*ALTER TABLE "User" ADD COLUMN +"nick" TEXT;\n$/,
    );
    await shop.commit("nick");
    await ok(lockstep("deploy"));

    const early = await lockstep("next", "--confirm", "column-unused");
    expect([early.code, early.output]).toEqual([1, expect.stringContaining("--confirm column-unused is not recorded")]);
    expect((await lockstep("next")).output).toMatch(inUse("name"));
    const confirmed = await ok(lockstep("next", "--confirm", "column-unused", "--confirm", "named-elsewhere"));
    expect(confirmed.stdout).toMatch(
      /Written for contract\n {2}\d+_no_name_drop_column {2}Drop "User"\."name" WITH ITS DATA/,
    );

    // Undone before it has run anywhere, its migration goes: the ORM's own command would run it.
    const undone = await ok(lockstep("undo"));
    expect(undone.stdout).toContain("No database has run contract, so its migration is removed. No data is lost");
    expect(migrations().filter((name) => name.endsWith("_no_name_drop_column"))).toEqual([]);
    await shop.commit("undone");
    expect(await migrate("nothing")).toContain("Already in sync");
    expect((await production.query(`SELECT count(name)::int AS n FROM "User"`)).rows).toEqual([{ n: 51 }]);

    // A field that is back in the model is not dropped.
    const without = shop.read("prisma/schema.prisma");
    edit("  nick      String?\n", "  nick      String?\n  name      String?\n");
    for (const refused of [
      await shop.prisma(["migrate", "dev", "--name", "back"]),
      await lockstep("next", "--confirm", "column-unused", "--confirm", "named-elsewhere"),
    ])
      expect(refused.output).toMatch(/LS3004\s+User\.name is in the model[\s\S]*npx lockstep abandon/);
    shop.write("prisma/schema.prisma", without);
    await ok(lockstep("next", "--confirm", "column-unused", "--confirm", "named-elsewhere"));
    await shop.commit("contract");
    const dropped = await ok(lockstep("deploy", "--confirm", "column-unused", "--confirm", "named-elsewhere"));
    expect(dropped.stdout).toMatch(/Next {3}npx lockstep status\n$/);
    expect(await columns("User")).toEqual([...before.filter((name) => name !== "name"), "nick?"]);
    expect((await ok(lockstep("status"))).stdout).toContain("nothing: this plan is done");
    expect(await migrate("nothing")).toContain("Your database is now in sync");
    expect(await shop.drift()).toBeUndefined();

    // What contract has dropped comes back empty, and the output says so to the end.
    const lost = /The values in "User"\."name" are lost where contract has run/;
    expect((await ok(lockstep("undo"))).stdout).toMatch(lost);
    await shop.commit("undone");
    await ok(lockstep("deploy"));
    await migrate("nothing");
    expect((await ok(lockstep("abandon", "--yes"))).stdout).toMatch(lost);
    edit("  nick      String?\n", "  nick      String?\n  name      String?\n");
    expect(await migrate("nothing")).toContain("Already in sync");
  });

  test("an optional column with its index, and one with a default: nothing changes before contract; abandoned without loss", async () => {
    edit("  description String?\n", "");
    edit("  stock       Int         @default(0)\n", "");
    edit("\n\n  @@index([userId])", "");
    edit("  userId     Int\n", '  userId     Int\n  voucher    String?     @map("coupon")\n');
    edit("  items      OrderItem[]\n}", "  items      OrderItem[]\n\n  @@index([voucher])\n}");
    edit(
      "  orderItems  OrderItem[]\n",
      "  orderItems  OrderItem[]\n  description String?\n  stock       Int         @default(0)\n",
    );
    shop.write("src/vouchers.ts", "export const voucherOf = (order: { voucher?: string | null }) => order.voucher;\n");
    await migrate("coupon");
    await shop.commit("coupon");
    await ok(lockstep("deploy"));
    const model = shop.read("prisma/schema.prisma");
    edit('  voucher    String?     @map("coupon")\n', "");
    edit("\n\n  @@index([voucher])", "");
    edit("  stock       Int         @default(0)\n", "");
    const printed = await migrate("less");
    expect(printed).toContain("2 phases, each safe with the app version before and after it");
    expect(printed).toMatch(
      /1 expand {4}Change nothing yet: code stops using "Order"\."coupon", "Product"\."stock" {2}no lock/,
    );
    expect(printed).toMatch(/✖ drop-index .*\n.*DROP INDEX "Order_coupon_idx"\n {4}It goes with its column/);
    // By its name in the last commit.
    expect(printed).toMatch(/! 1 line of code still contains “voucher”: src\/vouchers\.ts:1\./);
    await shop.commit("less");
    await ok(lockstep("deploy"));
    expect(await columns("Order")).toContain("coupon?");
    expect(await migrate("nothing")).toContain("Already in sync");
    const left = await ok(lockstep("abandon", "--yes"));
    expect(left.stdout).toContain('No data is lost: "Order"."coupon", "Product"."stock" stays in the database');
    shop.write("prisma/schema.prisma", model);
    expect(await migrate("nothing")).toContain("Already in sync");
    await shop.commit("abandoned");
    await ok(lockstep("deploy"));
    expect((await ok(lockstep("status"))).stdout).toContain("undone");
    expect(
      (await production.query(`SELECT indexname FROM pg_indexes WHERE indexname = 'Order_coupon_idx'`)).rows,
    ).toHaveLength(1);
  });

  test("a table with its keys and indexes, and a column with its type", async () => {
    const model = shop.read("prisma/schema.prisma");
    const gone =
      /^(?:model OrderItem|enum OrderStatus) \{[\s\S]*?^\}\n\n?|^ {2}(?:items|orderItems) .*\n|^ {2}status .*\n/gm;
    shop.write("prisma/schema.prisma", model.replace(gone, ""));
    const printed = await migrate("no_items");
    expect(printed).toMatch(
      /2 contract {2}Drop "OrderItem" WITH ITS DATA .*\n.*Drop "Order"\."status" WITH ITS DATA .*\n.*Drop the type "OrderStatus"/,
    );
    await shop.commit("no_items");
    await ok(lockstep("deploy"));
    expect(await migrate("nothing")).toContain("Already in sync");
    const closed = await lockstep("next");
    expect(closed.output).toContain('✖ code in this checkout still contains the name of "Order"."status"');
    const confirm = ["--confirm", "column-unused", "--confirm", "table-unused", "--confirm", "named-elsewhere"];
    await ok(lockstep("next", ...confirm));
    await shop.commit("contract");
    expect((await ok(lockstep("deploy"))).stdout).toMatch(/Next {3}npx lockstep status\n$/);
    expect(await columns("OrderItem")).toEqual([]);
    expect((await production.query(`SELECT FROM pg_type WHERE typname = 'OrderStatus'`)).rows).toEqual([]);
    await migrate("nothing");
    expect(await shop.drift()).toBeUndefined();
  });

  test("a column that no commit has is dropped at once", async () => {
    edit("  userId     Int\n", "  userId     Int\n  trialField Int?\n");
    await migrate("trial");
    edit("  trialField Int?\n", "");
    const dropped = await ok(shop.prisma(["migrate", "dev", "--name", "no_trial"]));
    expect(dropped.stdout).toContain('runs unchanged: ALTER TABLE "Order" DROP COLUMN "trialField"');
    expect(readdirSync(join(shop.root, "lockstep")).some((name) => name.endsWith("no_trial"))).toBe(false);
  });

  test("by hand: `rewrite` makes the same plan", async () => {
    const folder = `prisma/migrations/20300101000000_by_hand`;
    mkdirSync(join(shop.root, folder), { recursive: true });
    shop.write(`${folder}/migration.sql`, `ALTER TABLE "Product" DROP COLUMN "description";\n`);
    const checked = await lockstep("check", `${folder}/migration.sql`);
    expect(checked.output).toMatch(/drop-column[\s\S]*npx lockstep rewrite/);
    const shown = await ok(lockstep("rewrite", `${folder}/migration.sql`, "--dry-run"));
    expect(shown.stdout).toContain(`2 contract  Drop "Product"."description" WITH ITS DATA`);
  });
});

describe("with the stock TypeORM", () => {
  const nick = '@Index()\n@Column({ type: "varchar", length: 40 })\nnick!: string;';
  const entity = (...columns: string[]) =>
    userEntity(...columns).replace("{ Column, Entity,", "{ Column, Entity, Index,");
  let app: App;
  let commands: LockstepCommands;
  beforeAll(async () => {
    app = await createApp({
      entities: { "user.ts": entity() },
      files: { "lockstep.config.json": JSON.stringify({ targets: { production: { urlFrom: "DATABASE_URL" } } }) },
    });
    await app.query(`ALTER TABLE users ADD nick character varying(40)`);
    await app.query(`UPDATE users SET nick = 'n' || id`);
    await app.query(`ALTER TABLE users ALTER nick SET NOT NULL`);
    commands = new LockstepCommands(app.root);
    app.write("src/user.ts", entity(nick));
    await ok(app.generate("Index"));
    await ok(app.cli(["migration:run"]));
  });
  afterAll(async () => {
    commands?.close();
    await app?.dispose();
  });
  const lockstep = (...argv: string[]) => commands.run(argv, { DATABASE_URL: app.url, LOCKSTEP_CI: "1" });
  const isInSync = async () =>
    expect((await app.generate("Nothing")).output).toContain("No changes in database schema were found");
  const nicks = async () => (await app.query("SELECT count(nick)::int AS n FROM users"))[0]?.n;

  test("optional, out of the entity, dropped with its index", async () => {
    await isInSync();
    app.write("src/user.ts", entity());
    const generated = await ok(app.generate("NoNick"));
    expect(generated.output).toMatch(
      /1 expand {4}Make "users"\."nick" optional[\s\S]*2 contract {2}Drop "users"\."nick" WITH ITS DATA/,
    );
    await ok(lockstep("deploy"));
    await app.query(`INSERT INTO users (email) VALUES ('new@example.com')`);
    await app.query(`INSERT INTO users (email, nick) VALUES ('old@example.com', 'old')`);
    await isInSync();
    expect(await nicks()).toBe(3);
    await ok(lockstep("next", "--confirm", "column-unused"));
    await ok(lockstep("deploy"));
    expect(await app.query(`SELECT 1 FROM pg_attribute WHERE attname = 'nick'`)).toEqual([]);
    await isInSync();
    expect((await ok(lockstep("status"))).stdout).toContain("plan is done");
  });

  test("a column with its enum; a table, by hand", async () => {
    const place = '@Column({ type: "enum", enum: ["web", "shop"], default: "web" })\nplace!: string;';
    app.write("src/user.ts", entity(place));
    await ok(app.generate("Place"));
    await ok(lockstep("deploy"));
    app.write("src/user.ts", entity());
    const generated = await ok(app.generate("NoPlace"));
    expect(generated.output).toMatch(
      /1 expand {4}Change nothing yet[\s\S]*2 contract {2}Drop "users"\."place" WITH ITS DATA .*\n.*Drop the type "\S*users_place_enum"/,
    );
    await ok(lockstep("deploy"));
    await isInSync();
    await ok(lockstep("next", "--confirm", "column-unused"));
    await ok(lockstep("deploy"));
    expect(await app.query("SELECT to_regtype('users_place_enum') AS e")).toEqual([{ e: null }]);
    await isInSync();
    // The type, then the column.
    for (const _ of [1, 2]) await ok(app.cli(["migration:revert"]));
    expect(await app.query("SELECT count(*)::int AS n FROM users WHERE place IS NULL")).toEqual([{ n: 4 }]);
    await ok(app.cli(["migration:run"]));

    await app.query(`CREATE TABLE visits (id int)`);
    app.write(
      "src/migrations/1999999999999-NoVisits.ts",
      'export class NoVisits1999999999999 {\n  async up(q: any) {\n    await q.query(`DROP TABLE "visits"`);\n  }\n  async down() {}\n}\n',
    );
    const shown = await ok(lockstep("rewrite", "src/migrations/1999999999999-NoVisits.ts", "--dry-run"));
    expect(shown.stdout).toMatch(
      /1 expand {4}Change nothing yet: code stops using "visits"[\s\S]*2 contract {2}Drop "visits" WITH ITS DATA/,
    );
  });
});
