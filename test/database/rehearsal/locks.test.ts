import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Plan } from "../../../core/src/model/index.js";
import { compareInventories } from "../../../core/src/operate/drift/compare.js";
import type { Difference } from "../../../core/src/operate/drift/difference.js";
import { rehearsing } from "../../../core/src/postgresql/rehearsal/index.js";
import { endState, ormEndState } from "../../../core/src/rehearsal/run/end-state.js";
import { runPlan, type WayResult } from "../../../core/src/rehearsal/run/run-way.js";
import { openStage, type Stage } from "../../../core/src/rehearsal/server/open-stage.js";
import { type PlanFixture, planOf } from "../../support/plan-fixture.js";

// A plan is run as a rehearsal runs it, and every lock that a server sees is compared with what the plan states.

const schema = `
  CREATE TABLE "Team" (id serial PRIMARY KEY, "region" text NOT NULL DEFAULT 'eu', UNIQUE (id, region));
  CREATE TABLE "User" (id serial PRIMARY KEY, email text NOT NULL UNIQUE, name text, "firstName" text);
  CREATE UNIQUE INDEX "User_name_key" ON "User"(name);
  CREATE TABLE "Post" (id serial PRIMARY KEY, "authorId" int REFERENCES "User", title text);
  INSERT INTO "Team" SELECT FROM generate_series(1, 20);
  INSERT INTO "User" (email, name, "firstName") SELECT 'user' || n || '@example.com', 'n' || n, 'f' FROM generate_series(1, 4000) n;
  VACUUM ANALYZE;`;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ root: process.cwd(), dialect: "postgresql", url: process.env.LOCKSTEP_TEST_PG });
});
afterAll(() => stage?.close());

/** With where it ends otherwise than the ORM's own migration, which rows refuse. */
async function rehearsed(plan: Plan, setup = ""): Promise<WayResult & { readonly ends: readonly Difference[] }> {
  const url = await stage.create();
  let before: string | undefined;
  try {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const text of `${schema}${setup}`.split(";")) if (text.trim()) await client.query(text);
    await client.end();
    before = await stage.create(url);
    const result = await runPlan({
      url,
      adminUrl: stage.admin(url),
      plan,
      rehearsing,
      explained: [],
      application: { turnTo: async () => undefined, close: async () => undefined },
      rate: 1,
      calmMs: 30,
      functions: new Map(),
      backfillOptions: {},
      hasReplica: false,
      signal: new AbortController().signal,
      onStep: () => undefined,
      onRows: () => undefined,
    });
    const [step] = result.run.steps;
    const wanted = await ormEndState(before, plan, { ...result.run, steps: [{ ...step!, error: "refused" }] });
    return { ...result, ends: compareInventories(await endState(url), wanted!) };
  } finally {
    if (before !== undefined) await stage.drop(before);
    await stage.drop(url);
  }
}

const fill = (sql: string) => ({ fill: { kind: "backfill" as const, sql } });

