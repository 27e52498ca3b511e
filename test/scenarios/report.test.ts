import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planText, readPlan } from "../../core/src/plan/plan-file.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// A report as a user types it, from a plan alone to a plan that was rehearsed and deployed. Every test builds on the one before.

let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 20, production: 500 });
  addHandle(shop);
  const made = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(made.code, made.output).toBe(0);
});
afterAll(() => shop?.dispose());

const planId = () => readdirSync(join(shop.root, "lockstep")).find((name) => name.endsWith("_add_handle")) ?? "";
const page = () => shop.read(`lockstep/${planId()}/report.html`);

test("of a plan alone: it needs no database and no name", async () => {
  const done = await shop.lockstep(["report"], { DATABASE_URL: "", PRODUCTION_DATABASE_URL: "" });
  expect(done.code, done.output).toBe(0);
  expect(done.output).toContain(`lockstep/${planId()}/report.html`);
  expect(page()).toContain("The locks and durations of each step are computed, not measured.");
  expect(page()).toContain("<h1>Add &quot;User&quot;.&quot;handle&quot; without downtime</h1>");
  expect(page()).not.toContain("<svg");
});

test("what edits have made of the code is shown in its lines, and nothing of this machine", async () => {
  expect(page()).toMatch(/<ins>\+ .*handle.*\n<\/ins>/);
  expect(page()).not.toContain(shop.root);
});

test("of a rehearsal: with pictures of both runs", async () => {
  const rehearsed = await shop.lockstep(["rehearse", "--rows", "2000", "--rate", "50"]);
  expect(rehearsed.code, rehearsed.output).toBe(0);
  const done = await shop.lockstep(["report", planId()]);
  expect(done.code, done.output).toBe(0);
  expect(page()).toContain("The rehearsal found no problem");
  expect(page()).toContain(" failed: ");
  expect(page()).toContain('<title id="stalls-naive-title">');
  expect(page()).toContain('<title id="stalls-plan-title">');
});

test("of a target: where it stands, and what its gate says; no URL and no value is told", async () => {
  const deployed = await shop.lockstep(["deploy", "--target", "production"]);
  expect(deployed.code, deployed.output).toBe(0);
  const done = await shop.lockstep(["report", "--target", "production", "--json"]);
  expect(done.code, done.output).toBe(0);
  const { report, file } = JSON.parse(done.stdout);
  expect(file).toBe(`lockstep/${planId()}/report.html`);
  expect(report.sections.timeline.targets).toMatchObject([
    {
      target: "production",
      phases: [{ phase: "expand", state: "done" }, { phase: "backfill", state: "open" }, {}, {}],
    },
  ]);
  const answers = report.sections.gates.answers as { gate: string; isOpen: boolean; help?: string }[];
  expect(answers.find(({ gate }) => gate === "no-missing-values")).toMatchObject({ isOpen: false });
  expect(page()).toContain("done on production");
  expect(report.sections.timeline.deployments).toMatchObject([
    { target: "production", phases: ["expand"], outcome: "done", attempts: 1 },
  ]);
  for (const text of [page(), done.stdout]) {
    expect(text).not.toContain(new URL(shop.production).password || shop.production);
    expect(text).not.toMatch(/user\.\d+@|for example id=/i);
    expect(text).toMatch(/500 rows of .*lack a value/);
  }
});

test("of a backfill that ran: how it went", async () => {
  const filled = await shop.lockstep(["backfill", "run", "--max-rows-per-second", "200"]);
  expect(filled.code, filled.output).toBe(0);
  const done = await shop.lockstep(["report", "--target", "production", "--json"]);
  const [run] = JSON.parse(done.stdout).report.sections.backfill.runs;
  expect(run).toMatchObject({ target: "production", status: "done", rows: 500, columns: ["handle"] });
  expect(run.history.points.reduce((sum: number, { rows }: { rows: number }) => sum + rows, 0)).toBe(500);
  expect(page()).toContain('<title id="rate-run-0-title">On production: &quot;handle&quot; of &quot;User&quot;');
});

test("a target that cannot be reached is told of, and is the exit code", async () => {
  const gone = "postgresql://app:hunter2@127.0.0.1:1/gone";
  const done = await shop.lockstep(["report", "--target", "production"], { PRODUCTION_DATABASE_URL: gone });
  expect(done.code).toBe(3);
  expect(page()).toContain("not reached");
  expect(page()).not.toContain("hunter2");
});

test("as Markdown: printed, or into a file", async () => {
  const printed = await shop.lockstep(["report", "--format", "markdown"]);
  expect(printed.code).toBe(0);
  expect(printed.stdout).toMatch(/^<!-- lockstep report -->\n\n# Add/);
  const written = await shop.lockstep(["report", "--format", "markdown", "--out", "report.md"]);
  expect(written.output).toContain("report.md");
  expect(shop.read("report.md")).toContain("## Undo");
});

test.each([
  ["report", "--out", "/nonexistent/x.html"],
  ["report", "--out", "lockstep"],
  ["verify", "--target", "production", "--out", "/nonexistent/x.json"],
])("a file that cannot be written is refused: %s %s %s %s", async (...args) => {
  const done = await shop.lockstep(args.filter((arg) => arg !== undefined));
  expect(done.output).toMatch(/LS8016 (?:\/nonexistent\/x\.\w+|lockstep) cannot be written/);
  expect(done.code).toBe(2);
});

test("a plan outside of the project gets no report there", async () => {
  const outside = join(shop.root, "..", "lockstep-outside");
  const folder = join(shop.root, "lockstep", planId());
  const id = planId();
  try {
    mkdirSync(outside, { recursive: true });
    // A plan that names another folder than its own, with a hash that fits.
    const file = `lockstep/${id}/plan.json`;
    const text = shop.read(file);
    shop.write(file, planText({ ...readPlan(text, file), id: "../../lockstep-outside" }));
    const named = await shop.lockstep(["report"]);
    expect(named.code, named.output).not.toBe(0);
    expect(named.code, named.output).not.toBe(4);
    shop.write(file, text);
    // A plan's folder that is a link.
    cpSync(folder, outside, { recursive: true });
    rmSync(join(outside, "report.html"), { force: true });
    renameSync(folder, `${folder}-kept`);
    symlinkSync(outside, folder);
    const linked = await shop.lockstep(["report", id]);
    expect(linked.output).toContain(`LS3011 lockstep/${id}/report.html is outside the project`);
    expect(existsSync(join(outside, "report.html"))).toBe(false);
  } finally {
    if (existsSync(`${folder}-kept`)) {
      rmSync(folder);
      renameSync(`${folder}-kept`, folder);
    }
    rmSync(outside, { recursive: true, force: true });
  }
});

test("bad input is answered", async () => {
  const format = await shop.lockstep(["report", "--format", "pdf"]);
  expect(format.code).toBe(2);
  expect(format.output).toContain('--format is "pdf"');
  const unknown = await shop.lockstep(["report", "none"]);
  expect(unknown.output).toContain("LS3005");
  shop.write(`lockstep/${planId()}/rehearsal.json`, '{"schemaVersion": 2}');
  const damaged = await shop.lockstep(["report"]);
  expect(damaged.code).toBe(1);
  expect(damaged.output).toContain("LS6506");
});
