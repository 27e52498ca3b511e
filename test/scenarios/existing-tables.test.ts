import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type App, createApp, userEntity } from "../plugin-typeorm/intercept/app.js";
import { LockstepCommands } from "../support/lockstep-commands.js";
import type { RunResult } from "../support/run.js";
import { createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Indexes and keys over existing columns: one phase, a line each, nothing to do after the deployment, and a way back.

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
  const planId = () =>
    readdirSync(join(shop.root, "lockstep"))
      .filter((name) => /^\d/.test(name))
      .sort()
      .at(-1) ?? "";
  const edit = (from: string, to: string) => shop.edit("prisma/schema.prisma", (text) => text.replace(from, to));
  const sqlOf = (name: string) =>
    readdirSync(join(shop.root, "prisma/migrations"))
      .filter((each) => each.includes(name))
      .map((each) => shop.read(`prisma/migrations/${each}/migration.sql`))
      .join("\n");
  const indexes = async () =>
    (await production.query(`SELECT indexname FROM pg_indexes WHERE tablename = 'Order' ORDER BY 1`)).rows.map(
      ({ indexname }) => indexname,
    );
  const keys = async () =>
    (
      await production.query(
        `SELECT conname, convalidated, confdeltype FROM pg_constraint WHERE conrelid = '"Order"'::regclass AND contype = 'f' ORDER BY 1`,
      )
    ).rows;

  /** Development has it; then production, with Lockstep. */
  async function change(name: string) {
    const { stdout } = await ok(shop.prisma(["migrate", "dev", "--name", name]));
    await shop.commit(name);
    expect(await shop.drift()).toBeUndefined();
    return stdout;
  }

  async function undo() {
    const { stdout } = await ok(lockstep("undo", planId(), "--yes"));
    await shop.commit("undone");
    await ok(lockstep("deploy"));
    await shop.deploy(shop.development);
    return stdout;
  }

  test("an index is built concurrently, and its undo drops it", async () => {
    const before = await indexes();
    edit("@@index([userId])", "@@index([userId])\n  @@index([createdAt])");
    const printed = await change("by_date");
    expect(printed).toMatch(
      /Lockstep\n {2}✔ Build the index "Order_createdAt_idx" concurrently\n {2}2 migrations written\. Reads and writes continue while they run\. To undo it: npx lockstep undo \d+_by_date\n/,
    );
    await ok(lockstep("deploy"));
    expect(await indexes()).toContain("Order_createdAt_idx");
    expect((await ok(lockstep("status"))).stdout).toContain("nothing: this plan is done");
    expect(await undo()).toContain("The model keeps your change");
    edit("\n  @@index([createdAt])", "");
    expect(await shop.drift()).toBeUndefined();
    expect(await indexes()).toEqual(before);
  });

  test("an index is dropped concurrently, and its undo builds it again", async () => {
    edit("\n\n  @@index([userId])", "");
    const printed = await change("fewer");
    expect(printed).toContain(`✔ Drop the index "Order_userId_idx"\n`);
    expect(printed).toContain(`! queries that used "Order_userId_idx" may become slow\n`);
    expect(sqlOf("fewer")).toContain("DROP INDEX CONCURRENTLY");
    await ok(lockstep("deploy"));
    expect(await indexes()).not.toContain("Order_userId_idx");
    await undo();
    expect(await indexes()).toContain("Order_userId_idx");
    edit("  items      OrderItem[]\n}", "  items      OrderItem[]\n\n  @@index([userId])\n}");
    expect(await shop.drift()).toBeUndefined();
  });

  test("duplicates are counted on development before anything is written, and on the target before its deployment", async () => {
    const name = "  name      String";
    edit(`${name}\n  createdAt`, `${name} @unique\n  createdAt`);
    const development = new pg.Client({ connectionString: shop.development });
    await development.connect();
    await development.query(`UPDATE "User" SET name = 'Twin' WHERE id <= 2`);
    const refused = await shop.prisma(["migrate", "dev", "--name", "unique_name"]);
    expect(refused.output).toMatch(
      /LS6001\s+2 rows of "User" violate the unique index "User_name_key" on "User", with the same "name": 'Twin' in id=1 and id=2/,
    );
    await development.query(`UPDATE "User" SET name = 'User ' || id`);
    await development.end();
    const printed = await change("unique_name");
    expect(printed).toContain('! rows of "User" that repeat "name" are rejected, also from running code');
    await production.query(`UPDATE "User" SET name = 'User ' || id`);
    await production.query(`UPDATE "User" SET name = 'Twin' WHERE id <= 2`);
    const stopped = await lockstep("deploy");
    expect(stopped.code, stopped.output).toBe(1);
    expect(stopped.output).toMatch(/2 rows of "User" violate the unique index "User_name_key"/);
    // The ledger and logs of a deployment are shared: keys only.
    expect(stopped.output).not.toContain("'Twin'");
    expect(stopped.stdout).toMatch(/Correct these rows on production\.\n.*npx lockstep deploy --target production\n/);
    await production.query(`UPDATE "User" SET name = 'User ' || id`);
    await ok(lockstep("deploy"));
  });

  test("a foreign key is replaced without a moment in which nothing is checked", async () => {
    edit(
      "@relation(fields: [userId], references: [id])",
      "@relation(fields: [userId], references: [id], onDelete: Cascade)",
    );
    const printed = await change("cascade");
    expect(printed).toMatch(/✔ Check existing rows for the foreign key "Order_userId_fkey": /);
    const sql = sqlOf("cascade");
    expect(sql).toMatch(/DROP CONSTRAINT "Order_userId_fkey"[\s\S]*ADD CONSTRAINT "Order_userId_fkey"[^;]*NOT VALID/);
    await ok(lockstep("deploy"));
    expect(await keys()).toEqual([{ conname: "Order_userId_fkey", convalidated: true, confdeltype: "c" }]);
    const own = await lockstep("undo", planId(), "--yes");
    expect([own.code, own.output]).toEqual([1, expect.stringContaining("LS3022")]);
  });

  test("a foreign key over an existing column: rows without a referenced row are counted first", async () => {
    shop.edit("prisma/schema.prisma", (text) =>
      text
        .replace("  user       User        @relation(", "  buyer      Int?\n  user       User        @relation(")
        .replace("  items      OrderItem[]\n", "  items      OrderItem[]\n"),
    );
    await change("buyer");
    await ok(lockstep("deploy"));
    await production.query(`INSERT INTO "Order" ("userId", "totalCents", buyer) SELECT min(id), 1, 999999 FROM "User"`);
    shop.edit("prisma/schema.prisma", (text) =>
      text
        .replace(
          "  user       User        @relation(",
          `  bought     User?       @relation("bought", fields: [buyer], references: [id])\n  user       User        @relation(`,
        )
        .replace("  orders    Order[]\n", `  orders    Order[]\n  bought    Order[] @relation("bought")\n`),
    );
    const printed = await change("buyer_key");
    expect(printed).toMatch(/✔ Add the foreign key "Order_buyer_fkey": .*\n/);
    const stopped = await lockstep("deploy");
    expect(stopped.code, stopped.output).toBe(1);
    expect(stopped.output).toMatch(
      /1 row of "Order" violates the foreign key "Order_buyer_fkey" of "Order", without a row in "User"/,
    );
    await production.query(`UPDATE "Order" SET buyer = NULL`);
    await ok(lockstep("deploy"));
    expect((await keys()).map(({ convalidated }) => convalidated)).toEqual([true, true]);
    await undo();
    expect(await keys()).toHaveLength(1);
    shop.edit("prisma/schema.prisma", (text) => text.replace(/^ {2}bought .*\n/gm, ""));
  });

  /** A migration written by hand, which `rewrite` makes safe. */
  async function byHand(name: string, sql: string, before = async () => {}) {
    const names = readdirSync(join(shop.root, "prisma/migrations")).filter((each) => /^\d/.test(each));
    const now = () => new Date().toISOString().replaceAll(/\D/g, "").slice(0, 14);
    // The migrations of a plan have later seconds than the moment in which they were written.
    while (names.some((each) => each.slice(0, 14) >= now())) await setTimeout(100);
    const folder = `prisma/migrations/${now()}_${name}`;
    mkdirSync(join(shop.root, folder), { recursive: true });
    shop.write(`${folder}/migration.sql`, sql);
    const shown = await ok(lockstep("rewrite", `${folder}/migration.sql`, "--dry-run"));
    if (!/DROP CONSTRAINT/.test(sql)) expect(shown.stdout).toMatch(/✖ (?:add|drop)-(?:index|check)/);
    const { stdout } = await ok(lockstep("rewrite", `${folder}/migration.sql`, "--not-applied"));
    await shop.commit(name);
    await shop.deploy(shop.development);
    await before();
    await ok(lockstep("deploy"));
    return stdout;
  }

  test("rows that the same migration corrects before the key are no reason to refuse it", async () => {
    const product = `INSERT INTO "Product" (sku, title, "priceCents", "updatedAt") VALUES ('a', 'Twin', 1, now()), ('b', 'Twin', 1, now())`;
    const development = new pg.Client({ connectionString: shop.development });
    await development.connect();
    for (const client of [development, production]) await client.query(product);
    await development.end();
    const correct = `UPDATE "Product" SET title = title || ' ' || id;\n`;
    const printed = await byHand(
      "titles",
      `${correct}CREATE UNIQUE INDEX "Product_title_key" ON "Product"("title");\n`,
    );
    expect(printed).toContain(`✔ Build the unique index "Product_title_key" concurrently`);
    edit("  title       String\n", "  title       String @unique\n");
    expect(await shop.drift()).toBeUndefined();
  });

  test("a statement that a plan does not make safe is found in its migration", async () => {
    await byHand(
      "priced",
      `CREATE INDEX "Product_priceCents_idx" ON "Product"("priceCents");
ALTER TABLE "Product" ADD CHECK ("priceCents" >= 0);\n`,
    );
    const [file = ""] = readdirSync(join(shop.root, "prisma/migrations"))
      .map((name) => `prisma/migrations/${name}/migration.sql`)
      .filter((name) => name.includes("priced") && shop.read(name).includes("ADD CHECK"));
    const checked = await lockstep("check", file);
    expect(checked.code, checked.output).toBe(1);
    expect(checked.stdout).toMatch(/✖ add-check/);
    edit("  priceCents  Int\n", "  priceCents  Int\n  @@index([priceCents])\n");
    expect(await shop.drift()).toBeUndefined();
    edit("  @@index([priceCents])\n", "");
    await byHand(
      "unpriced",
      `DROP INDEX "Product_priceCents_idx";\nALTER TABLE "Product" DROP CONSTRAINT "Product_priceCents_check";\n`,
    );
  });

  test("a check: rows that violate it are counted first, and it is validated while writes continue", async () => {
    const checks = async () =>
      (
        await production.query(
          `SELECT conname, convalidated FROM pg_constraint WHERE conrelid = '"Product"'::regclass AND contype = 'c'`,
        )
      ).rows;
    const sql = `ALTER TABLE "Product" ADD CONSTRAINT "Product_stocked" CHECK (stock >= 0 AND "priceCents" < 1000);\n`;
    await production.query(`UPDATE "Product" SET "priceCents" = 2000`);
    const printed = await byHand("stocked", sql, async () => {
      const stopped = await lockstep("deploy");
      expect(stopped.code, stopped.output).toBe(1);
      expect(stopped.output).toMatch(
        /\d+ rows of "Product" violate the check "Product_stocked", for example id=\d+\n[\s\S]*Correct these rows on production/,
      );
      expect(await checks()).toEqual([]);
      await production.query(`UPDATE "Product" SET "priceCents" = 1`);
    });
    expect(printed).toMatch(
      /✔ Add the check "Product_stocked" to "Product", for new rows\n.*\n {2}2 migrations written\. Reads and writes continue/,
    );
    expect(printed).toContain("running code that writes a row that violates it fails");
    expect(await checks()).toEqual([{ conname: "Product_stocked", convalidated: true }]);
    expect((await lockstep("check", "--all")).output).not.toContain("Product_stocked");
    await byHand("unstocked", sql.replace(/ADD (CONSTRAINT "\w+").*;/, "DROP $1;"));
    expect(await checks()).toEqual([]);
  });

  test("one statement drops two indexes", async () => {
    edit("  stock       Int         @default(0)\n", "  stock       Int         @default(0)\n  @@index([stock])\n");
    edit("  priceCents  Int\n", "  priceCents  Int\n  @@index([priceCents])\n");
    const printed = await change("beside");
    expect(printed).toContain(`✔ Build the index "Product_stock_idx" concurrently`);
    await ok(lockstep("deploy"));
    edit("  @@index([stock])\n", "");
    edit("  @@index([priceCents])\n", "");
    await byHand("both", 'DROP INDEX "Product_stock_idx", "Product_priceCents_idx";\n');
    expect(sqlOf("both")).not.toMatch(/DROP INDEX "/);
    expect(await shop.drift()).toBeUndefined();
  });

  test("a foreign key to a new table", async () => {
    edit("  quantity       Int\n", "  quantity       Int\n  batchId        Int?\n");
    await change("batch");
    await ok(lockstep("deploy"));
    edit(
      "  batchId        Int?\n",
      "  batchId        Int?\n  batch          Batch? @relation(fields: [batchId], references: [id])\n",
    );
    shop.edit("prisma/schema.prisma", (text) => `${text}\nmodel Batch {\n  id Int @id\n  items OrderItem[]\n}\n`);
    await change("batches");
    await ok(lockstep("deploy"));
  });

  test("small tables by the committed statistics pass as they are", async () => {
    mkdirSync(join(shop.root, "lockstep"), { recursive: true });
    shop.write(
      "lockstep/stats.json",
      JSON.stringify({ tables: [{ name: "Product", schema: "public", rows: 12, bytes: 8192, columns: {} }] }),
    );
    edit("  orderItems  OrderItem[]\n", "  orderItems  OrderItem[]\n\n  @@index([title])\n");
    await change("small");
    expect(sqlOf("small")).toMatch(/^(?:--.*\n)*CREATE INDEX "Product_title_idx"/);
    const [small = ""] = readdirSync(join(shop.root, "prisma/migrations")).filter((name) => name.endsWith("_small"));
    const checked = () => lockstep("check", `prisma/migrations/${small}/migration.sql`);
    expect((await ok(checked())).stdout).toContain("no findings");
    rmSync(join(shop.root, "lockstep/stats.json"));
    expect((await checked()).stdout).toContain("add-index");
  });
});

