import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Plan, WrittenUnit } from "../../../core/src/model/index.js";
import { inFiles } from "../../../core/src/model/index.js";
import { takenFromOthers } from "../../../core/src/plan/taken-from-others.js";
import { annotationsIn, type PlanFixture, planOf, userShape, withoutAnnotations } from "../../support/plan-fixture.js";

// Every pair of plans in a tree, and the user's own migrations: who takes what another one needs until it is done.

const shape = {
  ...userShape,
  columns: [...userShape.columns, "note", "nick"],
  types: new Map(["email", "name", "note", "nick", "id"].map((name) => [name, "text"])),
};
let root = "";
afterEach(() => rmSync(root, { recursive: true, force: true }));

const made = (sql: string, more: PlanFixture = {}) =>
  planOf({ sql: withoutAnnotations(sql), columns: annotationsIn(sql), shape, ...more });

/** A plan whose phases up to one are in migrations of these names. */
function released(
  plan: Plan,
  id: string,
  files: Readonly<Record<string, readonly Plan["units"][number]["phase"][]>>,
): Plan {
  const written = Object.entries(files).flatMap(([file, phases]) =>
    inFiles(plan.units.filter(({ phase }) => phases.includes(phase))).map(
      ([first]): WrittenUnit => ({ id: first.id, file, sha256: "" }),
    ),
  );
  const all = Object.values(files).flat();
  const last = (["contract", "switch", "expand"] as const).find((phase) => all.includes(phase)) ?? "expand";
  return { ...plan, id, state: { ...plan.state, released: last, written } };
}