/** The hardest forms of a new column: what each of them would lock without a plan is in `docs/coverage.md`. */
const forms: { name: string; fixture: PlanFixture; setup?: string }[] = [
  { name: "required and unique", fixture: {} },
  {
    name: "unique with another column",
    fixture: {
      sql: `ALTER TABLE "User" ADD COLUMN "slot" INTEGER NOT NULL;\nCREATE UNIQUE INDEX "User_name_slot_key" ON "User"("name", "slot");`,
      columns: { slot: fill("id") },
    },
  },
  {
    name: "required foreign key",
    fixture: {
      sql: `ALTER TABLE "User" ADD COLUMN "teamId" INTEGER NOT NULL;\nALTER TABLE "User" ADD CONSTRAINT "User_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;`,
      columns: { teamId: fill("1 + id % 20") },
    },
  },
  {
    name: "foreign key of two columns",
    fixture: {
      sql: `ALTER TABLE "User" ADD COLUMN "teamId" INTEGER NOT NULL, ADD COLUMN "region" TEXT NOT NULL;\nALTER TABLE "User" ADD CONSTRAINT "User_team_fkey" FOREIGN KEY ("teamId", "region") REFERENCES "Team"("id", "region") ON DELETE RESTRICT ON UPDATE CASCADE;`,
      columns: { teamId: fill("1 + id % 20"), region: fill("'eu'") },
    },
  },
  {
    name: "one to one: a foreign key that is unique",
    fixture: {
      sql: `ALTER TABLE "User" ADD COLUMN "leadOf" INTEGER NOT NULL;\nCREATE UNIQUE INDEX "User_leadOf_key" ON "User"("leadOf");\nALTER TABLE "User" ADD CONSTRAINT "User_leadOf_fkey" FOREIGN KEY ("leadOf") REFERENCES "Post"("id") ON DELETE RESTRICT ON UPDATE CASCADE;`,
      columns: { leadOf: fill("id") },
    },
    setup: `INSERT INTO "Post" (title) SELECT 'p' FROM generate_series(1, 9000)`,
  },
  {
    name: "an enum of its own, required",
    fixture: {
      sql: `CREATE TYPE "Role" AS ENUM ('admin', 'member');\nALTER TABLE "User" ADD COLUMN "role" "Role" NOT NULL;`,
      columns: { role: fill(`'member'::"Role"`) },
    },
  },
  {
    name: "a default that differs from row to row",
    fixture: { sql: `ALTER TABLE "User" ADD COLUMN "token" UUID NOT NULL DEFAULT gen_random_uuid();` },
  },
  { name: "serial", fixture: { sql: `ALTER TABLE "User" ADD COLUMN "number" SERIAL NOT NULL;` } },
  {
    name: "two columns and two indexes",
    fixture: {
      sql: `ALTER TABLE "User" ADD COLUMN "a" TEXT NOT NULL, ADD COLUMN "b" TEXT NOT NULL;\nCREATE INDEX "User_a_idx" ON "User"("a");\nCREATE UNIQUE INDEX "User_b_key" ON "User"("b");`,
    },
  },
  {
    name: "partitions",
    fixture: {
      sql: `ALTER TABLE "Event" ADD COLUMN "kind" TEXT NOT NULL;\nCREATE INDEX "Event_kind_idx" ON "Event"("kind");`,
      columns: { kind: { ...fill("'click'"), model: "Event" } },
      shape: {
        columns: ["id", "day"],
        generatedColumns: [],
        key: [
          { column: "id", type: "integer" },
          { column: "day", type: "date" },
        ],
        descendants: "partitions",
      },
    },
    setup: `CREATE TABLE "Event" (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
      CREATE TABLE "Event_1" PARTITION OF "Event" FOR VALUES FROM ('2026-01-01') TO ('2026-06-01');
      CREATE TABLE "Event_2" PARTITION OF "Event" FOR VALUES FROM ('2026-06-01') TO ('2027-01-01');
      INSERT INTO "Event" SELECT n, date '2026-01-01' + n % 300 FROM generate_series(1, 2000) n`,
  },
];

describe("locks that are seen are those that the plan states", () => {
  it.each(forms)("$name", async ({ fixture, setup }) => {
    const plan = await planOf(fixture);
    const { run, ends } = await rehearsed(plan, setup);
    expect(ends).toEqual([]);
    for (const step of run.steps) {
      expect(step.error, step.title).toBeUndefined();
      expect(step.differences, step.title).toEqual([]);
    }
    const compared = run.steps.filter(({ observed, stated }) => observed !== undefined && stated !== undefined);
    expect(compared.length).toBeGreaterThanOrEqual(
      plan.units.length - plan.units.filter((unit) => unit.isJoined).length,
    );
    expect(compared.some(({ observed }) => observed!.locks.length > 0)).toBe(true);
    expect(run.steps.filter(({ kind }) => kind === "undo").length).toBeGreaterThan(0);
  });
});

describe("what a plan does not state is found", () => {
  const tampered = async (change: (plan: Plan) => Plan) => {
    const plan = change(await planOf());
    const { run } = await rehearsed(plan);
    return run.steps.flatMap(({ id, differences }) => differences.map((difference) => ({ id, ...difference })));
  };
  const restated = (id: string, verdict: Partial<Plan["units"][number]["verdict"]>) => (plan: Plan) => ({
    ...plan,
    units: plan.units.map((unit) =>
      unit.id.includes(id) ? { ...unit, verdict: { ...unit.verdict, ...verdict } } : unit,
    ),
  });

  it("a lock that is stronger than stated", async () => {
    expect(await tampered(restated("enforce", { locks: [{ table: { name: "User" }, mode: "SHARE" }] }))).toMatchObject([
      { kind: "stronger-lock", mode: "ACCESS EXCLUSIVE", stated: "SHARE", table: { name: "User" } },
    ]);
  });
  it("a lock on a table that is not named", async () => {
    expect(await tampered(restated("enforce", { locks: [] }))).toMatchObject([
      { kind: "stronger-lock", mode: "ACCESS EXCLUSIVE", table: { name: "User" } },
    ]);
  });
  it("a lock that is stated and not taken", async () => {
    const locks = [
      { table: { name: "User" }, mode: "ACCESS EXCLUSIVE" as const },
      { table: { name: "Post" }, mode: "SHARE" as const },
    ];
    expect(await tampered(restated("enforce", { locks }))).toMatchObject([
      { kind: "weaker-lock", mode: "SHARE", table: { name: "Post" } },
    ]);
  });
});
