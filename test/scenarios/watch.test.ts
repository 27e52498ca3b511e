import { readdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import watchCommand from "../../core/src/cli/commands/watch.js";
import { openWorkspace } from "../../core/src/cli/workspace.js";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { type Person, personIo } from "../support/person-io.js";
import { type PostgresServer, start } from "../support/postgres.js";
import { until } from "../support/sessions.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// A change is watched as a user types it, beside its backfill and after its contract; what was asked for is done at an anomaly. Every test
// is a step and builds on the one before.

let server: PostgresServer;
let shop: ShopProject;
let db: pg.Client;
let endpoint: Server;
let health = 200;
let requests = 0;

beforeAll(async () => {
  server = await start({ settings: { shared_preload_libraries: "pg_stat_statements" } });
  process.env.LOCKSTEP_TEST_PG = server.url();
  endpoint = createServer((_, response) => {
    requests++;
    response.statusCode = health;
    response.end();
  });
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
  shop = await createShop();
  await setUp(shop, { development: 5, production: 3000 });
  shop.edit("lockstep.config.ts", (config) =>
    config.replace(
      "defineConfig({",
      `defineConfig({
  gates: { readsSteady: { http: { urlFrom: "CHECK_URL" } } },
  watch: { every: "1s", baseline: 3, onAnomaly: "env | grep ^LOCKSTEP_ | grep -v ^LOCKSTEP_TEST | sort > anomaly.txt; exit 3" },`,
    ),
  );
  await shop.commit("Say how changes are watched");
  db = new pg.Client({ connectionString: shop.production });
  await db.connect();
  await db.query("CREATE EXTENSION pg_stat_statements");
}, 120_000);
afterAll(async () => {
  endpoint?.close();
  await db?.end();
  await shop?.dispose();
  await server?.stop();
});

const env = () => ({ CHECK_URL: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/up` });
const watch = (...args: string[]) => shop.lockstep(["watch", "--for", "20s", ...args], env());
/** Watches, and lets the endpoint fail once the baseline is taken. */
async function watchFault(...args: string[]) {
  const before = requests;
  const watching = watch(...args);
  await until("the baseline is taken", async () => requests >= before + 5);
  health = 500;
  const said = await watching;
  health = 200;
  return said;
}
const lockstep = async (...args: string[]) => {
  const said = await shop.lockstep(args, env());
  expect(said.code, said.output).toBe(0);
  return said;
};
const planId = () => readdirSync(join(shop.root, "lockstep")).find((name) => name.endsWith("_add_handle")) ?? "";

test("beside a backfill: it is paused, the command of the config is run, and nothing is taken back where values would be lost", async () => {
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(dev.code, dev.output).toBe(0);
  await shop.commit("Expand");
  await lockstep("deploy", "--target", "production");
  const filling = shop.lockstep(["backfill", "run", "--max-rows-per-second", "50"]);
  await until("the backfill has begun", async () => {
    const { rows } = await db.query(`SELECT to_regclass('lockstep.backfills') IS NOT NULL AS has`);
    return rows[0].has && (await db.query("SELECT FROM lockstep.backfills WHERE rows_done > 0")).rowCount === 1;
  });
  const said = await watchFault("--undo");
  expect(said.code, said.output).toBe(5);
  expect(said.stdout).toMatch(
    /✖ production: failed requests to CHECK_URL: 100 % since \d\d:\d\d:\d\d UTC, before 0 % \(1 request\): the check of CHECK_URL answers with 500/,
  );
  expect(said.stdout).toContain('✔ production: the backfill of "User" is paused');
  expect(said.stdout).toContain("! the command of watch.onAnomaly ended with 3");
  expect(said.stdout).toContain("! expand is not reverted: the column's values would be lost");
  expect(said.stdout).toMatch(
    /Next\n {2}1\. Find the cause\.\n {2}2\. npx lockstep backfill resume \S+_add_handle {3}# or npx lockstep undo \S+, which reverts expand/,
  );
  const facts = shop.read("anomaly.txt");
  expect(facts).toContain("LOCKSTEP_ANOMALY=http-failures\nLOCKSTEP_BASELINE=0\n");
  expect(facts).toContain(`LOCKSTEP_PLAN=${planId()}\n`);
  expect(facts).not.toContain("127.0.0.1");
  const status = await lockstep("backfill", "status", "--json");
  expect(JSON.parse(status.stdout).backfills).toMatchObject([
    { state: "paused", record: { control: { paused: { who: expect.stringMatching(/^lockstep watch /) } } } },
  ]);
  await lockstep("backfill", "set", "--max-rows-per-second", "100000");
  await lockstep("backfill", "resume");
  expect((await filling).code).toBe(0);
});

test("while nothing is wrong: what is watched and what is not, and exit code 0", async () => {
  const said = await shop.lockstep(["watch", "--for", "6s", "--json"], env());
  expect(said.code, said.output).toBe(0);
  const { anomalies, targets } = JSON.parse(said.stdout);
  expect(anomalies).toEqual([]);
  expect(targets).toMatchObject([
    {
      target: "production",
      looks: expect.any(Number),
      states: expect.arrayContaining([
        {
          look: "missing-values",
          isLooking: false,
          blind: [expect.stringContaining("nothing confirms")],
          needless: [],
        },
      ]),
    },
  ]);
});

test("after contract: the way back is written and deployed", async () => {
  await lockstep("next");
  await shop.commit("Switch");
  await lockstep("next", "--confirm", "writers-aware", "reads-steady");
  await lockstep("deploy", "--target", "production");
  await shop.commit("Contract");
  const isRequired = async () =>
    (
      await db.query(
        `SELECT is_nullable = 'NO' AS required FROM information_schema.columns WHERE table_name = 'User' AND column_name = 'handle'`,
      )
    ).rows[0].required;
  expect(await isRequired()).toBe(true);
  const asked = await watchFault("--undo");
  expect(asked.code).toBe(5);
  expect(asked.stdout).toContain(
    "! contract is not reverted: there is no terminal to confirm on, and --yes is missing",
  );
  expect(await shop.changedFiles()).toEqual([" M anomaly.txt"]);
  const said = await watchFault("--undo", "--yes");
  expect(said.code, said.output).toBe(5);
  expect(said.stdout).toContain("✔ contract is reverted in the repository, the plan is back in switch");
  expect(said.stdout).toMatch(/✔ production: \S+_undo_contract\S* deployed/);
  expect(said.stdout).toMatch(
    /Next\n {2}1\. npx prisma generate\n {2}2\. Review and commit\.\n {2}3\. Deploy the code\.\n {2}4\. npx lockstep status/,
  );
  expect(await isRequired()).toBe(false);
  expect(JSON.parse(shop.read(`lockstep/${planId()}/plan.json`)).state.released).toBe("switch");
  expect(await shop.typeErrors()).toEqual([]);
});

test("on a terminal it is asked first; Ctrl-C ends a watch", async () => {
  await shop.commit("Contract taken back");
  const commandEnv = { ...env(), DATABASE_URL: shop.development, PRODUCTION_DATABASE_URL: shop.production };
  const typed = (person: Person) => {
    const { io, asked, said } = personIo(person, { env: commandEnv, cwd: shop.root });
    const invocation = {
      name: watchCommand.name,
      arguments: [],
      options: { for: "20s", undo: true },
      io,
      plugins: [prismaPlugin],
      cwd: shop.root,
    };
    const workspace = () => openWorkspace([prismaPlugin], shop.root, io);
    return { asked, said, result: watchCommand.run({ ...invocation, workspace }) };
  };
  health = 500;
  const refused = typed({ confirm: () => false });
  const { exitCode, text } = await refused.result;
  health = 200;
  expect(exitCode, text).toBe(5);
  expect(refused.asked).toEqual([`Revert switch of ${planId()} and deploy that to production? No value is lost.`]);
  expect(text).toContain("! switch is not reverted: the answer was no");
  expect(await shop.changedFiles()).toEqual([" M anomaly.txt"]);
  const interrupt = new AbortController();
  const before = requests;
  const stopped = typed({ signal: interrupt.signal });
  await until("some looks", async () => requests >= before + 3);
  interrupt.abort();
  const ended = await stopped.result;
  expect(ended.exitCode).toBe(130);
  expect(ended.text).toContain("Ended before its time was over.");
  expect(stopped.said().progress).toMatch(/ {2}production {2}\d s of 20 s {2}measuring the baseline, 1 of 3\n/);
});

test("after switch: it is taken back in the code, and no database has anything to do", async () => {
  const said = await watchFault("--undo", "--yes");
  expect(said.stdout).toContain("✔ switch is reverted in the repository, the plan is back in expand");
  expect(said.stdout).toMatch(/Next\n[\s\S]* npx lockstep deploy/);
  expect(await shop.typeErrors()).toEqual([]);
});
