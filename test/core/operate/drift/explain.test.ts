import { describe, expect, it } from "vitest";
import type { Plan } from "../../../../core/src/model/index.js";
import type { Difference } from "../../../../core/src/operate/drift/difference.js";
import { explained, isIgnored } from "../../../../core/src/operate/drift/explain.js";
import { scaffoldNames } from "../../../../core/src/postgresql/quote.js";
import { colorsFor } from "../../../../core/src/review/colors.js";
import { type DriftReport, driftNext, driftText } from "../../../../core/src/review/drift.js";
import { planOf } from "../../../support/plan-fixture.js";

const facts = { definition: "x", isValid: true };
const of = (kind: Difference["kind"], name: string, more: Partial<Difference> = { here: facts }): Difference => ({
  kind,
  schema: "public",
  ...(kind === "function" ? {} : { table: "User" }),
  name,
  ...more,
});

/** With a plan whose expand has run, or of which nothing is recorded. */
async function told(differences: readonly Difference[], isRecorded = true) {
  const plan: Plan = await planOf();
  const migration = "20261120093000_a";
  return explained(differences, {
    defaultSchema: "public",
    plans: [plan],
    pending: isRecorded
      ? []
      : plan.units.map((unit) => ({ plan, unit, migration, phase: "expand", kind: "phase", isPast: false })),
    scaffolding: (table, column) => Object.values(scaffoldNames(table, column)),
    scaffolds: new Set(["lockstep_nn_Order_note"]),
  });
}

describe("why a difference is there", () => {
  it.each([
    [
      "an index of the plan that broke off",
      of("index", "User_handle_key", { here: { ...facts, isValid: false } }),
      "broken",
    ],
    ["the check of a prove that broke off", of("constraint", "lockstep_nn_User_handle"), "broken"],
    ["a fill trigger that is gone", of("trigger", "zz_lockstep_fill_User_handle", { there: facts }), "broken"],
    [
      "its function that was changed",
      of("function", "lockstep_fill_User_handle()", { here: facts, there: facts }),
      "broken",
    ],
    [
      "a name of no open plan",
      of("constraint", "lockstep_nn_Order_note", { table: "Order", here: facts }),
      "left-over",
    ],
    ["anything else on the plan's table", of("column", "nick"), undefined],
  ] as const)("%s", async (_name, difference, kind) => {
    const [one] = await told([difference]);
    expect(one?.reason?.kind).toBe(kind);
    expect(one?.plans).toHaveLength(kind === "left-over" ? 0 : 1);
  });

  it("what a migration that is not recorded has made already", async () => {
    for (const difference of [
      of("column", "handle"),
      of("index", "User_handle_key"),
      of("trigger", "zz_lockstep_fill_User_handle"),
    ]) {
      const [one] = await told([difference], false);
      expect(one?.reason).toMatchObject({ kind: "unrecorded", migration: "20261120093000_a" });
    }
    // What an unrecorded migration makes is not missed, and what others made is not its own.
    expect((await told([of("column", "nick")], false))[0]?.reason).toBeUndefined();
  });

  it("what concerns an open plan comes first, and only its own table does", async () => {
    const all = await told([
      { kind: "table", schema: "public", name: "Note", here: {} },
      { ...of("column", "nick"), schema: "audit" },
      of("column", "nick"),
    ]);
    expect(all.map(({ label, plans }) => [label, plans.length])).toEqual([
      ["User.nick", 1],
      ["Note", 0],
      ["audit.User.nick", 0],
    ]);
  });
});

it("patterns of the config name a kind and a label", async () => {
  const [one] = await told([of("column", "a.b")]);
  for (const pattern of ["column User.a.b", "column User.*", "* User.a.b", "*"])
    expect(isIgnored(one!, [pattern])).toBe(true);
  for (const pattern of ["column User.aXb", "index User.a.b", "User.a.b", "column user.*", ""])
    expect(isIgnored(one!, [pattern])).toBe(false);
});

describe("what people read", () => {
  const empty: DriftReport = {
    target: "production",
    server: "PostgreSQL 17",
    replayed: { migrations: 2, by: "statements", server: "PostgreSQL 17" },
    differences: [],
    ignored: 0,
    notApplied: [],
    failed: [],
    unknown: [],
  };
  const text = (report: DriftReport) => driftText(report, colorsFor(false));

  it("differences by table, why, what is none, and the next command", async () => {
    const differences = await told([
      of("column", "name", { here: { type: "varchar(80)" }, there: { type: "text" } }),
      of("index", "User_handle_key", { here: { definition: "CREATE …", isValid: false } }),
      { kind: "extension", name: "citext", here: {} },
    ]);
    const report = { ...empty, differences, notApplied: ["c"], failed: ["b"], unknown: ["z"], ignored: 1 };
    const [plan] = differences[0]!.plans;
    expect(text(report)).toBe(
      [
        "production   PostgreSQL 17, against 2 migrations that have run there",
        `  "User"   of the open plan ${plan}`,
        `    ~ column "name": type: target varchar(80), migrations text`,
        `    + index "User_handle_key" only on the target: CREATE …, INVALID`,
        `      plan ${plan} needs it in another form: a run was interrupted, or it was changed outside the plan; npx lockstep repair fixes it`,
        "  extensions",
        `    + extension "citext" only on the target`,
        "  ! not applied yet, so not compared: c",
        "  ! b failed there: changes that it made before are listed as differences",
        "  ! z ran there, but is not in this checkout: it may have caused a difference",
        "  ! 1 difference ignored by drift.ignore",
        "✖ production differs from its migrations: 3 differences",
      ].join("\n"),
    );
    expect(driftNext([empty, report])).toBe(
      `npx lockstep repair ${plan} --target production\nnpx lockstep drift --target production`,
    );
  });

  it("none; on a server of another version; nobody could look", () => {
    expect(text(empty)).toContain("✔ production matches its migrations");
    expect(driftNext([empty])).toBe("npx lockstep status");
    const other = { ...empty, replayed: { migrations: 1, by: "orm" as const, server: "PostgreSQL 16" } };
    expect(text(other)).toContain("1 migration that has run there, by the ORM's own command on PostgreSQL 16");
    expect(text(other)).toContain("server versions print definitions differently");
    const error = { code: "LS8004", message: "no answer", why: "Nobody is there.", next: "Start it." };
    expect(text({ ...empty, error })).toBe("✖ production   could not be checked: LS8004 no answer\n  Nobody is there.");
    expect(driftNext([{ ...empty, error }])).toBe("Start it.");
  });
});
