import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Worker } from "../../core/src/target/ledger/workers.js";
import { publishedModules } from "../support/published.js";
import { run as runProcess } from "../support/run.js";
import { addField, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// A backfill that is watched and steered from other terminals. Every test is a step and builds on the one before.

let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 20, production: 8000 });
  shop.edit("prisma/schema.prisma", (schema) =>
    addField(schema, "User", ["/// @lockstep.backfill(lower(email))", "handle String"]),
  );
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(dev.code, dev.output).toBe(0);
  await shop.deploy(shop.production);
}, 120_000);
afterAll(() => shop?.dispose());

/** The answer of a command, as a document. */
async function ask(...args: string[]) {
  const { stdout, output } = await shop.lockstep(["backfill", ...args, "--json"]);
  expect(stdout, output).toMatch(/^\{/);
  return JSON.parse(stdout);
}
const state = async () => (await ask("status")).backfills[0];
async function until(what: () => Promise<boolean>) {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 100));
}

test("before it begins there is nothing to steer", async () => {
  expect(await state()).toMatchObject({ target: "production", state: "not begun" });
  const pause = await shop.lockstep(["backfill", "pause"]);
  expect(pause.code, pause.output).toBe(1);
  expect(pause.output).toContain("LS5026 No backfill of");
});

test("it is slow, paused, resumed, made quicker, and cancelled", async () => {
  const run = shop.lockstep(["backfill", "run", "--batch-rows", "100", "--max-rows-per-second", "100"]);
  await until(async () => ["running", "waiting"].includes((await state()).state));
  const paused = await shop.lockstep(["backfill", "pause", "--why", "checkout is slow"]);
  expect(paused.stdout).toContain("paused within a second: no new batch starts");
  await until(
    async () => (await state()).state === "paused" && (await state()).workers[0]?.report.waiting?.signal === "paused",
  );
  const shown = await shop.lockstep(["backfill", "status"]);
  expect(shown.stdout).toMatch(/production {2}"User"\."handle" {2}paused/);
  expect(shown.stdout).toMatch(/paused by \S+ on 20\S+ \S+ UTC: checkout is slow/);
  expect(shown.stdout).toMatch(/Next +npx lockstep backfill resume/);
  const all = (await shop.lockstep(["status"])).stdout;
  expect(all).toMatch(
    /▶ +backfill +[\d ]+ of about [\d ]+ rows processed, paused by \S+ on 20\S+ \S+ UTC: checkout is slow\n/,
  );
  expect(all).toMatch(/Next +npx lockstep backfill resume \S+add_handle\n/);
  const next = await shop.lockstep(["next"]);
  expect(next.stdout).toMatch(/Next +It is paused by .*: checkout is slow\. Resume it: npx lockstep backfill resume/);
  expect((await shop.lockstep(["backfill", "resume"])).stdout).toContain("resumes within a second");
  expect((await shop.lockstep(["backfill", "set", "--max-rows-per-second", "120"])).stdout).toContain(
    "--max-rows-per-second 120, within a second",
  );
  expect((await shop.lockstep(["backfill", "set", "--unset", "max-rows-per-second"])).stdout).toContain(
    "--max-rows-per-second 100 (from the start of the run), within a second",
  );
  await shop.lockstep(["backfill", "set", "--max-rows-per-second", "120"]);
  await until(async () => (await state()).state === "running");
  expect((await shop.lockstep(["status"])).stdout).toMatch(/Next +npx lockstep backfill status \S+ --watch\n/);
  const second = await shop.lockstep(["backfill", "run"]);
  expect(second.code, second.output).toBe(1);
  expect(second.output).toMatch(/LS5003 .*\n[\s\S]*Join it: add --join/);
  // It ends a pause as well: the next run would wait for somebody to resume it.
  await shop.lockstep(["backfill", "pause"]);
  const cancel = await shop.lockstep(["backfill", "cancel", "--why", "a sale"]);
  expect(cancel.stdout).toContain("cancelled: it ends after its batch");
  const { code, output } = await run;
  expect(code).toBe(1);
  expect(output).toMatch(
    /LS5025 Stopped on production, cancelled by \S+ \(a sale\): [\d ]+ of about [\d ]+ rows\. No progress is lost\./,
  );
  expect(output).toMatch(
    /^lockstep backfill: started plan=\d+_add_handle target=production table=User total=\d+ rows=0 /m,
  );
  expect(output).toMatch(
    /^lockstep backfill: waiting .* target=production table=User signal=paused reason="paused by /m,
  );
  expect(output).toMatch(/^lockstep backfill: finished .* status=stopped rows=\d+ filled=\d+$/m);
  expect(await state()).toMatchObject({ state: "stopped" });
  const stopped = (await shop.lockstep(["status"])).stdout;
  expect(stopped).toMatch(/rows processed, cancelled by \S+ on 20\S+ \S+ UTC: a sale\n/);
  expect(stopped).toMatch(/Next +npx lockstep backfill run \S+add_handle\n/);
});

