import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Verdict } from "../../../../core/src/model/index.js";
import { loadParser } from "../../../../core/src/postgresql/read/parser.js";
import { withColumns } from "../../../../core/src/postgresql/rehearsal/new-build.js";
import { readParameters } from "../../../../core/src/postgresql/rehearsal/parameters.js";
import { differencesBetween, statedOf } from "../../../../core/src/rehearsal/results/differences.js";
import { expectedOf } from "../../../../core/src/rehearsal/results/expected.js";
import { figuresOf, pointsOf, type Sample } from "../../../../core/src/rehearsal/results/figures.js";
import { findingsOf } from "../../../../core/src/rehearsal/results/findings.js";
import type { Rehearsal, RehearsedRun, RehearsedStep } from "../../../../core/src/rehearsal/results/rehearsal.js";
import { worseThan } from "../../../../core/src/rehearsal/results/worse-plans.js";
import { filled } from "../../../../core/src/rehearsal/run/traffic/requests.js";
import { adviceTexts } from "../../../../core/src/review/rehearsal-words.js";

describe("what a parameter is about", () => {
  it.each([
    ['SELECT * FROM "User" WHERE id = $1 LIMIT $2 OFFSET $3', ["compared id", "limit", "offset"]],
    ['SELECT u.id FROM "User" AS u JOIN "Post" p ON p.a = u.id WHERE p.title LIKE $1', ["compared title of Post"]],
    [
      "SELECT 1 FROM t WHERE lower(email) = lower($1) AND a IN ($2, $3)",
      ["compared email", "compared a", "compared a"],
    ],
    ["SELECT 1 FROM t WHERE id = ANY ($1::int[]) AND $2 < age", ["compared id", "compared age"]],
    ["INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) RETURNING id", ["added a", "added b", "added a", "added b"]],
    ["UPDATE t SET a = $1, b = coalesce($2, b) WHERE id = $3", ["changed a", "changed b", "compared id"]],
    ["DELETE FROM t WHERE a BETWEEN $1 AND $2", ["compared a", "compared a"]],
    ["SELECT $1::int", ["other"]],
  ])("%s", async (sql, expected) => {
    const { uses } = readParameters(await loadParser(), sql);
    const words = [...uses]
      .sort(([one], [other]) => one - other)
      .map(([, use]) =>
        "column" in use
          ? `${use.kind} ${use.column.column}${use.column.tables.length === 1 && use.column.tables[0] === "Post" ? " of Post" : ""}`
          : use.kind,
      );
    expect(words).toEqual(expected);
  });
});

describe("a statement as the new build sends it", () => {
  it.each([
    ['INSERT INTO "User" ("email") VALUES ($1)', 'INSERT INTO "User" ("handle", "email") VALUES ($2, $1)'],
    [
      'INSERT INTO public."User" (a, b) VALUES (lower($1), $2), ((1), $3) ON CONFLICT (a) DO NOTHING RETURNING (id)',
      'INSERT INTO public."User" ("handle", a, b) VALUES ($4, lower($1), $2), ($5, (1), $3) ON CONFLICT (a) DO NOTHING RETURNING (id)',
    ],
    ['INSERT INTO "User" VALUES ($1)', undefined],
    ['INSERT INTO "User" DEFAULT VALUES', undefined],
    ['INSERT INTO "User" (a) SELECT x FROM t WHERE y IN ($1)', undefined],
    ["INSERT INTO other (a) VALUES ($1)", undefined],
  ])("%s", async (sql, expected) => {
    expect(withColumns(await loadParser(), sql, { name: "User" }, ["handle"])).toBe(expected);
  });
});

describe("figures", () => {
  const samples = fc.array(
    fc.record({ due: fc.integer({ min: 0, max: 10_000 }), ms: fc.integer({ min: 0, max: 3000 }) }),
    { minLength: 1, maxLength: 200 },
  );

  it("of points count every request once, and who waits as long as it does", () => {
    fc.assert(
      fc.property(samples, (all: Sample[]) => {
        const points = pointsOf(all, 0, 15_000, () => ({}));
        expect(points.reduce((sum, { requests }) => sum + requests, 0)).toBe(all.length);
        expect(Math.max(...points.map(({ longestMs }) => longestMs))).toBe(Math.max(...all.map(({ ms }) => ms)));
        const width = points[1]!.atMs;
        for (const { atMs, waiting } of points) {
          const end = atMs + width;
          expect(waiting).toBe(all.filter(({ due, ms }) => due < end && due + ms > end).length);
        }
      }),
    );
  });

  it("of a step are those of requests that were under way meanwhile", () => {
    const all = [
      { due: 0, ms: 50 },
      { due: 90, ms: 500, failure: "locked" },
      { due: 150, ms: 3 },
      { due: 900, ms: 1 },
    ];
    expect(figuresOf(all, 100, 200)).toMatchObject({
      requests: 2,
      failed: [{ reason: "locked", requests: 1 }],
      longestMs: 500,
    });
    expect(figuresOf(all, 2000, 3000)).toBeUndefined();
  });
});

