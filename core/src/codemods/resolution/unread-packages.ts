import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { glob } from "tinyglobby";
import type { EntityModel } from "../../model/index.js";
import { patternOf } from "../../pattern-of.js";
import { listSources } from "../source-files.js";
import { levelsToTop } from "./read-configs.js";
import { isRecord, objectIn, patternsIn, pnpmFile, pnpmPatterns } from "./workspace-patterns.js";

interface Member {
  /** From the project's root: `../../apps/api`. */
  readonly folder: string;
  readonly name: string;
  readonly needs: ReadonlySet<string>;
}

/**
 * The folders, from the project's root, of packages of its workspace whose code names a model, and that nothing reads: those that use
 * the project's package, directly or through others, and the packages that it and they use.
 *
 * @param roots what `code.roots` names
 */
export async function unreadPackages(
  root: string,
  roots: readonly string[],
  models: readonly EntityModel[],
): Promise<readonly string[]> {
  const level = levelsToTop(root);
  if (level === 0) return [];
  const members = await membersBeside(root, "../".repeat(level));
  const own = members.find(({ folder }) => folder === "");
  if (own === undefined) return [];
  const users = new Set([own]);
  for (let size = 0; size !== users.size; ) {
    size = users.size;
    const names = new Set([...users].map(({ name }) => name));
    for (const member of members) if ([...member.needs].some((need) => names.has(need))) users.add(member);
  }
  const used = members.filter(({ name }) => [...users].some(({ needs }) => needs.has(name)));
  const isRead = (folder: string) =>
    ["", ...roots].some((each) => !relative(join(root, each), join(root, folder)).startsWith(".."));
  const unread = [...new Set([...users, ...used])].map(({ folder }) => folder).filter((folder) => !isRead(folder));
  const naming: string[] = [];
  for (const folder of unread.sort()) if (await namesModel(join(root, folder), models)) naming.push(folder);
  return naming;
}

/** What to write for packages that are not read. */
export function rootsSetting(roots: readonly string[], unread: readonly string[]): string {
  return `code: { roots: ${JSON.stringify([...roots, ...unread]).replaceAll(",", ", ")} }`;
}

async function membersBeside(root: string, top: string): Promise<readonly Member[]> {
  const cwd = join(root, top);
  const textOf = (name: string) => (existsSync(join(cwd, name)) ? readFileSync(join(cwd, name), "utf8") : "");
  const patterns = [...patternsIn(objectIn("package.json", textOf("package.json"))), ...pnpmPatterns(textOf(pnpmFile))];
  const [excluded, included] = [true, false].map((isOut) =>
    patterns
      .filter((pattern) => pattern.startsWith("!") === isOut)
      .map((pattern) => `${pattern.replace(/^!?(?:\.\/)?/, "").replace(/\/$/, "")}/package.json`),
  ) as [string[], string[]];
  const files = await glob(included, { cwd, ignore: ["**/node_modules/**", ...excluded], onlyFiles: true });
  return files.sort().flatMap((file) => {
    const manifest = objectIn(file, textOf(file));
    const kinds = [manifest.dependencies, manifest.devDependencies, manifest.peerDependencies].filter(isRecord);
    const needs = new Set(kinds.flatMap((kind) => Object.keys(kind)));
    return typeof manifest.name === "string"
      ? [{ folder: fromRoot(root, join(cwd, file, "..")), name: manifest.name, needs }]
      : [];
  });
}

/** By its type or by the client's property: fields alone are named in code of every kind. */
async function namesModel(folder: string, models: readonly EntityModel[]): Promise<boolean> {
  if (models.length === 0) return false;
  const names = models.map(({ name }) => patternOf(name));
  const properties = models.map(({ name }) => patternOf(`${name.charAt(0).toLowerCase()}${name.slice(1)}`));
  const use = new RegExp(`\\b(?:${names.join("|")})\\b|\\.(?:${properties.join("|")})\\s*\\.`);
  for (const file of await listSources(folder, {})) if (use.test(readFileSync(join(folder, file), "utf8"))) return true;
  return false;
}

function fromRoot(root: string, folder: string): string {
  return relative(root, folder).replaceAll("\\", "/");
}