/** Own migrations by name, beside the plans' ones. */
async function found(plans: readonly Plan[], own: Readonly<Record<string, string>> = {}) {
  root = mkdtempSync(join(tmpdir(), "lockstep-taken-"));
  for (const [file, text] of Object.entries(own)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const files = plans.flatMap(({ state }) => state.written.map(({ file }) => file));
  const migrations = [...new Set([...files, ...Object.keys(own)])].sort();
  const all = await takenFromOthers(
    { root, migrations, plans },
    async (paths) => new Map(paths.map((path) => [path, own[path]!])),
  );
  return all.map(({ plan, error, due }) => ({
    plan,
    due,
    text: `${error.code} ${error.message}`,
    next: error.hint ?? "",
  }));
}

const handle = `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;\n-- handle: @lockstep.backfill(lower(note))`;
const dropNote = `ALTER TABLE "User" DROP COLUMN "note";`;

describe("an open plan needs what another plan takes", () => {
  test.each([
    [
      "what its fill reads",
      handle,
      dropNote,
      /drops "User"\."note".*the fill of "User"\."handle" reads "User"\."note"/,
    ],
    ["the table of its column", handle, `DROP TABLE "User";`, /drops "User"\..*it changes "User"\."handle"/],
    [
      "a column of its unique index",
      `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;\nCREATE UNIQUE INDEX "both" ON "User"("handle", "note");\n-- handle: @lockstep.backfill(lower(email))`,
      dropNote,
      /its unique index "both" includes "User"\."note"/,
    ],
    [
      "the key of its backfill",
      `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;\n-- handle: @lockstep.backfill(lower(email))`,
      `ALTER TABLE "User" DROP COLUMN "id";`,
      /its backfill of "User" follows "User"\."id"/,
    ],
    [
      "the table of its foreign key",
      `ALTER TABLE "User" ADD COLUMN "teamId" TEXT NOT NULL;\nALTER TABLE "User" ADD CONSTRAINT "team" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;\n-- teamId: @lockstep.backfill(name)`,
      `DROP TABLE "Team";`,
      /its foreign key "team" refers to "Team"/,
    ],
    [
      "the table of the column that it drops",
      `ALTER TABLE "User" DROP COLUMN "nick";`,
      `DROP TABLE "User";`,
      /^LS3023 Plan 2_takes drops "User"\. The open plan 1_needs needs it: it drops a part of "User"\.$/,
    ],
  ])("%s", async (_, needing, taking, text) => {
    const needs = released(await made(needing), "1_needs", { "m/1_expand": ["expand"] });
    const takes = await made(taking);
    expect(await found([needs, released(takes, "2_takes", { "m/2_expand": ["expand"] })])).toEqual([
      {
        plan: "2_takes",
        due: [],
        text: expect.stringMatching(text),
        next: "npx lockstep next 1_needs   # finish it first\n       npx lockstep abandon 2_takes   # or cancel the other plan",
      },
    ]);
    // Its drop is a migration already.
    const whole = released(takes, "2_takes", { "m/2_expand": ["expand"], "m/3_drop": ["contract"] });
    expect(await found([needs, whole])).toMatchObject([
      {
        plan: "2_takes",
        due: ["m/3_drop", "m/1_expand"],
        next: "npx lockstep undo 2_takes   # where no database has run m/3_drop\n       npx lockstep abandon 1_needs   # otherwise",
      },
    ]);
    const undone = { ...takes, id: "2_takes", state: { ...takes.state, released: "undone" as const, written: [] } };
    expect(await found([needs, undone])).toEqual([]);
  });

  test("unless it is done before, or the column came again in between", async () => {
    const [needs, takes] = [await made(handle), await made(dropNote)];
    const done = (at: number) =>
      released(needs, "1_needs", { "m/1_expand": ["expand"], [`m/${at}_contract`]: ["switch", "contract"] });
    const dropped = released(takes, "2_takes", { "m/2_expand": ["expand"], "m/5_drop": ["contract"] });
    expect(await found([done(4), released(takes, "2_takes", { "m/2_expand": ["expand"] })])).toEqual([]);
    expect(await found([done(4), dropped])).toEqual([]);
    expect(await found([done(6), dropped])).toMatchObject([{ plan: "2_takes" }]);
    const later = released(needs, "7_needs", { "m/7_expand": ["expand"] });
    expect(await found([dropped, later])).toMatchObject([{ plan: "2_takes", due: ["m/5_drop", "m/7_expand"] }]);
    const again = { "m/6_again": `ALTER TABLE "User" ADD COLUMN "note" TEXT;` };
    expect(await found([dropped, later], again)).toEqual([]);
  });
});

test("two plans that drop the same column, or create the same index", async () => {
  const drops = ["1_one", "2_two"].map(async (id) => released(await made(dropNote), id, { [`m/${id}`]: ["expand"] }));
  expect(await found(await Promise.all(drops))).toMatchObject([
    { plan: "2_two", text: `LS3020 "User"."note" has two open plans: 1_one and 2_two.` },
  ]);
  const over = async (id: string, column: string) =>
    released(
      await made(
        `ALTER TABLE "User" ADD COLUMN "${column}" TEXT NOT NULL;\nCREATE UNIQUE INDEX "key" ON "User"("${column}");\n-- ${column}: @lockstep.backfill(email)`,
      ),
      id,
      { [`m/${id}`]: ["expand"] },
    );
  expect(await found([await over("1_one", "one"), await over("2_two", "two")])).toMatchObject([
    { plan: "2_two", text: `LS3020 "key" has two open plans: 1_one and 2_two.` },
  ]);
});

describe("a migration of the user's own", () => {
  test.each([
    [`ALTER TABLE "User" DROP COLUMN "note";`, /drops "User"\."note"/],
    [`ALTER TABLE "User" RENAME COLUMN "note" TO "memo";`, /renames "User"\."note"/],
    [`ALTER TABLE "User" ALTER COLUMN "note" TYPE integer USING 1;`, /changes the type of "User"\."note"/],
    [`ALTER TABLE "User" RENAME TO "Account";`, /renames "User"/],
    [`DO $$ BEGIN ALTER TABLE "User" DROP COLUMN "handle"; END $$;`, /drops "User"\."handle"/],
  ])("%s", async (sql, text) => {
    const needs = released(await made(handle), "1_needs", { "m/1_expand": ["expand"] });
    const [first, ...others] = await found([needs], { "m/2_own": sql });
    expect(others).toEqual([]);
    expect(first).toMatchObject({ plan: "1_needs", due: ["m/2_own", "m/1_expand"] });
    expect(first?.text).toMatch(new RegExp(`^LS3023 m/2_own ${text.source}. The open plan 1_needs needs it`));
    expect(first?.next).toMatch(/^Remove the statement from m\/2_own where no database has run it/);
  });

  test.each([
    ["m/2_own", `ALTER TABLE "User" DROP COLUMN "nick";`],
    ["m/2_own", `ALTER TABLE "User" ALTER COLUMN "note" SET DEFAULT 'DROP';`],
    ["m/2_own", `ALTER TABLE "Order" DROP COLUMN "note";`],
    ["m/2_own", `ALTER TABLE "User" DROP COLUMN "note";\nALTER TABLE "User" ADD COLUMN "note" TEXT;`],
    // Before the plan, which was made for what came of it.
    ["m/0_own", `ALTER TABLE "User" ALTER COLUMN "note" TYPE text;`],
    ["m/0_own", `ALTER TABLE "User" DROP COLUMN "handle";`],
  ])("is none of its business: %s %s", async (file, sql) => {
    const needs = released(await made(handle), "1_needs", { "m/1_expand": ["expand"] });
    expect(await found([needs], { [file]: sql })).toEqual([]);
  });
});

describe("a column that a plan adds, and a migration of the user's own as well", () => {
  const add = `ALTER TABLE "User" ADD COLUMN "handle" TEXT;`;
  const drop = `ALTER TABLE "User" DROP COLUMN "handle";`;
  test.each([
    ["while the plan is open", { "m/2_own": add }, "expand", true],
    ["before the plan", { "m/0_own": add }, "expand", true],
    ["before, dropped in between", { "m/00_own": add, "m/01_own": drop }, "expand", false],
    ["between expand and its undo", { "m/2_own": add }, "undone", true],
    ["after the undo", { "m/5_own": add }, "undone", false],
    ["in another table", { "m/2_own": add.replace("User", "Order") }, "expand", false],
  ] as const)("%s", async (_, own, state, isFound) => {
    const plan = await made(handle);
    const open = released(plan, "1_handle", { "m/1_expand": ["expand"] });
    const undo = { id: plan.undo.expand.at(-1)!.id, file: "m/4_undo", sha256: "" };
    const written = [...open.state.written, ...(state === "undone" ? [undo] : [])];
    const all = await found([{ ...open, state: { ...open.state, released: state, written } }], own);
    expect(all).toEqual(
      isFound
        ? [
            expect.objectContaining({
              plan: "1_handle",
              text: `LS3020 "User"."handle" is the column of plan 1_handle, and ${Object.keys(own)[0]} adds it, too.`,
            }),
          ]
        : [],
    );
  });
});
