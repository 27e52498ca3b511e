import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";
import { onTerminal } from "../support/terminal.js";

// What an agent may not do by itself: confirm a gate as somebody, and lose values.

let shop: ShopProject;
let production: pg.Client;
const agent = { CLAUDECODE: "1" };
const planId = () => readdirSync(join(shop.root, "lockstep")).sort().at(-1) ?? "";
const consents = () => JSON.parse(shop.read(`lockstep/${planId()}/plan.json`)).state.consents;
const recorded = async (gate: string) =>
  (await production.query("SELECT who, note FROM lockstep.evidence WHERE gate = $1 ORDER BY at", [gate])).rows;

async function ok(...args: Parameters<ShopProject["lockstep"]>) {
  const result = await shop.lockstep(...args);
  expect(result.code, result.output).toBe(0);
  return result;
}

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 50 });
  production = new pg.Client({ connectionString: shop.production });
  await production.connect();
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"], agent);
  expect(dev.code, dev.output).toBe(0);
  await shop.deploy(shop.production);
  await shop.commit("expand");
  await ok(["backfill", "run"]);
  await ok(["next"]);
  await shop.commit("switch");
});
afterAll(async () => {
  await production?.end();
  await shop?.dispose();
});

test.each([
  [
    "a pipeline",
    {},
    /Next {3}npx lockstep next --confirm writers-aware reads-steady --by "<name>" {3}# with the name of the person who confirms it$/m,
  ],
  [
    "a job",
    { GITHUB_ACTOR: "ada" },
    /Next {3}npx lockstep .* {3}# at a terminal\n {7}npx lockstep next --confirm .* --by "\$GITHUB_ACTOR" {3}# or in a job that this person starts$/m,
  ],
  ["a job of a bot", { GITHUB_ACTOR: "renovate[bot]" }, /reads-steady --by "<name>" {3}# with the name of /],
  [
    "an agent",
    agent,
    /Next {3}npx lockstep next --confirm .* --by "<name>" {3}# ask your user, and run it with their name/,
  ],
])("%s confirms nothing without a name", async (_, env, next) => {
  const { code, output } = await shop.lockstep(
    ["next", "--confirm", "writers-aware", "--confirm", "reads-steady", "--by", "<name>"],
    env,
  );
  expect(output).toMatch(/^LS8024 --confirm writers-aware, reads-steady needs --by: /);
  expect([code, output]).toEqual([2, expect.stringMatching(next)]);
  const deploy = await shop.lockstep(["deploy", "--confirm", "writers-aware", "--by", ""], env);
  expect([deploy.code, deploy.output]).toEqual([2, expect.stringContaining("LS8024")]);
  expect(await recorded("writers-aware")).toEqual([]);
});

test("an agent that did not confirm is told to ask its user, and shows the phase without a name", async () => {
  const { output } = await shop.lockstep(["next"], agent);
  expect(output).toMatch(
    /npx lockstep next .* --confirm reads-steady --by "<name>" {3}# once both are true; ask your user, and run it with their name/,
  );
  const shown = await ok(["next", "--confirm", "writers-aware,reads-steady", "--dry-run", "--by", ""], agent);
  expect(shown.output).toContain("would be confirmed (--dry-run: nothing is recorded)");
});

test("an agent on a terminal is asked nothing", async () => {
  const env = { DATABASE_URL: shop.development, PRODUCTION_DATABASE_URL: shop.production };
  const { code, output } = await onTerminal(shop.root, ["next"], [], { ...env, ...agent });
  expect([code, output]).toEqual([1, expect.not.stringContaining("is it true that")]);
  expect(await recorded("writers-aware")).toEqual([]);
});

test("a confirmation by an agent is recorded as one", async () => {
  await ok(["next", "--confirm", "writers-aware", "--confirm", "reads-steady", "--by", "Ada"], agent);
  expect(await recorded("writers-aware")).toEqual([{ who: "Ada (entered by Claude Code)", note: null }]);
  await shop.commit("contract");
});

test("values are lost with the user's words, in the repository and on the target", async () => {
  await ok(["undo"], agent);
  expect(consents()).toBeUndefined();
  await ok(["undo"], agent);
  for (const command of ["undo", "abandon"]) {
    const refused = await shop.lockstep([command, "--yes"], agent);
    expect(refused.output).toMatch(
      /^LS8025 Claude Code runs this command\. The values in "User"\."handle" are lost .*\n.*\nNext\n {2}1\. .*\n {2}2\. LOCKSTEP_USER_CONSENT="<their exact words>" npx lockstep (undo|abandon) \d+_add_handle {3}# if they consent$/m,
    );
    expect(refused.code).toBe(2);
  }
  await ok(["abandon", "--dry-run"], agent);
  const words = { ...agent, LOCKSTEP_USER_CONSENT: "yes, drop\nthe handles" };
  const { output } = await ok(["abandon"], words);
  expect(output).toContain("entered by Claude Code: “yes, drop the handles”");
  expect(consents()).toEqual([{ words: "yes, drop the handles", agent: "Claude Code", at: expect.any(String) }]);
  await shop.commit("abandoned");

  const confirmed = ["deploy", "--confirm", "column-unused", "--by", "Ada"];
  const refused = await shop.lockstep(confirmed, agent);
  expect([refused.code, refused.output]).toEqual([2, expect.stringContaining("LS8025")]);
  expect((await production.query(`SELECT count("handle") FROM "User"`)).rows).toEqual([{ count: "50" }]);
  await ok(confirmed, { ...agent, LOCKSTEP_USER_CONSENT: "go" });
  await expect(production.query(`SELECT "handle" FROM "User"`)).rejects.toThrow("does not exist");
  expect(await recorded("user-consent")).toEqual([{ who: "the user of Claude Code", note: "go" }]);
});

test("on a terminal the identity of git is the default, and is shown", async () => {
  const env = { DATABASE_URL: shop.development, PRODUCTION_DATABASE_URL: shop.production };
  const { output } = await onTerminal(shop.root, ["deploy", "--confirm", "column-unused"], [], env);
  expect(output).toMatch(/The record names .+\. For another name: --by <name>/);
});
