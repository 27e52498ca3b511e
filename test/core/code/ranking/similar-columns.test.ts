import { expect, test } from "vitest";
import { rank } from "../../../../core/src/code/ranking/rank.js";
import { similarColumns } from "../../../../core/src/code/ranking/similar-columns.js";
import { contextOf, historyOf, place } from "./places.js";

const all = "email name isAdmin timeZone language bio";
const proposed = (options: Parameters<typeof contextOf>[0], names: readonly string[] = [all, "email timeZone"]) => {
  const about = contextOf({
    fields: `id! ${all.replace("isAdmin", "isAdmin:boolean")} createdAt:datetime`,
    ...options,
  });
  const places = names.map((each, index) => place(each, { line: index * 10 + 1, key: `mapper:${index}` }));
  return similarColumns([{ about, ranked: rank(places, about) }]);
};
const namesOf = (...args: Parameters<typeof proposed>) => proposed(...args).map(({ field }) => field.name);

test.each<[string, readonly string[], Parameters<typeof proposed>]>([
  ["its type and the position, five at most", ["bio", "language", "timeZone", "name", "email"], [{ added: "locale" }]],
  ["shared words count more", ["timeZone", "bio", "language", "name", "email"], [{ added: "zone" }]],
  [
    "a boolean comes first for a boolean",
    ["isAdmin", "bio", "language", "timeZone", "name"],
    [{ added: "isMuted:boolean" }],
  ],
  ["only what stands somewhere", ["name", "email"], [{ added: "locale" }, ["email name"]]],
  [
    "the newest by git",
    ["email", "name", "bio", "language", "timeZone"],
    [{ added: "locale", history: historyOf(["email@a.ts", "name@a.ts"]) }],
  ],
  ["nothing where no place lists fields", [], [{ added: "locale" }, []]],
])("%s", (_, expected, args) => {
  expect(namesOf(...args)).toEqual(expected);
});

test("each with the number of its places outside of tests, and when it was added", () => {
  const [first] = proposed({ added: "zone", history: historyOf(["timeZone@a.ts"]) });
  expect(first).toMatchObject({ field: { name: "timeZone" }, places: 2, addedAt: new Date("2026-06-28T00:00:00Z") });
});

test("beside the column that it is like a place is ticked from 3 on, and others wait", () => {
  const fields = "id! email name timeZone language bio";
  const kinds = (like: readonly string[]) => {
    const about = contextOf({ fields, added: "locale", like });
    const places = [
      place("email name timeZone language bio", { key: "all" }),
      place("email name language", { key: "other" }),
      place("timeZone email", { key: "few", tie: "names" }),
      place("name bio", { key: "little", tie: "names" }),
    ];
    return rank(places, about).map(({ candidate, kind }) => `${candidate.key} ${kind}`);
  };
  expect(kinds([])).toEqual(["all likely", "other possible", "little possible", "few silent"]);
  expect(kinds(["timeZone"])).toEqual(["all likely", "few silent", "other silent", "little silent"]);
  expect(kinds(["language"])).toEqual(["all likely", "other likely", "little silent", "few silent"]);
  expect(kinds(["timeZone", "bio"])).toEqual(["all likely", "other silent", "little silent", "few silent"]);
});
