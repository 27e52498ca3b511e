import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type App, createApp, userEntity } from "../plugin-typeorm/intercept/app.js";
import { LockstepCommands } from "../support/lockstep-commands.js";
import type { RunResult } from "../support/run.js";
import { createShop, type ShopProject, setUp } from "../support/shop-project.js";

// An optional column becomes required: code writes it, rows get their values, and only then the database requires it.

async function ok(run: Promise<RunResult>) {
  const result = await run;
  expect(result.code, result.output).toBe(0);
  return result;
}

describe("with the stock Prisma", () => {
  let shop: ShopProject;
  let production: pg.Client;
  let development: pg.Client;
  beforeAll(async () => {
    shop = await createShop();
    await setUp(shop, { development: 5, production: 5 });
    production = new pg.Client({ connectionString: shop.production });
    development = new pg.Client({ connectionString: shop.development });
    await production.connect();
    await development.connect();
    for (const client of [production, development])
      await client.query(`INSERT INTO "Product" (sku, title, description, "priceCents", "updatedAt")
        SELECT 's' || i, 't' || i, CASE WHEN i % 3 = 0 THEN NULL ELSE 'd' || i END, 1, now() FROM generate_series(1, 9) i`);
  });
  afterAll(async () => {
    await production?.end();
    await development?.end();
    await shop?.dispose();
  });

  const lockstep = (...args: string[]) => shop.lockstep(args);
  const edit = (file: string, from: string, to: string) =>
    shop.edit(file, (text) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    });
  const schema = "prisma/schema.prisma";
  const sqlOf = (name: string) =>
    readdirSync(join(shop.root, "prisma/migrations"))
      .filter((each) => each.includes(name))
      .map((each) => shop.read(`prisma/migrations/${each}/migration.sql`))
      .join("\n");
  const isRequired = async (client: pg.Client) =>
    (
      await client.query(
        `SELECT attnotnull FROM pg_attribute WHERE attrelid = '"Product"'::regclass AND attname = 'description'`,
      )
    ).rows[0].attnotnull;
  /** As a build from before the change, which does not know that a value will be required. */
  const writeAsBefore = (sku: string) =>
    production.query(`INSERT INTO "Product" (sku, title, "priceCents", "updatedAt") VALUES ($1, $1, 1, now())`, [sku]);
  const missing = async () =>
    (await production.query(`SELECT sku FROM "Product" WHERE description IS NULL ORDER BY sku`)).rows.map(
      ({ sku }) => sku,
    );

  test("rows without a value stop it, and the error names the annotation", async () => {
    edit(schema, "  description String?\n", "  description String\n");
    const refused = await shop.prisma(["migrate", "dev", "--name", "described"]);
    expect(refused.output).toMatch(/LS6003\s+3 rows of "Product"\."description" have no value, for example id=3\./);
    expect(refused.output).toContain("/// @lockstep.backfill(<sql>)");
  });

  test("expand changes the code alone, and lists what may write NULL", async () => {
    edit(schema, "  description String\n", "  /// @lockstep.backfill(title)\n  description String\n");
    const { stdout } = await ok(shop.prisma(["migrate", "dev", "--name", "described"]));
    expect(stdout).toContain("1 expand    Change nothing yet: code writes");
    expect(stdout).not.toMatch(/is not used|switch/);
    expect(sqlOf("described")).toMatch(/^(?:--.*\n)*SELECT 1;\n$/);
    expect(shop.read(schema)).toContain("  /// @lockstep.backfill(title)\n  description String?\n");
    expect(shop.read("src/products/routes.ts")).toContain("description: body.description ?? body.title");
    expect(stdout).toMatch(
      /src\/products\/routes\.ts:40 +productRoutes: code in which description may be null — the compiler rejects it once description is required/,
    );
    expect(await shop.drift()).toBeUndefined();
    await ok(shop.prisma(["generate"]));
    expect(await shop.typeErrors()).toEqual([]);
    await shop.commit("described");
    await ok(lockstep("deploy"));
    await writeAsBefore("old");
    expect(await missing()).toEqual(["old", "s3", "s6", "s9"]);
  });

  test("the backfill fills the rows; values of the code stay", async () => {
    await ok(lockstep("backfill", "run", "--target", "production"));
    expect(await missing()).toEqual([]);
    const { rows } = await production.query(
      `SELECT description FROM "Product" WHERE sku IN ('old', 's1', 's3') ORDER BY sku`,
    );
    expect(rows.map(({ description }) => description)).toEqual(["old", "d1", "t3"]);
    await ok(lockstep("backfill", "run", "--target", "development"));
  });

  test("contract waits for the code, and requires the column without a scan", async () => {
    const closed = await lockstep("next", "--confirm", "writers-aware", "--by", "Ada");
    expect(closed.stdout).toMatch(
      /2 places in the code have to change first: prisma\/seed\.ts:43, src\/products\/routes\.ts:40/,
    );
    edit(
      "src/products/routes.ts",
      "data: body }));",
      "data: { ...body, description: body.description ?? undefined } }));",
    );
    edit("prisma/seed.ts", "n % 3 === 0 ? null :", 'n % 3 === 0 ? "" :');
    await shop.commit("always a description");
    const open = await ok(lockstep("next", "--confirm", "writers-aware", "--by", "Ada"));
    expect(open.stdout).toContain("gate to contract is open");
    expect(shop.read(schema)).toContain("  description String\n");
    expect(shop.read(schema)).not.toContain("@lockstep");
    await ok(shop.prisma(["generate"]));
    await shop.commit("contract");
    await writeAsBefore("late");
    const refused = await lockstep("deploy");
    expect(refused.output).toMatch(
      /1 row of "Product"\."description" on production came without a value after Ada confirmed it/,
    );
    await production.query(`DELETE FROM "Product" WHERE sku = 'late'`);
    await ok(lockstep("deploy"));
    expect(await isRequired(production)).toBe(true);
    expect(await missing()).toEqual([]);
    await shop.deploy(shop.development);
    expect(await shop.drift()).toBeUndefined();
    expect((await ok(lockstep("status"))).stdout).toContain("nothing: this plan is done");
  });

  test("abandon makes it optional again, and every value stays", async () => {
    const { stdout } = await ok(lockstep("abandon", "--yes"));
    expect(stdout).toContain(`No data is lost: "Product"."description" is optional again and keeps its values.`);
    expect(shop.read(schema)).toContain("  description String?\n");
    expect(shop.read(schema)).not.toContain("@lockstep");
    expect(shop.read("src/products/routes.ts")).toContain("create({ data: body })");
    await shop.commit("abandoned");
    await ok(lockstep("deploy"));
    await shop.deploy(shop.development);
    expect(await isRequired(production)).toBe(false);
    expect(
      (await production.query(`SELECT count(*)::int AS rows, count(description)::int AS filled FROM "Product"`)).rows,
    ).toEqual([{ rows: 10, filled: 10 }]);
    expect(await shop.drift()).toBeUndefined();
  });
});

