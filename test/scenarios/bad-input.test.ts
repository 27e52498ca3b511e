import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run as runProcess } from "../support/run.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// What users get wrong once there is a plan: exit code, a code, what to do; and nothing half-written. What they get wrong in the
// model is in matrix/bad-input.

let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 20, production: 20 });
});
afterAll(() => shop?.dispose());

test("no database: Prisma's own error, nothing written", async () => {
  const schema = shop.read("prisma/schema.prisma");
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "bad"], {
    DATABASE_URL: "postgresql://postgres@127.0.0.1:1/none",
  });
  expect(dev.code).toBe(1);
  expect(dev.output).toContain("P1001");
  expect(await shop.changedFiles()).toEqual([" M prisma/schema.prisma"]);
  shop.write("prisma/schema.prisma", schema);
});

test("a reader that closes the output early gets no stack trace", async () => {
  const run = await runProcess("bash", ["-c", "npx lockstep explain LS2001 | true"], { cwd: shop.root });
  expect(run.output).toBe("");
});

describe("with an open plan", () => {
  let folder: string;
  beforeAll(async () => {
    addHandle(shop);
    const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
    expect(dev.code, dev.output).toBe(0);
    await shop.commit("Add handle: expand");
    folder = `lockstep/${readdirSync(join(shop.root, "lockstep"))[0]}`;
  });

  const edits: readonly { name: string; file: () => string; change: (text: string) => string; code: string }[] = [
    {
      name: "plan.json edited by hand",
      file: () => `${folder}/plan.json`,
      change: (text) => text.replace("lower(email)", "upper(email)"),
      code: "LS3001",
    },
    {
      name: "plan.json from a newer version",
      file: () => `${folder}/plan.json`,
      change: (text) => text.replace('"schemaVersion": 1', '"schemaVersion": 9'),
      code: "LS3002",
    },
    {
      name: "plan.json cut off",
      file: () => `${folder}/plan.json`,
      change: (text) => text.slice(0, 900),
      code: "LS3007",
    },
    {
      name: "a held unit changed",
      file: () => `${folder}/held/contract-2-enforce.sql`,
      change: (text) => `${text}-- mine\n`,
      code: "LS3003",
    },
    {
      name: "a released migration changed",
      file: () => `prisma/migrations/${folder.slice("lockstep/".length)}/migration.sql`,
      change: (text) => `${text}-- mine\n`,
      code: "LS3010",
    },
  ];
  test("LS8002: more workers than servers have connections for", async () => {
    const run = await shop.lockstep(["backfill", "run", "--workers", "1000000000"]);
    expect(run.code).toBe(2);
    expect(run.output).toContain('LS8002 --workers is "1000000000", but must be a whole number from 1 to 64.');
  });

  test.each(edits)("$code: $name", async ({ file, change, code }) => {
    const text = shop.read(file());
    shop.write(file(), change(text));
    const next = await shop.lockstep(["next"]);
    expect(next.code).toBe(code === "LS3002" ? 2 : 1);
    expect(next.output).toContain(code);
    shop.write(file(), text);
    expect(await shop.changedFiles()).toEqual([]);
  });

  test("LS8003: a target without URL names the variable", async () => {
    const next = await shop.lockstep(["next"], { PRODUCTION_DATABASE_URL: undefined });
    expect(next.code).toBe(2);
    expect(next.output).toContain("PRODUCTION_DATABASE_URL");
  });

  test("LS8004: a target that cannot be reached; the password is never shown", async () => {
    const next = await shop.lockstep(["next"], {
      PRODUCTION_DATABASE_URL: "postgresql://postgres:s3cret@127.0.0.1:1/none",
    });
    expect(next.code).toBe(3);
    expect(next.output).toContain("LS8004");
    expect(next.output).not.toContain("s3cret");
  });

  test("a failed migration on the target closes the gate and is named", async () => {
    const production = new pg.Client({ connectionString: shop.production });
    await production.connect();
    await production.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, applied_steps_count) VALUES ('x', 'x', '20260101000000_broken', 0)`,
    );
    const next = await shop.lockstep(["next"]);
    await production.query(`DELETE FROM "_prisma_migrations" WHERE id = 'x'`);
    await production.end();
    expect(next.code).toBe(1);
    expect(next.output).toContain("20260101000000_broken failed");
  });

  test("a row that has another one's value on the target is named, and all others are filled", async () => {
    await shop.deploy(shop.production);
    const production = new pg.Client({ connectionString: shop.production });
    await production.connect();
    await production.query(`ALTER TABLE "User" DISABLE TRIGGER USER`);
    await production.query(
      `INSERT INTO "User" (email, name, "updatedAt") VALUES ('USER.1@example.com', 'Twin', now())`,
    );
    await production.query(`ALTER TABLE "User" ENABLE TRIGGER USER`);
    const run = await shop.lockstep(["backfill", "run"]);
    const { rows } = await production.query(`SELECT count("handle")::int AS filled FROM "User"`);
    // As it is where the pass goes by the places of rows.
    await production.query(
      `UPDATE lockstep.backfills SET spec = jsonb_set(spec, '{key}', '[{"column": "ctid", "type": "tid"}]')`,
    );
    const failures = await shop.lockstep(["backfill", "failures"]);
    await production.end();
    expect(failures.stdout).toMatch(
      / {2}id=\d+ {2}another row already has this value \(SQLSTATE 23505\) {2}20\d\d-\d\d-\d\d \d\d:\d\d UTC/,
    );
    expect(run.code).toBe(1);
    expect(run.output).toMatch(/LS5006 "User" row id=(\d+) .*The same value is in id=\d+\./);
    const all = Number(/row id=(\d+) /.exec(run.output)?.[1]);
    expect(rows).toEqual([{ filled: all - 1 }]);
  });

  // The ledger is there, made by another role.
  const ledger = ["USAGE ON SCHEMA lockstep", "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA lockstep"];
  const rights = [
    {
      name: "not use the ledger",
      grants: [`SELECT, UPDATE ON "User"`],
      code: "LS7001",
      says: /permission denied for schema lockstep[\s\S]*GRANT USAGE ON SCHEMA lockstep/,
    },
    { name: "not read the table", grants: ledger, code: "LS7002", says: /permission denied for table User/ },
    {
      name: "not write the table",
      grants: [...ledger, `SELECT ON "User"`],
      code: "LS7002",
      says: /permission denied for table User/,
    },
  ];
  test.each(rights)("$code: a role on the target that may $name", async ({ grants, code, says }) => {
    const role = `reader_${randomBytes(4).toString("hex")}`;
    const production = new pg.Client({ connectionString: shop.production });
    await production.connect();
    await production.query(`CREATE ROLE ${role} LOGIN; GRANT SELECT ON "_prisma_migrations" TO ${role}`);
    for (const grant of grants) await production.query(`GRANT ${grant} TO ${role}`);
    const url = new URL(shop.production);
    url.username = role;
    try {
      const run = await shop.lockstep(["backfill", "run"], { PRODUCTION_DATABASE_URL: url.toString() });
      expect(run.code, run.output).toBe(3);
      expect(run.output).toContain(code);
      expect(run.output).toMatch(says);
      expect(run.output).toContain("Next   ");
    } finally {
      await production.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await production.end();
    }
  });
});
