import { readdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNest, type NestInstance, type NestProject } from "../support/nest-project.js";
import { until } from "../support/sessions.js";

// A required column of a NestJS application is taken back because of an anomaly, while builds of the application run. Every test is a step
// and builds on the one before.

const entity = "src/users/user.entity.ts";

let nest: NestProject;
let db: pg.Client;
let endpoint: Server;
let health = 200;
let requests = 0;
let contract: NestInstance;
let switched: NestInstance;

beforeAll(async () => {
  endpoint = createServer((_, response) => {
    requests++;
    response.statusCode = health;
    response.end();
  });
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
  nest = await createNest("0.3.31");
  db = new pg.Client({ connectionString: nest.production });
  await db.connect();
}, 120_000);
afterAll(async () => {
  endpoint?.close();
  await db?.end();
  await nest?.dispose();
});

async function succeeds(run: Promise<{ readonly code: number; readonly output: string }>): Promise<string> {
  const { code, output } = await run;
  expect(code, output).toBe(0);
  return output;
}

const onProduction = () => ({ DATABASE_URL: nest.production });

async function build(): Promise<NestInstance> {
  expect(await nest.build()).toMatchObject({ code: 0, output: "" });
  return nest.start(nest.production);
}

/** Signs up, renames and looks. Gives what the app shows of the user. */
async function serves(app: NestInstance, email: string): Promise<Readonly<Record<string, unknown>>> {
  const call = async (method: string, path: string, body?: object) => {
    const headers = { "content-type": "application/json" };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(new URL(path, app.url), { method, headers, ...sent });
    expect(response.ok, `${method} ${path} → ${response.status}\n${app.log().slice(-500)}`).toBe(true);
    return (await response.json()) as { readonly id: number };
  };
  const { id } = await call("POST", "/users", { email, name: "Ada" });
  await call("PATCH", `/users/${id}`, { name: "Ada L." });
  return { ...(await call("GET", `/users/${id}`)) };
}