describe("with the stock TypeORM", () => {
  const nickname = (isRequired: boolean) =>
    isRequired
      ? `@Column({ type: "text" })\nnickname!: string;`
      : `@Column({ type: "text", nullable: true })\nnickname!: string | null;`;
  let app: App;
  let commands: LockstepCommands;
  beforeAll(async () => {
    app = await createApp({
      entities: { "user.ts": userEntity(nickname(false)) },
      files: { "lockstep.config.json": JSON.stringify({ targets: { production: { urlFrom: "DATABASE_URL" } } }) },
    });
    await app.query(`ALTER TABLE users ADD nickname text`);
    await app.query(`UPDATE users SET nickname = 'n' || id`);
    commands = new LockstepCommands(app.root);
  });
  afterAll(async () => {
    commands?.close();
    await app?.dispose();
  });
  const lockstep = (...argv: string[]) => commands.run(argv, { DATABASE_URL: app.url, LOCKSTEP_CI: "1" });

  test("without rows to fill, there is no backfill; reads go on", async () => {
    app.write("src/user.ts", userEntity(nickname(true)));
    const { output } = await ok(app.generate("Named"));
    expect(output).toContain("Plan: 2 phases");
    expect(app.read("src/user.ts")).toBe(userEntity(nickname(false)));
    await ok(app.cli(["migration:run"]));
    expect((await app.generate("Nothing")).output).toContain("No changes in database schema were found");
    await app.query(`INSERT INTO users (email) VALUES ('old')`);
    const closed = await lockstep("next", "--confirm", "writers-aware", "--by", "Ada");
    expect(closed.stdout).toMatch(/1 row of "users"\."nickname" on production lacks a value/);
    expect(closed.stdout).toContain("# or plan again with @lockstep.backfill(<sql>) above the field");
    expect(closed.stdout).not.toContain("any write of NULL");
    const config = app.read("lockstep.config.json");
    app.write("lockstep.config.json", JSON.stringify({ ...JSON.parse(config), code: { verify: "off" } }));
    expect((await lockstep("next")).stdout).toContain("the compiler did not check which code may write NULL");
    app.write("lockstep.config.json", config);
    await app.query(`UPDATE users SET nickname = '' WHERE nickname IS NULL`);
    await ok(lockstep("next", "--confirm", "writers-aware", "--by", "Ada"));
    expect(app.read("src/user.ts")).toBe(userEntity(nickname(true)));
    await ok(app.cli(["migration:run"]));
    expect((await app.generate("Nothing")).output).toContain("No changes in database schema were found");
    await expect(app.query(`INSERT INTO users (email) VALUES ('none')`)).rejects.toThrow(/violates not-null/);
    await ok(lockstep("undo", "--yes"));
    expect(app.read("src/user.ts")).toBe(userEntity(nickname(false)));
  });
});
