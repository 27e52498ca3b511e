import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { defaultScorecard } from "../../../../core/src/code/contract/scorecard.js";
import { scorecardOf } from "../../../../core/src/code/ranking/configured-scorecard.js";
import { defineConfig } from "../../../../core/src/config/define-config.js";
import { configSchema } from "../../../../core/src/config/schema.js";
import { resolveSettings } from "../../../../core/src/config/settings.js";
import { families, signalIds } from "../../../../core/src/model/index.js";

const cardOf = (scorecard: NonNullable<NonNullable<Parameters<typeof defineConfig>[0]["code"]>["scorecard"]>) =>
  scorecardOf(configSchema.parse(defineConfig({ code: { scorecard } })));

describe("what the config says counts, the rest is as measured", () => {
  test("nothing", () => {
    expect(scorecardOf({ targets: {} })).toEqual(defaultScorecard);
    expect(scorecardOf({ targets: {}, code: { scorecard: { possible: undefined } } })).toEqual(defaultScorecard);
    expect(cardOf({})).toEqual(defaultScorecard);
  });

  test("some of each", () => {
    expect(cardOf({ weights: { namesOnly: -4, keptUp: 3 }, likely: { mapper: 7 }, possible: 0, kin: 9 })).toEqual({
      ...defaultScorecard,
      weights: { ...defaultScorecard.weights, namesOnly: -4, keptUp: 3 },
      likely: { ...defaultScorecard.likely, mapper: 7 },
      possible: 0,
      kin: 9,
    });
  });

  test("every key of the card", () => {
    const weights = Object.fromEntries(signalIds.map((id, index) => [id, index]));
    const likely = Object.fromEntries(families.map((family, index) => [family, index + 20]));
    const all = { weights, likely, possible: 41, possibleInTests: 42, like: 44, kin: 43 };
    expect(Object.keys(all).sort()).toEqual(Object.keys(defaultScorecard).sort());
    expect(cardOf(all)).toEqual(all);
  });
});

test("the settings say where the card comes from", () => {
  const of = (scorecard: object) =>
    resolveSettings(configSchema.parse({ code: { scorecard } })).filter(({ name }) =>
      name.startsWith("code.scorecard"),
    );
  expect(of({})).toEqual([{ name: "code.scorecard", value: "as measured on other repositories", origin: "default" }]);
  expect(of({ weights: { keptUp: 3 } })).toEqual([
    { name: "code.scorecard.weights.keptUp", value: "3", origin: "file" },
  ]);
});

describe("the documentation has the defaults", () => {
  const page = readFileSync(new URL("../../../../docs/configuration.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| (`[^|]*`) +\| +(-?\d+) +\|/gm)].flatMap(([, names = "", value]) =>
    [...names.matchAll(/`(?:likely)?\.?(\w+)`/g)].map(([, name]) => [name, Number(value)]),
  );

  test("of every weight and threshold", () => {
    const { weights, likely, ...thresholds } = defaultScorecard;
    expect(Object.fromEntries(rows)).toEqual({ ...weights, ...likely, ...thresholds });
  });
});
