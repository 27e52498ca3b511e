import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { errorTable } from "../../core/src/base/errors.js";
import { commands } from "../../core/src/cli/commands/index.js";
import { gates } from "../../core/src/gates/index.js";
import { plannedRules, reportedRules, rules } from "../../core/src/rules/index.js";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { typeormPlugin } from "../../plugin-typeorm/src/plugin.js";
import { headingId } from "../../site/links.js";
import { typedCommands } from "../support/typed-commands.js";

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

test.each(rules.map(({ id }) => id))("%s has a page", (id) => {
  expect(existsSync(join(root, "docs/rules", `${id}.md`))).toBe(true);
});

test("code scanning takes why a rule is one", () => {
  expect(reportedRules.filter(({ background }) => background.length > 1024).map(({ id }) => id)).toEqual([]);
});

test.each(plannedRules.map((rule) => [rule.id, rule] as const))("%s has examples and a test", (id, rule) => {
  expect(rule.examples.rewritten?.length ?? 0).toBeGreaterThan(0);
  expect(rule.examples.safe.length).toBeGreaterThan(0);
  expect(existsSync(join(root, "test/core/rules", `${id}.test.ts`))).toBe(true);
});

test("commands that messages tell people to type exist, with their options", () => {
  const told = typedCommands(`${source}\n${JSON.stringify(errorTable)}`);
  expect(told.filter(({ text }) => text.includes(" --")).length).toBeGreaterThan(20);
  expect(told.filter(({ wrong }) => wrong !== undefined)).toEqual([]);
});

test.each(["What each command may execute", "Privileges of each command"])(
  "SECURITY.md, %s: every command has one row, and every row is of commands",
  (heading) => {
    const section = readFileSync(join(root, "SECURITY.md"), "utf8").split(`\n## ${heading}\n`)[1] ?? "";
    const rows = (section.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("| `"));
    const told = rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    const all = [...commands, ...[prismaPlugin, typeormPlugin].flatMap((plugin) => plugin.commands ?? [])];
    expect(told.sort()).toEqual(all.map(({ name }) => name).sort());
  },
);

test("links of the documentation lead to a file, and to a heading of it", () => {
  const pages = [
    ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "site/index.md"],
    ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((file) => `docs/${file}`),
  ].filter((file) => file.endsWith(".md"));
  const text = (file: string) => readFileSync(join(root, file), "utf8").replace(/^```[\s\S]*?^```$/gm, "");
  const headings = (file: string) => [...text(file).matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => headingId(title));
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