describe("with the stock TypeORM", () => {
  const boss = (options: string) => `@Column({ type: "int", nullable: true })
bossId!: number | null;

@ManyToOne(() => User, { nullable: true, ${options} })
@JoinColumn({ name: "bossId" })
boss!: User | null;`;
  const entity = (email: string, options: string) =>
    userEntity(boss(options))
      .replace('  @Column({ type: "varchar" })\n  email', `  ${email}\n  email`)
      .replace("{ Column, Entity,", "{ Column, Entity, Index, JoinColumn, ManyToOne,");
  const [plain, indexed, unique] = [
    '@Column({ type: "varchar" })',
    '@Index()\n  @Column({ type: "varchar" })',
    '@Column({ type: "varchar", unique: true })',
  ] as const;
  let app: App;
  let commands: LockstepCommands;
  beforeAll(async () => {
    app = await createApp({
      entities: { "user.ts": entity(plain, "createForeignKeyConstraints: false") },
      files: { "lockstep.config.json": JSON.stringify({ targets: { production: { urlFrom: "DATABASE_URL" } } }) },
    });
    await app.query(`ALTER TABLE users ADD "bossId" integer`);
    commands = new LockstepCommands(app.root);
  });
  afterAll(async () => {
    commands?.close();
    await app?.dispose();
  });
  const lockstep = (...argv: string[]) => commands.run(argv, { DATABASE_URL: app.url, LOCKSTEP_CI: "1" });
  const definitions = async () =>
    (
      await app.query(
        `SELECT pg_get_indexdef(indexrelid) AS d FROM pg_index WHERE indrelid = 'users'::regclass AND NOT indisprimary
         UNION ALL SELECT pg_get_constraintdef(oid) || ' ' || convalidated FROM pg_constraint WHERE conrelid = 'users'::regclass AND contype IN ('f', 'u') ORDER BY 1`,
      )
    ).map(({ d }) => d);
  const change = async (name: string, text: string) => {
    app.write("src/user.ts", text.replace(/(from "\.[^"]*)\.js"/g, '$1"'));
    const generated = await ok(app.generate(name));
    return generated.output;
  };
  const isInSync = async () =>
    expect((await app.generate("Nothing")).output).toContain("No changes in database schema were found");

  test.each([
    [
      "an index",
      "AddIndex",
      indexed,
      "createForeignKeyConstraints: false",
      /✔ Build the index "IDX_\w+" concurrently\n/,
      [/INDEX "IDX_\w+" ON public\.users USING btree \(email\)/],
    ],
    [
      "an index that goes, and a foreign key",
      "AddKey",
      plain,
      `onDelete: "CASCADE"`,
      /✔ Drop the index[\s\S]*✔ Add the foreign key "FK_\w+"/,
      [/^FOREIGN KEY \("bossId"\) REFERENCES users\(id\) ON DELETE CASCADE true$/],
    ],
    [
      "a foreign key that is replaced",
      "SetNull",
      plain,
      `onDelete: "SET NULL"`,
      /rows of "users" whose "bossId"|2 migrations written/,
      [/ON DELETE SET NULL true$/],
    ],
    [
      "a unique constraint",
      "Unique",
      unique,
      `onDelete: "SET NULL"`,
      /✔ Build the unique index "UQ_\w+" concurrently[\s\S]*! rows of "users" that repeat "email" are rejected/,
      [/UNIQUE INDEX "UQ_\w+"/, /^FOREIGN KEY/, /^UNIQUE \(email\) true$/],
    ],
  ])("%s: deployed, and in sync", async (_, name, email, options, printed, after) => {
    const before = [await definitions(), app.read("src/user.ts")] as const;
    expect(await change(name, entity(email, options))).toMatch(printed);
    await ok(lockstep("deploy"));
    const now = await definitions();
    expect(now).toHaveLength(after.length);
    for (const [at, pattern] of after.toSorted().entries())
      expect(
        now.some((each) => pattern.test(String(each))),
        `${at} ${now}`,
      ).toBe(true);
    await isInSync();
    const { stdout } = await ok(lockstep("status"));
    expect(stdout).toMatch(/nothing: (?:this|every) plan is done/);
    expect(before[0]).not.toEqual(now);
  });

  test("the undo of the unique constraint drops it with its index, and no row", async () => {
    const plan = readdirSync(join(app.root, "lockstep")).find((name) => name.endsWith("-Unique")) ?? "";
    await ok(lockstep("undo", plan, "--yes"));
    await ok(lockstep("deploy"));
    expect((await definitions()).map(String)).toEqual([expect.stringMatching(/^FOREIGN KEY/)]);
    expect(await app.query("SELECT count(*)::int AS n FROM users")).toEqual([{ n: 2 }]);
    app.write("src/user.ts", entity(plain, `onDelete: "SET NULL"`));
    await isInSync();
  });

  test("duplicates are refused before anything is written", async () => {
    await app.query(`UPDATE users SET "bossId" = 1`);
    const before = app.snapshot();
    app.edit(
      "src/user.ts",
      '@Column({ type: "int", nullable: true })',
      '@Column({ type: "int", nullable: true, unique: true })',
    );
    const refused = await app.generate("OneBoss");
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(
      /LS6001[\s\S]*2 rows of "users" violate the unique index "UQ_\w+" on "users", with the same "bossId": '1' in id=1 and id=2/,
    );
    expect(Object.keys(app.snapshot()).sort()).toEqual(Object.keys(before).sort());
  });
});
