import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { attempt, isUnreadable } from "../../base/expected-errors.js";
import { commandsInRepository } from "../../base/files/commands-here.js";
import { isOfRepository } from "../../base/files/writable.js";
import type { FileChange } from "../../model/index.js";

/** Where agents read about Lockstep, from the root of the repository. Codex, Cursor, Copilot, Gemini CLI and others read the first. */
const everyAgent = "AGENTS.md";
/** Claude Code does not read AGENTS.md. It finds skills by their description, as do Cursor and Copilot. */
const skill = ".claude/skills/lockstep/SKILL.md";

const begin = "<!-- lockstep:begin, written by lockstep init --agents -->";
const end = "<!-- lockstep:end -->";

const frontMatter = `---
name: lockstep
description: Change Prisma or TypeORM models with Lockstep, which releases unsafe schema changes in phases (expand, backfill, switch, contract). Use it before you edit a model, generate or run a migration, touch a file in lockstep/, or run a lockstep command.
---
`;

/** The changes of `lockstep init --agents`. Idempotent. */
export interface AgentFiles {
  /** The root of the repository: paths of the changes are relative to it. */
  readonly top: string;
  readonly changes: readonly FileChange[];
  readonly notes: readonly string[];
}

/** The guide for coding agents, in the files that they read. The rest of these files does not change. */
export function agentFiles(root: string): AgentFiles {
  const top = topOf(root);
  const guide = guideFor(root, top);
  const notes: string[] = [];
  const changes: FileChange[] = [];
  const add = (file: string, edit: (before: string | undefined) => string | undefined) => {
    const before = textOf(join(top, file));
    const after = isOfRepository(top, file) && before?.includes("\uFFFD") !== true ? edit(before) : undefined;
    if (after === undefined)
      notes.push(
        `${file} was not changed: its markers of Lockstep are damaged, it is not UTF-8, or it is a link out of the repository.`,
      );
    else if (after !== before) changes.push({ file, before, after });
  };
  add(everyAgent, (before = "") => withSection(before, guide));
  add(skill, (before) => inLines(`${frontMatter}\n${guide}`, before));
  const claude = textOf(join(top, "CLAUDE.md"));
  if (claude !== undefined && !claude.includes(`@${everyAgent}`) && claude !== textOf(join(top, everyAgent)))
    notes.push(`CLAUDE.md was not changed: Claude Code finds the guide in ${skill}.`);
  return { top, changes, notes };
}

/** Whether agents work in the repository, and none of their files contains the guide. */
export function lacksAgentFiles(root: string): boolean {
  const top = topOf(root);
  if (existsSync(join(top, skill)) || textOf(join(top, everyAgent))?.includes(begin) === true) return false;
  return [everyAgent, "CLAUDE.md", ".claude"].some((name) => existsSync(join(top, name)));
}

/** The file with the section: replaces an existing section, else appends it. @returns undefined if its markers are damaged */
function withSection(before: string, guide: string): string | undefined {
  const section = inLines(`${begin}\n${guide}${end}`, before);
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  const isWhole = before.lastIndexOf(begin) === from && before.lastIndexOf(end) === to && from <= to;
  if (!isWhole || (from === -1 && to !== -1)) return undefined;
  if (from !== -1) return before.slice(0, from) + section + before.slice(to + end.length);
  const between = before === "" ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  return before + inLines(between, before) + section + inLines("\n", before);
}

/** Uses the line ends of the file. */
function inLines(text: string, before = ""): string {
  return before.includes("\r\n") ? text.replaceAll("\n", "\r\n") : text;
}

/** The published text, with the commands of the project's package manager. */
function guideFor(root: string, top: string): string {
  const own = dirname(createRequire(import.meta.url).resolve("@lockstep/core/package.json"));
  const text = commandsInRepository(readFileSync(join(own, "agent-guide.md"), "utf8"), root);
  const folder = relative(top, root).replaceAll("\\", "/");
  return folder === "" ? text : text.replace("in the folder of the project", `in \`${folder}\``);
}

/** The root of the repository; without git, the project itself. */
function topOf(root: string): string {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (folder === dirname(folder)) return root;
  }
}

function textOf(path: string): string | undefined {
  return attempt(() => (statSync(path).isFile() ? readFileSync(path, "utf8") : undefined), isUnreadable);
}
