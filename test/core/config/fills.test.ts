import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { LockstepError } from "../../../core/src/base/errors.js";
import { fillFunctions, refuseUnknownFills } from "../../../core/src/config/configured-fills.js";
import { defineConfig } from "../../../core/src/config/define-config.js";
import { loadConfig, mayHaveFills } from "../../../core/src/config/load.js";

function folder(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "lockstep-fills-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const entry = (fill: string, rest = 'fallback: "lower(email)"') =>
  `export default { fills: { User: { handle: { reads: ["email"], ${fill}, ${rest} } } } };`;
const upper = "fill: (rows) => rows.map((row) => row.email.toUpperCase())";

describe("functions of the configuration", () => {
  it.each<readonly [string, Record<string, string>]>([
    ["a plain module", { "lockstep.config.mjs": entry(upper) }],
    [
      "a method",
      { "lockstep.config.ts": entry(upper.replace("fill: (rows) =>", "fill(rows) { return").concat("; }")) },
    ],
    [
      "an async method that uses the signal",
      {
        "lockstep.config.ts": entry(
          "async fill(rows, { signal }) { signal.throwIfAborted(); return rows.map((row) => row.email.toUpperCase()); }",
        ),
      },
    ],
    [
      "types",
      {
        "lockstep.config.ts": entry(
          "fill: (rows: readonly Record<string, unknown>[]): string[] => rows.map((row) => String(row.email).toUpperCase())",
        ),
      },
    ],
    [
      "a package",
      {
        "lockstep.config.mjs": `import { posix } from "node:path";\n${entry("fill: (rows) => rows.map((row) => posix.join(row.email.toUpperCase()))")}`,
      },
    ],
    [
      "TypeScript of the project",
      {
        "lockstep.config.ts": `import { shout } from "./src/shout";\n${entry("fill: (rows) => rows.map((row) => shout(row.email))")}`,
        "src/shout.ts":
          'import { mark } from "./deep/mark.js";\nexport const shout = (text: string): string => mark(text).toUpperCase();',
        "src/deep/mark.ts": "export const mark = (text: string): string => text;",
      },
    ],
    [
      "an import on demand",
      {
        "lockstep.config.ts": entry(
          'async fill(rows) { const { shout } = await import("./shout.js"); return rows.map((row) => shout(row.email)); }',
        ),
        "shout.js": "exports.shout = (text) => text.toUpperCase();",
      },
    ],
    [
      "CommonJS",
      { "package.json": "{}", "lockstep.config.js": entry(upper).replace("export default", "module.exports =") },
    ],
  ])("are loaded from %s", async (_, files) => {
    const root = folder(files);
    expect(mayHaveFills(root)).toBe(true);
    const found = fillFunctions(await loadConfig(root)).get("User.handle");
    expect(found).toMatchObject({ reads: ["email"], fallback: "lower(email)" });
    const { signal } = new AbortController();
    expect(await found?.fill([{ email: "a@x.io" }], { signal })).toEqual(["A@X.IO"]);
  });

  it.each([
    ["no function", entry("fill: 'lower(email)'"), /a function is needed[\s\S]*at fills\.User\.handle\.fill/],
    ["a function left out", entry("x: 1"), /at fills\.User\.handle/],
    ["no reads", entry(upper).replace('reads: ["email"],', ""), /at fills\.User\.handle\.reads/],
    ["a misspelt key", entry(upper, "fallBack: '1'"), /"fallBack"/],
    ["an empty fallback", entry(upper, "fallback: ''"), /at fills\.User\.handle\.fallback/],
  ])("refuses %s", async (_, text, message) => {
    const error: LockstepError = await loadConfig(folder({ "lockstep.config.mjs": text })).then(
      () => expect.fail("it was taken"),
      (reason) => reason,
    );
    expect(error.code).toBe("LS8002");
    expect(error.message).toMatch(message);
  });

  it("the fallback is asked for by the plan that needs it, not here", async () => {
    const config = await loadConfig(folder({ "lockstep.config.mjs": entry(upper, "") }));
    expect(fillFunctions(config).get("User.handle")).toMatchObject({ fallback: undefined });
  });

  it("a configuration without the word is not loaded for it", () => {
    expect(mayHaveFills(folder({ "lockstep.config.ts": "export default { backfill: {} };" }))).toBe(false);
    expect(mayHaveFills(folder({}))).toBe(false);
  });

  it("defineConfig types rows and values for the editor", () => {
    const config = defineConfig({
      fills: {
        User: {
          handle: {
            reads: ["email"],
            fill: async (rows, { signal }) => rows.map((row) => (signal.aborted ? null : String(row.email))),
            fallback: "refuse",
          },
          joinedAt: { reads: [], fill: (rows) => rows.map(() => new Date(0)), fallback: "now()" },
          // @ts-expect-error a fallback has to be chosen
          tags: { reads: [], fill: (rows) => rows.map(() => ["a", 1n, true, Buffer.from("x"), { b: 1 }]) },
        },
      },
    });
    expect([...fillFunctions(config as never).keys()]).toEqual(["User.handle", "User.joinedAt", "User.tags"]);
  });
});

describe("names", () => {
  const models = [
    { name: "User", fields: [{ name: "id" }, { name: "handle" }] },
    { name: "Post", fields: [{ name: "id" }] },
  ];
  const config = (fills: object) => ({ targets: {}, fills }) as never;

  it("of models and fields that exist are fine, needed or not", () => {
    refuseUnknownFills(config({ User: { handle: {}, id: {} }, Post: {} }), models);
    refuseUnknownFills({ targets: {} }, models);
  });

  it.each([
    [{ Usr: { handle: {} } }, /fills\.Usr: there is no model with that name; did you mean User\?/],
    [{ user: { handle: {} } }, /did you mean User\?/],
    [{ User: { handel: {} } }, /fills\.User\.handel: there is no field of User with that name; did you mean handle\?/],
    [{ Invoice: {} }, /fills\.Invoice: there is no model with that name$/],
  ])("%j is refused", (fills, message) => {
    expect(() => refuseUnknownFills(config(fills), models)).toThrow(
      expect.objectContaining({ code: "LS2053", message: expect.stringMatching(message) }),
    );
  });
});
