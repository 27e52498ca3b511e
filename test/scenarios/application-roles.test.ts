import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OrmApp, succeeded } from "../contract/orm-app.js";
import { typeorm } from "../contract/typeorm.js";
import { query } from "../matrix/databases.js";
import { createShop, type ShopProject, setUp } from "../support/shop-project.js";

// The application writes with a role that is not the one that migrates. What expand creates has to work in its sessions.

let shop: ShopProject;
let production: pg.Client;
let app: string;

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 50 });
  production = new pg.Client({ connectionString: shop.production });
  await production.connect();
  app = `${new URL(shop.production).pathname.slice(1)}_app`;
  // As the role of the running build: the whole table of orders, and of users the columns that it uses.
  await production.query(
    `CREATE ROLE "${app}" LOGIN; GRANT SELECT, INSERT, UPDATE ON "Order" TO "${app}";
     GRANT SELECT, INSERT (id, email, name, "updatedAt") ON "User" TO "${app}"; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "${app}"`,
  );
  await production.query(`CREATE PUBLICATION feed FOR TABLE "User"`);
  shop.edit("prisma/schema.prisma", (schema) =>
    schema
      .replace(
        /(model User \{[^}]*)\}/,
        `$1  /// @lockstep.backfill('none')\n  tenant String @default(dbgenerated("current_setting('app.tenant'::text)"))\n}`,
      )
      .replace(/(model Order \{[^}]*)\}/, "$1  number Int @unique @default(autoincrement())\n}"),
  );
});
afterAll(async () => {
  await production?.query(`DROP OWNED BY "${app}"; DROP ROLE "${app}"`);
  await production?.end();
  await shop?.dispose();
});

/** One INSERT of a build that does not know the columns. */
async function insert(setting?: string): Promise<void> {
  await production.query("BEGIN");
  try {
    await production.query(`SET LOCAL ROLE "${app}"`);
    if (setting !== undefined) await production.query("SELECT set_config('app.tenant', $1, true)", [setting]);
    await production.query(
      `INSERT INTO "User" (email, name, "updatedAt") VALUES ('new' || clock_timestamp() || '@example.com', 'New', now())`,
    );
  } finally {
    await production.query("ROLLBACK");
  }
}

test("generation reports a default that depends on the session, and does not call the phase safe", async () => {
  const { code, output } = await shop.prisma(["migrate", "dev", "--name", "tenant"]);
  expect(code, output).toBe(0);
  expect(output).toContain(
    `an INSERT without "tenant" evaluates current_setting('app.tenant'::text) in its own session, and fails where that session has no such setting`,
  );
  await shop.commit("Tenant");
});

test("deploy asks before expand: nothing is applied where a plain session of the role cannot insert", async () => {
  await insert();
  const closed = await shop.lockstep(["deploy", "--target", "production"]);
  expect(closed.code, closed.output).toBe(1);
  expect(closed.stdout).toContain("nothing was applied");
  expect(closed.stdout).toMatch(/current_setting\('app.tenant'::text\), fails in a plain session of .*"app.tenant"/);
  expect(closed.stdout).toContain("--confirm inserts-allowed");
  await insert();
  const doctor = await shop.lockstep(["doctor", "--target", "production"]);
  expect(doctor.output).toMatch(/the default of "User"\."tenant" fails in a plain session of/);
});

test("confirmed, it is deployed; the role's INSERTs work, and the missing grant is the next step", async () => {
  const done = await shop.lockstep(["deploy", "--target", "production", "--confirm", "inserts-allowed"]);
  expect(done.code, done.output).toBe(0);
  expect(done.stdout).toContain(`GRANT INSERT ("tenant") ON "User" TO ${app}`);
  expect(done.output).toContain(
    `! production: "User" is published by feed. A subscriber without the column stops at the first row that has it. Do: add "tenant" to the table on every subscriber first`,
  );
  await insert("eu");
  const { rows } = await production.query(
    `SELECT has_sequence_privilege('${app}', '"Order_number_seq"', 'USAGE') AS may`,
  );
  expect(rows).toEqual([{ may: true }]);
});

/** A migration of the user's own, which Prisma makes empty. */
async function ownMigration(name: string, sql: string): Promise<void> {
  const { code, output } = await shop.prisma(["migrate", "dev", "--create-only", "--name", name]);
  expect(code, output).toBe(0);
  const [folder] = readdirSync(join(shop.root, "prisma/migrations")).filter((each) => each.endsWith(`_${name}`));
  shop.write(`prisma/migrations/${folder}/migration.sql`, sql);
}

test("a column that needs no plan is tried as well: its default may not be one that the role can evaluate", async () => {
  await ownMigration(
    "current_region",
    `CREATE FUNCTION current_region() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'eu'::text $$;\nREVOKE ALL ON FUNCTION current_region() FROM PUBLIC;\n`,
  );
  shop.edit("prisma/schema.prisma", (schema) =>
    schema.replace(/(model User \{[^}]*)\}/, `$1  region String? @default(dbgenerated("current_region()"))\n}`),
  );
  const made = await shop.prisma(["migrate", "dev", "--name", "region"]);
  expect(made.code, made.output).toBe(0);
  expect(made.output).not.toContain("Plan: ");
  await shop.commit("Region");
  const closed = await shop.lockstep(["deploy", "--target", "production"]);
  expect(closed.code, closed.output).toBe(1);
  expect(closed.stdout).toMatch(
    /the default of "User"\."region", current_region\(\) \(\d+_region:\d+\), fails in a plain session of \w+_app: permission denied for function current_region\. INSERTs of running code omit the column/,
  );
  expect(closed.stdout).toContain("npx lockstep deploy --target production --confirm inserts-allowed");
  await insert("eu");
});

