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
  "corrections",
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
