import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { commands } from "../../core/src/cli/commands/index.js";
import { errorTable } from "../../core/src/errors.js";
import { gates } from "../../core/src/gates/index.js";
import { rules } from "../../core/src/rules/index.js";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { typeormPlugin } from "../../plugin-typeorm/src/plugin.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const source = ["core/src", "plugin-prisma/src", "plugin-typeorm/src", "plugin-typeorm/wrapper/src"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(root, folder, file)),
  )
  .filter((file) => /\.c?ts$/.test(file) && !file.endsWith("errors.ts"))
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");

test("generated lists are what the folders hold", () => {
  execFileSync(process.execPath, [join(root, "scripts/lists.mjs"), "--check"]);
  const names = (folder: string) => readdirSync(join(root, folder)).map((file) => file.replace(/\.ts$/, ""));
  for (const rule of rules) expect(names("core/src/rules")).toContain(rule.id);
  for (const gate of Object.keys(gates)) expect(names("core/src/gates")).toContain(gate);
  for (const command of commands) expect(names("core/src/cli/commands")).toContain(command.name.replaceAll(" ", "-"));
});

test.each(Object.keys(errorTable))("%s can happen, and has a page", (code) => {
  expect(source.includes(`"${code}"`), `nothing throws ${code}`).toBe(true);
  expect(existsSync(join(root, "docs/errors", `${code}.md`))).toBe(true);
});

test("every code that is thrown is in the table", () => {
  const thrown = new Set([...source.matchAll(/"(LS\d{4})"/g)].map((match) => match[1] ?? ""));
  expect([...thrown].filter((code) => !(code in errorTable))).toEqual([]);
});

test.each(rules.map((rule) => [rule.id, rule] as const))("%s has examples, a page and a test", (id, rule) => {
  expect(rule.examples.unsafe.length).toBeGreaterThan(0);
  expect(rule.examples.safe.length).toBeGreaterThan(0);
  expect(existsSync(join(root, "docs/rules", `${id}.md`))).toBe(true);
  expect(existsSync(join(root, "test/core/rules", `${id}.test.ts`))).toBe(true);
});

test("commands that messages tell people to type exist", () => {
  const own = [prismaPlugin, typeormPlugin].flatMap((plugin) => plugin.commands ?? []);
  const known = new Set([...commands, ...own].map((command) => command.name));
  const second = [...new Set([...known].flatMap((name) => name.split(" ").slice(1)))].join("|");
  const typed = new RegExp(`npx lockstep ([a-z]+(?: (?:${second}))?)`, "g");
  const told = [...`${source}\n${JSON.stringify(errorTable)}`.matchAll(typed)].map((match) => match[1] ?? "");
  expect(told.length).toBeGreaterThan(10);
  expect(told.filter((name) => !known.has(name) && !known.has(name.split(" ")[0] ?? ""))).toEqual([]);
});

test("options that messages tell people to type are those of the command", () => {
  const flagsOf = new Map(
    commands.map(({ name, options = [] }) => [name, options.map(({ flags }) => flags).join(" ")]),
  );
  const written = /npx lockstep ([a-z]+(?: [a-z]+)?)([^\n"'`;:]*)/g;
  const told = [...`${source}\n${JSON.stringify(errorTable)}`.matchAll(written)];
  const wrong = told.flatMap(([text, name = "", rest = ""]) => {
    // Commands of plugins take the options of the ORM's own.
    const flags = flagsOf.get(name) ?? flagsOf.get(name.split(" ")[0] ?? "");
    const typed = [...rest.matchAll(/ (--[a-z][a-z-]*)/g)].map(([, flag = ""]) => flag);
    const isKnown = (flag: string) => new RegExp(`${flag}(?![a-z-])`).test(`${flags} --json`);
    return flags === undefined || typed.every(isKnown) ? [] : [text];
  });
  expect(told.filter(([text]) => text.includes(" --")).length).toBeGreaterThan(20);
  expect(wrong).toEqual([]);
});

test("links of the documentation lead to a file, and to a heading of it", () => {
  const pages = [
    ...["README.md", "CONTRIBUTING.md", "SECURITY.md"],
    ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((file) => `docs/${file}`),
  ].filter((file) => file.endsWith(".md"));
  const text = (file: string) => readFileSync(join(root, file), "utf8").replace(/^```[\s\S]*?^```$/gm, "");
  // As GitHub makes them.
  const headings = (file: string) =>
    [...text(file).matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, "")
        .replaceAll(" ", "-"),
    );
  const broken = pages.flatMap((page) =>
    [...text(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].flatMap(([link, path = "", heading]) => {
      const file = path === "" ? page : join(dirname(page), path);
      if (!existsSync(join(root, file))) return [`${page}: ${link}`];
      return heading === undefined || headings(file).includes(heading) ? [] : [`${page}: ${link}`];
    }),
  );
  expect(pages.length).toBeGreaterThan(100);
  expect(broken).toEqual([]);
});