describe("what differs from what is stated", () => {
  const verdict = (mode: Verdict["locks"][number]["mode"], held: Verdict["held"] = "instant"): Verdict => ({
    locks: [{ table: { name: "User" }, mode }],
    held,
    concerns: [],
    doubts: [],
  });
  const table = { schema: "public", name: "User" };
  it.each([
    ["the same", verdict("ACCESS EXCLUSIVE"), [{ table, mode: "ACCESS EXCLUSIVE" }], "instant", []],
    ["stronger", verdict("SHARE"), [{ table, mode: "ACCESS EXCLUSIVE" }], "instant", ["stronger-lock"]],
    ["weaker", verdict("ACCESS EXCLUSIVE"), [{ table, mode: "SHARE" }], "instant", ["weaker-lock"]],
    ["none that is felt", verdict("SHARE UPDATE EXCLUSIVE"), [], "instant", []],
    ["none", verdict("SHARE"), [], "instant", ["weaker-lock"]],
    ["for longer", verdict("SHARE"), [{ table, mode: "SHARE" }], "scan", ["held-longer"]],
    ["for less", verdict("SHARE", "rewrite"), [{ table, mode: "SHARE" }], "scan", []],
    ["doubts", { ...verdict("SHARE"), doubts: ["statement"] }, [], "instant", []],
  ] as const)("%s", (_, stated, locks, held, expected) => {
    expect(differencesBetween(stated, { locks: [...locks], held }, true).map(({ kind }) => kind)).toEqual(expected);
  });
  it("of a watch that may have missed something only what is stronger counts", () => {
    expect(differencesBetween(verdict("ACCESS EXCLUSIVE"), { locks: [], held: "instant" }, false)).toEqual([]);
  });
  it("units of one file state the strongest of each table", () => {
    expect(statedOf([verdict("SHARE"), verdict("ACCESS EXCLUSIVE", "scan")])).toEqual({
      locks: [{ table: { name: "User" }, mode: "ACCESS EXCLUSIVE" }],
      held: "scan",
      doubts: [],
    });
  });
});

const step = (given: Partial<RehearsedStep>): RehearsedStep => ({
  id: "expand-1",
  kind: "unit",
  title: "x",
  startedMs: 1000,
  durationMs: 10_000,
  differences: [],
  waits: [],
  ...given,
});
const run = (steps: RehearsedStep[], points: RehearsedRun["points"] = []): RehearsedRun => ({
  way: "plan",
  steps,
  points,
});
const figures = { requests: 10, failed: [], p50Ms: 1, p99Ms: 2, longestMs: 3 };

describe("what somebody would notice", () => {
  it.each([
    ["nothing", step({ traffic: figures }), []],
    ["a refusal", step({ error: "no" }), ["step-failed"]],
    ["a refused way back", step({ kind: "undo", error: "no" }), ["undo-failed"]],
    ["failures", step({ traffic: { ...figures, failed: [{ reason: "a", requests: 2 }] } }), ["requests-failed"]],
    ["a stall", step({ traffic: { ...figures, longestMs: 1001 } }), ["stalled"]],
    ["lag", step({ lag: { ms: 10_001, bytes: 1 } }), ["lagged"]],
    ["a lock", step({ differences: [{ kind: "held-longer", stated: "instant", seen: "scan" }] }), ["lock-differs"]],
  ])("%s", (_, one, expected) => {
    expect(findingsOf(run([one]), [], []).map(({ kind }) => kind)).toEqual(expected);
  });
  it("an end that is not that of the ORM's own migration", () => {
    const column = { kind: "column" as const, schema: "public", table: "User", name: "handle", here: {}, there: {} };
    expect(
      findingsOf(run([step({})]), [], [column, { kind: "type", schema: "public", name: "Role", there: {} }]),
    ).toEqual([
      { kind: "end-state-differs", detail: 'column "User"."handle"' },
      { kind: "end-state-differs", detail: 'type "Role"' },
    ]);
  });
  it("failures that were there before anything happened are nobody's", () => {
    const failed = [{ reason: "a", requests: 2 }];
    const before = { ...figures, failed };
    expect(findingsOf({ ...run([step({ traffic: { ...figures, failed } })]), before }, [], [])).toEqual([]);
  });
});

