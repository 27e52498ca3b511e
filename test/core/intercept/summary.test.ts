import { expect, test } from "vitest";
import { expandText } from "../../../core/src/intercept/summary.js";
import type { OrmPlugin } from "../../../core/src/plugin.js";
import { colorsFor } from "../../../core/src/review/colors.js";
import { handleSql, planOf } from "../../support/plan-fixture.js";

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
  const words = { deploy: "migrate" } as OrmPlugin["words"];
  const lines = expandText(files, words, [], colorsFor(false)).split("\n");
  expect(lines.filter((line) => line.includes("src/entities.ts")).map((line) => line.trim().split(/ {2,}/))).toEqual([
    ["src/entities.ts", "User.handle optional until contract; Team.slug optional until contract"],
  ]);
});
