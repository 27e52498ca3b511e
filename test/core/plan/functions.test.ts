import { expect, test } from "vitest";
import type { Plan } from "../../../core/src/model/index.js";
import { planText, readPlan } from "../../../core/src/plan/plan-file.js";
import { renderFile } from "../../../core/src/postgresql/units/render-file.js";
import { colorsFor } from "../../../core/src/review/colors.js";
import { planReadme } from "../../../core/src/review/markdown.js";
import { valueWords } from "../../../core/src/review/messages.js";
import { planText as phaseText } from "../../../core/src/review/terminal.js";
import { answerTo, type PlanFixture, planOf } from "../../support/plan-fixture.js";

const file = "lockstep.config.ts";
type Compute = { readonly reads: readonly string[]; readonly fallback: string | undefined; readonly file: string };
const handle = (compute: Partial<Compute> = {}, more: object = {}): PlanFixture => ({
  columns: {
    handle: {
      fill: undefined,
      compute: { reads: ["email"], fallback: "lower(email)", file, ...compute },
      ...more,
    } as never,
  },
});
const sqlOf = (plan: Plan, kind: string) => {
  const unit = plan.units.find(({ spec }) => spec.kind === kind);
  if (unit === undefined) throw new Error(`no ${kind}`);
  const context = { plan: plan.id, fingerprint: plan.fingerprint, phase: unit.phase, position: "file 1/1", rules: [] };
  return renderFile([unit], context);
};
const words = { deploy: "npx prisma migrate deploy", generate: undefined };

test("a function makes the same phases, without a trigger", async () => {
  const plan = await planOf(handle());
  expect(plan.columns[0]).toMatchObject({
    compute: { name: "User.handle", reads: ["email"], fallback: { sql: "lower(email)" }, source: file },
    write: { kind: "listed" },
    isRelaxed: true,
  });
  expect(plan.columns[0]?.fill).toBeUndefined();
  expect(plan.backfills[0]?.columns).toEqual([{ name: "handle", type: "text", compute: plan.columns[0]?.compute }]);
  for (const kind of ["expand", "enforce"]) expect(sqlOf(plan, kind)).not.toMatch(/TRIGGER/);
  expect(sqlOf(plan, "prove")).toContain(`"handle" = lower("email")`);
  expect(plan.gates.contract.map(({ gate }) => gate)).toContain("writers-aware");
  expect(readPlan(planText(plan), "plan.json")).toEqual(plan);
  expect(planText(plan)).toBe(planText(await planOf(handle())));
});

test("refuse: prove fills nothing and says what to do", async () => {
  const plan = await planOf(handle({ fallback: "refuse" }));
  expect(plan.columns[0]?.compute).not.toHaveProperty("fallback");
  expect(sqlOf(plan, "prove")).toMatch(/fill +constant text := NULL;/);
  expect(sqlOf(plan, "prove")).toContain(`fill them (npx lockstep backfill run ${plan.id},`);
});

test.each([
  ["@lockstep.write", { write: "slug(email)" }, { kind: "typescript", text: "slug(email)" }],
  ["the model's own default", { hasDefault: true }, { kind: "none" }],
  ["nothing", {}, { kind: "listed" }],
])("new rows get their value from %s", async (_, more, write) => {
  expect((await planOf(handle({}, more))).columns[0]?.write).toEqual(write);
});

test("people read where the value comes from, and that there is no trigger", async () => {
  const [plan, refusing] = [await planOf(handle()), await planOf(handle({ fallback: "refuse", reads: [] }))];
  expect(valueWords(plan.columns[0]!)).toBe("function fills.User.handle of lockstep.config.ts, fallback lower(email)");
  expect(valueWords(refusing.columns[0]!)).toContain("fails on rows without a value");
  expect(phaseText(plan, colorsFor(false))).toContain(
    `fill "User"."handle" with function fills.User.handle of ${file}`,
  );
  expect(planReadme(plan, words)).toContain("stay NULL until the backfill has filled them");
  expect(planReadme(plan, words)).toContain("uses the fallback `lower(email)` instead");
  expect(planReadme(refusing, words)).toContain("contract fails if a row has no value");
});

