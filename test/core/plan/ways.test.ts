import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { intentsAt } from "../../../core/src/change/release/code-request.js";
import type { FillDependence } from "../../../core/src/dialect/development.js";
import {
  type DeclaredIndex,
  type DeployedPhase,
  type EntityModel,
  type Plan,
  phaseOf,
} from "../../../core/src/model/index.js";
import { declaredByOthers, refuseUndo } from "../../../core/src/plan/guard-undo.js";
import { gatesAt, nextPhase, previousPhase } from "../../../core/src/plan/next-phase.js";
import { withPace } from "../../../core/src/plan/pace.js";
import { phasesOf } from "../../../core/src/plan/phases.js";
import { planText, readPlan } from "../../../core/src/plan/plan-file.js";
import { releasesOf } from "../../../core/src/plan/releases.js";
import { takenFromOthers } from "../../../core/src/plan/taken-from-others.js";
import { unitsText } from "../../../core/src/plan/unit-files.js";
import { planReadme } from "../../../core/src/review/markdown.js";
import { planOf, userShape } from "../../support/plan-fixture.js";

const at = (plan: Plan, released: Plan["state"]["released"], more: Partial<Plan["state"]> = {}): Plan => ({
  ...plan,
  state: { ...plan.state, released, ...more },
});
const record = (id: string, name: string) => ({ id, file: `prisma/migrations/${name}/migration.sql`, sha256: "0" });

describe("the phases of a pace, forward and back", () => {
  test.each([
    ["careful", ["expand", "backfill", "switch", "contract"]],
    ["brisk", ["expand", "backfill", "contract"]],
  ] as const)("%s", async (pace, phases) => {
    const plan = withPace(await planOf(), pace);
    expect(phasesOf(plan)).toEqual(phases);
    const deployed = [...phases].filter((phase): phase is DeployedPhase => phase !== "backfill");
    expect(deployed.map((phase) => nextPhase(at(plan, phase)))).toEqual([...deployed.slice(1), undefined]);
    expect(deployed.map((phase) => previousPhase(at(plan, phase)))).toEqual(["undone", ...deployed.slice(0, -1)]);
    expect(nextPhase(at(plan, "undone"))).toBeUndefined();
    expect(previousPhase(at(plan, "undone"))).toBeUndefined();
  });

  test("an index alone is one phase, whatever the pace", async () => {
    const sql = `ALTER TABLE "User" ADD COLUMN "team" TEXT;\nCREATE INDEX "User_team_idx" ON "User"("team");\n`;
    const plan = withPace(await planOf({ sql }), "brisk");
    expect(phasesOf(plan)).toEqual(["expand"]);
    expect(previousPhase(plan)).toBe("undone");
  });
});

test("the gate of a brisk contract is both phases' own, without reads that have not begun", async () => {
  const plan = await planOf();
  const names = (of: Plan) => gatesAt(of, "contract").map((step) => step.gate);
  expect(names(plan)).toContain("reads-steady");
  const brisk = names(withPace(plan, "brisk"));
  expect([...brisk].sort()).toEqual(["no-missing-values", "phase-applied", "translation-agrees", "writers-aware"]);
  expect(gatesAt(plan, "switch")).toEqual(plan.gates.switch);
  expect(gatesAt(plan, "expand")).toEqual([]);
});

test("a mirror is written by its trigger alone until switch, never by callers, and compared before switch and contract", async () => {
  const plan = await planOf({ columns: { handle: { fill: { kind: "mirror", sql: "lower(email)" } } } });
  const kinds = (phase: DeployedPhase) => plan.intents[phase].map(({ kind }) => kind);
  expect(kinds("expand")).toEqual(["keepFromReads", "completeFixtures"]);
  expect(kinds("switch")).toEqual(["write", "read"]);
  expect(plan.intents.switch.map(phaseOf)).toEqual(["switch", "switch"]);
  // Write sites that come later are looked after before contract; there is no other phase that they could belong to.
  expect(intentsAt(plan, "contract").map(({ kind }) => kind)).toEqual(["completeFixtures", "write", "dropFallback"]);
  const names = (phase: "switch" | "contract") => gatesAt(plan, phase).map(({ gate }) => gate);
  expect(names("switch")).toEqual(["phase-applied", "no-missing-values", "mirror-agrees", "translation-agrees"]);
  expect(names("contract")).toContain("mirror-agrees");
  expect(readPlan(planText(plan), "plan.json")).toEqual(JSON.parse(JSON.stringify(plan)));
});

