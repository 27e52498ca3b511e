import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serverMajor } from "../support/newer-servers.js";
import { type PostgresServer, start } from "../support/postgres.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Reads before and after switch, on a server that counts its statements. Every test is a step and builds on the one before.

let server: PostgresServer;
let shop: ShopProject;
let app: pg.Client;

beforeAll(async () => {
  server = await start({ settings: { shared_preload_libraries: "pg_stat_statements" } });
  // What this file makes, it makes there.
  process.env.LOCKSTEP_TEST_PG = server.url();
  shop = await createShop();
  await setUp(shop, { development: 5, production: 40_000 });
  app = new pg.Client({ connectionString: shop.production });
  await app.connect();
  await app.query("CREATE EXTENSION pg_stat_statements");
}, 120_000);
afterAll(async () => {
  await app?.end();
  await shop?.dispose();
  await server?.stop();
});

const run = async (columns: string) => {
  for (let at = 0; at < 150; at++)
    await app.query(`SELECT ${columns} FROM "public"."User" WHERE "email" = $1`, [`User.${at}@Example.com`]);
};
const lockstep = async (...args: string[]) => {
  const said = await shop.lockstep(args);
  expect(said.code, said.output).toBe(0);
  return said;
};
const baselines = async () =>
  (
    await app.query(
      `SELECT phase, jsonb_array_length(statistics->'statements') > 0 AS any FROM lockstep.baselines ORDER BY 1`,
    )
  ).rows;

test("a deployment of expand and the release of switch keep what reads take", async () => {
  expect((await shop.lockstep(["doctor", "--json"])).output).toContain("Lockstep can measure the gate reads-steady");
  await run('"id", "email"');
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(dev.code, dev.output).toBe(0);
  await shop.commit("Expand");
  await lockstep("deploy", "--target", "production");
  await lockstep("backfill", "run");
  await run('"id", "email"');
  await lockstep("next", "--dry-run");
  expect(await baselines()).toEqual([{ phase: "expand", any: true }]);
  await lockstep("next");
  expect(await baselines()).toEqual([
    { phase: "expand", any: true },
    { phase: "switch", any: true },
  ]);
  await shop.commit("Switch");
});

test("contract waits until reads of the column were seen for long enough", async () => {
  await run('"id", "email", "handle"');
  const said = await shop.lockstep(["next", "--confirm", "writers-aware"]);
  expect(said.code).toBe(1);
  expect(said.stdout).toMatch(/It was not measured: reads of the column are seen since \d minutes?, and 15 are needed/);
});

test("a read that got slower is named, and overruled on the record", async () => {
  await app.query(
    `ALTER TABLE "User" DROP CONSTRAINT IF EXISTS "User_email_key"; DROP INDEX IF EXISTS "User_email_key"`,
  );
  for (let times = 0; times < 3; times++) await run('"id", "email", "handle"');
  const said = await shop.lockstep(["next", "--json"]);
  expect(said.code).toBe(1);
  const { gate } = JSON.parse(said.stdout) as { gate: { gate: string; statement: string }[] };
  expect(gate.find((answer) => answer.gate === "reads-steady")).toMatchObject({
    isOpen: false,
    statement: expect.stringMatching(
      /^Reads of "User"\."handle" became worse on production: ‘SELECT id, email, handle FROM public\."User" WHERE email = \?’ takes/,
    ),
    // Plans are compared where EXPLAIN (GENERIC_PLAN) is.
    reads: {
      statements: { slower: [{ calls: 600 }], ...(serverMajor < 16 ? {} : { replanned: [{ isWorse: true }] }) },
    },
  });
  const shown = await shop.lockstep(["next"]);
  expect(shown.stdout).toMatch(/Next\n {2}1\. Find the cause, or undo switch\.\n {2}2\. npx lockstep undo/);
  expect(shown.stdout).toMatch(
    / {7}npx lockstep next \S+ --confirm reads-steady --by "<name>" {3}# overrides the gate, which the ledger records; with the name /,
  );
  const written = await lockstep("next", "--confirm", "reads-steady");
  expect(written.stdout).toMatch(/confirmed on .* although ‘SELECT/);
  expect(written.stdout).toContain("Written for contract");
});
