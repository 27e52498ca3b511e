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
  /** Additional folders, from the root: apps of a monorepo next to the package with the models. */
  readonly roots?: readonly string[];
}

export interface SourceFilesOptions extends SourcesOptions, RelevanceOptions {}

/** A file as stored on disk, with its path from the root. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

export const everything = "**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}";
const source = /\.[cm]?[jt]sx?$/;
/** Dependencies, build output, tool output, and files that must stay unchanged. */
export const neverRead = [
  "**/{node_modules,generated,__generated__,__snapshots__,migrations}/**",
  // For packages in subfolders: `outputFolderOf`.
  `{${outputNames.join(",")}}/**`,
  "**/*.d.{ts,mts,cts}",
  "**/*.min.js",
  // Its functions name columns as in the database. They belong to the plan and need no edit.
  "**/lockstep.config.*",
];

/**
 * The files of a project that a new field can affect, and the configuration of their imports. Skips files that name neither a model nor two
 * of its fields, files marked as generated in their first comments, and files that git ignores, without parsing them.
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
 * The source files of a project whose text matches, sorted by path. Excludes dependencies, build output, migrations, and files compiled
 * from an adjacent file.
 */
export async function readSources(
  root: string,
  options: SourcesOptions,
  isWanted: (text: string) => boolean,
): Promise<readonly SourceText[]> {
  return readTexts(root, await listSources(root, options), isWanted);
}

/** The sorted paths of the source files. */
export async function listSources(root: string, options: SourcesOptions): Promise<readonly string[]> {
  const paths = await listFiles(root, options, [everything]);
  return paths.filter((path) => source.test(path) && !isCompiled(root, path));
}

/**
 * The sorted paths of a project's files, without those that are never read.
 *
 * @param globs the globs for each folder if there is no `include`; each starts with `**`
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
  // Globs that start with `**` only match below their folder.
  const unwanted = [...neverRead, ...exclude.flatMap(asGlobs)].flatMap((pattern) =>
    pattern.startsWith("**/") ? [pattern, ...outer.map((folder) => `${folder}/${pattern}`)] : [pattern],
  );
  // A glob with `..` does not match below the folders that it passes through, so all globs start in the topmost one.
  const top =
    wanted.map((pattern) => /^(?:\.\.\/)*/.exec(pattern)?.[0] ?? "").sort((a, b) => b.length - a.length)[0] ?? "";
  const cwd = join(root, top);
  const below = (pattern: string) => {
    const [, not = "", path = ""] = /^(!?)(.*)$/.exec(pattern) ?? [];
    return top === "" ? pattern : not + relative(cwd, join(root, path)).replaceAll("\\", "/");
  };
  const found = await findFiles(cwd, wanted.flatMap(asGlobs).map(below), { ignore: unwanted.map(below) });
  // A folder around the project lists the project's files again.
  const paths = new Set(found.map((path) => fromRoot(root, `${top}${path}`)));
  return withoutOutput(root, [...paths].sort());
}

/** Output folders without an adjacent `package.json` are identified by git: `public/build`. */
function withoutOutput(root: string, paths: readonly string[]): readonly string[] {
  const suspected = paths.filter(mayBeOutput);
  if (suspected.length === 0) return paths;
  const rest = suspected.filter((path) => outputFolderOf(root, path) === undefined);
  const ignored = ignoredFiles(root, rest);
  const kept = new Set(rest.filter((path) => !ignored.has(path)));
  return paths.filter((path) => !mayBeOutput(path) || kept.has(path));
}

/**
 * The relevant files, and those that re-export their content: `export * from "./user.schemas.js"` names no model, but imports of schemas
 * and types resolve through it.
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

/**
 * The matching files with their texts; `unreadFiles` returns those that cannot be read. Sequential, because small files take a fifth of the
 * time that way.
 */
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

/** Files that are not committed are not reviewed: local scripts, tool output. */
export function withoutIgnored(root: string, files: readonly SourceText[]): readonly SourceText[] {
  const ignored = ignoredFiles(
    root,
    files.map(({ file }) => file),
  );
  // If git ignores the whole project folder, its files are not leftovers.
  return ignored.size === files.length ? files : files.filter(({ file }) => !ignored.has(file));
}

/** Whether the comments at the top mark the file as generated. `// The id is generated by the database.` does not. */
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

/** Additional folders as paths from the root, without those inside it, which are read anyway. */
function outerFolders(root: string, folders: readonly string[]): readonly string[] {
  return folders
    .map((folder) => fromRoot(root, folder))
    .filter((folder) => folder === ".." || folder.startsWith("../"));
}

function fromRoot(root: string, path: string): string {
  if (!path.startsWith(".")) return path.replaceAll("\\", "/");
  return posix.normalize(relative(root, resolve(root, path)).replaceAll("\\", "/"));
}

/** The files of the project that a file re-exports, as stems. */
function passedOn(file: string, text: string): readonly string[] {
  const found = text.matchAll(reExport);
  return [...found].map(([, specifier = ""]) => stemOf(posix.join(posix.dirname(file), specifier)));
}

const reExport =
  /\bexport\s*(?:type\s*)?(?:\*(?:\s*as\s+[\w$]+)?|\{[^{}]{0,9999}\})\s*from\s*["'](\.{1,2}(?:\/[^"']*)?)["']/g;

/** A path as in imports: without extension, and a folder for its index. */
function stemOf(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/, "").replace(/\/(?:index)?$/, "");
}

/** `user.js` beside `user.ts` is its output. */
export function isCompiled(root: string, path: string): boolean {
  const source = path.replace(/\.([cm]?)jsx?$/, ".$1ts");
  return source !== path && (existsSync(join(root, source)) || existsSync(join(root, `${source}x`)));
}