test("a mirror is careful, whatever was asked for", async () => {
  const mirror = { columns: { handle: { fill: { kind: "mirror", sql: "lower(email)" } } } } as const;
  const plan = await planOf({ ...mirror, pace: { pace: "brisk", reason: "pace in lockstep.config.ts" } });
  expect(plan).toMatchObject({ pace: "careful", paceReason: expect.stringMatching(/^User\.handle is a mirror: /) });
  expect(() => withPace(plan, "brisk")).toThrow(/--pace brisk: User\.handle is a mirror/);
  expect((await planOf({ pace: { pace: "brisk", reason: "x" } })).pace).toBe("brisk");
});

describe("what a fill depends on beside its row", () => {
  const given = (on: FillDependence["on"] | undefined, kind: "backfill" | "mirror" = "backfill") =>
    planOf({
      columns: { handle: { fill: { kind, sql: "lower(email)" } } },
      dependence: async () => on && { on, usesOwn: false },
    });

  test.each(["session", undefined, "volatile"] as const)("%s: it is evaluated under stated settings", async (on) => {
    const plan = await given(on);
    const fill = plan.columns[0]!.fill!;
    expect(fill).toMatchObject({
      dependsOnSession: true,
      rowSql: expect.stringContaining("set_config('TimeZone', 'UTC', true)"),
    });
    expect(fill.newSql).toBe('lower(NEW."email")');
    expect(unitsText(plan, [plan.units[0]!], "expand")).toMatch(
      /LANGUAGE plpgsql .*SET TimeZone = 'UTC' SET DateStyle = 'ISO, MDY' /,
    );
    expect(planReadme(plan, { deploy: "deploy", generate: undefined })).toContain(
      "Lockstep always evaluates it under TimeZone UTC, DateStyle ISO",
    );
  });

  test("the row alone: nothing is stated", async () => {
    const plan = await given("row");
    expect(plan.columns[0]!.fill).not.toHaveProperty("dependsOnSession");
    expect(unitsText(plan, [plan.units[0]!], "expand")).not.toContain("TimeZone");
  });

  test("a mirror of what is another value each time is refused", async () => {
    await expect(given("volatile", "mirror")).rejects.toMatchObject({ code: "LS2030" });
    for (const sql of [
      "now()",
      "email || now()",
      "age(at)",
      "CURRENT_DATE",
      "current_setting('x')",
      "'today'::date",
      "email || session_user",
    ])
      await expect(
        planOf({
          columns: { handle: { fill: { kind: "mirror", sql } } },
          shape: { ...userShape, columns: ["email", "at"] },
        }),
      ).rejects.toMatchObject({
        code: "LS2030",
        message: expect.stringContaining("returns a different value at each evaluation"),
      });
  });

  test("what the session alone could say is to be named", async () => {
    const sql = "to_tsvector(email)";
    await expect(planOf({ columns: { handle: { fill: { kind: "backfill", sql } } } })).rejects.toMatchObject({
      code: "LS2004",
      message: expect.stringContaining("to_tsvector('english', …)"),
    });
  });
});

test("the pace changes while only expand is released", async () => {
  const plan = await planOf();
  expect(plan).toMatchObject({ pace: "careful", paceReason: "the default" });
  expect(withPace(plan, "brisk")).toMatchObject({ pace: "brisk", paceReason: "next --pace brisk" });
  expect(withPace(at(plan, "switch"), "careful")).toEqual(at(plan, "switch"));
  expect(() => withPace(at(plan, "switch"), "brisk")).toThrow(expect.objectContaining({ code: "LS3008" }));
  expect(() => withPace(plan, "quick")).toThrow(expect.objectContaining({ code: "LS8002" }));
});