test("a run that is interrupted while it is paused names the command that ends the pause", async () => {
  await shop.lockstep(["backfill", "pause"]);
  const begin = async (rowsPerSecond: string) => {
    let pid = 0;
    const run = runProcess(
      join(publishedModules(), ".bin/lockstep"),
      ["backfill", "run", "--max-rows-per-second", rowsPerSecond],
      {
        cwd: shop.root,
        env: { DATABASE_URL: shop.development, PRODUCTION_DATABASE_URL: shop.production },
        onStart: (id) => {
          pid = id;
        },
      },
    );
    const isPaused = (each: Worker) => each.pid === pid && each.report.waiting?.signal === "paused";
    await until(async () => (await state()).workers.some(isPaused));
    return { run, pid };
  };
  const killed = await begin("7");
  process.kill(killed.pid, "SIGKILL");
  await killed.run;
  const { run, pid } = await begin("5000");
  // The killed run has left an entry, with its limit.
  expect((await shop.lockstep(["backfill", "set", "--unset", "max-rows-per-second"])).stdout).toContain(
    "--max-rows-per-second 5000 (from the start of the run)",
  );
  process.kill(pid, "SIGINT");
  const { code, output } = await run;
  expect(code, output).toBe(130);
  expect(output).toMatch(
    /^LS5002 Stopped on production: .*\n.*\nNext\n {2}1\. npx lockstep backfill resume \S+add_handle {3}# .*\n {2}2\. npx lockstep backfill run \S+add_handle$/m,
  );
  expect(output).toMatch(
    /message="--max-rows-per-second 120 holds, from `backfill set`, instead of 5000\. To use 5000: npx lockstep backfill set \S+add_handle --unset max-rows-per-second"/,
  );
  expect((await shop.lockstep(["backfill", "resume"])).stdout).toContain("no longer paused; it is not running");
});

test("what was set stays set; the next run ends it, with four sessions", async () => {
  const wrong = await shop.lockstep(["backfill", "set", "--max-duration", "soon"]);
  expect(wrong.code, wrong.output).toBe(2);
  expect(wrong.output).toContain("--max-duration soon: expected a time, as in 500ms, 10s, 5min or 2h.");
  expect((await shop.lockstep(["backfill", "set", "--unset", "max-rows-per-second"])).stdout).toContain(
    "— no --max-rows-per-second (default), for the next run",
  );
  const run = await shop.lockstep(["backfill", "run", "--workers", "4"]);
  expect(run.code, run.output).toBe(0);
  expect(run.stdout).toMatch(/✔ production: "User"\."handle" — [\d ]+ rows? filled in [\d ]+ batch(es)?, none is left/);
  const lines = await shop.lockstep(["backfill", "run", "--progress-json", "--json"]);
  expect(JSON.parse(lines.stdout)).toMatchObject({ command: "backfill run", results: [{ status: "done" }] });
  const events = lines.stderr.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
  expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(["started", "reading", "finished"]));
  for (const event of events)
    expect(event).toMatchObject({ at: expect.any(String), target: "production", table: "User" });
  const over = await shop.lockstep(["backfill", "status", "--watch"]);
  expect(over.stdout).toMatch(
    /production {2}"User"\."handle" {2}done\n {2}█{20} 100 % {2}8 000 rows, 8 000 filled in \d+ batches/,
  );
  expect((await shop.lockstep(["backfill", "failures"])).stdout).toContain("✔ the last run filled every row");
  expect((await shop.lockstep(["backfill", "pause"])).stdout).toMatch(
    /"handle" — is done, so nothing was changed\nNext +npx lockstep status \S+add_handle\n/,
  );
});

test("a plan that is taken back drops no column under a run, and a run ends whose column was dropped", async () => {
  await shop.commit("Fill User.handle");
  shop.edit("prisma/schema.prisma", (schema) =>
    addField(schema, "User", ["/// @lockstep.backfill(upper(email))", "nick String"]),
  );
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_nick"]);
  expect(dev.code, dev.output).toBe(0);
  await shop.deploy(shop.production);
  const [plan] = readdirSync(join(shop.root, "lockstep")).filter((name) => name.endsWith("add_nick"));
  const nick = async () => (await ask("status", plan!)).backfills[0];
  const run = shop.lockstep(["backfill", "run", plan!, "--batch-rows", "100", "--max-rows-per-second", "100"]);
  await until(async () => (await nick()).state === "running");
  // Of two open plans, the one whose backfill is at work.
  const paused = await shop.lockstep(["backfill", "pause"]);
  expect(paused.stdout).toMatch(/"nick" — paused within a second[\s\S]*npx lockstep backfill \S+ \d+_add_nick\n/);
  const abandon = await shop.lockstep(["abandon", plan!, "--yes"]);
  expect(abandon.code, abandon.output).toBe(0);
  const deploy = await shop.lockstep(["deploy", "--confirm", "column-unused"]);
  expect(deploy.code, deploy.output).toBe(1);
  expect(deploy.stdout).toContain('✖ A backfill works on "User"."nick" on production');
  expect(deploy.stdout).toMatch(/npx lockstep backfill cancel \S+add_nick {3}# ends the backfill first/);
  await shop.deploy(shop.production);
  const { code, output } = await run;
  expect(code).toBe(1);
  expect(output).toMatch(/LS5030 "User"\."nick" was dropped on \S+ during the backfill\./);
});
