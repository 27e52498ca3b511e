import { describe, expect, test } from "vitest";
import type { Candidate } from "../../../../core/src/code/contract/candidate.js";
import type { RankContext } from "../../../../core/src/code/contract/ranked.js";
import { isSecret } from "../../../../core/src/code/ranking/limits.js";
import { rank } from "../../../../core/src/code/ranking/rank.js";
import { families } from "../../../../core/src/model/index.js";
import { contextOf, historyOf, judged, model, place, worth } from "./places.js";

const half = "email name";
const kindOf = (candidate: Candidate, context: RankContext) => judged(candidate, context).kind;

describe("a reader sees why, the strongest reason first", () => {
  const grown = "id! email name utmSource utmTerm avatar bio phone";
  const texts = (candidate: Candidate, context: RankContext, others?: Candidate[]) =>
    judged(candidate, context, others).reasons.map(({ text }) => text);

  test("a whole mapper, without git", () => {
    const context = contextOf({ fields: grown, added: "utmMedium" });
    expect(texts(place("email name utmSource utmTerm avatar bio phone"), context)).toEqual([
      "has utmSource next to utmTerm",
      "holds 7 of 7 columns",
      "has phone, declared just before utmMedium",
      "has the 3 columns declared last",
      "has all 7 other text columns",
      "holds more columns than any other place",
      "the only place that lists fields of User",
      "leaves out hardly any",
    ]);
  });

  test("the same with git: that it kept up comes first", () => {
    const history = historyOf(["phone@src/users.ts", "bio@src/users.ts", "avatar@src/users.ts"]);
    const ranked = judged(
      place("email name utmSource utmTerm avatar bio phone"),
      contextOf({ fields: grown, added: "utmMedium", history }),
    );
    expect(ranked.reasons.slice(0, 4)).toEqual([
      { signal: "keptUp", weight: 2, text: "got all 3 columns that were added since it exists" },
      { signal: "similarHere", weight: 3, text: "has utmSource next to utmTerm" },
      { signal: "halfOfCore", weight: 2, text: "holds 7 of 7 columns" },
      { signal: "previousHere", weight: 2, text: "has phone, the last column you added" },
    ]);
    expect(ranked.score).toBe(18);
  });

  test("a place that was left alone", () => {
    const history = historyOf(["phone@a.ts", "bio@a.ts"]);
    const many = Array.from({ length: 40 }, () => place("email name avatar"));
    const alone = place("email name", { tie: "names" });
    expect(texts(alone, contextOf({ fields: grown, added: "utmMedium", history }), many)).toEqual([
      "missed the last 2 columns",
      "only its field names point to User",
      "lacks utmSource and utmTerm, named like utmMedium",
    ]);
  });

  test("what a team weighs with nothing is no reason", () => {
    expect(texts(place(half), contextOf({ card: worth(0) }))).toEqual([]);
    expect(texts(place(half), contextOf({ card: worth(4) }))).toEqual(["holds 2 of 4 columns"]);
  });
});

describe("how much is enough", () => {
  const likely = { graphql: 3, create: 5, destructuring: 5, select: 8, mapper: 5, zod: 5, dto: 5, schema: 5 };

  test.each(families)("%s", (family) => {
    const least = { update: 7, type: 7, names: 7, sql: 7, require: 7, ...likely }[family];
    const at = (score: number, isTest = false) =>
      kindOf(place(half, { family, isTest }), contextOf({ card: worth(score) }));
    expect([at(least), at(least - 1), at(1), at(0)]).toEqual(["likely", "possible", "possible", "silent"]);
    expect([at(least, true), at(3, true), at(2, true)]).toEqual(["possible", "possible", "silent"]);
  });

  test("a team's own", () => {
    const card = { ...worth(4), possible: 4, possibleInTests: 5 };
    const at = (isTest: boolean, mapper: number) =>
      kindOf(place(half, { isTest }), contextOf({ card: { ...card, likely: { ...card.likely, mapper } } }));
    expect([at(false, 4), at(false, 5), at(true, 5)]).toEqual(["likely", "possible", "silent"]);
  });
});

describe("never ticked on its own", () => {
  const at = (score: number, added: string, more: Partial<Candidate> = {}, exposure?: "exposed") =>
    kindOf(place(half, more), contextOf({ card: worth(score), added, exposure }));

  test.each(["externalId!", "team->", "publishedAt:datetime"])("plumbing: %s", (added) => {
    expect(at(20, added)).toBe("possible");
  });

  test("other dates are fields as any other", () => {
    expect(at(20, "birthday:datetime")).toBe("likely");
  });

  test.each(["passwordHash", "resetToken", "apiKey", "salt", "clientSecret", "backupCodesHash", "otp", "accessKeys"])(
    "a secret: %s",
    (added) => {
      for (const family of ["select", "mapper", "zod", "dto", "type", "graphql", "schema"] as const) {
        expect(at(20, added, { family })).toBe("possible");
        expect(at(20, added, { family }, "exposed")).toBe("likely");
      }
      expect(at(20, added, { family: "create" })).toBe("likely");
    },
  );

  test.each(["hashtag", "sortKey", "key", "tokyo", "saltiness", "accessLevel", "nickname", "secretary"])(
    "no secret: %s",
    (name) => {
      expect(isSecret(name)).toBe(false);
    },
  );

  test("what another model has as well needs twice the evidence", () => {
    const others = [model("Customer", "id! email name vat")];
    const of = (score: number, names: string, more: Partial<Candidate> = {}) =>
      kindOf(place(names, more), contextOf({ card: worth(score), models: others }));
    const byNames = { tie: "names" } as const;
    expect(of(5, "email name", byNames)).toBe("possible");
    expect(of(4, "email name", byNames)).toBe("silent");
    expect(of(5, "email name phone", byNames)).toBe("likely");
    expect(of(5, "email name")).toBe("likely");
    expect(of(5, "email name", { tie: "orm" })).toBe("likely");
    expect(of(5, "email name", { ...byNames, isTest: true })).toBe("possible");
    const shy = contextOf({ card: { ...worth(5), possible: 6 }, models: others });
    expect(kindOf(place("email name", byNames), shy)).toBe("silent");
  });
});

test("equal ones: outside tests first, then by file and line", () => {
  const places = [
    place("phone", { file: "src/b.ts", line: 3 }),
    place(half, { file: "e2e/a.ts", isTest: true }),
    place(half, { file: "src/b.ts", line: 20 }),
    place(half, { file: "src/b.ts", line: 3 }),
    place(half, { file: "src/a.ts", line: 30 }),
  ];
  expect(rank(places, contextOf({ card: worth(5) })).map(({ candidate: { file, line } }) => `${file}:${line}`)).toEqual(
    ["src/a.ts:30", "src/b.ts:3", "src/b.ts:20", "e2e/a.ts:10", "src/b.ts:3"],
  );
});

test("a model with nothing in it, and no places", () => {
  expect(rank([], contextOf())).toEqual([]);
  expect(judged(place(""), contextOf({ fields: "handle" }))).toMatchObject({ kind: "possible", score: 2 });
});
