import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { asGlobs, findFilesSync } from "@lockstep/core/files";

/** Where a project compiles its sources to, by its tsconfig. Paths from the root, without `./`. */
export interface Compilation {
  /** `dist`. Undefined if nothing is compiled, or each file beside its source. */
  readonly outDir: string | undefined;
  /** The folders of the sources: `src`, or the root itself. */
  readonly sources: readonly string[];
}

/** Reads tsconfig.json, and tsconfig.build.json if it has further settings. Comments are allowed; `extends` of packages is not followed. */
export function readCompilation(root: string): Compilation {
  const texts = ["tsconfig.json", "tsconfig.build.json"]
    .map((name) => join(root, name))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, "utf8").replaceAll(/("(?:\\.|[^"\\])*")|\/\/.*|\/\*[\s\S]*?\*\//g, "$1"));
  const setting = (name: string) =>
    texts
      .map((text) => new RegExp(`"${name}"\\s*:\\s*"([^"]*)"`).exec(text)?.[1])
      .findLast((value) => value !== undefined);
  const outDir = setting("outDir");
  const rootDir = setting("rootDir");
  const path = (value: string) => posix.normalize(value).replace(/\/$/, "");
  return {
    outDir: outDir === undefined || path(outDir) === "." ? undefined : path(outDir),
    sources: [...(rootDir === undefined ? [] : [path(rootDir)]), "src", "."],
  };
}

/**
 * The source of a compiled file or glob: `dist/migrations/*.js` → `src/migrations/*.{ts,js}`. Any other path is returned unchanged, also
 * one without a source.
 */
export function sourceOf(root: string, path: string, { outDir, sources }: Compilation): string {
  if (outDir === undefined || !path.startsWith(`${outDir}/`)) return path;
  const below = path.slice(outDir.length + 1).replace(/\.([cm]?)js$/, ".{$1ts,$1js}");
  const candidates = sources.map((source) => posix.join(source, below));
  const hasFiles = (glob: string) =>
    findFilesSync(root, asGlobs(glob), { ignore: [`${outDir}/**`], follow: true }).length > 0;
  const hasFolder = (glob: string) => staticFolder(glob) !== "" && existsSync(join(root, staticFolder(glob)));
  return candidates.find(hasFiles) ?? candidates.find(hasFolder) ?? path;
}

/** The folder before the first wildcard of a glob: `src/migrations/*.ts` → `src/migrations`. */
export function staticFolder(glob: string): string {
  const folders = glob.split("/").slice(0, -1);
  const end = folders.findIndex((folder) => /[*?{}[\]()!+@]/.test(folder));
  return (end === -1 ? folders : folders.slice(0, end)).join("/");
}
