import { existsSync, lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep, win32 } from "node:path";
import { LockstepError } from "../errors.js";
import { attempt, isUnreadable } from "../expected-errors.js";

/** Models, migrations, code, documents, and the files of a plan. Hand-written files are stored as text, so that nothing runs them. */
const kinds =
  /(?:\.(?:[cm]?[jt]sx?|prisma|sql|graphqls?|gql|json|ya?ml|md)|\boriginal\.[cm]?[jt]s\.txt|\breport\.html)$/i;
const code = /\.(?:[cm]?[jt]sx?|prisma)$/i;
const settings = /^(?:package|package-lock|npm-shrinkwrap|pnpm-lock|pnpm-workspace|lerna|composer)\.(?:json|ya?ml)$/i;

/**
 * Rejects files that no plan writes, wherever their names come from. Plans write files of the project and of `code.roots`, of known kinds.
 * Links may lead to other packages of the same repository or to a schema that several share, and nowhere else.
 *
 * @param files paths from the root
 * @param roots the setting `code.roots`: folders beside the root whose code is edited, too
 * @throws LS3011
 */
export function refuseForeignFiles(root: string, files: readonly string[], roots: readonly string[] = []): void {
  const bases = [root, ...roots.map((folder) => resolve(root, folder))];
  for (const file of files) {
    const why = whyNot(root, file, bases);
    if (why !== undefined) throw new LockstepError("LS3011", `${file} ${why}.`, { details: { file } });
  }
}

/** Whether a path resolves to a file of the same repository, outside `.git`: a branch may contain a link to anything. */
export function isOfRepository(root: string, file: string): boolean {
  return repositoryGuard(root)(file);
}

/** `isOfRepository` for many files: resolves each folder once. */
export function repositoryGuard(root: string): (file: string) => boolean {
  const bases = [root, ...repositoryOf(root)].map((base) => realPath(base));
  const isInside = (real: string) =>
    bases.some((base) => {
      const from = relative(base, real);
      return !isOutside(from) && !from.split(sep).includes(".git");
    });
  const folders = new Map<string, boolean>();
  return (file) => {
    const path = resolve(root, file);
    const folder = dirname(path);
    if (basename(path) === ".git" || linkAt(path) !== undefined) return isInside(realPath(path));
    const known = folders.get(folder) ?? isInside(realPath(folder));
    folders.set(folder, known);
    return known;
  };
}

function whyNot(root: string, file: string, bases: readonly string[]): string | undefined {
  if (file === "" || isAbsolute(file) || win32.isAbsolute(file) || /^[a-z]:/i.test(file))
    return "is no path from the project's root";
  const path = resolve(root, file);
  return (
    whyNotAt(path, bases) ??
    whyNotAt(
      realPath(path),
      [...bases, ...repositoryOf(root)].map((base) => realPath(base)),
    )
  );
}

function whyNotAt(path: string, bases: readonly string[]): string | undefined {
  const inside = bases.map((base) => relative(base, path)).find((from) => from !== "" && !isOutside(from));
  if (inside === undefined) return "is outside the project";
  const names = inside.split(sep);
  if (names.some((name) => /^(?:\.git|node_modules)$/i.test(name))) return "belongs to git or to a dependency";
  const file = names.at(-1) ?? "";
  const isHidden = names.some((name) => name.startsWith("."));
  if (!kinds.test(file) || settings.test(file) || (isHidden && !code.test(file)))
    return "is of a kind that no plan writes";
  return undefined;
}

function repositoryOf(folder: string): readonly string[] {
  if (existsSync(join(folder, ".git"))) return [folder];
  return dirname(folder) === folder ? [] : repositoryOf(dirname(folder));
}

function isOutside(from: string): boolean {
  return from === ".." || from.startsWith(`..${sep}`) || isAbsolute(from);
}

/** Resolves all links of a path, whether or not it exists. */
export function realPath(path: string, links = 0): string {
  const real = attempt(() => realpathSync(path), isUnreadable);
  if (real !== undefined) return real;
  const parent = dirname(path);
  if (parent === path) return path;
  const leadsTo = linkAt(path);
  if (leadsTo === undefined || links > 40) return join(realPath(parent, links), relative(parent, path));
  return realPath(resolve(realPath(parent, links), leadsTo), links + 1);
}

function linkAt(path: string): string | undefined {
  return attempt(() => (lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined), isUnreadable);
}
