import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { engineEnvironment, notIntercepted, withLockstep } from "../../../plugin-prisma/src/with-lockstep.js";

const proxy = "/app/node_modules/@lockstep/prisma/bin/schema-engine.js";
const decide = (
  env: Record<string, string>,
  over: {
    platform?: NodeJS.Platform;
    isTerminal?: boolean;
    columns?: number;
    native?: boolean;
    spawnable?: boolean;
  } = {},
) =>
  engineEnvironment(env, {
    platform: over.platform ?? "linux",
    isTerminal: over.isTerminal ?? false,
    columns: over.columns,
    isSpawnable: () => over.spawnable ?? true,
    findNative: (chosen) => chosen ?? (over.native ? "/engines/schema-engine" : undefined),
    proxy,
  });
const plain = { PRISMA_SCHEMA_ENGINE_BINARY: proxy, LOCKSTEP_COLOR: "0", LOCKSTEP_FOUND_ENGINE: "" };

describe("withLockstep", () => {
  it.each([
    ["nothing set", {}, {}, plain],
    [
      "a native engine is installed",
      {},
      { native: true },
      { ...plain, LOCKSTEP_FOUND_ENGINE: "/engines/schema-engine" },
    ],
    [
      "a native engine was named: it is kept",
      { PRISMA_SCHEMA_ENGINE_BINARY: "/opt/engine" },
      {},
      { ...plain, LOCKSTEP_NATIVE_SCHEMA_ENGINE: "/opt/engine", LOCKSTEP_FOUND_ENGINE: "/opt/engine" },
    ],
    [
      "a native engine was named, by its path from here",
      { PRISMA_SCHEMA_ENGINE_BINARY: "engine" },
      {},
      { ...plain, LOCKSTEP_NATIVE_SCHEMA_ENGINE: resolve("engine"), LOCKSTEP_FOUND_ENGINE: "engine" },
    ],
    [
      "a variable whose name the shell drops",
      { "DATABASE-URL": "a", DATABASE_URL: "b", "BASH_FUNC_c%%": "()" },
      {},
      { ...plain, LOCKSTEP_DROPPED_VARIABLES: '{"DATABASE-URL":"a"}' },
    ],
    [
      "evaluated a second time",
      { PRISMA_SCHEMA_ENGINE_BINARY: proxy, LOCKSTEP_NATIVE_SCHEMA_ENGINE: "/opt/engine" },
      {},
      { ...plain, LOCKSTEP_FOUND_ENGINE: "/opt/engine" },
    ],
    [
      "another installation of Lockstep is not a native engine",
      { PRISMA_SCHEMA_ENGINE_BINARY: "/home/x/@lockstep/prisma/bin/schema-engine.js" },
      {},
      plain,
    ],
    ["off, a native engine at hand", { LOCKSTEP: "off" }, { native: true }, {}],
    ["off, a native engine named", { LOCKSTEP: "off", PRISMA_SCHEMA_ENGINE_BINARY: "/opt/engine" }, {}, {}],
    ["off, none at hand: better than a download that fails", { LOCKSTEP: "off" }, {}, plain],
    [
      "off, inside a command that began with Lockstep",
      { LOCKSTEP: "off", PRISMA_SCHEMA_ENGINE_BINARY: proxy },
      { native: true },
      { ...plain, LOCKSTEP_FOUND_ENGINE: "/engines/schema-engine" },
    ],
    ["Windows", {}, { platform: "win32" as const }, {}],
    ["unpacked without run bit, on a read-only disk", {}, { spawnable: false }, {}],
    ["a terminal", {}, { isTerminal: true }, { ...plain, LOCKSTEP_COLOR: "1" }],
    ["its width", {}, { isTerminal: true, columns: 99 }, { ...plain, LOCKSTEP_COLOR: "1", LOCKSTEP_COLUMNS: "99" }],
    ["a dumb terminal", { TERM: "dumb" }, { isTerminal: true }, plain],
    ["NO_COLOR", { NO_COLOR: "1", FORCE_COLOR: "1" }, { isTerminal: true }, plain],
    ["FORCE_COLOR", { FORCE_COLOR: "1" }, {}, { ...plain, LOCKSTEP_COLOR: "1" }],
    ["FORCE_COLOR=0", { FORCE_COLOR: "0" }, { isTerminal: true }, plain],
  ])("%s", (_, env, over, expected) => {
    expect(decide(env, over)).toEqual(expected);
  });

  it("returns the config as it is and sets the variable of this process", () => {
    const former = { ...process.env };
    try {
      const config = { schema: "x" };
      expect(withLockstep(config)).toBe(config);
      expect(process.env.PRISMA_SCHEMA_ENGINE_BINARY).toMatch(/plugin-prisma[\\/]bin[\\/]schema-engine\.js$/);
    } finally {
      process.env = former;
    }
  });

  const dev = ["node", "prisma", "migrate", "dev"];
  it.each([
    ["a run that is intercepted", {}, "linux", dev, true, undefined],
    ["the proxy cannot be started", {}, "linux", dev, false, "schema-engine.js cannot be started. Use npx lockstep"],
    ["Windows, where no file tells its interpreter", {}, "win32", dev, true, "is not intercepted on Windows. Use npx"],
    ["switched off", { LOCKSTEP: "off" }, "win32", dev, false, undefined],
    ["another command", {}, "win32", ["node", "prisma", "migrate", "deploy"], false, undefined],
  ] as const)("tells of a run of migrate dev that is not intercepted: %s", (_, env, platform, args, canStart, told) => {
    const notice = notIntercepted(env, platform, args, () => canStart);
    if (told === undefined) expect(notice).toBeUndefined();
    else expect(notice).toContain(told);
  });
});
