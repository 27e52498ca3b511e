import fc from "fast-check";
import { marked, type Token } from "marked";
import { expect, test } from "vitest";
import type { CheckFinding } from "../../../core/src/lint/finding.js";
import type { CheckReport } from "../../../core/src/lint/report.js";
import type { Unit } from "../../../core/src/model/index.js";
import { formats } from "../../../core/src/review/check/formats/index.js";
import { codeMarkdown } from "../../../core/src/review/code-markdown.js";
import { colorsFor } from "../../../core/src/review/colors.js";
import { diffText } from "../../../core/src/review/diff.js";
import { inFull } from "../../../core/src/review/fitted.js";
import { planReadme } from "../../../core/src/review/markdown.js";
import { md } from "../../../core/src/review/markdown-text.js";
import { inLine, printable, printableJson, withoutControls } from "../../../core/src/review/printable.js";
import { reportOf } from "../../../core/src/review/report/report.js";
import { editsText, hazardsText, noticesText, planText, writtenParts } from "../../../core/src/review/terminal.js";
import { fileHeader } from "../../../core/src/sql/file-header.js";
import { check } from "../lint/support.js";
import { inputOf, noticed, rehearsed } from "./report/inputs.js";

// A name is data: with any sign in it a text has the lines, headings, links and elements that it has with a harmless one.

test.each([
  ["use @db.Timestamptz(3)", "use `@db.Timestamptz(3)`"],
  ['write @default(dbgenerated("now()")), not @@index.', 'write `@default(dbgenerated("now()"))`, not `@@index`.'],
  ["npx @lockstep/prisma rewrite", "npx `@lockstep/prisma` rewrite"],
  ["ask @octo-cat", "ask `@octo-cat`"],
  ["in `a @b c`", "in `a @b c`"],
  ["in ``.a*, ``.b", "in \\`\\`.a\\*, \\`\\`.b"],
  ["by @lockstep.skip: a@b.example", "by @lockstep.skip: a@\u200bb.example"],
])("%s notifies nobody, and is copied as it stands", (words, expected) => {
  expect(md`${words}`.text).toBe(expected);
});

const names = 20;
const runs = 100;

const piece = fc.oneof(
  fc.constantFrom(
    ...["\n", "\r", "\r\n", "\t", " ", "\u2028", "\u2029", "\u0085", "\u0000", "\u00ad", "\u200b", "\ufeff"],
    ...["\u001b[31m", "\u001b]8;;https://a\u0007", "\u001b[2J", "\u009b1A", "\u202e", "\u2066", "\u061c", "\u200f"],
    ...[
      "::add-mask::a",
      "::set-output name=a::b",
      "::stop-commands::x",
      "::error file=a::b",
      "##[add-mask]a",
      "##vso[a]b",
    ],
    ...[
      "`",
      "``",
      "```",
      "|",
      "\\",
      "\\|",
      "*a*",
      "**",
      "__a__",
      "~~",
      "$a$",
      "&lt;",
      "&#35;",
      "1. a",
      "- a",
      "> a",
      "===",
    ],
    ...[
      "# a",
      "## a",
      "[a](https://a.example)",
      "![a](b)",
      "[a]: b",
      "[x] ",
      "<b>a</b>",
      "<!--",
      "-->",
      "<img src=x onerror=a>",
    ],
    ...[
      "https://a.example",
      "www.a.example",
      "a@b.example",
      "@lockstep",
      "@someone",
      "#1",
      "*/",
      "--",
      "'; DROP TABLE a",
      "%0A",
    ],
    ...['"', "'", "a", "Order", "ü", "👍", "../..", "/", ":", ",", "\u0007"],
  ),
  fc.string({ unit: "binary", maxLength: 3 }),
);
const name = fc
  .array(piece, { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(""))
  .filter((text) => text.trim() !== "");
const manyNames = fc.array(name, { minLength: names, maxLength: names });

/** In every text of a value, each word of ours becomes the name of its place in the list. */
function withNames<T>(value: T, given: readonly string[]): T {
  if (typeof value === "string") {
    return value.replace(pattern, (word) => given[words.indexOf(word)] ?? word) as T;
  }
  if (Array.isArray(value)) return value.map((each) => withNames<unknown>(each, given)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withNames<unknown>(each, given)])) as T;
}