describe("what to do about it", () => {
  const mb = 1024 * 1024;
  const advice = (
    table: Partial<Rehearsal["stage"]["tables"][number]>,
    repack?: Rehearsal["stage"]["repack"],
    growthBytes = 60 * mb,
    dialect: Rehearsal["stage"]["dialect"] = "postgresql",
  ) => {
    const tables = [{ table: { schema: "public", name: "User" }, rows: 1, bytes: 100 * mb, ...table }];
    const runs = [run([step({ id: "backfill:User", kind: "backfill", growthBytes })])];
    return adviceTexts({ stage: { dialect, tables, repack }, runs, findings: [] } as unknown as Rehearsal).join();
  };
  it.each([
    ["little growth", {}, undefined, 40 * mb, /^$/],
    ["a small table", { bytes: 10 * mb }, undefined, 10 * mb, /^$/],
    [
      "nobody knows",
      {},
      undefined,
      60 * mb,
      /grows by 60 MB.* --table '"User"' \(it needs its extension; needs 160 MB of free/,
    ],
    [
      "it is installed",
      { hasKey: true },
      "installed",
      60 * mb,
      /\(its extension is installed; the table has the required key;/,
    ],
    ["it is not", { hasKey: true }, "missing", 60 * mb, /install its extension first: CREATE EXTENSION pg_repack/],
    ["no key", { hasKey: false }, "installed", 60 * mb, /pg_repack cannot free it: it needs a primary key/],
    ["as large as production", { productionBytes: 1000 * mb }, undefined, 60 * mb, /grows by 600 MB.*1\.6 GB of free/],
  ] as const)("%s", (_, table, repack, growth, expected) => {
    expect(advice(table, repack, growth)).toMatch(expected);
  });

  it("comes with a quiet hour for a step that requests waited behind, and that has no pace to change", () => {
    const slow = step({
      id: "enforce",
      kind: "unit",
      title: "enforce NOT NULL",
      waits: [{ table: { name: "User" }, wanted: "a", held: "b", sessions: 2, longestMs: 3000 }] as never,
    });
    const findings = [{ kind: "stalled", step: "enforce", value: 3000, limit: 1000 }];
    expect(adviceTexts({ stage: { tables: [] }, runs: [run([slow])], findings } as unknown as Rehearsal)).toEqual([
      'run these at a quiet time, without long transactions on "User", because requests waited for them: enforce NOT NULL',
    ]);
  });

  it("of MariaDB the server gives back itself", () => {
    expect(advice({}, undefined, 60 * mb, "mariadb")).toMatch(
      /grows by 60 MB.* ALTER TABLE `User` FORCE, ALGORITHM=INPLACE, LOCK=NONE \(needs 160 MB of free/,
    );
  });
});

it.each([
  ["GET /users/{1..3}", ["/users/1", "/users/2", "/users/3", "/users/1"]],
  ["GET /users/{5..5}?n={n}", ["/users/5?n=100", "/users/5?n=101", "/users/5?n=102", "/users/5?n=103"]],
  ["GET /{n}/{a..b}", ["/100/{a..b}", "/101/{a..b}", "/102/{a..b}", "/103/{a..b}"]],
])("%s", (text, expected) => {
  expect(expected.map((_, at) => filled(text, 100 + at, at).slice(4))).toEqual(expected);
});

describe("query plans", () => {
  const plan = (cost: number, ...nodes: string[]) => ({ statement: "s", nodes, cost });
  it.each([
    ["the same", plan(100, "a"), plan(200, "a"), []],
    ["much dearer", plan(100, "a"), plan(301, "a"), [true]],
    ["another, and dearer", plan(100, "a"), plan(160, "b"), [true]],
    ["dearer, and nothing yet", plan(1, "a"), plan(99, "a"), []],
    [
      "the same, by several processes",
      plan(4600, "Aggregate", "  Seq Scan"),
      plan(9200, "Aggregate", "  Gather", "    Aggregate", "      Seq Scan"),
      [false],
    ],
    ["another, as dear", plan(10, "a"), plan(10, "b"), [false]],
  ])("%s", (_, before, after, expected) => {
    expect(worseThan([before], [after], "expand").map(({ isWorse }) => isWorse)).toEqual(expected);
  });
});

it("what a backfill takes in production lies between its slowest and its fastest part", () => {
  const points = Array.from({ length: 40 }, (_, at) => ({
    atMs: 1000 + at * 250,
    requests: 0,
    failed: 0,
    longestMs: 0,
    waiting: 0,
    rows: Math.round(1000 * (at + Math.sin(at) / 2 + 1)),
  }));
  const backfill = step({ id: "backfill:User", kind: "backfill", rows: 40_000 });
  const [expected, ...others] = expectedOf(
    run([backfill, step({ stated: { locks: [], held: "instant", doubts: [] } })], points),
    100,
  );
  expect(others).toEqual([]);
  expect(expected!.ms).toBe(1_000_000);
  expect(expected!.leastMs).toBeLessThanOrEqual(expected!.ms);
  expect(expected!.mostMs).toBeGreaterThan(expected!.ms);
});
