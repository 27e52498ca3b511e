import { describe, expect, test } from "vitest";
import type { DeployedPhase, Plan } from "../../../core/src/model/index.js";
import { phasesOf } from "../../../core/src/plan/build-plan.js";
import { refuseUndo } from "../../../core/src/plan/guard-undo.js";
import { gatesAt, nextPhase, previousPhase } from "../../../core/src/plan/next-phase.js";
import { withPace } from "../../../core/src/plan/pace.js";
import { releasesOf } from "../../../core/src/plan/releases.js";
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
  expect([...brisk].sort()).toEqual(["no-missing-values", "phase-applied", "writers-aware"]);
  expect(gatesAt(plan, "switch")).toEqual(plan.gates.switch);
  expect(gatesAt(plan, "expand")).toEqual([]);
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
