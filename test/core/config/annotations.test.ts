import { describe, expect, it } from "vitest";
import type { LockstepError } from "../../../core/src/base/errors.js";
import { parseAnnotations } from "../../../core/src/config/annotations.js";

const source = { file: "prisma/schema.prisma", line: 13 };
const read = (text: string) => parseAnnotations(text, source);

describe("parseAnnotations", () => {
  it.each([
    ["nothing", "Just words, and lower(email).", {}],
    ["empty", "", {}],
    [
      "prose: package, mail, code span",
      "See @lockstep/prisma, a@lockstep.dev, @param step, @locks and `@lockstep.backfil(x)`.",
      {},
    ],
    [
      "quotes and parentheses",
      "@lockstep.backfill(coalesce(nick, 'a)b', \"c)\"))",
      { backfill: "coalesce(nick, 'a)b', \"c)\")" },
    ],
    ["doubled quotes", "@lockstep.backfill('it''s :-)' || x)", { backfill: "'it''s :-)' || x" }],
    ["escape string", "@lockstep.backfill(E'\\')' || x)", { backfill: "E'\\')' || x" }],
    ["dollar quotes", "@lockstep.mirror($a$)$$)$a$ || b)", { mirror: "$a$)$$)$a$ || b" }],
    ["several lines", "Why.\n@lockstep.backfill(\n  lower(\n    email\n  )\n)\nMore.", { backfill: "lower( email )" }],
    [
      "line comments go",
      "@lockstep.backfill(lower(email) -- the ) login\n || 'x')",
      { backfill: "lower(email) || 'x'" },
    ],
    ["block comments stay", "@lockstep.backfill(lower(/* :-) */ email))", { backfill: "lower(/* :-) */ email)" }],
    ["strings keep their line breaks", "@lockstep.backfill('a\n  b')", { backfill: "'a\n  b'" }],
    ["a space before the parenthesis", "@lockstep.backfill (x)", { backfill: "x" }],
    [
      "TypeScript",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: source text, not a template
      "@lockstep.write(`${email.split(\")\")[0]}'` + ')' /* ) */)",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: source text, not a template
      { write: "`${email.split(\")\")[0]}'` + ')' /* ) */" },
    ],
    ["TypeScript escapes", "@lockstep.write('\\')' + \"\\\")\")", { write: "'\\')' + \"\\\")\"" }],
    ["a reason has apostrophes", "@lockstep.skip(it's (really) tiny)", { skip: "it's (really) tiny" }],
    [
      "an annotation in a value is text",
      "@lockstep.skip(no @lockstep.backfil here)",
      { skip: "no @lockstep.backfil here" },
    ],
    [
      "two on a line",
      "@lockstep.internal @lockstep.backfill(1), @lockstep.write(2).",
      { backfill: "1", write: "2", visibility: "internal" },
    ],
    ["at the end of a sentence", "This one is @lockstep.exposed.", { visibility: "exposed" }],
  ])("%s", (_, text, expected) => {
    const { visibility, ...values } = read(text);
    const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.text]));
    expect({ ...texts, ...(visibility === undefined ? {} : { visibility }) }).toEqual(expected);
  });

  it("knows the line of each, also where lines are missing between", () => {
    expect(read("a\n@lockstep.backfill(1)\nb\n@lockstep.write(2)")).toEqual({
      backfill: { text: "1", source: "prisma/schema.prisma:14" },
      write: { text: "2", source: "prisma/schema.prisma:16" },
    });
    const lines = [13, 15];
    expect(parseAnnotations("a\n@lockstep.backfill(1)", { ...source, lines }).backfill?.source).toBe(
      "prisma/schema.prisma:15",
    );
  });

  it.each([
    [
      "@lockstep.backfil(lower(email))",
      /:13: unknown annotation "@lockstep.backfil"; did you mean @lockstep.backfill\(<sql>\)\?/,
    ],
    [
      "a\n@lockstep.Backfill(x)",
      /:14: unknown annotation "@lockstep.Backfill"; did you mean @lockstep.backfill\(<sql>\)\?/,
    ],
    ["@lockstep-backfill(x)", /did you mean @lockstep.backfill\(<sql>\)/],
    ["@lockstep:skip x", /did you mean @lockstep.skip\(<reason>\)/],
    ["@Lockstep.write(x)", /unknown annotation "@Lockstep.write"; did you mean @lockstep.write\(<ts>\)/],
    ["@lokcstep.write(x)", /unknown annotation "@lokcstep.write"; did you mean @lockstep.write\(<ts>\)/],
    ["@lockstep.frobnicate(x)", /unknown annotation "@lockstep.frobnicate"$/],
    ["@lockstep", /unknown annotation "@lockstep"$/],
    ["@lockstep.backfill", /"@lockstep.backfill" has no parentheses/],
    ["@lockstep.skip it is small", /"@lockstep.skip it is small" has no parentheses/],
    ["@lockstep.backfill(lower(email)", /has no closing parenthesis or quote/],
    ["@lockstep.backfill('open)", /has no closing parenthesis or quote/],
    ["@lockstep.backfill(  )", /@lockstep.backfill\(\) is empty/],
    ["@lockstep.backfill(1)\n@lockstep.backfill(1)", /:14: @lockstep.backfill is there twice/],
    ["@lockstep.backfill(1)\n@lockstep.mirror(1)", /:14: @lockstep.backfill and @lockstep.mirror exclude each other/],
    ["@lockstep.internal\n@lockstep.exposed", /exclude each other/],
    ["@lockstep.internal(x)", /takes no value/],
  ])("refuses %j", (text, message) => {
    const error = (() => {
      try {
        return expect.fail(JSON.stringify(read(text)));
      } catch (caught) {
        return caught as LockstepError;
      }
    })();
    expect(error.code, error.message).toBe("LS2008");
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^prisma\/schema\.prisma:1\d: /);
    expect(error.hint).toMatch(/@lockstep\.|Keep one/);
  });
});
