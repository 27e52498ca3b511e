import { describe, expect, test } from "vitest";
import { chainsOf, inGroups, neededBy, withoutNeeds } from "../../../../core/src/code/candidates/dependencies.js";
import { place } from "../ranking/places.js";

const listed = (needs: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(needs).map(([key, its]) => ({ candidate: place("email", { key, needs: its, text: "handle" }) }));

// A type and its two copies; one of them reads what a select gives, which others read, too.
const card = listed({ type: ["a", "b"], a: ["type", "select"], b: ["type"], select: [], other: ["gone"] });

describe("places that need one another", () => {
  test("what is accepted takes along what it needs, and what that needs", () => {
    expect(neededBy(card, ["b"])).toEqual(
      new Map([
        ["type", "b"],
        ["a", "type"],
        ["select", "a"],
      ]),
    );
    expect(neededBy(card, ["select", "other"])).toEqual(new Map());
    expect(neededBy(card, ["b"], new Set(["type"]))).toEqual(new Map());
  });

  test("what Lockstep cannot write does not come along", () => {
    const [first, ...rest] = listed({ type: ["a"], a: ["type"] });
    const unwritable = rest.map(({ candidate }) => ({ candidate: { ...candidate, text: undefined } }));
    expect(neededBy([...(first ? [first] : []), ...unwritable], ["type"])).toEqual(new Map());
  });

  test("where one is declined, those that need it cannot be made", () => {
    expect(withoutNeeds(card, new Set(["select"]))).toEqual(new Set(["type", "a", "b"]));
    expect(withoutNeeds(card, new Set(["a"]))).toEqual(new Set(["type", "b"]));
    expect(withoutNeeds(card, new Set())).toEqual(new Set());
  });

  test("what is linked either way is one chain, and tests have their own", () => {
    const test = { candidate: place("email", { key: "test", isTest: true, needs: ["type", "pattern"] }) };
    const pattern = { candidate: place("email", { key: "pattern", isTest: true }) };
    const chains = chainsOf([...card, test, pattern]);
    expect([...new Set(chains.values())]).toEqual([
      ["type", "a", "b", "select"],
      ["test", "pattern"],
    ]);
    expect(chains.has("other")).toBe(false);
  });

  test("those that need one another are one group; what only serves them stays apart", () => {
    const keys = inGroups(card).map((group) => group.map(({ candidate }) => candidate.key));
    expect(keys).toEqual([["type", "a", "b"], ["select"], ["other"]]);
  });
});
