import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSourceFile, ts } from "../../../core/src/code/index.js";
import type { PlannedEdit } from "../../../core/src/model/index.js";
import { apply, codePhases, editFor, editForBoth, single, undo, undoOf } from "./phases.js";

/** How a literal can be written. */
interface Layout {
  readonly isMultiLine: boolean;
  readonly hasTrailingComma: boolean;
  readonly indent: string;
  readonly eol: string;
  readonly quote: string;
  readonly comments: readonly string[];
}

const layouts: fc.Arbitrary<Layout> = fc.record({
  isMultiLine: fc.boolean(),
  hasTrailingComma: fc.boolean(),
  indent: fc.constantFrom("  ", "    ", "\t"),
  eol: fc.constantFrom("\n", "\r\n"),
  quote: fc.constantFrom('"', "'"),
  comments: fc.array(fc.constantFrom("", " // line", " /* block */", ""), { minLength: 6, maxLength: 6 }),
});

/** `{ a, b }` in a layout; comments stand behind the items, and line comments only where a line ends. */
function literal(items: readonly string[], layout: Layout, depth = 1): string {
  const { isMultiLine, hasTrailingComma, indent, eol, comments } = layout;
  if (!isMultiLine) return `{ ${items.join(", ")}${hasTrailingComma ? "," : ""} }`;
  const lines = items.map((item, index) => {
    const comma = index < items.length - 1 || hasTrailingComma ? "," : "";
    return `${indent.repeat(depth + 1)}${item}${comma}${comments[index % comments.length]}`;
  });
  return `{${eol}${lines.join(eol)}${eol}${indent.repeat(depth)}}`;
}

function program(layout: Layout, rows: readonly (readonly string[])[]): string {
  const { eol, quote, indent } = layout;
  const client = `${quote}./generated/prisma/client${quote}`;
  const row = ["id: 1", `email: ${quote}A@x.com${quote}`, "name", "createdAt: day", "updatedAt: day"];
  const copy = ["id", "email", "name", "createdAt", "updatedAt"].map((name) => `${name}: user.${name}`);
  return [
    `import { PrismaClient } from ${client};`,
    `import type { User } from ${client};`,
    "const day = new Date(0);",
    `export const prisma = new PrismaClient(${literal(["adapter", "log"], layout, 0)});`,
    `export const alice: User = ${literal(row, layout, 0)};`,
    `export const toJson = (user: User) => (${literal(copy, layout, 0)});`,
    "export async function add(email: string, body: { email: string }) {",
    ...rows.map((items) => `${indent}await prisma.user.create({ data: ${literal(items, layout)} });`),
    "}",
    "",
  ].join(eol);
}

const rows = fc.array(
  fc.constantFrom(
    ["email", "name"],
    ["email: body.email", "name: 'x'"],
    ["name: 'x'", "email"],
    ["email", "name: 'x'", "orders: { create: [] }"],
    ["email: body.email.trim()", "name: String(1)"],
  ),
  { minLength: 1, maxLength: 4 },
);

const programs = fc.tuple(layouts, rows).map(([layout, items]) => program(layout, items));

describe("whatever the formatting", () => {
  test("each phase parses, repeats without a change, and only adds or removes", async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (before) => {
        let files = single(before);
        const earlier: PlannedEdit[] = [];
        for (const phase of codePhases) {
          const result = await editFor(phase, files, earlier);
          const text = files[0]?.text ?? "";
          files = apply(files, result);
          earlier.push(...result.edits);
          const after = files[0]?.text ?? "";
          expect(syntaxErrors(after)).toEqual([]);
          const again = await editFor(phase, files, earlier);
          expect(again.changes).toEqual([]);
          expect([...result.places, ...again.places].filter(({ reason }) => /^Lockstep wrote/.test(reason))).toEqual(
            [],
          );
          // Expand only inserts, contract only removes.
          if (phase === "expand") expect(isSubsequence(text, after)).toBe(true);
          if (phase === "contract") expect(isSubsequence(after, text)).toBe(true);
          expect(after.includes("\r\n")).toBe(before.includes("\r\n"));
          if (before.includes("\r\n")) expect(after).not.toMatch(/[^\r]\n/);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("expand and switch can be undone to the same bytes", async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (before) => {
        const expanded = await editFor("expand", single(before), []);
        // A client with its import, a fixture, and every row that is created.
        expect(expanded.edits.length).toBeGreaterThanOrEqual(4);
        const files = apply(single(before), expanded);
        expect(apply(files, await undo(files, expanded.edits))[0]?.text).toBe(before);

        const switched = await editFor("switch", files, expanded.edits);
        const shown = apply(files, switched);
        const undone = await undo(shown, [...expanded.edits, ...switched.edits]);
        expect(apply(shown, undone)[0]?.text).toBe(before);
        expect(undone.places).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test("each phase can be undone to the bytes of the phase before, a brisk contract too, and everything from contract", async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (before) => {
        const texts = [before];
        const earlier: PlannedEdit[] = [];
        for (const phase of codePhases) {
          const files = single(texts.at(-1) ?? "");
          const result = await editFor(phase, files, earlier);
          earlier.push(...result.edits);
          texts.push(apply(files, result)[0]?.text ?? "");
          const undone = await undoOf(phase, single(texts.at(-1) ?? ""), earlier);
          expect(undone).toEqual({ files: single(texts.at(-2) ?? ""), places: [] });
        }
        const contracted = single(texts.at(-1) ?? "");
        expect(await undoOf("expand", contracted, earlier)).toEqual({
          files: single(before),
          places: [],
        });
        expect(await undoOf("switch", contracted, earlier)).toEqual({
          files: single(texts[1] ?? ""),
          places: [],
        });
        const expanded = single(texts[1] ?? "");
        const both = await editForBoth(
          expanded,
          earlier.filter(({ phase }) => phase === "expand"),
        );
        const all = [...earlier.filter(({ phase }) => phase === "expand"), ...both.edits];
        expect(await undoOf("switch", apply(expanded, both), all)).toEqual({
          files: expanded,
          places: [],
        });
      }),
      { numRuns: 20 },
    );
  });

  test("switch and contract at once end in the same bytes as one after the other", async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (before) => {
        const expanded = await editFor("expand", single(before), []);
        const files = apply(single(before), expanded);
        const both = await editForBoth(files, expanded.edits);
        const switched = await editFor("switch", files, expanded.edits);
        const shown = apply(files, switched);
        const contracted = await editFor("contract", shown, [...expanded.edits, ...switched.edits]);
        expect(apply(files, both)).toEqual(apply(shown, contracted));
        expect(apply(files, both)[0]?.text).not.toMatch(/GlobalOmitConfig|Prisma,|\?\?/);
      }),
      { numRuns: 20 },
    );
  });
});

function syntaxErrors(text: string): readonly string[] {
  const { ast } = parseSourceFile("code.ts", text);
  const { parseDiagnostics } = ast as unknown as { parseDiagnostics: readonly { messageText: unknown }[] };
  return parseDiagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText as string, " "));
}

/** Whether `longer` is `shorter` with characters inserted. */
function isSubsequence(shorter: string, longer: string): boolean {
  let at = 0;
  for (const character of longer) if (shorter[at] === character) at += 1;
  return at === shorter.length;
}
