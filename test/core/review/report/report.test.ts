import { HtmlValidate } from "html-validate";
import { describe, expect, it } from "vitest";
import { reportOf } from "../../../../core/src/review/report/report.js";
import type { ReportInput } from "../../../../core/src/review/report/section.js";
import { sections } from "../../../../core/src/review/report/sections/index.js";
import { colours } from "../../../../core/src/review/report/style.js";
import { handleSql, planOf } from "../../../support/plan-fixture.js";
import { inputOf, large, noticed, rehearsed } from "./inputs.js";

// The page is held as a browser, a screen reader and a stranger to the tool take it.

const { plan, rehearsal } = rehearsed();
const hostile = `<script>alert(1)</script>"'&\`|\u202e\${x}`;
const renamed = rehearsed((json) => json.replaceAll("handle", JSON.stringify(hostile).slice(1, -1)));

const nickSql = `ALTER TABLE "User" ADD COLUMN "nick" TEXT;\nCREATE UNIQUE INDEX "User_nick_key" ON "User"("nick");`;

const asked: Pick<ReportInput, "targets" | "gates" | "runs" | "deployments"> = {
  runs: [
    {
      target: "production",
      table: { schema: "public", name: "User", oid: 1 },
      columns: [hostile],
      status: "running",
      startedAt: "2026-11-24T10:00:00.000Z",
      finishedAt: null,
      rows: 4000,
      batches: 12,
      history: {
        widthMs: 1000,
        points: Array.from({ length: 500 }, (_, at) => ({
          at: 1_764_000_000_000 + at * 1000,
          forMs: 1000,
          rows: at === 7 ? 0 : 8,
          lagMs: at * 3,
          ...(at === 7 && { waits: [{ signal: "replica-lag", reason: "the replica is late", ms: 61_000 }] }),
        })),
      },
    },
    {
      target: "staging",
      table: { schema: "public", name: "User", oid: 1 },
      columns: ["handle"],
      status: "done",
      startedAt: "2026-11-24T09:00:00.000Z",
      finishedAt: "2026-11-24T09:00:01.000Z",
      rows: 3,
      batches: 1,
    },
  ],
  deployments: [
    {
      target: "production",
      at: "2026-11-24T09:30:00.000Z",
      phases: ["expand"],
      migrations: ["1_a"],
      outcome: "failed",
      code: "LS7020",
      attempts: 5,
      tookMs: 42_000,
    },
    {
      target: "staging",
      at: "2026-11-24T10:30:00.000Z",
      phases: ["expand"],
      migrations: ["1_a"],
      outcome: "stopped",
      code: "LS7028",
      attempts: 1,
      tookMs: 2_000,
    },
  ],
  targets: [
    {
      target: "production",
      phases: [
        { phase: "expand", state: "done", note: "4 migrations" },
        { phase: "backfill", state: "open", note: "10 rows of about 100 rows, running" },
        { phase: "switch", state: "waiting", note: "not written yet" },
        { phase: "contract", state: "waiting", note: "not written yet" },
      ],
    },
    { target: "staging", error: "no answer" },
  ],
  gates: [
    { gate: "phase-applied", target: "production", isOpen: true, statement: "4 migrations have run" },
    {
      gate: "no-missing-values",
      target: "production",
      isOpen: false,
      statement: "90 rows lack a value",
      help: "npx lockstep backfill run",
    },
  ],
};

const inputs: readonly (readonly [string, () => ReportInput | Promise<ReportInput>])[] = [
  ["a plan alone", async () => inputOf({ plan: await planOf() })],
  ["a plan of one phase", async () => inputOf({ plan: await planOf({ sql: nickSql }) })],
  ["a plan that was undone", () => inputOf({ plan: { ...plan, state: { ...plan.state, released: "undone" } } })],
  ["a rehearsal of the plan as it was", () => inputOf({ plan, isOutdated: true })],
  ["a rehearsal", () => inputOf({ plan, rehearsal, source: () => "a\nconst x = { handle: null, id };\nb\n" })],
  ["a rehearsal in which nothing was sent", () => inputOf({ plan, rehearsal: unsent })],
  ["a rehearsal with findings, and targets", () => inputOf({ plan, rehearsal: noticed(rehearsal), ...asked })],
  ["names that are HTML", () => inputOf({ plan: renamed.plan, rehearsal: noticed(renamed.rehearsal), ...asked })],
  ["twenty columns", async () => inputOf({ plan: await large(20), rehearsal: noticed(rehearsal), ...asked })],
  [
    "another system",
    async () =>
      inputOf({
        plan: await planOf({ dialect: "mysql", sql: handleSql.replace("TEXT", "VARCHAR(64)").replaceAll('"', "`") }),
      }),
  ],
];

