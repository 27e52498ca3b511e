import { readdirSync, realpathSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { LockstepError } from "../../base/errors.js";
import { attempt, ignoring, isUnreadable } from "../../base/expected-errors.js";
import { findFiles } from "../../base/files/find-files.js";
import { ignoredFiles } from "../../base/files/git.js";
import { isForeignFolder } from "../../base/files/output-folders.js";
import { isMigration } from "./not-application-code.js";
import { everything, isGenerated, listSources, neverRead, type SourcesOptions } from "./source-files.js";
import { readSource } from "./source-text.js";

/** Code that cannot be read, so nothing in it is edited. */
export interface UnreadFile {
  /** From the root; for a linked folder, the link. */
  readonly file: string;
  /** Follows the file name: `is not UTF-8`. */
  readonly why: string;
  /** Whether it can be relevant, judged by the readable part of its text. Default: yes. */
  matters(isWanted: (text: string) => boolean): boolean;
}

/**
 * The source files of a project that cannot be read: other encodings, missing permissions, and links to files outside the project. Links to
 * files inside it do not count: the target is read under its own name, and edited once.
 */
export async function unreadFiles(root: string, options: SourcesOptions): Promise<readonly UnreadFile[]> {
  const files = (await listSources(root, options)).flatMap((file) => unreadFile(root, file) ?? []);
  const roots = [root, ...(options.roots ?? []).map((folder) => resolve(root, folder))];
  const found = [...files, ...(await outsideLinks(root, roots, options))];
  const ignored = ignoredFiles(
    root,
    found.map(({ file }) => file),
  );
  return found.filter(({ file }) => !ignored.has(file));
}

/** Describes a file if it cannot be read. */
export function unreadFile(root: string, file: string): UnreadFile | undefined {
  const read = readSource(join(root, file));
  if ("text" in read) return undefined;
  const { why } = read;
  const matters = (isWanted: (text: string) => boolean) => {
    const guess = read.guess();
    return guess === undefined || (!isMigration(file, guess) && !isGenerated(guess) && isWanted(guess));
  };
  return { file, why, matters };
}

const source = /(?<!\.d)\.[cm]?[jt]sx?$/;

/** Links that point out of the project, to code that may be relevant. */
async function outsideLinks(root: string, roots: readonly string[], options: SourcesOptions): Promise<UnreadFile[]> {
  const places = roots.map((folder) => real(folder)).filter((folder) => folder !== undefined);
  const isInside = (path: string) => places.some((place) => path === place || path.startsWith(place + sep));
  const excluded = (options.exclude ?? []).map((pattern) => pattern.replace(/\/(?:\*\*)?$/, ""));
  const found: UnreadFile[] = [];
  const folders = [...roots];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      const file = relative(root, path).split(sep).join("/");
      if (
        isForeignFolder(root, folder, entry.name) ||
        excluded.some((each) => file === each || file.startsWith(`${each}/`))
      )
        continue;
      if (entry.isDirectory()) folders.push(path);
      if (!entry.isSymbolicLink()) continue;
      const target = real(path);
      if (target === undefined || isInside(target)) continue;
      const isFolder = statSync(target).isDirectory();
      if (!isFolder && !source.test(entry.name)) continue;
      const texts = isFolder ? await codeBelow(target) : [target];
      if (texts?.length === 0) continue;
      found.push({
        file,
        why: `is a link that leads out of the project${isFolder ? `, to a folder with ${texts?.length ?? "too many"} files of code` : ""}`,
        matters: (isWanted) => texts === undefined || texts.some((each) => isWanted(textAt(each))),
      });
    }
  }
  return found;
}

/** A link may point to a whole disk, or to its own folder: undefined if there are too many files. */
async function codeBelow(folder: string): Promise<readonly string[] | undefined> {
  const isTooMany = (error: unknown) => error instanceof LockstepError && error.code === "LS8021";
  const found = await findFiles(folder, [everything], { ignore: neverRead, most: 50_000 }).catch(ignoring(isTooMany));
  return found?.map((each) => join(folder, each));
}

function entriesOf(folder: string) {
  return attempt(() => readdirSync(folder, { withFileTypes: true }), isUnreadable) ?? [];
}

/** The target of a link; undefined if it is broken. */
function real(path: string): string | undefined {
  return attempt(() => realpathSync(path), isUnreadable);
}

function textAt(path: string): string {
  const read = readSource(path);
  return "text" in read ? read.text : (read.guess() ?? "");
}
