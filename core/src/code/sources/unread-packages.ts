import { join, relative, resolve } from "node:path";
import { largest, readTextUpTo } from "../../base/files/read-text.js";
import { patternOf } from "../../base/pattern-of.js";
import type { CodeSettings } from "../../config/code-settings.js";
import type { EntityModel } from "../../model/index.js";
import { workspaceMembers } from "../project/workspace-members.js";
import { levelsToTop } from "./read-configs.js";
import { listSources, type SourceText } from "./source-files.js";

/**
 * The folders outside the project whose code is read, from its root: those in `code.roots`, or else the workspace packages that use its
 * models. None if `code.include` lists the files.
 *
 * @param models only called if there are packages that may use them
 */
export async function codeRoots(
  root: string,
  { roots, include }: Pick<CodeSettings, "roots" | "include">,
  models: () => Promise<readonly EntityModel[]>,
): Promise<readonly string[]> {
  if (roots !== undefined) return roots;
  const hasDependents = include.length === 0 && (await dependentPackages(root)).length > 0;
  return hasDependents ? unreadPackages(root, [], await models()) : [];
}

/** The workspace packages whose code names a model, as folders from the project's root, without those in `roots`. */
export async function unreadPackages(
  root: string,
  roots: readonly string[],
  models: readonly EntityModel[],
): Promise<readonly string[]> {
  const isRead = (folder: string) =>
    ["", ...roots].some((each) => !relative(join(root, each), join(root, folder)).startsWith(".."));
  const naming: string[] = [];
  for (const folder of await dependentPackages(root))
    if (!isRead(folder) && (await namesModel(join(root, folder), models))) naming.push(folder);
  return naming;
}

/** The workspace packages that depend on the project's package, directly or indirectly, as folders from the project's root. */
export async function dependentPackages(root: string): Promise<readonly string[]> {
  const level = levelsToTop(root);
  if (level === 0) return [];
  const top = resolve(root, "../".repeat(level));
  const members = await workspaceMembers(top);
  const own = members.find(({ folder }) => resolve(top, folder) === root);
  if (own === undefined) return [];
  const users = new Set([own]);
  for (let size = 0; size !== users.size; ) {
    size = users.size;
    const names = new Set([...users].flatMap(({ name, folder }) => [name, folder]));
    for (const member of members) if ([...member.needs].some((need) => names.has(need))) users.add(member);
  }
  users.delete(own);
  return [...users].map(({ folder }) => fromRoot(root, join(top, folder))).sort();
}

/**
 * The names of workspace packages that files import and that insert no rows of these models by a name in a string, or through a client that
 * they receive.
 */
export async function workspacePackages(
  root: string,
  files: readonly SourceText[],
  models: readonly EntityModel[],
): Promise<ReadonlySet<string>> {
  const top = resolve(root, "../".repeat(levelsToTop(root)));
  const found = new Set<string>();
  for (const { name, folder } of await workspaceMembers(top)) {
    const isImported = files.some(({ text }) => text.includes(`"${name}`) || text.includes(`'${name}`));
    if (isImported && !(await mentions(join(top, folder), insertsInto(models)))) found.add(name);
  }
  return found;
}

/** `getRepository("User")`, `client.user.create(…)`, `INSERT INTO "users"`. */
function insertsInto(models: readonly EntityModel[]): RegExp {
  const names = models.map(({ name }) => patternOf(name)).join("|");
  const clients = models.map(({ name }) => patternOf(`${name.charAt(0).toLowerCase()}${name.slice(1)}`)).join("|");
  const tables = models.map(({ table }) => patternOf(table.name)).join("|");
  return new RegExp(
    `\\b(?:getRepository|insert|into|save|create|upsert)\\(\\s*["'\`](?:${names})["'\`]|\\.(?:${clients})\\s*\\.\\s*(?:create|upsert)|\\b(?:into|INTO)\\s+(?:[\\w"\`]+\\.)?\\\\?["\`]?(?:${tables})\\b`,
  );
}

/** The setting that includes packages which are not read. */
export function rootsSetting(roots: readonly string[], unread: readonly string[]): string {
  return `code: { roots: ${JSON.stringify([...roots, ...unread]).replaceAll(",", ", ")} }`;
}

/** By its type or by the client's property: field names alone occur in all kinds of code. */
async function namesModel(folder: string, models: readonly EntityModel[]): Promise<boolean> {
  if (models.length === 0) return false;
  const names = models.map(({ name }) => patternOf(name));
  const properties = models.map(({ name }) => patternOf(`${name.charAt(0).toLowerCase()}${name.slice(1)}`));
  return mentions(folder, new RegExp(`\\b(?:${names.join("|")})\\b|\\.(?:${properties.join("|")})\\s*\\.`));
}

async function mentions(folder: string, use: RegExp): Promise<boolean> {
  for (const file of await listSources(folder, {}))
    if (use.test(readTextUpTo(join(folder, file), largest.code) ?? "")) return true;
  return false;
}

function fromRoot(root: string, folder: string): string {
  return relative(root, folder).replaceAll("\\", "/");
}
