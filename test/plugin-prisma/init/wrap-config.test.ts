import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unwrapConfig, wrapConfig } from "../../../plugin-prisma/src/init/wrap-config.js";
import { forms } from "./forms.js";

function textOf(result: { after: string } | { unchanged: true }): string {
  return "after" in result ? result.after : expect.fail("unchanged");
}

describe("wrapConfig", () => {
  it.each(forms)("$name: wrapped once, unwrapped to the same bytes", ({ file, text }) => {
    const wrapped = textOf(wrapConfig(text, file));
    expect(wrapConfig(wrapped, file)).toEqual({ unchanged: true });
    expect(textOf(unwrapConfig(wrapped, file))).toBe(text);
    expect(unwrapConfig(text, file)).toEqual({ unchanged: true });
    // With the note for the compiler too.
    const noted = textOf(wrapConfig(text, file, { isAwaitAccepted: false }));
    expect(noted.includes("@ts-expect-error")).toBe(file.endsWith("ts"));
    expect(textOf(unwrapConfig(noted, file))).toBe(text);
  });

  it.each(forms)("$name", ({ file, text }) => {
    expect(textOf(wrapConfig(text, file))).toMatchSnapshot();
  });

  it("is done once and taken back without a trace, however the file is written", () => {
    const pieces = {
      head: fc.constantFrom("", "// Ours.\n", "// @ts-check\n\n", "/* Copyright (c) x */\n"),
      imports: fc.subarray([
        'import "dotenv/config";\n',
        'import { defineConfig } from "prisma/config";\n',
        'import path from "node:path"; // joins\n',
      ]),
      gap: fc.constantFrom("", "\n", "\n\n"),
      constant: fc.constantFrom(
        "",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: source text, not a template
        "const schema = `a${1}` + '\\'';\n\n",
        "// What follows.\nconst schema = /[\"'`]/.source;\n",
      ),
      doc: fc.constantFrom("", "/** The config. */\n", "// eslint-disable-next-line\n"),
      exported: fc.constantFrom(
        "defineConfig({ schema })",
        "{\n\tschema, // export default\n} satisfies X",
        "config",
        "(a, b)",
        "async () => ({ schema })",
      ),
      end: fc.constantFrom("", ";", ";\n", "\n", "; // done\n\n"),
      eol: fc.constantFrom("\n", "\r\n"),
      quote: fc.constantFrom('"', "'"),
      isAwaitAccepted: fc.boolean(),
    };
    fc.assert(
      fc.property(
        fc.record(pieces),
        ({ head, imports, gap, constant, doc, exported, end, eol, quote, isAwaitAccepted }) => {
          const lines = `${head}${imports.join("").replaceAll('"', quote)}${gap}${constant}${doc}export default ${exported}${end}`;
          const text = lines.replaceAll("\n", eol);
          const wrapped = textOf(wrapConfig(text, "prisma.config.ts", { isAwaitAccepted }));
          expect(wrapped).toContain(`export default withLockstep(${exported.replaceAll("\n", eol)})`);
          expect(wrapConfig(wrapped, "prisma.config.ts", { isAwaitAccepted })).toEqual({ unchanged: true });
          expect(textOf(unwrapConfig(wrapped, "prisma.config.ts"))).toBe(text);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ["wrapped by hand", 'import { withLockstep } from "@lockstep/prisma";\nexport default withLockstep({});'],
    [
      "wrapped inside",
      'const { withLockstep } = await import("@lockstep/prisma");\nexport default other(withLockstep({}));',
    ],
    [
      "wrapped before",
      'import { withLockstep } from "@lockstep/prisma";\nconst config = withLockstep({});\nexport default config;',
    ],
  ])("leaves alone what is %s", (_, text) => {
    expect(wrapConfig(text, "prisma.config.ts")).toEqual({ unchanged: true });
  });

  it("only wraps where the import is there already", () => {
    const text = 'import { withLockstep } from "@lockstep/prisma";\nexport default {};';
    expect(textOf(wrapConfig(text, "prisma.config.ts"))).toBe(text.replace("{};", "withLockstep({});"));
  });

  it.each([
    ["no export", "const config = {};", /no default export/],
    ["a named export", "const config = {};\nexport { config as default };", /no default export/],
    ["a function declaration", "export default function config() {\n  return {};\n}", /no default export/],
    ["a syntax error", "export default {\n  a: ]\n};", /line 2: /],
  ])("shows what to write for %s", (_, text, message) => {
    expect(() => wrapConfig(text, "prisma.config.ts")).toThrow(message);
    try {
      wrapConfig(text, "prisma.config.ts");
    } catch (error) {
      expect(error).toMatchObject({ code: "LS8007", hint: expect.stringContaining("export default withLockstep(") });
    }
  });
});
