import { spawn } from "node:child_process";
import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rehearsalSchema } from "../../core/src/rehearsal/results/rehearsal.js";
import { createDatabase } from "../support/database.js";
import { addHandle, createShop, type ShopProject, seedUsers } from "../support/shop-project.js";

// A plan is rehearsed as a user types it: with the statistics of production, and without. Every test builds on the one before.

let shop: ShopProject;
let before: string | undefined;
beforeAll(async () => {
  shop = await createShop();
  await shop.npx("lockstep", ["init", "--yes", "--no-install"]);
  await shop.commit("Set up Lockstep");
  await shop.prisma(["migrate", "deploy"]);
  await shop.deploy(shop.production);
  await seedUsers(shop.development, 20);
  await seedUsers(shop.production, 3000);
  const production = new pg.Client({ connectionString: shop.production });
  await production.connect();
  await production.query("ANALYZE");
  await production.end();
  // What `git worktree add ../before` makes, installed and generated.
  before = `${shop.root}-before`;
  await shop.generate();
  cpSync(shop.root, before, { recursive: true, verbatimSymlinks: true });
  addHandle(shop);
  const made = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(made.code, made.output).toBe(0);
});
afterAll(async () => {
  if (before !== undefined) rmSync(before, { recursive: true, force: true });
  await shop?.dispose();
});

const planId = () => readdirSync(join(shop.root, "lockstep")).find((name) => name.endsWith("_add_handle")) ?? "";
const kept = () => rehearsalSchema.parse(JSON.parse(shop.read(`lockstep/${planId()}/rehearsal.json`)));

test("statistics of production are kept, without a value of it", async () => {
  const pulled = await shop.lockstep(["stats", "pull", "--target", "production"]);
  expect(pulled.code, pulled.output).toBe(0);
  const text = shop.read("lockstep/stats.json");
  expect(JSON.parse(text)).toMatchObject({ target: "production", dialect: "postgresql", schemaVersion: 1 });
  expect(text).not.toMatch(/@example|Ada|user1/i);
  expect(text).toContain('"name":"User"');
});

test("the plan goes through beside traffic; the migration alone would be refused", async () => {
  const done = await shop.lockstep(["rehearse"]);
  expect(done.output).toMatch(/"User" with 3 000 rows/);
  expect(done.output).toContain("rejected: a value is required");
  expect(done.output).toContain("every lock was as the plan states");
  expect(done.code, done.output).toBe(0);
  const { runs, findings, stage, traffic } = kept();
  expect(findings).toEqual([]);
  expect(stage).toMatchObject({ kind: "embedded", scale: 1, statsOf: "production" });
  expect(traffic).toMatchObject({ kind: "probes", statements: 3, leftOut: [] });
  const [naive, plan] = runs;
  expect(naive?.steps.map(({ error }) => error)).toEqual([expect.stringContaining("23502")]);
  expect(plan?.steps.map(({ kind, phase }) => `${phase} ${kind}`)).toEqual([
    "expand unit",
    "expand unit",
    "expand unit",
    "expand undo",
    "backfill backfill",
    "contract unit",
    "contract unit",
    "contract undo",
  ]);
  expect(plan?.points.reduce((sum, { requests }) => sum + requests, 0)).toBeGreaterThan(100);
  // The plan's own files are as they were.
  expect((await shop.lockstep(["status"])).code).toBe(0);
});

