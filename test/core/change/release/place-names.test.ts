import { describe, expect, test } from "vitest";
import { lineBefore } from "../../../../core/src/change/release/line-before.js";
import { pathMatcher, placesNamed } from "../../../../core/src/change/release/place-names.js";
import type { Candidate } from "../../../../core/src/code/contract/candidate.js";

const place = (file: string, line: number, lastLine: number, what = "list"): Candidate => ({
  file,
  line,
  lastLine,
  family: "select",
  what,
  anchor: undefined,
  key: `select:${file}#${what}`,
  names: [],
  tie: "orm",
  isWhole: false,
  because: undefined,
  caution: undefined,
  isTest: false,
  text: undefined,
});
const places = [
  place("src/a.ts", 1, 20, "outer"),
  place("src/a.ts", 5, 9, "inner"),
  place("src/users/a.ts", 3, 3),
  place("src/[id]/page.tsx", 2, 4),
];
const named = (name: string) => placesNamed(name, places).map(({ file, line }) => `${file}:${line}`);

describe("a place is named by", () => {
  test.each([
    ["its key", "select:src/a.ts#inner", ["src/a.ts:5"]],
    ["the line where it begins", "src/a.ts:5", ["src/a.ts:5"]],
    ["a line inside: the innermost", "./src/a.ts:7", ["src/a.ts:5"]],
    ["a line inside the outer one alone", "src/a.ts:12", ["src/a.ts:1"]],
    ["its file", "src/a.ts", ["src/a.ts:1", "src/a.ts:5"]],
    ["its folder", "src/users/", ["src/users/a.ts:3"]],
    ["a glob", "src/**/a.ts", ["src/a.ts:1", "src/a.ts:5", "src/users/a.ts:3"]],
    ["a glob of one folder", "src/*.ts", ["src/a.ts:1", "src/a.ts:5"]],
    ["a choice", "src/{b,users/a}.ts", ["src/users/a.ts:3"]],
    ["nothing by a brace that is open", "src/{a", []],
    ["nothing by a comma outside of braces", "src/b,*a.ts", []],
    ["a path with brackets, as Next.js has them", "src/[id]/page.tsx", ["src/[id]/page.tsx:2"]],
    ["a glob with brackets beside it", "src/[id]/*.{ts,tsx}", ["src/[id]/page.tsx:2"]],
    ["a line where nothing is", "src/a.ts:21", []],
    ["the beginning of a name", "src/us", []],
  ])("%s", (_how, name, found) => expect(named(name)).toEqual(found));
});

test("a dot and a plus of a glob mean themselves", () => {
  expect(pathMatcher("src/a.t*")("src/abts")).toBe(false);
  expect(pathMatcher("**/*.ts")("a.ts")).toBe(true);
  expect(pathMatcher("**")("a/b/c.ts")).toBe(true);
  expect(pathMatcher("src/(app)/+*.ts")("src/(app)/+page.ts")).toBe(true);
});

test("the line of an edit that is not made is that of the file as it stands", () => {
  const before = "a\nb\nc\nd\n";
  const change = { file: "x.ts", before, after: "import\na\nb\nc1\nc2\nd\n" };
  expect([1, 2, 3, 4, 6].map((line) => lineBefore(change, line))).toEqual([1, 1, 2, 3, 4]);
  const replaced = { file: "x.ts", before, after: "a\nb1\nc1\nd1\n" };
  expect([1, 2, 3, 4].map((line) => lineBefore(replaced, line))).toEqual([1, 2, 3, 4]);
  expect(lineBefore(undefined, 7)).toBe(7);
});
