import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// The rooms in the order data flows: imports point up this list, cli may import everything, nobody imports cli.
const rooms = [
  "model",
  "errors",
  "nearest",
  "pattern-of",
  "files",
  "config",
  "db",
  "ledger",
  "sql",
  "verdicts",
  "facts",
  "rules",
  "plan",
  "codemods",
  "formatters",
  "backfill",
  "gates",
  "supported-versions",
  "doctor",
  "plugin",
  "review",
  "release",
  "intercept",
  "repair",
  "deploy",
  "init",
  "cli",
];
/** Not rooms: the package's entries. */
const entries = ["index", "planning", "text"];

const root = fileURLToPath(new URL("../..", import.meta.url));
const sources = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(root, folder, file));
const imports = (file: string) =>
  [
    ...readFileSync(file, "utf8")
      .replace(/^ *\*.*$/gm, "")
      .matchAll(/(?:from|import\()\s*"([^"]+)"/g),
  ].map((match) => match[1] ?? "");
const roomOf = (file: string) =>
  relative(join(root, "core/src"), file)
    .split(/[/\\]/)[0]
    ?.replace(/\.(ts|js)$/, "") ?? "";

test("imports point up the rooms of core", () => {
  const wrong = sources("core/src").flatMap((file) => {
    const from = roomOf(file);
    if (entries.includes(from)) return [];
    return imports(file)
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => roomOf(resolve(dirname(file), specifier)))
      .filter((to) => to !== from && !(rooms.indexOf(to) >= 0 && rooms.indexOf(to) < rooms.indexOf(from)))
      .map((to) => `${relative(root, file)} imports ${to}`);
  });
  expect(wrong).toEqual([]);
});

test("core never imports a plugin; a plugin uses core's public entries only", () => {
  expect(
    sources("core/src").filter((file) => imports(file).some((specifier) => /plugin-|@lockstep\//.test(specifier))),
  ).toEqual([]);
  const exported = Object.keys(
    (JSON.parse(readFileSync(join(root, "core/package.json"), "utf8")) as { exports: Record<string, unknown> }).exports,
  ).map((entry) => entry.replace(/^\./, "@lockstep/core"));
  const wrong = ["plugin-prisma/src", "plugin-typeorm/src"]
    .flatMap(sources)
    .flatMap((file) =>
      imports(file).filter((specifier) => specifier.includes("lockstep/core") && !exported.includes(specifier)),
    );
  expect(wrong).toEqual([]);
});

test.each([
  "plugin-prisma/dist/bin.js",
  "plugin-prisma/dist/init/project.js",
  "plugin-prisma/dist/intercept/hooks.js",
  "plugin-typeorm/dist/bin.js",
  "plugin-typeorm/dist/detect/find-project.js",
  "plugin-typeorm/dist/intercept/decide.js",
])("the compiler is loaded by the path that needs it, not with %s", (entry) => {
  const core = join(root, "core");
  const { exports } = JSON.parse(readFileSync(join(core, "package.json"), "utf8")) as {
    exports: Record<string, { default: string } | string>;
  };
  const fileOf = (specifier: string, from: string): string | undefined => {
    if (specifier.startsWith(".")) return resolve(dirname(from), specifier);
    const to = exports[specifier.replace("@lockstep/core", ".")];
    return typeof to === "object" ? resolve(core, to.default) : undefined;
  };
  // Built: what is imported for its types alone is gone.
  const loaded = new Map([[join(root, entry), ""]]);
  for (const [file, way] of loaded)
    for (const [, from, specifier = from ?? ""] of readFileSync(file, "utf8").matchAll(
      /^(?:import|export)\b[^;]*?\bfrom "([^"]+)";|^import "([^"]+)";/gm,
    )) {
      const next = fileOf(specifier, file);
      if (next !== undefined && !loaded.has(next)) loaded.set(next, `${way} → ${relative(root, next)}`);
    }
  expect(loaded.size).toBeGreaterThan(10);
  expect(loaded.get(join(core, "dist/codemods/compiler.js"))).toBeUndefined();
});
