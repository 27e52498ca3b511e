import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, expectTypeOf, it } from "vitest";
import type * as z from "zod";
import type { LockstepError } from "../../../core/src/base/errors.js";
import { defineConfig, type LockstepConfigInput } from "../../../core/src/config/define-config.js";
import { loadConfig } from "../../../core/src/config/load.js";
import { configSchema } from "../../../core/src/config/schema.js";

function folder(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "lockstep-config-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
}

async function failure(files: Record<string, string>): Promise<LockstepError> {
  return loadConfig(folder(files)).then(
    (config) => expect.fail(JSON.stringify(config)),
    (error) => error,
  );
}

describe("loadConfig", () => {
  const full = {
    targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" }, "prod-eu": { urlFrom: "EU" } },
    code: { include: ["src/**"], exclude: ["src/legacy/**"] },
    backfill: { batchRows: 500, batchMs: 100, pauseMs: 0 },
  } as const;
  const json = JSON.stringify(full);

  it.each([
    ["none", {}, { targets: {} }],
    ["empty", { "lockstep.config.json": "{}" }, { targets: {} }],
    ["json", { "lockstep.config.json": json }, full],
    ["ts", { "lockstep.config.ts": `const x: object = ${json};\nexport default x satisfies object;` }, full],
    ["mts", { "lockstep.config.mts": `await 1;\nexport default ${json};` }, full],
    ["js, ESM", { "package.json": '{"type":"module"}', "lockstep.config.js": `export default ${json};` }, full],
    ["js, CommonJS", { "package.json": "{}", "lockstep.config.js": `module.exports = ${json};` }, full],
    ["mjs", { "lockstep.config.mjs": `export default ${json};` }, full],
  ])("%s", async (_, files, expected) => {
    expect(await loadConfig(folder(files))).toEqual(expected);
  });

  it("reads a changed file again", async () => {
    const root = folder({ "lockstep.config.ts": "export default {};" });
    expect(await loadConfig(root)).toEqual({ targets: {} });
    writeFileSync(join(root, "lockstep.config.ts"), 'export default { code: { include: ["src"] } };');
    expect(await loadConfig(root)).toEqual({ targets: {}, code: { include: ["src"] } });
  });

  it.each([
    ["an unknown key", "{ target: {} }", /lockstep\.config\.ts is not valid:\n.*"target"/],
    ["an unknown key deeper", "{ check: { bases: 3 } }", /"bases"\n.*at check/],
    [
      "an unknown signal",
      "{ code: { scorecard: { weights: { halfOfCores: 3 } } } }",
      /"halfOfCores"\n.*at code\.scorecard\.weights/,
    ],
    ["an unknown family", "{ code: { scorecard: { likely: { dtos: 3 } } } }", /"dtos"\n.*at code\.scorecard\.likely/],
    ["an unknown threshold", "{ code: { scorecard: { probable: 3 } } }", /"probable"\n.*at code\.scorecard/],
    [
      "a broken weight",
      "{ code: { scorecard: { weights: { fullest: 1.5 } } } }",
      /at code\.scorecard\.weights\.fullest/,
    ],
    ["a wrong value", '{ code: { include: "src" } }', /expected array.*\n.*at code\.include/],
    [
      "a URL in the file",
      '{ targets: { p: { urlFrom: "postgresql://u:secret@h/d" } } }',
      /name of an environment variable.*\n.*at targets\.p\.urlFrom/,
    ],
    ["a number out of range", "{ check: { server: 3 } }", /at check\.server/],
    ["a service twice", '{ services: ["web", "web"] }', /named twice\n.*at services/],
    ["a service with a space", '{ services: ["the web"] }', /a name of letters.*\n.*at services\[0\]/],
    ["a toggle without a template", "{ toggle: {} }", /at toggle/],
    ["a toggle of writes", '{ toggle: { read: "f({name})", write: "f({name})" } }', /"write"/],
    ["an unknown service of flags", '{ toggle: "launchdarkly" }', /at toggle/],
    ["no object", "3", /expected object/],
  ])("refuses %s", async (_, text, message) => {
    const error = await failure({ "lockstep.config.ts": `export default ${text};` });
    expect(error.code).toBe("LS8002");
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("secret");
  });

  it("refuses what does not load, and two files", async () => {
    expect(await failure({ "lockstep.config.ts": "export default {{" })).toMatchObject({
      code: "LS8002",
      message: expect.stringContaining("lockstep.config.ts cannot be loaded"),
    });
    expect(await failure({ "lockstep.config.json": "{" })).toMatchObject({ code: "LS8002" });
    expect(await failure({ "lockstep.config.ts": "export {};" })).toMatchObject({ code: "LS8002" });
    expect((await failure({ "lockstep.config.ts": "", "lockstep.config.json": "{}" })).message).toContain(
      "two configurations",
    );
  });

  it("defineConfig takes what the schema takes", () => {
    const config = defineConfig({ targets: { p: { urlFrom: "P" } }, backfill: { pauseMs: 5 } });
    expect(configSchema.parse(config)).toEqual(config);
    const flags = defineConfig({ toggle: { read: "flags.isOn({name})", name: "{model}.{field}", isAsync: true } });
    expect(configSchema.parse(flags)).toEqual({ ...flags, targets: {} });
  });
});

/** `gates.readsSteady.http`: every setting, and those inside of it. */
type SettingsOf<T> = T extends readonly (infer Item)[]
  ? SettingsOf<Item>
  : T extends (...given: never[]) => unknown
    ? never
    : T extends object
      ? { [K in keyof T & string]-?: K | `${K}.${SettingsOf<NonNullable<T[K]>>}` }[keyof T & string]
      : never;

// The type is written by hand: applications read its declarations without zod. Names of options of `backfill` are not in the schema.
it("the type that configurations are written with has every setting, with values that the schema takes", () => {
  type Input = Omit<z.input<typeof configSchema>, "backfill">;
  type Written = Omit<LockstepConfigInput, "backfill">;
  expectTypeOf<SettingsOf<Written>>().toEqualTypeOf<SettingsOf<Input>>();
  const isTaken = (written: Written): Input => written;
  expect(isTaken({})).toEqual({});
});
