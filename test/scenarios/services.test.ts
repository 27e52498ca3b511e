import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { announce, type Build } from "../../core/src/announce.js";
import { integrityOf } from "../../core/src/cli/evidence-integrity.js";
import { run } from "../support/run.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Services that announce what they know, by the deploy job and by a heartbeat. Every test is a step and builds on the one before.

let shop: ShopProject;
let production: pg.Client;
const stops: (() => void)[] = [];

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 50 });
  production = new pg.Client({ connectionString: shop.production });
  await production.connect();
  shop.edit("lockstep.config.ts", (text) => text.replace(/targets:/, 'services: ["web", "worker"],\n  targets:'));
  await shop.commit("Name the services");
}, 60_000);
afterAll(async () => {
  for (const stop of stops) stop();
  await production?.end();
  await shop?.dispose();
});

const planId = () => readdirSync(join(shop.root, "lockstep")).find((name) => name.endsWith("_add_handle")) ?? "";
const build = (): Build => JSON.parse(shop.read("lockstep-build.json"));
const until = async (sql: string) => {
  while ((await production.query(sql)).rows.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
};

test("a build without a plan is heard of", async () => {
  const written = await shop.lockstep(["announce", "web", "--write", "lockstep-build.json", "--build", "web-1"]);
  expect(written.code, written.output).toBe(0);
  expect(written.stdout).toMatch(/web, build web-1 \(commit [0-9a-f]{12}\): no open plan/);
  // The ledger comes with the first backfill or the first word of a deployment; until then nobody hears a heartbeat.
  const errors: unknown[] = [];
  const run = (sql: string) => production.query(sql);
  const stop = announce({ build: build(), run, onError: (error) => errors.push(error) });
  await expect.poll(() => errors).toEqual([expect.objectContaining({ code: "42P01" })]);
  // Half a minute later it would be an instance, too.
  stop();
  const said = await shop.lockstep(["announce", "web", "--build", "web-1", "--from-checkout"]);
  expect(said.code, said.output).toBe(0);
  stops.push(announce({ build: build(), run }));
  await until("SELECT FROM lockstep.announcements WHERE instance <> ''");
});

test("what cannot be meant stops before anything is written", async () => {
  for (const [args, message] of [
    [["announce", "wrker"], /LS8002.*There is no service "wrker"[\s\S]*Did you mean worker\?/],
    [["announce", "web", "--build", "it's"], /LS8002.*--build it's/],
    [["announce", "web", "--target", "staging"], /LS8006/],
    [["announce", "web", "--build", "web-1"], /LS7031 web-1 does not identify a commit[\s\S]*--from-checkout/],
  ] as const) {
    const said = await shop.lockstep(args);
    expect(said).toMatchObject({ code: 2, output: expect.stringMatching(message) });
  }
});

test("contract waits for every service, and for the instances of older builds", async () => {
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(dev.code, dev.output).toBe(0);
  await shop.commit("Expand");
  await shop.deploy(shop.production);
  for (const args of [["backfill", "run"], ["next"]]) {
    const done = await shop.lockstep(args);
    expect(done.code, done.output).toBe(0);
  }
  await shop.commit("Switch");
  const web = await shop.lockstep(["announce", "web", "--json"]);
  expect(JSON.parse(web.stdout)).toMatchObject({
    service: "web",
    target: "production",
    build: expect.stringMatching(/^[0-9a-f]{40}$/),
    plans: { [planId()]: { phase: "switch", left: 0 } },
  });
  const closed = await shop.lockstep(["next", "--confirm", "reads-steady"]);
  expect(closed.code, closed.output).toBe(1);
  expect(closed.stdout).toMatch(
    /✖ web still runs 1 instance of build web-1 on production, without expand of \d+_add_handle; worker has announced nothing on production \("User"."handle"\)/,
  );
  expect(closed.stdout).toMatch(
    /! production: web: switch, build [0-9a-f]{12} since .* UTC; alive: 1 instance of build web-1/,
  );
  expect(closed.stdout).toContain("npx lockstep announce worker --target production");
  expect(closed.stdout).toMatch(
    /npx lockstep next \d+_add_handle --confirm writers-aware --by "<name>" {3}# overrides the gate, which the ledger records; with the name /,
  );
  const overruled = await shop.lockstep(["next", "--confirm", "reads-steady", "writers-aware", "--dry-run"]);
  expect(overruled.code, overruled.output).toBe(0);
  const status = await shop.lockstep(["status"]);
  expect(status.stdout).toContain("! production: worker: nothing announced, no heartbeat");
});

const unreachable = { PRODUCTION_DATABASE_URL: "" };

test("what verify writes where the target is reachable says the same without a connection", async () => {
  const before = (await production.query("SELECT FROM lockstep.evidence")).rows.length;
  const written = await shop.lockstep(["verify"]);
  expect(written.code, written.output).toBe(0);
  expect(written.stdout).toMatch(/✖ web still runs 1 instance of build web-1/);
  expect((await production.query("SELECT FROM lockstep.evidence")).rows).toHaveLength(before);
  const confirming = ["--confirm", "reads-steady", "writers-aware"];
  const closed = await shop.lockstep(["next", "--evidence", "evidence.json"], unreachable);
  expect(closed.code, closed.output).toBe(1);
  expect(closed.stdout).toMatch(/✖ web still runs .* \(127\.0\.0\.1:\d+\/shop_prod_\S+, PostgreSQL \S+, 2\d{3}-/);
  const open = await shop.lockstep(["next", "--evidence", "evidence.json", "--dry-run", ...confirming], unreachable);
  expect(open.code, open.output).toBe(0);
  expect(open.stdout).toContain("✔ writers-aware is confirmed for this release, but not recorded");
});

test.each([
  ["another plan", { plan: "1_other" }, "is for plan 1_other"],
  ["another phase", { phase: "switch" }, "is for switch, but the next phase is contract"],
  ["another target", { target: "staging" }, "is for target staging"],
  ["a plan that has changed", { planHash: "0" }, "was created before the plan changed"],
  ["yesterday", { at: new Date(Date.now() - 25 * 3_600_000).toISOString() }, "it is valid for 24 hours"],
  ["tomorrow", { at: new Date(Date.now() + 3_600_000).toISOString() }, "it is valid for 24 hours"],
  ["other code", { code: "0" }, "the places that may omit the column have changed"],
  ["fewer gates", { answers: [] }, "does not cover all gates"],
  ["something else", { schemaVersion: 2 }, "is none"],
])("evidence of %s does not count", async (_, change, message) => {
  const { integrity, ...document } = { ...JSON.parse(shop.read("evidence.json")), ...change };
  shop.write("wrong.json", JSON.stringify({ ...document, integrity: integrityOf(document, undefined) }));
  const next = await shop.lockstep(["next", "--evidence", "wrong.json"], unreachable);
  expect(next).toMatchObject({ code: 2, output: expect.stringMatching(new RegExp(`LS7030[\\s\\S]*${message}`)) });
});

test.each([
  ["edited", undefined, undefined, "was edited after verify wrote it"],
  ["edited and signed", "one", "one", "was edited, or signed with another LOCKSTEP_EVIDENCE_KEY"],
  ["signed with another key", "one", "other", "was edited, or signed with another LOCKSTEP_EVIDENCE_KEY"],
  ["not signed where a key is wanted", undefined, "one", "is not signed"],
  ["signed where no key is known", "one", undefined, "is signed, but LOCKSTEP_EVIDENCE_KEY is not set here"],
])("evidence that is %s does not count", async (what, signed, known, message) => {
  const verify = await shop.lockstep(["verify", "--out", "kept.json"], { LOCKSTEP_EVIDENCE_KEY: signed });
  expect(verify.code, verify.output).toBe(0);
  if (what.startsWith("edited")) {
    const text = shop.read("kept.json");
    expect(text).toContain('"isOpen": false');
    shop.write("kept.json", text.replaceAll('"isOpen": false', '"isOpen": true'));
  }
  const next = await shop.lockstep(["next", "--evidence", "kept.json"], {
    ...unreachable,
    LOCKSTEP_EVIDENCE_KEY: known,
  });
  expect(next).toMatchObject({ code: 2, output: expect.stringMatching(new RegExp(`LS7030[\\s\\S]*${message}`)) });
});

test("signed evidence counts where its key is known", async () => {
  const key = { LOCKSTEP_EVIDENCE_KEY: "one" };
  expect((await shop.lockstep(["verify", "--out", "signed.json"], key)).stdout).toContain("in signed.json, signed");
  const confirming = ["--confirm", "reads-steady", "writers-aware"];
  const next = await shop.lockstep(["next", "--evidence", "signed.json", "--dry-run", ...confirming], {
    ...unreachable,
    ...key,
  });
  expect(next.code, next.output).toBe(0);
});

test("it opens once all have announced and the older instance is silent", async () => {
  expect((await shop.lockstep(["announce", "worker"])).code).toBe(0);
  for (const stop of stops) stop();
  expect((await shop.lockstep(["next", "--confirm", "reads-steady", "--dry-run"])).code).toBe(1);
  // It fell silent after the deployment was announced, and nobody heard that it ended.
  for (const [of, minutes] of [
    ["=", 10],
    ["<>", 3],
  ])
    await production.query(
      `UPDATE lockstep.announcements SET at = at - interval '${minutes} minutes', since = since - interval '${minutes} minutes' WHERE instance ${of} ''`,
    );
  const asked = await shop.lockstep(["next", "--confirm", "reads-steady"]);
  expect(asked.code, asked.output).toBe(1);
  expect(asked.stdout).toMatch(
    /✖ writers-aware is not confirmed for production: 1 instance of build web-1 of web, silent since .* UTC without reporting an end, has ended \("User"."handle"\)/,
  );
  expect((await shop.lockstep(["status"])).stdout).toMatch(
    /production: web: .*; silent since .* UTC: 1 instance of build web-1/,
  );
  const open = await shop.lockstep(["next", "--confirm", "writers-aware"]);
  expect(open.code, open.output).toBe(0);
  expect(open.stdout).toMatch(
    /✔ web \(build [0-9a-f]{12}\), worker \(build [0-9a-f]{12}\) announced expand of \d+_add_handle on production; .* confirmed on .* that 1 instance of build web-1 of web, .* has ended; what else writes "User"."handle" cannot be seen, its trigger fills every row/,
  );
});

test("a deployment of contract asks the same of its target, whatever was confirmed of places before", async () => {
  await shop.commit("Contract");
  // An older build is rolled out again before the deployment, by a job that has the newest commit checked out.
  const { stdout: old } = await run("git", ["rev-list", "--max-parents=0", "HEAD"], { cwd: shop.root });
  const back = await shop.lockstep(["announce", "worker", "--build", old.trim()]);
  expect(back.code, back.output).toBe(0);
  expect(back.stdout).toContain("on production: no open plan");
  const closed = await shop.lockstep(["deploy", "--target", "production"]);
  expect(closed.code, closed.output).toBe(1);
  expect(closed.stdout).toMatch(/worker runs build [0-9a-f]{12} on production, which does not have expand of/);
  expect((await shop.lockstep(["announce", "worker"])).code).toBe(0);
  const deploy = await shop.lockstep(["deploy", "--target", "production"]);
  expect(deploy.code, deploy.output).toBe(0);
  // Once nobody asks any more, status says nothing of them.
  const status = await shop.lockstep(["status"]);
  expect(status.stdout).not.toContain("production: web");
});

test("the word on a group reaches every database of it", async () => {
  const nowhere = shop.production.replace(/:\d+\//, ":1/");
  const members = `SELECT 'a' AS name, '${shop.production}' AS url UNION ALL SELECT 'b', '${shop.development}'`;
  shop.edit("lockstep.config.ts", (text) =>
    text.replace(
      /targets: \{/,
      `targets: {\n    shards: { urlFrom: "PRODUCTION_DATABASE_URL", eachFrom: ${JSON.stringify(members)} },`,
    ),
  );
  const build = (name: string) => ["--build", name, "--from-checkout"];
  const said = await shop.lockstep(["announce", "worker", "--target", "shards", ...build("shards-1")]);
  expect(said.code, said.output).toBe(0);
  expect(said.stdout).toMatch(/worker, build shards-1 \(commit [0-9a-f]{12}\), on shards \(2 targets\)/);
  const announced = (build: string) =>
    Promise.all(
      [shop.production, shop.development].map(async (connectionString) => {
        const client = new pg.Client({ connectionString });
        await client.connect();
        const { rowCount } = await client.query("SELECT FROM lockstep.announcements WHERE build = $1", [build]);
        await client.end();
        return rowCount;
      }),
    );
  expect(await announced("shards-1")).toEqual([1, 1]);
  // One that cannot be reached is named, and keeps it from no other.
  shop.edit("lockstep.config.ts", (text) =>
    text.replace("UNION ALL", `UNION ALL SELECT 'gone', '${nowhere}' UNION ALL`),
  );
  const part = await shop.lockstep(["announce", "worker", "--target", "shards", ...build("shards-2")]);
  expect(part).toMatchObject({
    code: 3,
    output: expect.stringMatching(/LS8004 worker is not announced on shards\/gone: /),
  });
  expect(await announced("shards-2")).toEqual([1, 1]);
});
