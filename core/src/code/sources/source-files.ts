import { existsSync } from "node:fs";
import { join, posix, relative, resolve } from "node:path";
import { doing } from "../../base/at-work.js";
import { asGlobs, findFiles } from "../../base/files/find-files.js";
import { ignoredFiles } from "../../base/files/git.js";
import { mayBeOutput, outputFolderOf, outputNames } from "../../base/files/output-folders.js";
import { largest, largestSum, leaveOut } from "../../base/files/read-text.js";
import { isMigration } from "./not-application-code.js";
import { readModuleConfigs } from "./read-configs.js";
import { type RelevanceOptions, relevance } from "./relevance.js";
import { readSource } from "./source-text.js";

export { relevance } from "./relevance.js";

export interface SourcesOptions {
  /** Globs from the root. Empty: every TypeScript and JavaScript file. */
  readonly include?: readonly string[];
  /** Globs or folders from the root, in addition to dependencies, build output, generated code and migrations. */
  readonly exclude?: readonly string[];
  /** Further folders, from the root: apps of a monorepo beside the package that has the models. */
  readonly roots?: readonly string[];
}

export interface SourceFilesOptions extends SourcesOptions, RelevanceOptions {}

/** A file as it stands on disk; its path from the root. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

export const everything = "**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}";
const source = /\.[cm]?[jt]sx?$/;
/** Dependencies, build output, what tools write, and what has to stay as it was. */
export const neverRead = [
  "**/{node_modules,generated,__generated__,__snapshots__,migrations}/**",
  // Of packages below: `outputFolderOf`.
  `{${outputNames.join(",")}}/**`,
  "**/*.d.{ts,mts,cts}",
  "**/*.min.js",
  // Its functions name columns as the database has them; they are the plan's own, not code that has to follow it.
  "**/lockstep.config.*",
];

/**
 * The files of a project that a new field can matter to, and the configuration that their imports follow. What names neither a model nor two of its fields is left out
 * before anything is parsed; so is what says at its top that it is generated, and what git ignores.
 *
 * @example const files = await readSourceFiles(root, { models: [user] });
 */
export async function readSourceFiles(root: string, options: SourceFilesOptions): Promise<readonly SourceText[]> {
  doing(`reading the code of ${root}`);
  const matters = relevance(options);
  const paths = await listSources(root, options);
  const files = withoutIgnored(root, readRelevant(root, paths, matters));
  const configs = readModuleConfigs(
    root,
    files.map(({ file }) => file),
  );
  return [...files, ...configs];
}

/**
 * The source files of a project whose text a caller wants, in the order of their paths. Dependencies, build output, migrations and
 * what is compiled from a file beside it are never among them.
 */
export async function readSources(
  root: string,
  options: SourcesOptions,
  isWanted: (text: string) => boolean,
): Promise<readonly SourceText[]> {
  return readTexts(root, await listSources(root, options), isWanted);
}

/** The paths of the source files, in their order. */
export async function listSources(root: string, options: SourcesOptions): Promise<readonly string[]> {
  const paths = await listFiles(root, options, [everything]);
  return paths.filter((path) => source.test(path) && !isCompiled(root, path));
}

/**
 * The paths of a project's files, in their order, but for what is never read.
 *
 * @param globs what is looked for in each folder where no `include` is given: each begins with `**`
 */
export async function listFiles(
  root: string,
  options: SourcesOptions,
  globs: readonly string[],
): Promise<readonly string[]> {
  const { include = [], exclude = [] } = options;
  const outer = outerFolders(root, options.roots ?? []);
  const isOuter = (pattern: string) => pattern.startsWith("../");
  const own = include.filter((pattern) => !isOuter(pattern));
  const others = include.filter(isOuter);
  const wanted = [
    ...(own.length > 0 ? own : globs),
    ...(others.length > 0 ? others : outer.flatMap((folder) => globs.map((each) => `${folder}/${each}`))),
  ];
  // What begins with `**` stays below the folder that it is looked up in.
  const unwanted = [...neverRead, ...exclude.flatMap(asGlobs)].flatMap((pattern) =>
    pattern.startsWith("**/") ? [pattern, ...outer.map((folder) => `${folder}/${pattern}`)] : [pattern],
  );
  // A glob that leads up does not match below a folder that it leads through: all start in the uppermost one.
  const top =
    wanted.map((pattern) => /^(?:\.\.\/)*/.exec(pattern)?.[0] ?? "").sort((a, b) => b.length - a.length)[0] ?? "";
  const cwd = join(root, top);
  const below = (pattern: string) => {
    const [, not = "", path = ""] = /^(!?)(.*)$/.exec(pattern) ?? [];
    return top === "" ? pattern : not + relative(cwd, join(root, path)).replaceAll("\\", "/");
  };
  const found = await findFiles(cwd, wanted.flatMap(asGlobs).map(below), { ignore: unwanted.map(below) });
  // A folder around the project gives its files once more.
  const paths = new Set(found.map((path) => fromRoot(root, `${top}${path}`)));
  return withoutOutput(root, [...paths].sort());
}

