import { describe, expect, test } from "vitest";
import type { Candidate } from "../../../../core/src/code/contract/candidate.js";
import type { SignalId } from "../../../../core/src/model/index.js";
import { contextOf, historyOf, judged, place, wordsFor } from "./places.js";

interface Case {
  readonly why: string;
  readonly names: string;
  readonly fields?: string;
  readonly added?: string;
  readonly more?: Partial<Candidate>;
  readonly others?: readonly Candidate[];
  /** Commits, the newest first; and after which of them places were made. */
  readonly commits?: readonly string[];
  readonly madeAfter?: Readonly<Record<string, number>>;
  /** Undefined: the signal is not true of the place. */
  readonly words: string | undefined;
}

const utm = "id! email utmSource utmTerm";
const flags = "id! email isAdmin:boolean isActive:boolean team->";
const grown = "id! email name avatar bio phone";
const three = ["avatar@src/users.ts", "bio@a.ts", "phone@b.ts"];
const manyPlaces = (count: number) =>
  Array.from({ length: count }, (_, index) => place("email", { file: `src/${index}.ts` }));

const table: { readonly [Id in SignalId]: readonly Case[] } = {
  similarHere: [
    {
      why: "one",
      names: "email utmSource",
      fields: "id! email utmSource",
      added: "utmTerm",
      words: "has utmSource, named like utmTerm",
    },
    { why: "two", names: "utmSource utmTerm", fields: utm, added: "utmMedium", words: "has utmSource next to utmTerm" },
    {
      why: "many",
      names: "xA xB xC xD xE",
      fields: "xA xB xC xD xE",
      added: "xF",
      words: "has all 5 columns named like xF",
    },
    { why: "some are missing", names: "email utmSource", fields: utm, added: "utmMedium", words: undefined },
    { why: "no similar one", names: "email name", words: undefined },
    { why: "ids stand everywhere", names: "id email", added: "stripeId", words: undefined },
  ],
  similarMissing: [
    {
      why: "all",
      names: "email",
      fields: utm,
      added: "utmMedium",
      words: "lacks utmSource and utmTerm, named like utmMedium",
    },
    {
      why: "one",
      names: "email",
      fields: "email utmSource",
      added: "utmTerm",
      words: "lacks utmSource, named like utmTerm",
    },
    {
      why: "many",
      names: "email",
      fields: "email xA xB xC xD xE",
      added: "xF",
      words: "lacks the 5 columns named like xF",
    },
    { why: "some are here", names: "email utmSource", fields: utm, added: "utmMedium", words: undefined },
    { why: "no similar one", names: "email", words: undefined },
  ],
  halfOfCore: [
    { why: "all, plumbing aside", names: "email name phone isAdmin", words: "holds 4 of 4 columns" },
    { why: "half", names: "id email name createdAt", words: "holds 2 of 4 columns" },
    { why: "less than half", names: "id email createdAt", words: undefined },
    { why: "nothing but plumbing in the model", names: "id", fields: "id! team->", words: "holds 1 of 2 columns" },
    { why: "one column in the model", names: "email", fields: "id! email", words: "holds 1 of 1 column" },
    { why: "an empty model", names: "", fields: "handle", words: undefined },
  ],
  nearlyAll: [
    {
      why: "all of six",
      names: "a b c d e f",
      fields: "id! a b c d e f",
      added: "handle",
      words: "leaves out hardly any",
    },
    { why: "five of six", names: "a b c d e", fields: "id! a b c d e f", words: undefined },
    { why: "all of five", names: "a b c d e", fields: "id! a b c d e", words: undefined },
  ],
  previousHere: [
    { why: "declared last", names: "phone createdAt", words: "has createdAt, declared just before handle" },
    {
      why: "declared in the middle",
      names: "email name",
      fields: "id! email handle name phone",
      words: "has email, declared just before handle",
    },
    { why: "not here", names: "email name", words: undefined },
    { why: "declared first", names: "email name", fields: "handle email name", words: undefined },
    {
      why: "git knows better",
      names: "email avatar",
      fields: grown,
      commits: ["avatar@a.ts"],
      words: "has avatar, the last column you added",
    },
    {
      why: "git knows that it is not here",
      names: "email phone",
      fields: grown,
      commits: ["avatar@a.ts"],
      words: undefined,
    },
    {
      why: "one commit brought two",
      names: "email phone",
      fields: grown,
      commits: ["avatar,bio@a.ts"],
      words: "has phone, declared just before handle",
    },
    {
      why: "the newest is gone since",
      names: "email bio",
      fields: grown,
      commits: ["fax@a.ts", "bio@a.ts"],
      words: "has bio, the last column you added",
    },
  ],
  lastThreeHere: [
    { why: "declared last", names: "phone isAdmin createdAt", words: "has the 3 columns declared last" },
    { why: "one is missing", names: "email name phone createdAt", words: undefined },
    { why: "no three in the model", names: "id email", fields: "id! email", words: undefined },
    {
      why: "of git",
      names: "avatar bio name",
      fields: grown,
      commits: ["avatar@a.ts", "bio,name@a.ts", "email@a.ts"],
      words: "got the last 3 columns you added",
    },
    {
      why: "one of git's is missing",
      names: "avatar bio phone",
      fields: grown,
      commits: ["avatar@a.ts", "bio,name@a.ts"],
      words: undefined,
    },
    {
      why: "git knows two",
      names: "avatar bio phone",
      fields: grown,
      commits: ["email@a.ts", "name@a.ts"],
      words: "has the 3 columns declared last",
    },
    {
      why: "added, removed, added again",
      names: "avatar bio",
      fields: grown,
      commits: ["avatar@a.ts", "bio@a.ts", "avatar@a.ts", "phone@a.ts"],
      words: undefined,
    },
  ],
  sameTypeHere: [
    {
      why: "one",
      names: "email isAdmin",
      added: "isActive:boolean",
      words: "has isAdmin, the only other boolean column",
    },
    {
      why: "two",
      names: "isAdmin isActive",
      fields: flags,
      added: "isPublic:boolean",
      words: "has both other boolean columns",
    },
    { why: "three", names: "email name phone", words: "has all 3 other text columns" },
    {
      why: "an enum of its own",
      names: "role",
      fields: "id! role:Role state:State email",
      added: "oldRole:Role",
      words: "has role, the only other Role column",
    },
    {
      why: "lists",
      names: "tags",
      fields: "id! email name tags:string[]",
      added: "labels:string[]",
      words: "has tags, the only other text list column",
    },
    {
      why: "keys",
      names: "team",
      fields: flags,
      added: "owner->:int",
      words: "has team, the only other foreign key column",
    },
    { why: "one is missing", names: "isAdmin", fields: flags, added: "isPublic:boolean", words: undefined },
    { why: "no other", names: "email name", added: "age:int", words: undefined },
  ],
  oneOff: [
    {
      why: "a folder of scripts",
      names: "email name",
      more: { file: "scripts/fill.ts" },
      words: "a script or a report: those are seldom changed later",
    },
    {
      why: "a backfill",
      names: "email name",
      more: { file: "src/jobs/backfill-names.ts" },
      words: "a script or a report: those are seldom changed later",
    },
    { why: "a word in a name", names: "email name", more: { file: "src/descriptions/report.ts" }, words: undefined },
    {
      why: "a test of a script",
      names: "email name",
      more: { file: "scripts/fill.test.ts", isTest: true },
      words: undefined,
    },
  ],
  otherKeys: [
    {
      why: "more than columns, by names",
      names: "email name",
      more: { tie: "names", otherKeys: 3 },
      words: "has 3 keys that are no columns of User",
    },
    { why: "as many", names: "email name", more: { tie: "names", otherKeys: 2 }, words: undefined },
    { why: "of the ORM", names: "email name", more: { tie: "orm", otherKeys: 9 }, words: undefined },
  ],
  noSameType: [
    { why: "none here", names: "email name", added: "isActive:boolean", words: "has no other boolean column" },
    { why: "one here", names: "isAdmin", fields: flags, added: "isPublic:boolean", words: undefined },
    { why: "none in the model", names: "email name", added: "age:int", words: undefined },
  ],
  fullest: [
    { why: "alone", names: "email name", others: [place("email")], words: "holds more columns than any other place" },
    {
      why: "one of two",
      names: "email name",
      others: [place("email phone")],
      words: "holds as many columns as any other place",
    },
    { why: "not", names: "email name", others: [place("email name phone")], words: undefined },
    {
      why: "a test holds more",
      names: "email name",
      others: [place("email name phone", { isTest: true })],
      words: "holds more columns than any other place",
    },
    {
      why: "itself a test",
      names: "email name",
      more: { isTest: true },
      others: [place("email name phone")],
      words: undefined,
    },
    { why: "one column is no list", names: "email", words: undefined },
  ],
  fewPlaces: [
    { why: "one", names: "email", words: "the only place that lists fields of User" },
    { why: "30", names: "email", others: manyPlaces(29), words: "one of only 30 places that list fields of User" },
    { why: "31", names: "email", others: manyPlaces(30), words: undefined },
  ],
  namesOnly: [
    { why: "names", names: "email", more: { tie: "names" }, words: "only its field names point to User" },
    { why: "the ORM", names: "email", more: { tie: "orm" }, words: undefined },
    { why: "a type", names: "email", more: { tie: "type" }, words: undefined },
  ],
  keptUp: [
    {
      why: "all",
      names: "avatar bio phone",
      fields: grown,
      commits: three,
      words: "got all 3 columns that were added since it exists",
    },
    {
      why: "all since it was made",
      names: "email avatar bio phone",
      fields: grown,
      commits: [...three, "name@c.ts"],
      madeAfter: { toUser: 3 },
      words: "got all 3 columns that were added since it exists",
    },
    { why: "missed one", names: "avatar bio phone", fields: grown, commits: [...three, "name@c.ts"], words: undefined },
    {
      why: "saw two",
      names: "avatar bio phone",
      fields: grown,
      commits: three,
      madeAfter: { toUser: 2 },
      words: undefined,
    },
    {
      why: "no name to look for",
      names: "avatar bio phone",
      more: { anchor: undefined },
      fields: grown,
      commits: three,
      words: undefined,
    },
  ],
  notWithEarlier: [
    {
      why: "two",
      names: "email",
      fields: grown,
      commits: ["avatar@a.ts", "bio@b.ts"],
      words: "missed the last 2 columns",
    },
    {
      why: "two commits, three columns",
      names: "email",
      fields: grown,
      commits: ["avatar@a.ts", "bio,phone@b.ts"],
      words: "missed the last 3 columns",
    },
    {
      why: "got one later on",
      names: "email bio",
      fields: grown,
      commits: ["avatar@a.ts", "bio@b.ts"],
      words: "was not changed by the commits that added the last 2 columns",
    },
    {
      why: "in one of the newest three",
      names: "email",
      fields: grown,
      commits: ["avatar@a.ts", "bio@a.ts", "phone@src/users.ts"],
      words: undefined,
    },
    {
      why: "in an older one",
      names: "email",
      fields: grown,
      commits: ["avatar@a.ts", "bio@a.ts", "phone@a.ts", "name@src/users.ts"],
      words: "missed the last 3 columns",
    },
    { why: "one commit says nothing", names: "email", fields: grown, commits: ["avatar,bio@a.ts"], words: undefined },
    {
      why: "made in between",
      names: "email",
      fields: grown,
      commits: ["avatar@a.ts", "bio@b.ts"],
      madeAfter: { toUser: 1 },
      words: undefined,
    },
    {
      why: "no name to look for",
      names: "email",
      more: { anchor: undefined },
      fields: grown,
      commits: ["avatar@a.ts", "bio@b.ts"],
      words: undefined,
    },
  ],
};

describe.each(Object.entries(table))("%s", (signal, cases) => {
  test.each(cases)("$why: $words", ({ names, words, more, others, commits, madeAfter, ...of }) => {
    const context = contextOf({ ...of, ...(commits === undefined ? {} : { history: historyOf(commits, madeAfter) }) });
    expect(wordsFor(signal as SignalId, judged(place(names, more), context, others))).toBe(words);
  });
});

test("with two columns that tell something, what is there is one fact", () => {
  const context = contextOf({ fields: "id! email name", added: "handle" });
  const { reasons } = judged(place("email name"), context);
  expect(reasons.map(({ signal }) => signal)).toEqual(["halfOfCore", "fewPlaces"]);
});

test("a file that git does not know under this name speaks neither for nor against a place", () => {
  const history = { ...historyOf(["avatar@a.ts", "bio@b.ts", "phone@c.ts"]), existed: () => undefined };
  const { reasons } = judged(place("email avatar bio phone"), contextOf({ fields: grown, history }));
  expect(reasons.map(({ signal }) => signal)).not.toContain("keptUp");
  expect(reasons.map(({ signal }) => signal)).not.toContain("notWithEarlier");
});
