import pg from "pg";
import { describe, expect, it } from "vitest";
import type { Plan } from "../../../core/src/model/index.js";
import { inFiles } from "../../../core/src/model/index.js";
import { compareInventories } from "../../../core/src/operate/drift/compare.js";
import { unitsText } from "../../../core/src/plan/unit-files.js";
import type { RehearsedRun } from "../../../core/src/rehearsal/results/rehearsal.js";
import { endState, ormEndState } from "../../../core/src/rehearsal/run/end-state.js";
import { createDatabase } from "../../support/database.js";
import { type PlanFixture, planOf } from "../../support/plan-fixture.js";

// The end of a plan is compared with that of the ORM's own migration, as a rehearsal does it.

const schema = `
  CREATE TABLE "Team" (id serial PRIMARY KEY);
  CREATE TABLE "User" (id serial PRIMARY KEY, email text NOT NULL UNIQUE, name text, "firstName" text);
  INSERT INTO "User" (email) VALUES ('a'), ('b');`;

/** As a run that went through, or whose first statement the server refused. */
const ran = (error?: string): RehearsedRun => ({
  way: "naive",
  points: [],
  steps: [
    {
      id: "naive-1",
      kind: "naive",
      title: "",
      startedMs: 0,
      durationMs: 1,
      differences: [],
      waits: [],
      ...(error && { error }),
    },
  ],
});

async function ends(plan: Plan, left: (unit: Plan["units"][number]) => boolean = () => false) {
  const [orm, own] = [await createDatabase("end_orm"), await createDatabase("end_plan")];
  try {
    await query(orm.url, [schema]);
    await query(own.url, [schema]);
    for (const file of inFiles(plan.units).filter(([first]) => !left(first))) {
      if (file[0].phase === "contract") await query(own.url, fills);
      await query(own.url, [unitsText(plan, file, file[0].phase)]);
    }
    // Rows stand against the migration: it needs a value for each.
    const wanted = await ormEndState(orm.url, plan, ran("23502"));
    return compareInventories(await endState(own.url), wanted!);
  } finally {
    await orm.drop();
    await own.drop();
  }
}

const fills = [`UPDATE "User" SET handle = lower(email)`];

async function query(url: string, texts: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const text of texts) await client.query(text);
  } finally {
    await client.end();
  }
}

describe("where a plan ends", () => {
  it("is where the ORM's own migration ends", async () => {
    expect(await ends(await planOf())).toEqual([]);
  });

  it("is elsewhere when it leaves something out, or leaves something there", async () => {
    const plan = await planOf();
    expect(await ends(plan, ({ spec }) => spec.kind === "enforce")).toMatchObject([
      { kind: "column", name: "handle", here: { notNull: false }, there: { notNull: true } },
      { kind: "constraint", name: "lockstep_nn_User_handle", here: expect.anything() },
      { kind: "trigger", name: "zz_lockstep_fill_User_handle", here: expect.anything() },
      { kind: "function", name: "lockstep_fill_User_handle()", here: expect.anything() },
    ]);
    expect(await ends(plan, ({ spec }) => "index" in spec)).toMatchObject([
      { kind: "index", there: expect.anything() },
    ]);
  });

  it("is not known where the migration is refused without rows as well", async () => {
    const database = await createDatabase("end_refused");
    const fixture: PlanFixture = {};
    try {
      await query(database.url, [schema, `ALTER TABLE "User" ADD handle text`]);
      expect(await ormEndState(database.url, await planOf(fixture), ran("42701"))).toBeUndefined();
    } finally {
      await database.drop();
    }
  });
});