/** Output that is not beside a `package.json` is known by git: `public/build`. */
function withoutOutput(root: string, paths: readonly string[]): readonly string[] {
  const suspected = paths.filter(mayBeOutput);
  if (suspected.length === 0) return paths;
  const rest = suspected.filter((path) => outputFolderOf(root, path) === undefined);
  const ignored = ignoredFiles(root, rest);
  const kept = new Set(rest.filter((path) => !ignored.has(path)));
  return paths.filter((path) => !mayBeOutput(path) || kept.has(path));
}

/**
 * The files that matter, and those that pass on what is in them: `export * from "./user.schemas.js"` names no model, and imports of
 * schemas and types lead through it.
 */
export function readRelevant(
  root: string,
  paths: readonly string[],
  matters: (text: string) => boolean,
): readonly SourceText[] {
  const relevant = new Set<string>();
  const read = readTexts(root, paths, (text, file) => {
    const isRelevant = matters(text);
    if (isRelevant) relevant.add(stemOf(file));
    return (isRelevant || passedOn(file, text).length > 0) && !isGenerated(text) && !isMigration(file, text);
  });
  const waiting = read.filter(({ file }) => !relevant.has(stemOf(file)));
  const targets = waiting.map(({ file, text }) => [stemOf(file), passedOn(file, text)] as const);
  for (let before = -1; before !== relevant.size; ) {
    before = relevant.size;
    for (const [stem, leadsTo] of targets) if (leadsTo.some((target) => relevant.has(target))) relevant.add(stem);
  }
  return read.filter(({ file }) => relevant.has(stemOf(file)));
}

/** The wanted ones of the files, with their texts; `unreadFiles` has those that cannot be read. One after the other: small files take a fifth of the time that way. */
export function readTexts(
  root: string,
  paths: readonly string[],
  isWanted: (text: string, file: string) => boolean,
  most: number = largest.code,
): readonly SourceText[] {
  const files: SourceText[] = [];
  let left = largestSum;
  for (const file of paths) {
    const read = readSource(join(root, file), most);
    if ("text" in read) {
      if (!isWanted(read.text, file)) continue;
      left -= read.text.length;
      if (left < 0) leaveOut(join(root, file));
      else files.push({ file, text: read.text });
    } else if (read.problem === "large") {
      const guess = read.guess();
      if (guess === undefined || isWanted(guess, file)) leaveOut(join(root, file));
    }
  }
  return files;
}

/** What nobody commits nobody reviews: local scripts, output of tools. */
export function withoutIgnored(root: string, files: readonly SourceText[]): readonly SourceText[] {
  const ignored = ignoredFiles(
    root,
    files.map(({ file }) => file),
  );
  // A project in a folder that is ignored as a whole is nobody's leftovers.
  return ignored.size === files.length ? files : files.filter(({ file }) => !ignored.has(file));
}

/** Whether the comments at the top say so of the file: `// The id is generated by the database.` says it of something else. */
export function isGenerated(text: string): boolean {
  const head = /^(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|#![^\n]*)*/.exec(text)?.[0] ?? "";
  return head.split("\n").some((line) => {
    const said = line.replace(/^[\s/*#!<=-]+/, "");
    return generatedWords.some((words) => words.test(said));
  });
}

const generatedWords: readonly RegExp[] = [
  /@generated\b|@ts-nocheck|\bcode generated\b/i,
  /\b(?:this|the|these) (?:file|code|module|client|types?|schema)\b[^.]*\bgenerated\b/i,
  /\b(?:this is|is an?) (?:auto-?|automatically )?generated\b/i,
  /^(?:auto-?|automatically )?generated\b(?: (?:by|from|with|using|file|code)\b|\W|$)/i,
  /\b(?:auto-?|automatically )generated (?:file|code|by)\b/i,
  /^(?:please )?do not (?:edit|modify|change)(?:\W*$|[.!]| (?:this|manually|by hand|directly|it)\b)/i,
];

/** Further folders as paths from the root; those inside of it are read anyway. */
function outerFolders(root: string, folders: readonly string[]): readonly string[] {
  return folders
    .map((folder) => fromRoot(root, folder))
    .filter((folder) => folder === ".." || folder.startsWith("../"));
}

function fromRoot(root: string, path: string): string {
  if (!path.startsWith(".")) return path.replaceAll("\\", "/");
  return posix.normalize(relative(root, resolve(root, path)).replaceAll("\\", "/"));
}

/** The files of the project that a file exports from, as stems. */
function passedOn(file: string, text: string): readonly string[] {
  const found = text.matchAll(reExport);
  return [...found].map(([, specifier = ""]) => stemOf(posix.join(posix.dirname(file), specifier)));
}

const reExport =
  /\bexport\s*(?:type\s*)?(?:\*(?:\s*as\s+[\w$]+)?|\{[^{}]{0,9999}\})\s*from\s*["'](\.{1,2}(?:\/[^"']*)?)["']/g;

/** A path as imports name it: without extension, a folder for its index. */
function stemOf(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/, "").replace(/\/(?:index)?$/, "");
}

/** `user.js` beside `user.ts` is its output. */
export function isCompiled(root: string, path: string): boolean {
  const source = path.replace(/\.([cm]?)jsx?$/, ".$1ts");
  return source !== path && (existsSync(join(root, source)) || existsSync(join(root, `${source}x`)));
}
