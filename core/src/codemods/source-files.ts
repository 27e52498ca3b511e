import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { glob } from "tinyglobby";
import { ignoredFiles } from "../files/git.js";
import type { EntityModel } from "../model/index.js";
import { isPlumbing } from "./plumbing.js";

export interface SourceFilesOptions {
  /** Globs from the root. Empty: every TypeScript and JavaScript file. */
  readonly include?: readonly string[];
  /** Globs or folders from the root, in addition to dependencies, build output, generated code and migrations. */
  readonly exclude?: readonly string[];
  /** The models that are about to change. */
  readonly models: readonly EntityModel[];
  /** Their new fields: a file that names one was edited before. */
  readonly fields?: readonly string[];
}

/** A file as it stands on disk; its path from the root. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

const everything = ["**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}"];
/** Dependencies, build output, what tools write, and what has to stay as it was. */
export const neverRead = [
  "**/{node_modules,dist,build,coverage,vendor,generated,__generated__,__snapshots__,migrations}/**",
  "**/*.d.{ts,mts,cts}",
  "**/*.min.js",
  // Its functions name columns as the database has them; they are the plan's own, not code that has to follow it.
  "**/lockstep.config.*",
];

/** Files are read a few at a time: a monorepo has more of them than a process may have open. */
const atOnce = 64;

/**
 * The files of a project that a new field can matter to. What names neither a model nor two of its fields is left out
 * before anything is parsed; so is what says at its top that it is generated, and what git ignores.
 *
 * @example const files = await readSourceFiles(root, { models: [user] });
 */
export async function readSourceFiles(root: string, options: SourceFilesOptions): Promise<readonly SourceText[]> {
  const matters = relevance(options);
  return withoutIgnored(root, await readSources(root, options, (text) => matters(text) && !isGenerated(text)));
}

/** What nobody commits nobody reviews: local scripts, output of tools. */
export function withoutIgnored<T extends SourceText>(root: string, files: readonly T[]): readonly T[] {
  const ignored = ignoredFiles(
    root,
    files.map(({ file }) => file),
  );
  // A project in a folder that is ignored as a whole is nobody's leftovers.
  return ignored.size === files.length ? files : files.filter(({ file }) => !ignored.has(file));
}

/**
 * The source files of a project whose text a caller wants, in the order of their paths. Dependencies, build output, migrations and
 * what is compiled from a file beside it are never among them.
 */
export async function readSources(
  root: string,
  options: Pick<SourceFilesOptions, "include" | "exclude">,
  isWanted: (text: string) => boolean,
): Promise<readonly SourceText[]> {
  const include = options.include?.length ? [...options.include] : everything;
  const paths = await findFiles(root, include, [...neverRead, ...asGlobs(options.exclude)]);
  const code = paths.filter((path) => !isDataFile(path) && !isCompiled(root, path));
  return readTexts(root, code, isWanted);
}

/** The files that globs match, in the order of their paths, which have `/`. */
export async function findFiles(
  root: string,
  include: readonly string[],
  ignore: readonly string[],
): Promise<readonly string[]> {
  const options = { cwd: root, ignore: [...ignore], onlyFiles: true, followSymbolicLinks: false };
  const found = await glob([...include], options);
  return found.map((path) => path.replaceAll("\\", "/")).sort();
}

/** Reads files, and keeps those whose text is wanted. */
export async function readTexts(
  root: string,
  paths: readonly string[],
  isWanted: (text: string, file: string) => boolean,
): Promise<readonly SourceText[]> {
  const files: SourceText[] = [];
  for (let start = 0; start < paths.length; start += atOnce) {
    const batch = paths.slice(start, start + atOnce);
    const texts = await Promise.all(batch.map((path) => readFile(join(root, path), "utf8")));
    texts.forEach((text, index) => {
      const file = batch[index] as string;
      if (isWanted(text, file)) files.push({ file, text });
    });
  }
  return files;
}

/** Globs of the user may match more than code. */
function isDataFile(path: string): boolean {
  return /\.(?:graphqls?|gql|jsonc?|json5|ya?ml|sql|md)$/.test(path);
}

/** Whether a text can matter to one of the models. */
export function relevance({ models, fields = [] }: SourceFilesOptions): (text: string) => boolean {
  const names = models.flatMap(({ name }) => [name, `.${name.charAt(0).toLowerCase()}${name.slice(1)}.`]);
  const columns = models.map((model) => {
    const telling = model.fields.filter((field) => !isPlumbing(field));
    return (telling.length < 2 ? model.fields : telling).map(({ name }) => new RegExp(`\\b${name}\\b`));
  });
  return (text) => {
    if (clients.test(text) || [...names, ...fields].some((name) => text.includes(name))) return true;
    return columns.some((patterns) => {
      let found = 0;
      return patterns.some((pattern) => pattern.test(text) && ++found === 2);
    });
  };
}

/** Clients are made, repositories extended, and row types passed on, in files that name no model at all. */
const clients =
  /PrismaClient|["']typeorm["']|\bexport\b[^;"']*\bfrom\s*["'][^"']*(?:prisma|generated|client|db|database)/i;

/** Whether the comments at the top say so. */
export function isGenerated(text: string): boolean {
  const head = /^(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|#![^\n]*)*/.exec(text)?.[0] ?? "";
  return /@generated|@ts-nocheck|auto-?generated|generated by|code generated|is generated|do not edit/i.test(head);
}

/** `user.js` beside `user.ts` is its output. */
function isCompiled(root: string, path: string): boolean {
  const source = path.replace(/\.([cm]?)jsx?$/, ".$1ts");
  return source !== path && (existsSync(join(root, source)) || existsSync(join(root, `${source}x`)));
}

/** What the config excludes, as globs: a folder is all that is in it. */
export function asGlobs(patterns: readonly string[] = []): readonly string[] {
  return patterns.flatMap((pattern) => {
    const clean = pattern.replace(/^\.\//, "").replace(/\/$/, "");
    return /[*?{[]/.test(clean) ? [clean] : [clean, `${clean}/**`];
  });
}