test("a dump of the schema serves as well, and one from after expand is refused", async () => {
  const schema = `CREATE TABLE "User" ("id" SERIAL PRIMARY KEY, "email" TEXT NOT NULL UNIQUE, "name" TEXT);
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;
INSERT INTO "User" ("email") VALUES ('a;b@example.com');\n`;
  const rights = `ALTER TABLE "User" OWNER TO shop;\nGRANT SELECT ON "User" TO reader;\n`;
  shop.write("before.sql", `--\n\\restrict abc\nSET search_path = public;\n${schema}${rights}`);
  const done = await shop.lockstep(["rehearse", "--from", "before.sql"]);
  expect(done.code, done.output).toBe(0);
  expect(done.output).toMatch(
    /Left out of the dump.* 2 statements: line 7 \(ALTER TABLE "User"\), line 8 \(GRANT SELECT ON\)/,
  );
  expect(kept().stage).toMatchObject({ kind: "dump", tables: [{ table: { name: "User" } }] });
  shop.write("after.sql", schema.replace('"name" TEXT', '"name" TEXT, "handle" TEXT'));
  const refused = await shop.lockstep(["rehearse", "--from", "after.sql"]);
  expect(refused.output).toContain("LS6503");
  expect(refused.output).toContain('"User"."handle" already exists');
  expect(refused.code).toBe(2);
  shop.write("hostile.sql", `${schema}COPY "User" (email) FROM PROGRAM 'touch pwned';\n`);
  const hostile = await shop.lockstep(["rehearse", "--from", "hostile.sql"]);
  expect(hostile).toMatchObject({
    code: 2,
    output: expect.stringMatching(/LS8020 .*hostile\.sql: line 4 needs more privileges/),
  });
});

test("a copy of a database keeps its rows, and a server that is named is left as it was", async () => {
  const copy = await createDatabase("rehearsed", shop.production);
  try {
    const done = await shop.lockstep(["rehearse", "--url", copy.url, "--rate", "30"]);
    expect(done.code, done.output).toBe(0);
    expect(kept().stage).toMatchObject({ kind: "url", tables: [{ rows: 3000 }] });
    const client = new pg.Client({ connectionString: copy.url });
    await client.connect();
    const { rows } = await client.query(
      `SELECT (SELECT count(*)::int FROM "User") AS users, to_regnamespace('lockstep_stage') AS stage, to_regnamespace('lockstep') AS ledger,
              (SELECT count(*)::int FROM pg_database WHERE datname LIKE 'lockstep_stage%') AS databases`,
    );
    expect(rows).toEqual([{ users: 3000, stage: null, ledger: null, databases: 0 }]);
    await client.end();
  } finally {
    await copy.drop();
  }
});

test("Ctrl-C ends it in order: no database is left, and nothing is written", async () => {
  const [before, server] = [shop.read(`lockstep/${planId()}/rehearsal.json`), process.env.LOCKSTEP_TEST_PG ?? ""];
  const child = spawn(join(shop.root, "node_modules/.bin/lockstep"), ["rehearse", "--stage-url", server], {
    cwd: shop.root,
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      // Once: it comes again with what is printed at the end.
      if (!output.includes("The ORM's own migration") && chunk.includes("The ORM's own migration"))
        child.kill("SIGINT");
      output += chunk.toString();
    });
  expect(await ended, output).toBe(130);
  expect(output).toContain("Stopped: the scratch database was dropped, and nothing was written.");
  expect(shop.read(`lockstep/${planId()}/rehearsal.json`)).toBe(before);
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  const { rows } = await client.query("SELECT FROM pg_database WHERE datname LIKE 'lockstep_stage%'");
  expect(rows).toEqual([]);
  await client.end();
});

