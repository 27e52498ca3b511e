import { expect, test } from "vitest";
import { expandText } from "../../../core/src/change/summary.js";
import type { PlannedEdit } from "../../../core/src/model/index.js";
import type { OrmPlugin } from "../../../core/src/plugin/plugin.js";
import { colorsFor } from "../../../core/src/review/colors.js";
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