describe("releases of one unit", () => {
  test.each([
    ["expand", ["expand"], ["expand"]],
    ["contract", ["expand", "contract"], ["expand", "contract"]],
    ["contract taken back", ["expand", "contract", "undo-contract"], ["expand", "undo-contract"]],
    ["contract again", ["expand", "contract", "undo-contract", "contract"], ["expand", "contract"]],
    [
      "abandoned from contract",
      ["expand", "contract", "undo-contract", "contract", "undo-contract", "undo-expand"],
      ["undo-contract", "undo-expand"],
    ],
  ])("%s: the latest count", async (_name, acts, standing) => {
    const plan = await planOf();
    const units = {
      expand: plan.units.filter((unit) => unit.phase === "expand"),
      contract: plan.units.filter((unit) => unit.phase === "contract"),
      "undo-contract": plan.undo.contract,
      "undo-expand": plan.undo.expand,
    } as const;
    const written = acts.flatMap((act, index) =>
      units[act as keyof typeof units].map((unit) => record(unit.id, `${index}_${act}`)),
    );
    const releases = releasesOf({ ...plan, state: { ...plan.state, written } });
    expect(releases).toHaveLength(written.length);
    const names = releases
      .filter(({ isPast }) => !isPast)
      .map(({ kind, phase }) => (kind === "undo" ? `undo-${phase}` : phase));
    expect([...new Set(names)]).toEqual(standing);
    // Of a phase that was released twice, each unit stands once.
    const ids = releases.filter(({ isPast }) => !isPast).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("what another plan stands on is not taken back", () => {
  const alias = {
    id: "20261121000000_add_alias",
    sql: `ALTER TABLE "User" ADD COLUMN "alias" TEXT NOT NULL;\n`,
    columns: { alias: { fill: { kind: "backfill", sql: "upper(handle)" } } },
    shape: { ...userShape, columns: ["id", "email", "handle"] },
  } as const;
  const pair = {
    id: "20261121000000_add_pair",
    sql: `ALTER TABLE "User" ADD COLUMN "team" TEXT NOT NULL;\nCREATE UNIQUE INDEX "User_team_handle_key" ON "User"("team", "handle");\n`,
  };

  test.each([
    ["a fill that reads the column, when it would go", alias, "undone", "LS2012"],
    ["a fill that reads the column, when it would be optional", alias, "switch", "LS2013"],
    ["an index over the column", pair, "undone", "LS3020"],
    ["the same column, planned again later", { id: "20261121000000_add_handle" }, "expand", "LS3020"],
  ] as const)("%s", async (_name, fixture, to, code) => {
    const plan = at(await planOf(), "contract");
    const other = await planOf(fixture);
    expect(() => refuseUndo(plan, to, [plan, other])).toThrow(expect.objectContaining({ code }));
    expect(() => refuseUndo(plan, to, [plan, at(other, "undone")])).not.toThrow();
  });

  test("two open plans on one column: neither takes it from the other", async () => {
    const [first, second] = [await planOf(), await planOf({ id: "20261121000000_add_handle" })];
    const lost = expect.objectContaining({
      code: "LS3020",
      hint: expect.stringMatching(
        /^git rm -rf --ignore-unmatch -- lockstep\/20261121000000_add_handle .*\nnpx lockstep check$/,
      ),
    });
    expect(() => refuseUndo(first, "undone", [first, second])).toThrow(lost);
    expect(() => refuseUndo(second, "undone", [first, second])).toThrow(lost);
  });

  test("a plan on another column of the table does not matter", async () => {
    const plan = await planOf();
    const other = await planOf({
      id: "20261121000000_add_team",
      sql: `ALTER TABLE "User" ADD COLUMN "team" TEXT NOT NULL;\n`,
    });
    expect(() => refuseUndo(plan, "undone", [plan, other])).not.toThrow();
    expect(() => refuseUndo(other, "undone", [plan, other])).not.toThrow();
  });
});

describe("what a merge brings beside each other", () => {
  const alias = {
    id: "20261121000000_add_alias",
    sql: `ALTER TABLE "User" ADD COLUMN "alias" TEXT NOT NULL;\n`,
    columns: { alias: { fill: { kind: "backfill", sql: "upper(handle)" } } },
    shape: { ...userShape, columns: ["id", "email", "handle"] },
  } as const;
  const pair = {
    id: "20261121000000_add_pair",
    sql: `ALTER TABLE "User" ADD COLUMN "team" TEXT NOT NULL;\nCREATE UNIQUE INDEX "User_team_handle_key" ON "User"("team", "handle");\n`,
  };
  const rival = { id: "20261121000000_add_handle" };
  const root = mkdtempSync(join(tmpdir(), "lockstep-merge-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  // `undo` drops `handle`, from `finished` on it is done; `own`: a migration of the user's.
  test.each([
    ["a fill reads what goes", alias, "expand", "handle other undo", "", "LS3020"],
    ["a fill reads what has gone", alias, "expand", "handle undo other", "", "LS3020"],
    ["it was added again before", alias, "expand", "handle undo own other", `ADD "handle" TEXT`, undefined],
    ["the fill is done before it goes", alias, "contract", "handle other done undo", "", undefined],
    ["the fill is done after it goes", alias, "contract", "handle other undo done", "", "LS3020"],
    ["an index goes with it", pair, "contract", "handle other done undo", "", "LS3020"],
    [
      "the index went before",
      pair,
      "contract",
      "handle other done own undo",
      `DROP INDEX "User_team_handle_key"`,
      undefined,
    ],
    ["the same column goes", rival, "expand", "handle other undo", "", "LS3020"],
    ["it is planned again", rival, "expand", "handle undo other", "", undefined],
    ["a fill reads what is being filled", alias, "expand", "handle other", "", "LS2013"],
    ["a second plan beside one that is done", rival, "expand", "handle finished other", "", "LS3020"],
    [
      "the column was dropped before the second",
      rival,
      "expand",
      "handle finished own other",
      `DROP COLUMN "handle"`,
      undefined,
    ],
    ["two open plans on one column", rival, "expand", "handle other", "", "LS3020"],
    ["the other one is undone, too", alias, "undone", "handle other undo", "", undefined],
  ] as const)("%s", async (_name, fixture, to, order, sql, code) => {
    const [first, second] = [await planOf(), await planOf(fixture)];
    const file = (name: string) => `prisma/migrations/${name}/migration.sql`;
    const names = order.split(" ");
    const isUndone = names.includes("undo");
    const [expand, other, done] = [first.units[0]!, second.units[0]!, second.units.at(-1)!];
    const plans = [
      at(first, isUndone ? "undone" : names.includes("finished") ? "contract" : "expand", {
        written: [record(expand.id, "handle"), ...(isUndone ? [record(first.undo.expand.at(-1)!.id, "undo")] : [])],
      }),
      at(second, to, {
        written: [record(other.id, "other"), ...(names.includes("done") ? [record(done.id, "done")] : [])],
      }),
    ];
    mkdirSync(join(root, "prisma/migrations/own"), { recursive: true });
    writeFileSync(join(root, file("own")), sql);
    const sqlOf = async (files: readonly string[]) => new Map(files.map((each) => [each, sql] as const));
    const found = await takenFromOthers({ root, migrations: names.map(file), plans }, sqlOf);
    expect(found.map(({ error }) => error.code)).toEqual(code === undefined ? [] : [code]);
    expect(found.every(({ files }) => files.includes(file("other")))).toBe(true);
  });
});

describe("what the models declare over the column of a plan that is taken back", () => {
  const models = (more: Partial<EntityModel> = {}): EntityModel[] => {
    const field = (name: string) => ({ name, column: name, type: "string" as const, isOptional: false, isList: false });
    const rest = {
      isId: false,
      isUnique: false,
      hasDefault: false,
      isForeignKey: false,
      isUpdatedAt: false,
      documentation: "",
    };
    const fields = ["id", "handle", "team"].map((name) => ({ ...field(name), ...rest }));
    const user = { name: "User", table: { name: "User" }, fields, relations: [], primaryKey: ["id"], ...more };
    const order = { name: "Order", table: { name: "Order" }, fields, primaryKey: ["id"] };
    return [user, { ...order, relations: [{ name: "user", model: "User", fields: ["team"], references: ["handle"] }] }];
  };
  const index = (
    kind: DeclaredIndex["kind"],
    fields: readonly string[],
    more: Partial<DeclaredIndex> = {},
  ): DeclaredIndex => ({
    kind,
    model: "User",
    fields,
    text: `@@${kind}([${fields.join(", ")}])`,
    at: "prisma/schema.prisma:9",
    ...more,
  });
  const view = (expression: string) => index("view", [], { model: "Handles", expression });
  const finished = async () =>
    at(
      await planOf({
        id: "20261121000000_add_team",
        sql: `ALTER TABLE "User" ADD COLUMN "team" TEXT NOT NULL;\nCREATE INDEX "team_idx" ON "User"("handle", "team");\nALTER TABLE "User" ADD CONSTRAINT "team_check" CHECK ("handle" <> 'a');\n`,
        columns: { team: { fill: { kind: "backfill", sql: "lower(email)" } } },
      }),
      "contract",
    );

  test.each([
    ["the plan's own", index("unique", ["handle"]), []],
    ["another column's", index("index", ["team"]), []],
    ["nobody's", index("index", ["team", "handle"]), ["@@index([team, handle])"]],
    ["nobody's check", index("check", [], { expression: "handle <> 'x'" }), ["@@check([])"]],
    ["a check that names it in a text alone", index("check", [], { expression: "team <> 'handle'" }), []],
    ["a view of the table", view(`SELECT "handle" FROM "User"`), ["@@view([])"]],
    ["a view of another table", view(`SELECT "handle" FROM "Users"`), []],
    ["a view that names it in a text alone", view(`SELECT 'handle' FROM "User"`), []],
    ["a finished plan's", index("index", ["handle", "team"]), "LS3020"],
    ["a finished plan's check", index("check", [], { expression: `"handle" <> 'a'` }), "LS3020"],
  ] as const)("%s", async (_name, declared, expected) => {
    const plan = at(await planOf(), "expand");
    const asked = declaredByOthers(plan, [plan, await finished()], models().slice(0, 1), [declared]);
    if (typeof expected === "string") await expect(asked).rejects.toMatchObject({ code: expected });
    else expect((await asked).map(({ text }) => text)).toEqual(expected);
  });

  test.each([
    ["came with the column", `model User {\n  named Name @relation(fields: [handle], references: [value])\n}`, []],
    ["was declared since", "model User {\n}", ["the relation User.named"]],
  ])("a relation over it that %s", async (_name, text, expected) => {
    const plan = { ...at(await planOf(), "expand"), originalModels: [{ file: "a.prisma", model: "User", text }] };
    const relations = [{ name: "named", model: "Name", fields: ["handle"], references: ["value"] }];
    const asked = await declaredByOthers(plan, [plan], models({ relations }).slice(0, 1), []);
    expect(asked.map(({ text: said }) => said)).toEqual(expected);
  });

  test("a finished plan that was taken back has nothing", async () => {
    const plan = at(await planOf(), "expand");
    const other = at(await finished(), "undone");
    const asked = await declaredByOthers(plan, [plan, other], models().slice(0, 1), [
      index("index", ["handle", "team"]),
    ]);
    expect(asked).toHaveLength(1);
  });

  test("a key and a relation to it", async () => {
    const plan = at(await planOf(), "expand");
    const needed = expect.objectContaining({ code: "LS3021" });
    await expect(declaredByOthers(plan, [plan], models(), [])).rejects.toEqual(needed);
    const [user] = models({ primaryKey: ["id", "handle"] });
    await expect(declaredByOthers(plan, [plan], [user!], [])).rejects.toEqual(needed);
  });
});