/** Watches, and lets the endpoint fail once the baseline is taken. */
async function watchFault(...args: string[]) {
  const CHECK_URL = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/up`;
  requests = 0;
  const watching = nest.lockstep(["watch", "--for", "40s", ...args], { CHECK_URL });
  await until("the baseline is taken", async () => requests >= 5, 40);
  health = 500;
  const said = await watching;
  health = 200;
  return said;
}

const planId = () => readdirSync(join(nest.root, "lockstep")).find((name) => /add_?handle$/i.test(name)) ?? "";
const released = () => JSON.parse(nest.read(`lockstep/${planId()}/plan.json`)).state.released;
const isRequired = async () =>
  (
    await db.query(
      `SELECT is_nullable = 'NO' AS required FROM information_schema.columns WHERE table_name = 'users' AND column_name = 'handle'`,
    )
  ).rows[0]?.required;
const checksClean = async () =>
  expect(
    await succeeds(nest.typeorm(["migration:generate", "--check", "src/migrations/None"], onProduction())),
  ).toContain("No changes in database schema were found");

test("the column becomes required, as a change does", async () => {
  await succeeds(nest.typeorm(["migration:run"]));
  await succeeds(nest.typeorm(["migration:run"], onProduction()));
  await succeeds(nest.lockstep(["init", "--yes", "--no-install"]));
  nest.edit("lockstep.config.ts", (config) =>
    config.replace(
      "defineConfig({",
      `defineConfig({
  gates: { readsSteady: { http: { urlFrom: "CHECK_URL" } } },
  watch: { every: "1s", baseline: 3 },`,
    ),
  );
  nest.edit(entity, (text) =>
    text.replace(
      "  name!: string;\n",
      "  name!: string;\n\n  /** @lockstep.backfill(lower(email)) */\n  @Column({ unique: true })\n  handle!: string;\n",
    ),
  );
  await succeeds(nest.typeorm(["migration:generate", "src/migrations/AddHandle"]));
  await succeeds(nest.lockstep(["deploy", "--target", "production"]));
  await succeeds(nest.lockstep(["backfill", "run", "--target", "production"]));
  await nest.commit("Expand");
  await succeeds(nest.lockstep(["next", "--target", "production"]));
  await nest.commit("Switch");
  switched = await build();
  expect(await serves(switched, "Switch@example.com")).toMatchObject({ handle: "switch@example.com" });
  await succeeds(nest.lockstep(["next", "--target", "production", "--confirm", "writers-aware", "reads-steady"]));
  await succeeds(nest.lockstep(["deploy", "--target", "production"]));
  await nest.commit("Contract");
  contract = await build();
  expect(await serves(contract, "Contract@example.com")).toMatchObject({ handle: "contract@example.com" });
  expect(await isRequired()).toBe(true);
});

test("after contract: the way back is written and deployed, and builds of before and after serve on", async () => {
  const said = await watchFault("--undo", "--yes");
  expect(said.code, said.output).toBe(5);
  expect(said.output).toContain("✔ contract is reverted in the repository, the plan is back in switch");
  expect(said.output).toMatch(/✔ production: \d+-AddHandleUndoContract deployed/);
  expect(said.output).toMatch(
    /Next\n {2}1\. Review and commit\.\n {2}2\. Deploy the code\.\n {2}3\. npx lockstep status/,
  );
  expect(released()).toBe("switch");
  expect(await isRequired()).toBe(false);
  await checksClean();
  expect(await serves(contract, "Still@example.com")).toMatchObject({ handle: "still@example.com" });
  expect(await serves(switched, "Before@example.com")).toMatchObject({ handle: "before@example.com" });
  expect(await contract.stop()).toBe(0);
  await nest.commit("Contract taken back");
  const back = await build();
  expect(await serves(back, "Back@example.com")).toMatchObject({ handle: "back@example.com" });
  expect(await back.stop()).toBe(0);
});

const ofOthers = "src/migrations/1999999999999-OfOthers.ts";
const addMigrationOfOthers = () =>
  nest.write(
    ofOthers,
    `export class OfOthers1999999999999 {
  async up(runner: { query(sql: string): Promise<unknown> }) {
    await runner.query("CREATE TABLE of_others ()");
  }
  async down() {}
}
`,
  );
const hasOthers = async () => (await db.query("SELECT to_regclass('of_others') IS NOT NULL AS made")).rows[0]?.made;

test("contract is not taken back while a migration of somebody else would be deployed with it", async () => {
  await succeeds(nest.lockstep(["next", "--target", "production", "--confirm", "writers-aware", "reads-steady"]));
  await nest.commit("Contract again");
  addMigrationOfOthers();
  const said = await watchFault("--undo", "--yes");
  expect(said.code, said.output).toBe(5);
  expect(said.output).toMatch(
    /! contract is not reverted: 1999999999999-OfOthers would be deployed to production with it/,
  );
  expect(released()).toBe("contract");
  expect(await hasOthers()).toBe(false);
  rmSync(join(nest.root, ofOthers));
  expect(await nest.changedFiles()).toEqual([]);
});

test("a contract that has not arrived yet is no migration of others", async () => {
  const said = await watchFault("--undo", "--yes");
  expect(said.code, said.output).toBe(5);
  expect(said.output).toContain("✔ contract is reverted in the repository, the plan is back in switch");
  expect(said.output).toMatch(/✔ production: \d+-AddHandleUndoContract deployed/);
  expect(await isRequired()).toBe(false);
  await checksClean();
  expect(await serves(switched, "Third@example.com")).toMatchObject({ handle: "third@example.com" });
  await nest.commit("Contract taken back again");
});

test("after switch: the code stops reading the column, whatever is pending stays so, and both builds serve", async () => {
  addMigrationOfOthers();
  await nest.commit("Somebody else's migration");
  const said = await watchFault("--undo", "--yes");
  expect(said.code, said.output).toBe(5);
  expect(said.output).toContain("✔ switch is reverted in the repository, the plan is back in expand");
  expect(said.output).not.toContain(" deployed");
  expect(await hasOthers()).toBe(false);
  await checksClean();
  const back = await build();
  expect(await serves(back, "Fourth@example.com")).not.toHaveProperty("handle");
  expect(await serves(switched, "Fifth@example.com")).toMatchObject({ handle: "fifth@example.com" });
  const { rows } = await db.query("SELECT count(*)::int AS rows, bool_and(handle = lower(email)) AS right FROM users");
  expect(rows).toEqual([{ rows: 8, right: true }]);
});
