import fc from "fast-check";
import { expect, test } from "vitest";
import type { Candidate } from "../../../../core/src/code/contract/candidate.js";
import { defaultScorecard } from "../../../../core/src/code/contract/scorecard.js";
import { rank } from "../../../../core/src/code/ranking/rank.js";
import { families } from "../../../../core/src/model/index.js";
import { contextOf, historyOf, judged, place, worth } from "./places.js";

const columns = ["email", "firstName", "lastName", "phone", "utmSource", "utmTerm", "isAdmin", "age", "createdAt"];
const fields = "id! email firstName lastName phone utmSource utmTerm isAdmin:boolean age:int createdAt:datetime";
const core = columns.slice(0, -1);

const names = fc.subarray(columns);
const candidate: fc.Arbitrary<Candidate> = fc
  .record({
    names,
    family: fc.constantFrom(...families),
    tie: fc.constantFrom("orm", "type", "names"),
    isTest: fc.boolean(),
    file: fc.constantFrom("src/a.ts", "src/b.ts", "test/a.ts"),
    line: fc.integer({ min: 1, max: 9 }),
    anchor: fc.constantFrom("toUser", "UserResponse", undefined),
  })
  .map((each) => place(each.names.join(" "), each));
/** Keys are of one place each. */
const candidates = fc
  .array(candidate, { maxLength: 35 })
  .map((list) => list.map((each, index) => ({ ...each, key: `${each.key}~${index}` })));
const history = fc.option(
  fc
    .array(fc.tuple(fc.subarray(columns, { minLength: 1 }), fc.subarray(["src/a.ts", "src/b.ts"])), { maxLength: 6 })
    .map((commits) => historyOf(commits.map(([added, files]) => `${added}@${files}`))),
  { nil: undefined },
);
const context = fc
  .record({ added: fc.constantFrom("utmMedium", "displayName", "isActive:boolean", "score:int", "handle"), history })
  .map((of) => contextOf({ fields, added: of.added, ...(of.history === undefined ? {} : { history: of.history }) }));

test("one more of the core columns never lowers a score", () => {
  fc.assert(
    fc.property(candidate, candidates, context, fc.constantFrom(...core), (place, others, of, more) => {
      const fuller = { ...place, names: [...new Set([...place.names, more])] };
      expect(judged(fuller, of, others).score).toBeGreaterThanOrEqual(judged(place, of, others).score);
    }),
  );
});

test("the order in which places are found does not matter", () => {
  const shuffled = candidates.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
  );
  fc.assert(
    fc.property(shuffled, context, ([list, other], of) => {
      expect(rank(other, of)).toEqual(rank(list, of));
    }),
  );
});

test("the sum is that of the reasons, and the strongest place comes first", () => {
  fc.assert(
    fc.property(candidates, context, (list, of) => {
      const ranked = rank(list, of);
      expect(ranked.map(({ candidate }) => candidate.key).sort()).toEqual(list.map(({ key }) => key).sort());
      for (const [index, { score, reasons }] of ranked.entries()) {
        expect(score).toBe(reasons.reduce((sum, { weight }) => sum + weight, 0));
        expect(score).toBeLessThanOrEqual(ranked[index - 1]?.score ?? score);
      }
    }),
  );
});

test("weights of zero give a score of zero", () => {
  fc.assert(
    fc.property(candidates, context, (list, of) => {
      const scores = rank(list, { ...of, card: worth(0) }).map(({ score }) => score);
      expect(scores.filter((score) => score !== 0)).toEqual([]);
    }),
  );
});

test("without a history nothing is said of one", () => {
  fc.assert(
    fc.property(candidates, context, (list, of) => {
      const reasons = rank(list, { ...of, history: undefined }).flatMap((each) => each.reasons);
      expect(reasons.filter(({ signal }) => signal === "keptUp" || signal === "notWithEarlier")).toEqual([]);
      expect(reasons.filter(({ text }) => /you added|missed|commits/.test(text))).toEqual([]);
    }),
  );
});

test("tests and what is below the least score are never ticked", () => {
  fc.assert(
    fc.property(candidates, context, (list, of) => {
      for (const { candidate, kind, score } of rank(list, of)) {
        if (kind === "likely") expect(candidate.isTest).toBe(false);
        if (kind === "likely") expect(score).toBeGreaterThanOrEqual(defaultScorecard.likely[candidate.family]);
        if (kind !== "silent") expect(score).toBeGreaterThanOrEqual(candidate.isTest ? 3 : 1);
      }
    }),
  );
});
