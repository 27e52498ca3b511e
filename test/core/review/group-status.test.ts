import { expect, test } from "vitest";
import { inOneLine } from "../../../core/src/cli/group-answers.js";
import { firstToSee, othersNext, statusText, type TargetStatus } from "../../../core/src/cli/plan-status.js";
import type { Place } from "../../../core/src/model/index.js";
import { colorsFor } from "../../../core/src/review/colors.js";

const colors = colorsFor(false);
const tenant = (number: number, state: "done" | "open", extra: Partial<TargetStatus> = {}): TargetStatus => ({
  target: `tenants/t${number}`,
  group: "tenants",
  phases: [
    { phase: "expand", state: "done", note: "1 migration" },
    { phase: "backfill", state, note: "" },
    { phase: "switch", state: "waiting", note: "not written yet" },
  ],
  failed: [],
  unlisted: [],
  lacking: [],
  pendingUndo: [],
  values: [],
  backfills: [],
  copies: [],
  ...extra,
});
const status = {
  plan: "p",
  columns: ["User.handle"],
  changes: [`"User"."handle"`],
  released: "expand",
  pace: "careful",
  isDone: false,
  isDoneOnThese: false,
  otherTargets: [],
  places: { required: [], asked: [] },
  named: [],
  next: "",
} as const;
const numbers = Array.from({ length: 500 }, (_, at) => at + 1);

test("500 targets are a few lines, and those that are behind are named", () => {
  const open = new Set([7, 9, 70, 300, 301, 499]);
  const targets = numbers.map((number) =>
    number === 12
      ? { ...tenant(number, "open"), phases: [], error: "Nobody answers." }
      : tenant(number, open.has(number) ? "open" : "done", number > 480 ? { failed: ["20261120_x"] } : {}),
  );
  const text = statusText({ ...status, targets }, colors);
  expect(text.split("\n").map((line) => line.trimEnd())).toEqual([
    `p   "User"."handle"   released up to expand`,
    "  ✔  tenants (500)  expand    499 done",
    "  ▶                 backfill  493 done; 6 open: t7, t9, t70, t300, t301 and 1 more",
    "  ·                 switch    not written yet",
    "  ✖                           1 did not respond: t12 (Nobody answers.)",
    ...[481, 482, 483, 484, 485, 486].map((number) => `  ✖ 20261120_x failed on tenants/t${number}`),
    "  and 14 more targets have problems: --json, or --target <name>",
  ]);
});

test("a plan is done where all of it is, and only on the targets that were asked", () => {
  const asked = { ...status, isDoneOnThese: true, otherTargets: ["production"], targets: [tenant(1, "done")] };
  expect(statusText(asked, colors).split("\n")[0]).toBe(`p   "User"."handle"   done on tenants/t1`);
  const all = { ...asked, isDone: true, otherTargets: [] };
  expect(statusText(all, colors).split("\n")[0]).toBe(`p   "User"."handle"   done`);
});

test("code for which contract waits is a line for each kind", () => {
  const place = (file: string, line: number) => ({ file, line }) as Place;
  const places = { required: [1, 2, 3, 4].map((line) => place("a.ts", line)), asked: [place("b.ts", 9)] };
  const text = statusText({ ...status, places, targets: [] }, colors);
  expect(text.split("\n").slice(-3)).toEqual([
    "  ! 4 places to edit before contract: a.ts:1, a.ts:2, a.ts:3 and 1 more",
    "  ! 1 place may leave the column out (fix or confirm before contract): b.ts:9",
    "    As of the last run that read the code. Read it again: npx lockstep code p",
  ]);
});

test("the next step is that of a plan that is open, not of a later one that is done on these targets", () => {
  const open = { ...status, plan: "open", targets: [] };
  const done = { ...open, plan: "done", isDoneOnThese: true, otherTargets: ["staging"] };
  expect(firstToSee([open, done])?.plan).toBe("open");
  expect(firstToSee([{ ...done, plan: "earlier", isDone: true }, done])?.plan).toBe("done");
  expect(firstToSee([])).toBeUndefined();
});

test("answers of many targets that say the same are one", () => {
  const answers = numbers.map((number) => ({
    gate: "no-missing-values" as const,
    target: `tenants/t${number}`,
    isOpen: number !== 9,
    statement: number === 9 ? `3 rows lack a value on tenants/t9` : `no row lacks a value on tenants/t${number}`,
  }));
  const members = numbers.map((number) => ({ name: `tenants/t${number}`, group: "tenants", url: "" }));
  const production = { ...answers[0]!, target: "production" };
  expect(inOneLine([...answers, production], members).map(({ target, statement }) => [target, statement])).toEqual([
    ["tenants", "no row lacks a value on tenants — 499 of tenants: t1, t2, t3 and 496 more"],
    ["tenants/t9", "3 rows lack a value on tenants/t9"],
    ["production", "no row lacks a value on tenants/t1"],
  ]);
});

test.each([
  ["one step", "npx lockstep next b", "npx lockstep next b   # plan b"],
  ["one with a comment", "npx lockstep next   # later", "npx lockstep next   # later; plan b"],
  ["several steps", "Deploy the code.\nnpx lockstep next b", "npx lockstep status b   # the 2 steps of plan b"],
  ["a step of two lines", "npx lockstep deploy\n       or later", "npx lockstep deploy   # plan b\n       or later"],
  ["the same step as the first", "npx lockstep deploy", "b: the same"],
])("every other open plan has a line with its next command: %s", (_, next, shown) => {
  const first = { ...status, plan: "c", targets: [], next: "npx lockstep deploy" };
  const done = { ...first, plan: "a", isDoneOnThese: true, next: "nothing" };
  expect(othersNext(first, [done, { ...first, plan: "b", next }, first])).toEqual([`       ${shown}`]);
});