test("what the same deployment makes is tried as it will be, grants included", async () => {
  await ownMigration("region_grant", `GRANT EXECUTE ON FUNCTION current_region() TO "${app}";\n`);
  const done = await shop.lockstep(["deploy", "--target", "production"]);
  expect(done.code, done.output).toBe(0);
  expect(done.output).not.toContain("current_region()");
  // No plan adds the column, and the role has none of it all the same.
  expect(done.stdout).toContain(`GRANT INSERT ("region") ON "User" TO ${app}`);
  expect(done.output).toContain(`"User" is published by feed`);
  await insert("eu");
});

test("the session that migrates is tried as well: a required column would be NULL for the rows that exist", async () => {
  mkdirSync(join(shop.root, "prisma/migrations/20990101000000_slot"));
  shop.write(
    "prisma/migrations/20990101000000_slot/migration.sql",
    `ALTER TABLE "User" ADD COLUMN "slot" TEXT NOT NULL DEFAULT current_setting('app.slot', true);\n`,
  );
  const closed = await shop.lockstep(["deploy", "--target", "production"]);
  expect(closed.code, closed.output).toBe(1);
  expect(closed.stdout).toMatch(
    /\(\d+_slot:1\), fails in a plain session of \w+_app: it is NULL there, and the column is required\. INSERTs .*\. The migration evaluates it as \w+ for the rows that exist, so it would fail/,
  );
  await insert("eu");
});

describe("with the stock TypeORM", () => {
  let app: OrmApp;
  let role: string;
  beforeAll(async () => {
    app = await typeorm("1.1.1").create().open();
    role = `${new URL(app.production).pathname.slice(1)}_app`;
    await query(
      app.production,
      `CREATE ROLE ${role} LOGIN; GRANT SELECT, INSERT ON users TO ${role}; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`,
    );
  });
  afterAll(async () => {
    if (role !== undefined) await query(app.production, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await app?.close();
  });
  const insertUser = () =>
    query(
      app.production,
      `BEGIN; SET LOCAL ROLE ${role}; INSERT INTO users (email, name) VALUES ('new@example.com', 'New'); ROLLBACK`,
    );
  const region = [
    "CREATE FUNCTION current_region() RETURNS text LANGUAGE sql STABLE AS 'SELECT ''eu''::text'",
    "REVOKE ALL ON FUNCTION current_region() FROM PUBLIC",
    "ALTER TABLE users ADD COLUMN region text DEFAULT current_region()",
  ];

  test("a default of a migration of the user's own that the role cannot evaluate stops deploy", async () => {
    app.writeMigration("AddRegion", region);
    await app.commit("Region");
    const closed = await app.lockstep("deploy");
    expect(closed.code, closed.output).toBe(1);
    expect(closed.stdout).toMatch(
      /nothing was applied.*the default of "users"\."region", current_region\(\) \(\d+-AddRegion:\d+\), fails in a plain session of \w+_app: permission denied for function current_region\. INSERTs of running code omit the column/s,
    );
    expect(closed.stdout).toContain("npx lockstep deploy --target production --confirm inserts-allowed");
    await insertUser();
  });

  test("with the grant in the same migration it is deployed without a word, and the role inserts", async () => {
    app.writeMigration("AddRegion", [...region, `GRANT EXECUTE ON FUNCTION current_region() TO ${role}`]);
    await app.commit("Grant");
    const done = await succeeded(app.lockstep("deploy"));
    expect(done.stdout).toContain("1 migration applied");
    expect(done.stdout).not.toContain("current_region()");
    await insertUser();
  });

  test.each([
    [
      "raises an error",
      "text DEFAULT current_setting('app.slot')",
      /of \w+_app: unrecognized configuration parameter "app\.slot"\. INSERTs/,
      /unrecognized configuration parameter "app\.slot"/,
    ],
    [
      "is NULL in a required column",
      "text NOT NULL DEFAULT nullif(current_setting('app.slot', true), '')",
      /of \w+_app: it is NULL there, and the column is required\. INSERTs/,
      /contains null values/,
    ],
  ])(
    "a default that %s in the session that migrates: deploy says so first, and it is so",
    async (_, type, said, happens) => {
      app.writeMigration("AddSlot", [`ALTER TABLE users ADD COLUMN slot ${type}`], true);
      await app.commit("Slot");
      const closed = await app.lockstep("deploy");
      expect(closed.code, closed.output).toBe(1);
      expect(closed.stdout).toMatch(said);
      expect(closed.stdout).toMatch(/The migration evaluates it as \w+ for the rows that exist, so it would fail/);
      const failed = await app.lockstep("deploy", "--confirm", "inserts-allowed");
      expect(failed.code, failed.output).toBe(3);
      expect(failed.stdout).toMatch(happens);
      await insertUser();
    },
  );
});