const { plan, rehearsal } = rehearsed();
const words = [
  ...[plan.id, "prisma/schema.prisma", "User_handle_key", "User_token_key", "handle", "token", "User", "public"],
  ...[
    "production",
    "staging",
    "src/a.ts",
    "theWhat",
    "theReason",
    "theText",
    "theRule",
    "theBase",
    "theHint",
    "lower(email)",
    "by the trigger",
    "email",
  ],
];
const pattern = new RegExp(words.map((word) => word.replace(/[.()]/g, "\\$&")).join("|"), "g");
const harmless = Array.from({ length: names }, (_, at) => `name${at}`);
const place = {
  kind: "likely",
  file: "src/a.ts",
  line: 3,
  what: "theWhat",
  reason: "theReason",
  text: "theText",
  score: 1,
};
const edit = { phase: "expand", file: "src/a.ts", line: 3, what: "theWhat", text: "theText" };
const state = {
  ...plan.state,
  edits: [edit],
  places: [
    place,
    { ...place, kind: "required" },
    { ...place, kind: "possible", reasons: ["theReason"] },
    { ...place, mayLeaveOut: true },
  ],
  silent: 2,
} as unknown as typeof plan.state;
const shownPlan = { ...plan, state };
const findings = (
  await check({
    migrations: [
      `CREATE TABLE "User" ("id" int, "token" text);`,
      `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;`,
      `CREATE INDEX "User_handle_key" ON "User"("handle");`,
      `ALTER TABLE "User" DROP COLUMN "token"; DROP TABLE "User";`,
    ],
    checked: 3,
  })
).findings.map((finding): CheckFinding => ({ ...finding, file: "src/a.ts", namedIn: [{ file: "src/a.ts", line: 1 }] }));
const [first] = findings as [CheckFinding];
const report: CheckReport = {
  folder: "src/a.ts",
  findings: [
    ...findings,
    { ...first, verdict: undefined as never, about: { kind: "edited", base: "theBase" } },
    { ...first, verdict: undefined as never, about: { kind: "plan", what: "theWhat", why: "theReason" } },
    { ...first, verdict: undefined as never, about: { kind: "waiver", problem: "unused", rules: ["theRule"] } },
    { ...first, verdict: undefined as never, about: { kind: "unread", what: "theWhat" }, safer: { words: "theHint" } },
  ],
  advice: [{ ...first, severity: "advice", verdict: undefined as never, about: { kind: "advice", regret: "theWhat" } }],
  files: 3,
  statements: 4,
  fixed: 0,
  ofPlans: 0,
  waived: [{ rule: "add-index", file: "src/a.ts", line: 1, fingerprint: "f", reason: "theReason" }],
  inBaseline: 0,
  base: { name: "theBase", commit: "1" },
  isListed: true,
  notLookedAt: [
    { kind: "database", folder: "src/a.ts", dialect: "theWhat", files: 2 },
    { kind: "models", folder: "staging" },
  ],
  source: () => undefined,
};

const plain = colorsFor(false);

const turned = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** What no text may have, whoever reads it. */
function expectHarmless(text: string): void {
  expect(text).not.toMatch(turned);
  expect(text.replaceAll("\r\n", "\n")).not.toMatch(/(?![\t\n])\p{Cc}|[\p{Zl}\p{Zp}]/u);
}

