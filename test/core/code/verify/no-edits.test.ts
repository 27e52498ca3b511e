import fc from "fast-check";
import { expect, test } from "vitest";
import { Checks } from "../../../../core/src/code/verify/checks.js";
import { planned, projectOf } from "./project.js";

/** Right and wrong lines as projects have them; `N` is the number of the line's file. */
const lines = [
  "export const a = 1;",
  "export interface User { id: number; handle?: string }",
  'import { a as before } from "./fN";',
  'import { nothing } from "./nowhere";',
  'import { PrismaClient, type User as Row } from "@prisma/client";',
  'import { z } from "zod";',
  "export const shape = z.object({ handle: z.string() });",
  "export const user = { id: 1, handle: 2 } satisfies User;",
  "export const row: Row = { id: 1, handle: 2 };",
  'export const number: number = "text";',
  "export const open = { id: 1, name: undefined };",
  "open.handle;",
  "export function f(x, y) { return x.handle + y; }",
  "const unused = 1;",
  "export const broken = {;",
  "declare global { interface Window { user: User } }",
  "// @ts-expect-error nothing is wrong here",
  "enum Level { Low, High }",
  "export default class { handle!: string; show() { return this.handel; } }",
];
const options = fc.record(
  {
    strict: fc.boolean(),
    allowJs: fc.boolean(),
    checkJs: fc.boolean(),
    noUnusedLocals: fc.boolean(),
    isolatedModules: fc.boolean(),
    module: fc.constantFrom("CommonJS", "ESNext", "NodeNext"),
    types: fc.constantFrom<string[]>([], ["*"], ["nothing"]),
    baseUrl: fc.constant("."),
  },
  { requiredKeys: ["types"] },
);
const config = fc.record({
  compilerOptions: options,
  include: fc.constantFrom(["src"], ["src/f1.ts"], ["nowhere"]),
});
const sources = fc.array(fc.array(fc.constantFrom(...lines), { maxLength: 8 }), { minLength: 1, maxLength: 4 });

test("with no edits, or none but of lines that say nothing, there are never errors", () => {
  fc.assert(
    fc.property(
      fc.option(config),
      sources,
      fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
      fc.constantFrom(".ts", ".tsx", ".js"),
      (tsconfig, texts, edited, extension) => {
        const files = Object.fromEntries(
          texts.map((text, at) => [
            `src/f${at}${extension}`,
            text.join("\n").replace("N", String((at + 1) % texts.length)),
          ]),
        );
        const all = { ...files, ...(tsconfig && { "tsconfig.json": JSON.stringify(tsconfig) }) };
        const checks = new Checks(planned(projectOf(all), files));
        const moved = edited.map((at): [string, string] => {
          const file = `src/f${at % texts.length}${extension}`;
          return [file, `// one more\n\n${files[file]}`];
        });
        for (const after of [new Map<string, string>(), new Map(moved), new Map(Object.entries(files))])
          expect(checks.check(after)).toMatchObject({ errors: [], isChecked: true });
      },
    ),
    { numRuns: 40 },
  );
});
