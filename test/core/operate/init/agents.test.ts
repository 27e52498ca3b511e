import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { replaceFile } from "../../../../core/src/base/files/write-files.js";
import { agentFiles, lacksAgentFiles } from "../../../../core/src/operate/init/agent-files.js";
import { project } from "../../../plugin-prisma/init/real-projects.js";
import { publishedModules } from "../../../support/published.js";
import { run } from "../../../support/run.js";

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

const skill = ".claude/skills/lockstep/SKILL.md";
const guide = readFileSync(new URL("../../../../core/agent-guide.md", import.meta.url), "utf8");
const section = `<!-- lockstep:begin, written by lockstep init --agents -->\n${guide}<!-- lockstep:end -->`;
const crlf = (text: string) => text.replaceAll("\n", "\r\n");

/** A repository with these files. `write` does what `init --agents` does, and returns its notes. */
function repository(files: Record<string, string>, packages: readonly string[] = []) {
  const root = project({ ".git/HEAD": "", ...files }, packages);
  roots.push(root);
  const write = (folder = ".") => {
    const { top, changes, notes } = agentFiles(join(root, folder));
    for (const { file, after = "" } of changes) replaceFile(join(top, file), after);
    return notes;
  };
  return { root, write, read: (file: string) => readFileSync(join(root, file), "utf8") };
}

test.each([
  ["no file", undefined, `${section}\n`],
  ["a file", "# Shop\n\nUse tabs.\n", `# Shop\n\nUse tabs.\n\n${section}\n`],
  ["a file without a last line break", "# Shop", `# Shop\n\n${section}\n`],
  ["CRLF", "# Shop\r\n\r\nUse tabs.\r\n", `# Shop\r\n\r\nUse tabs.\r\n\r\n${crlf(section)}\r\n`],
  [
    "the section of an older version",
    `# Shop\n${section.replace(guide, "old\n")}  \n\n## After it`,
    `# Shop\n${section}  \n\n## After it`,
  ],
])("AGENTS.md: %s", (_, before, after) => {
  const { root, write, read } = repository(before === undefined ? {} : { "AGENTS.md": before });
  expect(write()).toEqual([]);
  expect(read("AGENTS.md")).toBe(after);
  expect(read(skill)).toMatch(/^---\nname: lockstep\ndescription: [^\n]{50,1024}\n---\n\n# Lockstep/);
  expect(read(skill).endsWith(guide)).toBe(true);
  expect(agentFiles(root).changes).toEqual([]);
});

test.each([
  ["one marker only", "<!-- lockstep:end -->\n"],
  ["two sections", `${section}\n${section}\n`],
  ["bytes that are no UTF-8", "# \uFFFD\n"],
])("AGENTS.md stays as it is: %s", (_, text) => {
  const { write, read } = repository({ "AGENTS.md": text });
  expect(write()).toEqual([expect.stringContaining("AGENTS.md was not changed")]);
  expect(read("AGENTS.md")).toBe(text);
});

test("a package of a monorepo: at the top, in the words of its package manager", () => {
  const { write, read } = repository({
    "packages/db/package.json": "{}",
    "pnpm-lock.yaml": "",
    "CLAUDE.md": "# Ours\n",
  });
  expect(write("packages/db")).toEqual([`CLAUDE.md was not changed: Claude Code finds the guide in ${skill}.`]);
  expect(read("AGENTS.md")).toContain("Run all commands in `packages/db`.");
  expect(read("AGENTS.md")).toContain("pnpm exec lockstep next");
  expect(read("AGENTS.md")).not.toContain("npx lockstep");
  expect(read("CLAUDE.md")).toBe("# Ours\n");
});

test("links are followed inside of the repository, and not out of it", () => {
  const { root, write, read } = repository({ "CLAUDE.md": "# Ours\n" });
  const { root: outside } = repository({});
  symlinkSync("CLAUDE.md", join(root, "AGENTS.md"));
  mkdirSync(join(root, ".claude"));
  symlinkSync(outside, join(root, ".claude/skills"));
  expect(write()).toEqual([expect.stringContaining(`${skill} was not changed`)]);
  expect(read("CLAUDE.md")).toBe(`# Ours\n\n${section}\n`);
  expect(existsSync(join(outside, "lockstep"))).toBe(false);
});

test.each<[Record<string, string>, boolean]>([
  [{}, false],
  [{ "AGENTS.md": "# Shop\n" }, true],
  [{ "CLAUDE.md": "# Shop\n" }, true],
  [{ ".claude/settings.json": "{}" }, true],
  [{ "AGENTS.md": section }, false],
])("%j: init names --agents: %s", (files, isNamed) => {
  const { root, write } = repository(files);
  expect(lacksAgentFiles(root)).toBe(isNamed);
  write();
  expect(lacksAgentFiles(root)).toBe(false);
});

test("npx lockstep init --agents, on a project that is set up", async () => {
  const files = {
    "package.json": "{}",
    "prisma.config.ts": 'export default { schema: "schema.prisma" };\n',
    "schema.prisma": 'datasource db {\n  provider = "postgresql"\n}\n\nmodel User {\n  id Int @id\n}\n',
    "AGENTS.md": "# Shop\n",
  };
  const { root, read } = repository(files, ["prisma", "@lockstep/prisma"]);
  const bin = join(publishedModules(), "@lockstep/prisma/bin/lockstep.js");
  const init = (...args: string[]) =>
    run(process.execPath, [bin, "init", "--yes", "--no-install", ...args], { cwd: root });
  expect((await init()).output).toContain("npx lockstep init --agents");
  expect(read("AGENTS.md")).toBe("# Shop\n");
  expect((await init("--agents", "--dry-run")).output).toContain("+# Lockstep: schema changes in phases");
  expect(existsSync(join(root, skill))).toBe(false);
  expect((await init("--agents")).output).toContain(`Set up: AGENTS.md, ${skill}`);
  expect((await init("--agents")).output).toMatch(/^Lockstep is set up here already: nothing to change\./);
});

test("the guide is short", () => {
  expect(guide.split("\n").length).toBeLessThan(61);
});