test("builds of the user's own serve in every phase; one that does not start ends it, and none is left", async () => {
  const config = shop.read("lockstep.config.ts");
  const setting = (text: string) =>
    shop.write("lockstep.config.ts", config.replace("defineConfig({", `$&\n  rehearse: ${text},`));
  const build = "exec node --import tsx src/main.ts";
  const old = JSON.stringify(`cd ${before} && ${build}`);
  const load = `["GET /users/{1..500}", 'POST /users {"email":"n{n}@example.com","name":"N"}', "GET /nowhere"]`;
  try {
    await shop.generate();
    setting(`{ old: ${old}, new: ${JSON.stringify(build)}, load: ${load} }`);
    const done = await shop.lockstep(["rehearse", "--replica", "--rate", "40"]);
    expect(done.output).toContain("3 requests over HTTP to your own builds of before and after, 40 a second");
    const { traffic, runs, stage, findings } = kept();
    expect(traffic).toEqual({ kind: "builds", rate: 40, statements: 3, leftOut: [] });
    expect(runs.map((run) => run.before?.failed.map(({ reason }) => reason))).toEqual([
      ["GET /nowhere was answered with 404"],
      ["GET /nowhere was answered with 404"],
    ]);
    expect(findings.filter(({ kind }) => kind !== "stalled")).toEqual([]);
    // A replica of its own, asked in every step.
    expect(stage.hasReplica).toBe(true);
    expect(runs[1]?.steps.find(({ kind }) => kind === "backfill")?.lag?.bytes).toBeGreaterThan(0);
    setting(`{ old: ${old}, new: "echo no module; exit 3", load: ${load} }`);
    const refused = await shop.lockstep(["rehearse", "--rows", "100"]);
    expect(refused.output).toMatch(/LS6505 rehearse\.new .* does not start: it ended with exit code 3[\s\S]*no module/);
    expect(refused.code).toBe(2);
    // With the two builds, what it asks is up to it; ids and queries are not told.
    shop.write(
      "load.mjs",
      `for (let n = 0; n < 400; n++) {
         await fetch(process.env.LOCKSTEP_URL + "/users/" + (1 + (n % 50)) + "?token=secret");
         await fetch(process.env.LOCKSTEP_URL + "/nowhere/" + n + "?token=secret");
         await new Promise((resolve) => setTimeout(resolve, 20));
       }`,
    );
    setting(`{ old: ${old}, new: ${JSON.stringify(build)}, load: "node load.mjs" }`);
    const scripted = await shop.lockstep(["rehearse", "--rows", "2000"]);
    expect(scripted.output).toContain("your script's requests over HTTP to your own builds of before and after");
    const [naive, planned] = kept().runs;
    for (const run of [naive, planned]) {
      expect(run?.before?.failed).toMatchObject([{ reason: "GET /nowhere/… was answered with 404" }]);
      expect(run?.before?.requests).toBeGreaterThan(10);
    }
    expect(planned?.steps.filter(({ traffic }) => traffic !== undefined).length).toBeGreaterThan(3);
    expect(JSON.stringify(kept())).not.toContain("secret");
    expect(kept().findings.filter(({ kind }) => kind !== "stalled")).toEqual([]);
    setting(`{ old: ${old}, new: ${JSON.stringify(build)}, load: "echo no tool; exit 4" }`);
    const silent = await shop.lockstep(["rehearse", "--rows", "100"]);
    expect(silent).toMatchObject({ code: 2, output: expect.stringMatching(/LS6507 [\s\S]*exit code 4[\s\S]*no tool/) });
    // What is seen after it has broken off would be seen without traffic.
    shop.write(
      "once.mjs",
      `import { existsSync, writeFileSync } from "node:fs";
       if (existsSync("was-here")) throw new Error("no token any more");
       writeFileSync("was-here", "");
       for (let n = 0; n < 150; n++) {
         await fetch(process.env.LOCKSTEP_URL + "/users/" + (1 + n));
         await new Promise((resolve) => setTimeout(resolve, 20));
       }`,
    );
    setting(`{ old: ${old}, new: ${JSON.stringify(build)}, load: "node once.mjs" }`);
    const broken = await shop.lockstep(["rehearse", "--rows", "100"]);
    expect(broken).toMatchObject({
      code: 2,
      output: expect.stringMatching(/LS6507 [\s\S]*sent no request to LOCKSTEP_URL[\s\S]*no token any more/),
    });
    setting(`{ old: ${old} }`);
    expect((await shop.lockstep(["rehearse"])).output).toContain("old, new and load go together");
  } finally {
    shop.write("lockstep.config.ts", config);
  }
}, 900_000);

test("bad input is answered before anything is started", async () => {
  for (const [args, text] of [
    [["--scale", "many"], "--scale"],
    [["--rate", "0"], "--rate"],
    [["--from", "nowhere.sql"], "nowhere.sql cannot be restored"],
  ] as const) {
    const refused = await shop.lockstep(["rehearse", ...args]);
    expect(refused.code).toBe(2);
    expect(refused.output).toContain(text);
  }
});
