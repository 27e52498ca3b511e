import { expect, test } from "vitest";
import type { PhaseFiles } from "../../../core/src/change/release/prepare-phase.js";
import { expandText, foundText } from "../../../core/src/change/summary.js";
import { inFiles, type Place, type Plan, type PlannedEdit } from "../../../core/src/model/index.js";
import type { OrmPlugin } from "../../../core/src/plugin/plugin.js";
import { colorsFor } from "../../../core/src/review/colors.js";
import { planReadme } from "../../../core/src/review/markdown.js";
import { handleSql, planOf } from "../../support/plan-fixture.js";

const words = { deploy: "migrate" } as OrmPlugin["words"];

test("chosen edits that could not be checked in the short time are left to a command that has more", async () => {
  const nothing = { changes: [], migrations: [], edits: [], places: [], unlisted: [] };
  const unchecked = { why: "the type check took longer than 20 s", leftOut: 2 };
  const text = expandText(
    { ...nothing, plan: await planOf({ sql: handleSql }), unchecked },
    words,
    [],
    colorsFor(false),
  );
  expect(text).toContain(
    "2 chosen places left out: the types could not be checked (the type check took longer than 20 s). With more time: npx lockstep code",
  );
});

test("what is written besides, such as a list of migrations, is named", async () => {
  const changes = ["lockstep/add_handle/plan.json", "src/user.ts", "src/migrations/index.ts"].map((file) => ({
    file,
    before: "",
    after: " ",
  }));
  const plan = await planOf({ sql: handleSql });
  const edit = { file: "src/user.ts", line: 3, what: "create: row" } as PlannedEdit;
  const files = { plan, changes, migrations: [], edits: [edit], places: [], unlisted: [] };
  const lines = expandText(files, words, [], colorsFor(false)).split("\n");
  expect(lines.filter((line) => line.includes("src/")).map((line) => line.trim().split(/ {2,}/))).toEqual([
    ["src/migrations/index.ts"],
    ["src/user.ts:3", "create: row"],
  ]);
});

test("a file that declares several models is one line", async () => {
  const team = handleSql.replaceAll("User", "Team").replaceAll("handle", "slug");
  const { columns, ...plan } = await planOf({
    sql: handleSql + team,
    columns: { slug: { model: "Team", fill: { kind: "backfill", sql: "email" } } },
  });
  const originalModels = ["User", "User", "Team"].map((model, at) => ({
    file: "src/entities.ts",
    model,
    text: `${at}`,
  }));
  const files = {
    plan: { ...plan, columns, originalModels },
    changes: [],
    migrations: [],
    edits: [],
    places: [],
    unlisted: [],
  };
  const lines = expandText(files, words, [], colorsFor(false)).split("\n");
  expect(lines.filter((line) => line.includes("src/entities.ts")).map((line) => line.trim().split(/ {2,}/))).toEqual([
    ["src/entities.ts", "User.handle optional until contract; Team.slug optional until contract"],
  ]);
});

/** Many tables, files and places: one column for each letter. */
async function largeChange(letters: readonly string[]) {
  const plan = await planOf({
    sql: letters.map((letter) => handleSql.replaceAll("User", letter).replaceAll("handle", `of${letter}`)).join(""),
    columns: Object.fromEntries(
      letters.map((letter) => [`of${letter}`, { model: letter, fill: { kind: "backfill", sql: "email" } }]),
    ),
  });
  const at = { model: "A", field: "ofA", reason: "the row is built elsewhere", what: "data of prisma.user.create" };
  const placesIn = (folder: string, kind: Place["kind"], more: Partial<Place> = {}): readonly Place[] =>
    letters.map((letter, line) => ({ ...at, file: `${folder}/${letter}.ts`, line, kind, ...more }));
  const places = [
    ...placesIn("src/required", "required"),
    ...placesIn("src/asked", "required", { mayLeaveOut: true }),
    ...placesIn("src/likely", "likely"),
    ...placesIn("test", "required"),
  ];
  const edits = letters.map(
    (letter, line) => ({ ...at, file: `src/${letter}.ts`, line, phase: "expand" }) as unknown as PlannedEdit,
  );
  const migrations = inFiles(plan.units)
    .filter(([{ phase }]) => phase === "expand")
    .map((units) => ({ name: units[0].id, unit: { file: `migrations/${units[0].id}.sql`, units } }));
  const written: Plan["state"]["written"] = migrations.map(({ name, unit }) => ({
    id: name,
    file: unit.file,
    sha256: "",
  }));
  const state: Plan["state"] = { ...plan.state, places, edits, written, silent: 9 };
  return {
    plan: { ...plan, state },
    changes: [],
    migrations: migrations as unknown as PhaseFiles["migrations"],
    edits,
    places,
    unlisted: [],
  };
}

test.each([1, 2, 9, 26])(
  "a change of %i tables prints at most 40 lines, and the README has the others",
  async (count) => {
    const files = await largeChange([..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].slice(0, count));
    const { plan } = files;
    for (const width of [undefined, 120, 80]) {
      const colors = colorsFor(false, width);
      const text = `${foundText(plan, colors)}${expandText(files, words, [], colors)}`.trim();
      const lines = text.split("\n");
      expect(lines.length, text).toBeLessThanOrEqual(40);
      for (const kept of ["✖ add-column-not-null", "1 expand", "2 backfill", "3 switch", "4 contract", "\nNext\n"])
        expect(text).toContain(kept);
      if (width !== undefined) expect(lines.filter((line) => line.length > width && !line.includes("#"))).toEqual([]);
    }
    const readme = planReadme(plan, { deploy: "migrate", generate: undefined });
    const named = [
      ...plan.units.map(({ title }) => title),
      ...[...files.places, ...plan.state.written].map(({ file }) => file),
    ];
    expect(named.filter((name) => !readme.includes(name))).toEqual([]);
    expect(files.edits.filter(({ file }) => !readme.includes(`\`${file}\``))).toEqual([]);
  },
);

test("a file is one line, whatever the number of its edits", async () => {
  const plan = await planOf({ sql: handleSql });
  const edits = [2, 6, 9].map(
    (line) => ({ file: "src/db.ts", line, what: line < 9 ? "import" : "options" }) as PlannedEdit,
  );
  const text = expandText(
    { plan, changes: [], migrations: [], edits, places: [], unlisted: [] },
    words,
    [],
    colorsFor(false),
  );
  expect(text).toContain("3 code edits made\n  src/db.ts:2, 6, 9  import; options\n");
});

test("a rule is printed once, with the lines of its other statements", async () => {
  const { plan } = await largeChange(["A", "B"]);
  const hazards = foundText(plan, colorsFor(false))
    .split("\n")
    .filter((line) => line.includes("✖"));
  expect(hazards).toEqual([
    "  ✖ add-column-not-null  line 2, and the same in line 7",
    "  ✖ add-index            line 5, and the same in line 10",
  ]);
});