/** A log as GitHub's runner reads it: no command, and as many lines as with harmless names. */
function terminalLines(text: string): number {
  const shown = printable(text, false);
  expectHarmless(shown);
  const lines = shown.split("\n");
  for (const line of lines) expect(line).not.toMatch(/^[\s\p{C}\p{M}]*::|##(?:\[|vso\[)/u);
  return lines.length;
}

function annotations(text: string): number {
  const lines = withoutControls(text).split("\n");
  expectHarmless(lines.join("\n"));
  for (const line of lines) expect(line).toMatch(/^::(?:error|warning|notice) [^:]*::/);
  return lines.length;
}

/** Every text of the document replaced by nothing. */
function jsonShape(text: string): unknown {
  expectHarmless(text);
  expect(printable(text, false)).toBe(text);
  return JSON.parse(text, (_, value: unknown) => (typeof value === "string" ? "" : value));
}

/** Elements and the names of their attributes, in their order. Backticks in our sentences make code, and an edit has as many lines as its text. */
function htmlShape(text: string): readonly string[] {
  expectHarmless(text);
  return [...text.matchAll(/<(?!\/?(?:code|ins|del)>)[^>]*>/g)].map(([tag]) => tag.replace(/="[^"]*"/g, ""));
}

/** Blocks, links and elements of the page. Code and emphasis may differ: a name may have backticks of its own. */
function markdownShape(text: string): readonly string[] {
  expectHarmless(text);
  const found: string[] = [];
  marked.walkTokens(marked.lexer(text), (token) => {
    if (isStructure(token))
      found.push(
        "depth" in token
          ? `${token.type} ${token.depth}`
          : token.type === "table"
            ? `table ${token.rows.length} ${token.header.length}`
            : token.type === "link"
              ? `link ${token.href}`
              : token.type,
      );
  });
  return found;
}

function isStructure({ type }: Token): boolean {
  return !["text", "escape", "codespan", "strong", "em", "paragraph", "space"].includes(type);
}

const shapes = {
  terminal: terminalLines,
  github: annotations,
  gitlab: jsonShape,
  sarif: jsonShape,
  junit: htmlShape,
  markdown: markdownShape,
};

/** How each format is written, and what of its text is its structure: what no name may change. */
const writers: Readonly<Record<string, { write(given: readonly string[]): string; shape(text: string): unknown }>> = {
  "terminal: plan": {
    write(given) {
      const own = withNames(shownPlan, given);
      const work = { edits: own.state.edits, open: own.state, command: "npx lockstep code" };
      return [
        planText(own, plain),
        hazardsText(own, plain),
        noticesText(own.notices, plain),
        inFull(writtenParts("expand", [[given[8] ?? "", given[9] ?? ""]], plain)),
        editsText(work, plain, "made", { likely: 9, possible: 9 }),
      ].join("\n");
    },
    shape: (text) => terminalLines(text),
  },
  "terminal: error": {
    write: (given) => `LS8016 ${given[0]} cannot be written.\n${given[1]}`,
    shape: (text) => void terminalLines(text),
  },
  diff: {
    write: (given) => diffText([{ file: given[0] ?? "", before: "a\n", after: "b\n" }], plain),
    shape: (text) => terminalLines(text),
  },
  ...Object.fromEntries(
    formats.map((format) => [
      `check: ${format.id}`,
      {
        write: (given: readonly string[]) =>
          format.write({ ...withNames(report, given), source: report.source }, { colors: plain, version: "1" }),
        shape: shapes[format.id as keyof typeof shapes],
      },
    ]),
  ),
  json: {
    write: (given) => printableJson({ given, plan: withNames(shownPlan, given) }),
    shape: (text) => jsonShape(text),
  },
  "markdown: plan README": {
    write: (given) =>
      planReadme(withNames(shownPlan, given), { deploy: "npx prisma migrate deploy", generate: undefined }),
    shape: markdownShape,
  },
  "markdown: code": {
    write(given) {
      const own = withNames(shownPlan, given);
      const columns = [given[0] ?? "", given[1] ?? ""];
      return codeMarkdown({
        columns,
        edits: own.state.edits,
        isDry: false,
        open: own.state,
        notes: [inLine(given[2] ?? "")],
        command: "npx lockstep code",
      });
    },
    shape: markdownShape,
  },
  "markdown: report": { write: (given) => reportFor(given).markdown(), shape: markdownShape },
  html: { write: (given) => reportFor(given).html(), shape: htmlShape },
  "SQL comment": {
    write: (given) =>
      fileHeader(withNames(plan.units, given) as [Unit, ...Unit[]], () => given[0] ?? "", {
        plan: given[1] ?? "",
        phase: "expand",
        position: "file 1/1",
        fingerprint: "0",
        rules: [given[2] ?? ""],
      } as Parameters<typeof fileHeader>[2]),
    shape(text) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they end a line
      for (const line of text.trimEnd().split(/[\n\r\u0085\u2028\u2029\u000b\u000c]/)) expect(line).toMatch(/^--/);
      expect(text).not.toMatch(turned);
    },
  },
};

function reportFor(given: readonly string[]) {
  const own = withNames({ plan: shownPlan, rehearsal: noticed(rehearsal) }, given);
  return reportOf(
    inputOf({
      ...own,
      targets: [{ target: given[8] ?? "", error: given[9] ?? "" }],
      gates: [
        {
          gate: "phase-applied",
          target: given[8] ?? "",
          isOpen: false,
          statement: given[10] ?? "",
          help: given[11] ?? "",
        },
      ],
      source: () => `a\n${given[12]}\nb\n`,
    }),
  );
}

test.each(Object.entries(writers))("%s: a name adds nothing to its structure", (_, { write, shape }) => {
  const expected = shape(write(harmless));
  fc.assert(
    fc.property(manyNames, (given) => {
      expect(shape(write(given))).toEqual(expected);
    }),
    { numRuns: runs },
  );
});
