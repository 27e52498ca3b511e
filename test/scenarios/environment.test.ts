import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Pooler, startPooler } from "../support/pooler.js";
import { environment, type RunResult, run } from "../support/run.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// What surrounds the commands: a pooler, a disk that is full, a database that is read-only. Coded errors, nothing left behind.

let shop: ShopProject;
let pooler: Pooler;

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 50 });
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  if (dev.code !== 0) throw new Error(dev.output);
  await shop.commit("Add handle");
  await shop.deploy(shop.production);
  pooler = await startPooler(shop.production);
});
afterAll(async () => {
  await pooler?.stop();
  await shop?.dispose();
});

async function query<T>(sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: shop.production });
  await client.connect();
  try {
    return (await client.query(sql)).rows as T[];
  } finally {
    await client.end();
  }
}

/** No file may become longer than 512 bytes: what a full disk does, wherever this runs and whoever runs it. */
function onFullDisk(args: readonly string[]): Promise<RunResult> {
  const script = 'trap "" XFSZ; ulimit -f 1; exec "$@"';
  const lockstep = join(shop.root, "node_modules/.bin/lockstep");
  return run("sh", ["-c", script, "sh", process.execPath, lockstep, ...args], {
    cwd: shop.root,
    env: { ...environment(), DATABASE_URL: shop.development, PRODUCTION_DATABASE_URL: shop.production },
  });
}

const temporaries = () =>
  readdirSync(shop.root, { recursive: true, encoding: "utf8" }).filter(
    (file) => !file.startsWith("node_modules") && /lockstep-tmp|\.journal/.test(file),
  );

describe("through a pooler in transaction mode", () => {
  const throughPooler = (...args: string[]) => shop.lockstep(args, { PRODUCTION_DATABASE_URL: pooler.url });

  it.each([["backfill", "run"], ["deploy"], ["repair", "--yes"]])(
    "%s is refused, and changes nothing",
    async (...args) => {
      const refused = await throughPooler(...args, "--target", "production");
      expect(refused.code, refused.output).toBe(3);
      expect(refused.output).toMatch(/LS8009.*pooler in transaction mode/);
      expect(refused.output).toContain("direct URL");
      expect(await query(`SELECT 1 FROM pg_namespace WHERE nspname = 'lockstep'`)).toEqual([]);
    },
  );

  it("status and next ask their questions all the same", async () => {
    const status = await throughPooler("status");
    expect(status.code, status.output).toBe(0);
    expect(status.output).toMatch(/production/);
    const next = await throughPooler("next");
    expect(next.code, next.output).toBe(1);
    expect(next.output).toContain("50 rows of");
  });
});

describe("with nothing to write to", () => {
  it("a full disk: LS8010, and neither a half file nor a temporary one is left", async () => {
    const filled = await shop.lockstep(["backfill", "run"]);
    expect(filled.code, filled.output).toBe(0);
    const next = await onFullDisk(["next"]);
    expect(next.code, next.output).toBe(3);
    expect(next.output).toMatch(/LS8010 EFBIG/);
    expect(next.output).not.toMatch(/bug of Lockstep|\n\s+at /);
    expect(temporaries()).toEqual([]);
    expect(await shop.changedFiles()).toEqual([]);
    const again = await shop.lockstep(["next"]);
    expect(again.code, again.output).toBe(0);
    await shop.commit("Switch");
  });

  it("a read-only database: LS7002, and nothing is confirmed", async () => {
    const [{ name } = { name: "" }] = await query<{ name: string }>("SELECT current_database() AS name");
    await query(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`);
    try {
      const next = await shop.lockstep(["next", "--confirm", "writers-aware", "--confirm", "reads-steady"]);
      expect(next.code, next.output).toBe(3);
      expect(next.output).toMatch(/LS7002 .*read-only transaction/);
      expect(await shop.changedFiles()).toEqual([]);
    } finally {
      await query(`BEGIN READ WRITE; ALTER DATABASE "${name}" RESET default_transaction_read_only; COMMIT`);
    }
  });
});