const sql = (column: string) =>
  `ALTER TABLE "User" ADD COLUMN "handle" ${column};\nALTER TABLE "User" ADD COLUMN "other" TEXT NOT NULL;`;
const refused: readonly (PlanFixture & { name: string; code: string; message: RegExp; hint?: RegExp })[] = [
  {
    name: "an annotation as well",
    ...handle({}, { fill: { kind: "mirror", sql: "lower(email)" } }),
    code: "LS2050",
    message: /@lockstep\.mirror\(lower\(email\)\) in prisma\/schema\.prisma:14, and a function in lockstep\.config\.ts/,
    hint: /fallback: "lower\(email\)"/,
  },
  {
    name: "no fallback",
    ...handle({ fallback: undefined }),
    code: "LS2051",
    message: /fills\.User\.handle has no fallback/,
    hint: /"refuse"/,
  },
  {
    name: "a misspelt column",
    ...handle({ reads: ["emial"] }),
    code: "LS2003",
    message: /"emial" .* did you mean "email"\?/,
    hint: /Use the database names/,
  },
  {
    name: "a field's name instead of the column's",
    ...handle({ reads: ["firstname"] }),
    code: "LS2003",
    message: /did you mean "firstName"\?/,
  },
  {
    name: "the column itself",
    ...handle({ reads: ["handle"] }),
    code: "LS2003",
    message: /is the column that it fills/,
  },
  {
    name: "a fallback that does not parse",
    ...handle({ fallback: "lower(" }),
    code: "LS1002",
    message: /fills\.User\.handle\.fallback/,
  },
  {
    name: "a fallback over an unknown column",
    ...handle({ fallback: "lower(mail)" }),
    code: "LS2003",
    message: /did you mean "email"/,
  },
  {
    name: "the same fallback for all rows of a unique column",
    ...handle({ fallback: "'x'" }),
    code: "LS2002",
    message: /the same value: 'x'/,
  },
  {
    name: "a column that stays optional",
    sql: sql("TEXT"),
    ...handle(),
    code: "LS2054",
    message: /fills\.User\.handle would have no effect: .* NULL/,
  },
  {
    name: "an optional column with a default for each row",
    sql: sql("UUID DEFAULT gen_random_uuid()"),
    ...handle({ fallback: "refuse" }),
    code: "LS2054",
    message: /"handle" is optional/,
  },
  {
    name: "a serial column",
    sql: sql("SERIAL NOT NULL"),
    ...handle({ fallback: "refuse" }),
    code: "LS2031",
    message: /fills\.User\.handle gives its rows other numbers/,
  },
  {
    name: "an input that the change takes away",
    sql: `ALTER TABLE "User" ALTER COLUMN "email" TYPE CHAR(3), ADD COLUMN "handle" TEXT NOT NULL;`,
    ...handle({ fallback: "refuse" }),
    code: "LS2012",
    message: /is filled with function fills\.User\.handle of lockstep\.config\.ts, but this change removes "email"/,
  },
];
test.each(refused)("refused: $name", async ({ code, message, hint, ...fixture }) => {
  const error = await answerTo(fixture).then(
    () => expect.fail("it was taken"),
    (reason) => reason,
  );
  expect(error).toMatchObject({
    code,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint ?? /./),
  });
});

test.each(["'x'", "gen_random_uuid()"])("beside the default %s, which new rows get", async (defaultSql) => {
  const plan = await planOf({ sql: sql(`TEXT NOT NULL DEFAULT ${defaultSql}`), ...handle({ fallback: "refuse" }) });
  expect(plan.columns[0]).toMatchObject({ isRelaxed: true, defaultSql, compute: { name: "User.handle" } });
  const { spec } = plan.units[0]!;
  expect(spec.kind === "expand" && spec.columns[0]).toMatchObject({ laterDefaultSql: defaultSql });
});

test("skipped, or not in this change: not an error", async () => {
  expect(await answerTo({ ...handle({}, { skip: "by hand" }) })).toMatchObject({ kind: "pass" });
  const other = `ALTER TABLE "User" ADD COLUMN "other" TEXT NOT NULL;`;
  expect(await answerTo({ ...handle(), sql: other })).toMatchObject({ kind: "plan" });
});
