import { expect, test } from "vitest";
import { explainRank } from "../../../../core/src/code/explain/ranked-place.js";
import { contextOf, historyOf, judged, model, place, worth } from "../ranking/places.js";

const said = (candidate: Parameters<typeof judged>[0], context: ReturnType<typeof contextOf>) =>
  `\n${explainRank(judged(candidate, context), context).join("\n")}\n`;

test("a likely place", () => {
  const history = historyOf(["phone@src/users.ts", "name@src/a.ts"]);
  expect(said(place("email name phone isAdmin"), contextOf({ history }))).toMatchInlineSnapshot(`
    "
    src/users.ts:10-14  toUser: mapper of User (mapper), for User.handle
       +2  halfOfCore      holds 4 of 4 columns
       +2  previousHere    has phone, the last column you added
       +2  sameTypeHere    has all 3 other text columns
       +2  fullest         holds more columns than any other place
       +2  fewPlaces       the only place that lists fields of User
      +10  sum             likely from 5 (mapper), possible from 1
      not counted: similarHere, nearlyAll, lastThreeHere, keptUp, noSameType, notWithEarlier, oneOff, otherKeys, namesOnly, similarMissing
    likely: ticked unless you say otherwise
    "
  `);
});

test("a test, by names that another model has as well, without git", () => {
  const candidate = place("email name", { file: "test/users.ts", tie: "names", isTest: true, lastLine: 10 });
  const models = [model("Customer", "id! email name")];
  expect(said(candidate, contextOf({ models, added: "utmTerm" }))).toMatchInlineSnapshot(`
    "
    test/users.ts:10  toUser: mapper of User (mapper), for User.utmTerm
       +2  halfOfCore      holds 2 of 4 columns
       +2  fullest         holds more columns than any other place
       +2  fewPlaces       the only place that lists fields of User
       -2  namesOnly       only its field names point to User
       +4  sum             likely from 5 (mapper), possible from 3 (in tests)
      not counted: similarHere, nearlyAll, previousHere, lastThreeHere, sameTypeHere, keptUp, noSameType, notWithEarlier, oneOff, otherKeys, similarMissing
      without git: what came last is read from the order of declaration
      not ticked on its own: Customer has all of its fields as well as User
      not ticked on its own: two names alone do not say that it is about User
      not ticked on its own: tests follow the code that they test
    silent: counted, not shown; what another model has as well is shown only where it would else be likely
    "
  `);
});

test("a secret, by a team's own weights", () => {
  expect(said(place("email name"), contextOf({ card: worth(6), added: "passwordHash" }))).toMatchInlineSnapshot(`
    "
    src/users.ts:10-14  toUser: mapper of User (mapper), for User.passwordHash
       +6  halfOfCore      holds 2 of 4 columns
       +6  sum             likely from 5 (mapper), possible from 1
      not counted: similarHere, nearlyAll, previousHere, lastThreeHere, sameTypeHere, fullest, fewPlaces, keptUp, noSameType, notWithEarlier, oneOff, otherKeys, namesOnly, similarMissing
      without git: what came last is read from the order of declaration
      not ticked on its own: passwordHash sounds like a secret, and its exposure is not set
    possible: shown, not ticked
    "
  `);
});

test("a weak place", () => {
  expect(said(place("email"), contextOf({ card: worth(-1) }))).toMatchInlineSnapshot(`
    "
    src/users.ts:10-14  toUser: mapper of User (mapper), for User.handle
        0  sum             likely from 5 (mapper), possible from 1
      not counted: similarHere, halfOfCore, nearlyAll, previousHere, lastThreeHere, sameTypeHere, fullest, fewPlaces, keptUp, noSameType, notWithEarlier, oneOff, otherKeys, namesOnly, similarMissing
      without git: what came last is read from the order of declaration
    silent: counted, not shown
    "
  `);
});
