import { describe, expect, test } from "vitest";
import { writtenSetting } from "../../../core/src/cli/written-setting.js";

const read = (text: string) => writtenSetting("lockstep.config.ts", text, "check");

describe("what stands in the file is read", () => {
  test.each([
    ["export default { check: { base: 'main' } };", { base: "main" }],
    [
      'import { defineConfig } from "@lockstep/prisma";\nexport default defineConfig({ check: { server: 15 } });',
      { server: 15 },
    ],
    [
      "export default { targets: {}, check: { rules: { 'drop-index': 'off' } } } satisfies Config;",
      { rules: { "drop-index": "off" } },
    ],
    ["const base = `main`;\nexport default { check: { base } } as const;", { base: "main" }],
    ["const check = { base: 'main' };\nconst config = { check };\nexport default config;", { base: "main" }],
    ["const own = { check: { base: 'a' } };\nexport default { ...own };", { base: "a" }],
    ["import { all } from './all';\nexport default { ...all, check: { base: 'b' } };", { base: "b" }],
    [
      "const some = [{ rule: 'a' }];\nexport default { check: { waivers: [...some, { rule: 'b' }] } };",
      { waivers: [{ rule: "a" }, { rule: "b" }] },
    ],
    ["module.exports = { check: { base: 'main' } };", { base: "main" }],
    ["export default { targets: { production: { urlFrom: process.env.NAME } } };", undefined],
    ["process.exit(0);\nexport default {};", undefined],
  ])("%s", (text, value) => {
    expect(read(text)).toEqual(value);
  });
});

describe("what has to be computed is refused, with its line", () => {
  test.each([
    ["export default {\n  check: { base: process.env.BASE },\n};", "lockstep.config.ts:2: check.base is computed"],
    ["import check from './check';\nexport default { check };", "lockstep.config.ts:2: check is computed"],
    [
      "import { all } from './all';\nexport default { check: {}, ...all };",
      "lockstep.config.ts:2: the configuration is computed",
    ],
    ["export default await load();", "lockstep.config.ts:1: the configuration is computed"],
    ["export default { ['check']: {} };", "lockstep.config.ts:1: the configuration is computed"],
    ["export default { get check() { return {}; } };", "lockstep.config.ts:1: check is computed"],
    ["const a = b;\nconst b = a;\nexport default { check: a };", "lockstep.config.ts:1: check is computed"],
    ["const check = {};\ncheck.base = 'main';\nexport default { check };", "lockstep.config.ts:3: check is computed"],
    [
      "const own = {};\nObject.assign(own, {});\nexport default own;",
      "lockstep.config.ts:3: the configuration is computed",
    ],
    ["export default { check: 1 + 1 };", "lockstep.config.ts:1: check is computed"],
    ["export default {", "lockstep.config.ts:1 cannot be read"],
    ["export const config = {};", "lockstep.config.ts has no default export"],
  ])("%s", (text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: "LS8002", message: expect.stringContaining(message) }),
    );
  });
});
