import { describe, expect, test } from "vitest";
import type { Candidate } from "../../../../core/src/code/contract/candidate.js";
import type { RankContext } from "../../../../core/src/code/contract/ranked.js";
import { rank } from "../../../../core/src/code/ranking/rank.js";
import { clustersOf, followInTests, followSimilar } from "../../../../core/src/code/ranking/similar-candidates.js";
import { contextOf, model, place, worth } from "./places.js";

const half = "email name";
const named = (key: string, more: Partial<Candidate> = {}) => place(half, { key, ...more });
const accepted = named("accepted");
const inTest = { file: "test/users.ts", isTest: true };

function follows(candidate: Candidate, context: RankContext, leader = accepted): boolean {
  const followers = followSimilar(rank([leader, candidate], context), new Set([leader.key]), context);
  expect(followers.has(leader.key)).toBe(false);
  return followers.has(candidate.key);
}

describe("what follows an accepted place without a question", () => {
  const strong = contextOf({ card: worth(8) });
  const other = { file: "src/other.ts", anchor: "other" };

  test.each<[string, Candidate, RankContext, boolean]>([
    ["of the same file", named("b", { anchor: "other" }), strong, true],
    ["of the same name elsewhere", named("b", { file: "src/other.ts" }), strong, true],
    ["of another file and name", named("b", other), strong, false],
    ["nameless ones elsewhere", named("b", { ...other, anchor: undefined }), strong, false],
    ["too weak", named("b"), contextOf({ card: worth(7) }), false],
    ["by a team's own threshold", named("b"), contextOf({ card: { ...worth(7), kin: 7 } }), true],
    ["a test of the same name", named("b", inTest), strong, false],
    ["a timestamp", named("b"), contextOf({ card: worth(8), added: "publishedAt:datetime" }), false],
    ["a secret in a mapper", named("b"), contextOf({ card: worth(8), added: "passwordHash" }), false],
    [
      "a secret in a create",
      named("b", { family: "create" }),
      contextOf({ card: worth(8), added: "passwordHash" }),
      true,
    ],
    [
      "what another model has as well",
      named("b", { tie: "names" }),
      contextOf({ card: worth(8), models: [model("Customer", "email name")] }),
      false,
    ],
  ])("%s", (_, candidate, context, expected) => {
    expect(follows(candidate, context)).toBe(expected);
  });

  test("an accepted test leads its file, and no other", () => {
    const leader = named("accepted", inTest);
    expect(follows(named("b", inTest), strong, leader)).toBe(true);
    expect(follows(named("b"), strong, leader)).toBe(false);
  });

  test("two nameless places are not of one name", () => {
    const leader = named("accepted", { anchor: undefined });
    expect(follows(named("b", { ...other, anchor: undefined }), strong, leader)).toBe(false);
  });

  test("nothing accepted, and keys that are gone", () => {
    const ranked = rank([accepted, named("b")], strong);
    expect(followSimilar(ranked, new Set(), strong)).toEqual(new Set());
    expect(followSimilar(ranked, new Set(["gone"]), strong)).toEqual(new Set());
  });
});

describe("what is ticked in tests once a place outside of them was accepted", () => {
  const ticked = (leader: Candidate, score: number, added = "handle") => {
    const context = contextOf({ card: worth(score), added });
    const ranked = rank([leader, named("test", inTest), named("src", { file: "src/b.ts" })], context);
    return [...followInTests(ranked, new Set([leader.key]), context)];
  };

  test("as strong as other places of the family", () => {
    expect(ticked(accepted, 5)).toEqual(["test"]);
    expect(ticked(accepted, 4)).toEqual([]);
  });

  test("a test is no place outside of tests", () => {
    expect(ticked(named("accepted", inTest), 5)).toEqual([]);
  });

  test("not what is too weak to be shown", () => {
    const context = contextOf({ card: { ...worth(5), possibleInTests: 6 } });
    expect(followInTests(rank([accepted, named("test", inTest)], context), new Set(["accepted"]), context).size).toBe(
      0,
    );
  });

  test("not what is never ticked", () => {
    expect(ticked(accepted, 20, "publishedAt:datetime")).toEqual([]);
    expect(ticked(accepted, 20, "passwordHash")).toEqual([]);
  });
});

describe("places that are one entry of a list", () => {
  const context = contextOf({ card: worth(5) });
  const clustersIn = (about: RankContext, ...candidates: Candidate[]) =>
    clustersOf(rank(candidates, about), about).map(({ kind, members }) => [
      kind,
      ...members.map((each) => each.candidate.key),
    ]);
  const clusters = (...candidates: Candidate[]) => clustersIn(context, ...candidates);

  test("what another model has as well is a line of its own", () => {
    const others = contextOf({ card: worth(5), models: [model("Customer", "email name")] });
    const byName = { tie: "names" } as const;
    expect(
      clustersIn(others, named("a", { line: 1, ...byName }), named("b", { line: 2, ...byName })).map(
        ([, ...keys]) => keys,
      ),
    ).toEqual([["a"], ["b"]]);
  });

  test("one file, one family, the same names in any order", () => {
    expect(
      clusters(
        named("a", { line: 1 }),
        named("b", { line: 2, names: ["name", "email"] }),
        named("file", { line: 3, file: "src/z.ts" }),
        named("family", { line: 4, family: "zod" }),
        named("names", { line: 5, names: ["email", "name", "phone"] }),
        named("weak", { line: 6, names: ["email"] }),
      ),
    ).toEqual([
      ["likely", "a", "b"],
      ["likely", "family"],
      ["likely", "names"],
      ["likely", "file"],
      ["silent", "weak"],
    ]);
  });

  test("what is known to be the model's, and what only looks like it, are two entries", () => {
    expect(
      clusters(named("orm", { tie: "orm" }), named("type", { line: 11 }), named("names", { line: 12, tie: "names" })),
    ).toEqual([
      ["likely", "orm", "type"],
      ["possible", "names"],
    ]);
  });
});