const unsent = {
  ...rehearsal,
  traffic: { ...rehearsal.traffic, kind: "none" as const },
  runs: rehearsal.runs.map(({ before: _, ...run }) => ({
    ...run,
    points: [],
    steps: run.steps.map(({ traffic: __, ...step }) => step),
  })),
};

const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:a11y"],
  rules: { "long-title": "off", "no-raw-characters": "error" },
});

describe.each(inputs)("%s", (_, make) => {
  it("is a valid page", async () => {
    const report = await validator.validateString(reportOf(await make()).html());
    const messages = report.results.flatMap((result) => result.messages);
    expect(messages.map(({ line, ruleId, message }) => `${line}: ${ruleId}: ${message}`)).toEqual([]);
  });

  it("has its sections in order, and none is empty", async () => {
    const page = reportOf(await make()).html();
    const parts = page.split(/<section id="/).slice(1);
    const ids = parts.map((part) => part.slice(0, part.indexOf('"')));
    expect(ids).toEqual([...sections.map(({ id }) => id), "not-measured"].filter((id) => ids.includes(id)));
    expect(ids).toEqual(expect.arrayContaining(["verdict", "timeline", "hazards", "gates", "way-back"]));
    for (const part of parts)
      expect(part.replace(/<h[23][^>]*>.*?<\/h[23]>/g, ""), part.slice(0, 40)).toMatch(/<(p|ul|ol|table|figure)\b/);
  });

  it("has its headings in order, and names of its own", async () => {
    const page = reportOf(await make()).html();
    const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels[0]).toBe(1);
    for (const [at, level] of levels.entries()) expect(level).toBeLessThanOrEqual((levels[at - 1] ?? 0) + 1);
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/ href="#([^"]*)"/g)) expect(ids).toContain(id);
  });

  it("fetches nothing and runs nothing", async () => {
    const page = reportOf(await make()).html();
    expect([...page.matchAll(/\s(?:href|src|srcset|action|data|xlink:href)="(?!#)/g)]).toEqual([]);
    expect(page).not.toMatch(/<(?:script|link|img|iframe|object|embed|form|base)\b|@import|url\(|\son\w+="/i);
    expect(page.match(/<meta http-equiv="Content-Security-Policy" content="default-src 'none'/g)).toHaveLength(1);
  });

  it("stays small", async () => {
    expect(Buffer.byteLength(reportOf(await make()).html())).toBeLessThan(1_000_000);
  });

  it("is Markdown with whole tables as well", async () => {
    const text = reportOf(await make()).markdown();
    const titles = [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual(
      [...sections.map(({ title }) => title), "Not measured"].filter((each) => titles.includes(each)),
    );
    let cells = 0;
    let fence = "";
    for (const line of text.split("\n")) {
      const [ticks = ""] = /^`{3,}/.exec(line) ?? [];
      if (ticks !== "") fence = fence === "" ? ticks : ticks.length >= fence.length ? "" : fence;
      const count = fence === "" && line.startsWith("|") ? line.replace(/\\\|/g, "").split("|").length : 0;
      if (cells > 0 && count > 0) expect(count, line).toBe(cells);
      cells = count;
    }
    expect(fence).toBe("");
  });

  it("has data that JSON can hold, for every section", async () => {
    const { data } = reportOf(await make());
    expect(Object.keys(data.sections)).toEqual(sections.map(({ id }) => id));
    const numbers: number[] = [];
    JSON.stringify(data, (_, value: unknown) => {
      if (typeof value === "number") numbers.push(value);
      return value;
    });
    expect(numbers.filter((each) => !Number.isFinite(each))).toEqual([]);
  });
});

describe("names that are HTML", () => {
  const report = reportOf(inputOf({ plan: renamed.plan, rehearsal: noticed(renamed.rehearsal), ...asked }));

  it("are escaped wherever they stand, and no direction of text is turned", () => {
    const page = report.html();
    expect(page.split("&lt;script&gt;alert(1)&lt;/script&gt;").length).toBeGreaterThan(20);
    expect(page).not.toContain("<script");
    expect(page).not.toContain("\u202e");
  });

  it("are escaped in Markdown, but in code", () => {
    const fenced = report.markdown().replace(/^(`{3,})[\s\S]*?^\1$/gm, "");
    const outside = fenced.replace(/(?<!`|\\)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "");
    expect(fenced).toContain("script");
    expect(outside).not.toMatch(/(?<!\\)<script/);
    expect(report.markdown()).not.toContain("\u202e");
  });
});

describe("what an application met for real", () => {
  const about = "Measured on 24 November, PostgreSQL 17, 200 requests per second.";
  const runs = rehearsal.runs.map((run) => ({
    ...run,
    steps: run.steps.map((step) => ({
      ...step,
      observed: { locks: [{ table: { name: "User" }, mode: "ACCESS EXCLUSIVE" as const, heldMs: 5_400 }] },
      waits: [
        { table: { name: "User" }, wanted: "ACCESS SHARE", held: "ACCESS EXCLUSIVE", sessions: 9, longestMs: 5_300 },
      ],
    })),
    points: [{ atMs: 0, requests: 9, failed: run.way === "naive" ? 4 : 0, longestMs: 4321, waiting: 0 }],
  }));
  const measured = { schemaVersion: 1, about, runs } as const;

  it("is shown without a rehearsal, over one time axis", async () => {
    const page = reportOf(inputOf({ plan: await planOf(), measured })).html();
    expect(page).toContain(about);
    expect(page).toMatch(/<section id="stalls"[\s\S]*<svg/);
    expect(page).toContain("Both charts have one scale and one time axis.");
    expect(page).toContain("under the same traffic");
    expect(page).toContain("The locks and durations of each step are computed, not measured.");
    expect(page).toContain("Locks seen during the measured run");
    expect(page).toContain("ACCESS EXCLUSIVE on &quot;User&quot;, 5.4 s");
    expect(page).toContain("9 sessions waited up to 5.3 s for ACCESS SHARE");
  });

  it("counts before what a rehearsal has seen", () => {
    const page = reportOf(inputOf({ plan, rehearsal, measured })).html();
    expect(page).toContain(about);
    expect(page).toContain("4.3 s");
    expect(page).not.toContain("On a stage with");
  });
});

describe("what nobody has measured", () => {
  it("is said, with the command that measures it, and no figure is made up", async () => {
    const page = reportOf(inputOf({ plan: await planOf() })).html();
    const [, items = ""] = /<section id="not-measured"[\s\S]*?<ul>([\s\S]*?)<\/ul>/.exec(page) ?? [];
    expect(
      items
        .replace(/<\/?li>|<\/?code>/g, "")
        .trim()
        .split("\n"),
    ).toEqual([
      "state of each database; state of the gate to switch – npx lockstep report --target &lt;name&gt;",
      "effect of the generated migration on a table in use; request waits and failures, with and without the plan; locks that the server takes, and their duration; speed of the backfill, and waits that it causes; rows, sizes and growth of the tables; changes of query plans; undo of each phase – npx lockstep rehearse",
    ]);
    for (const id of ["stalls", "sizes", "query-plans"]) expect(page).not.toContain(`<section id="${id}"`);
    expect(page).not.toMatch(/<svg|\d m?s\b|rows a second/);
    expect(page).toContain("npx lockstep rehearse");
    expect(page).toContain("--target &lt;name&gt;");
  });

  it("counts for nothing when the plan was another one", () => {
    const page = reportOf(inputOf({ plan, isOutdated: true })).html();
    expect(page).toContain("The last rehearsal was of another version of this plan.");
    expect(page).not.toContain("<svg");
  });
});

describe("what a rehearsal has found", () => {
  const page = reportOf(inputOf({ plan, rehearsal: noticed(rehearsal), ...asked })).html();

  it.each([
    ["the verdict", /<section id="verdict"[\s\S]*?tone bad">Do not deploy it yet: the rehearsal found 2 problems/],
    ["a lock that differs", /it took ACCESS EXCLUSIVE on &quot;User&quot;, but the plan states SHARE/],
    [
      "the longest wait of its steps, and what lies between them",
      /The longest wait in a step is [^<]*; between steps, [^<]* 4\.4 s;/,
    ],
    [
      "what was left out, once for the same reason",
      /5 statements left out: the stage refuses it \(SQLSTATE 42P01, 42703\)/,
    ],
    ["who waited", /4 sessions waited up to 1\.2 s for ROW EXCLUSIVE/],
    ["requests that failed, on the axis", /class="mark"/],
    ["the refusal of the ORM's own migration", /failed: a value is required/],
    ["a query plan that got dearer", /Dearer with switch[\s\S]*before, cost 8[\s\S]*after, cost 1200/],
    ["how long it takes in production", /about 10 min/],
    ["where it stands", /done on production/],
    ["a deployment that failed", /2026-11-24 09:30 UTC<\/td><td>expand<\/td><td>failed: LS7020/],
    ["a deployment that waits for a tool", /10:30 UTC<\/td><td>expand<\/td><td>stopped: LS7028/],
    ["how a backfill went that ran", /id="rate-run-0-title"[\s\S]*class="mark"[\s\S]*id="lag-run-0-title"/],
    ["what it waited for", /waited 1 min 01 s for <strong>replica-lag<\/strong>, last: the replica is late/],
    ["that of another one nothing was kept", /On staging[\s\S]*There is no history/],
    ["a target that was not reached", /not reached<\/td><td>no answer/],
    ["a gate that is closed", /☐<\/span><strong>no-missing-values<\/strong> on production: 90 rows lack a value/],
  ])("has %s", (_, pattern) => {
    expect(page).toMatch(pattern);
  });
});

describe("an edit", () => {
  it("is shown in its line, as it was and as it is", () => {
    const edit = plan.state.edits[0]!;
    const own = { ...plan, state: { ...plan.state, edits: [{ ...edit, line: 2 }] } };
    const source = () => `"use strict";\nimport { type Prisma, PrismaClient } from "./client";\n\nexport {};\n`;
    const page = reportOf(inputOf({ plan: own, source })).html();
    expect(page).toContain("<del>- import { PrismaClient } from &quot;./client&quot;;\n</del>");
    expect(page).toContain("<ins>+ import { type Prisma, PrismaClient } from &quot;./client&quot;;\n</ins>");
  });

  it("is shown as its text where the file has it no more", () => {
    const page = reportOf(inputOf({ plan, source: () => "nothing of it\n" })).html();
    expect(page).toContain("<ins>+ type Prisma\n</ins>");
    expect(page).not.toContain("nothing of it");
  });
});

describe.each(["light", "dark"] as const)("colours in %s", (scheme) => {
  const of = colours[scheme];
  const grounds = ["ground", "raised", "good-ground", "warn-ground", "bad-ground", "band-even", "band-odd"] as const;

  it.each(["text", "quiet", "link"] as const)("%s can be read", (name) => {
    for (const ground of name === "text" ? grounds : (["ground", "raised"] as const))
      expect(contrast(of[name], of[ground]), ground).toBeGreaterThanOrEqual(4.5);
  });

  it.each(["good", "warn", "bad", "main", "other"] as const)("%s can be read as a word, and seen as a line", (name) => {
    expect(contrast(of[name], of.ground)).toBeGreaterThanOrEqual(4.5);
    for (const band of ["band-even", "band-odd"] as const)
      expect(contrast(of[name], of[band])).toBeGreaterThanOrEqual(3);
  });
});

/** As WCAG 2 computes it. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
