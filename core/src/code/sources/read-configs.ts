import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { folderOf, isOnlyUp, levelsUp } from "../project/folders.js";
import type { SourceText } from "./source-files.js";

const isConfig = (name: string) => /^(?:package\.json|pnpm-workspace\.yaml|(?:ts|js)config[^/]*\.json)$/.test(name);

/**
 * The configuration of the files' imports: tsconfig.json and package.json of the folders around them, up to the top of the repository, and
 * the configurations that a tsconfig extends. Paths from the root, like those of the files.
 */
export function readModuleConfigs(root: string, files: readonly string[]): readonly SourceText[] {
  const found = new Map<string, string>();
  const waiting = foldersWithin(root, files).flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter(isConfig)
      .map((name) => posix.join(folder, name)),
  );
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    // A broken link, or a folder with that name.
    if (statSync(join(root, file), { throwIfNoEntry: false })?.isFile() !== true) continue;
    const text = readFileSync(join(root, file), "utf8");
    found.set(file, text);
    waiting.push(...extendedBy(root, file, text));
  }
  return [...found].map(([file, text]) => ({ file, text }));
}

/** The folders of the files and their parents, up to the root of the workspace or repository. */
function foldersWithin(root: string, files: readonly string[]): readonly string[] {
  const depth = levelsToTop(root);
  const isBeyond = (folder: string) => isOnlyUp(folder) && levelsUp(folder) > depth;
  const known = new Set<string>();
  for (const file of files) {
    for (let folder = folderOf(file); !known.has(folder) && !isBeyond(folder); folder = folderOf(folder))
      known.add(folder);
  }
  return [...known];
}

/** How many folders above the project the workspace root is, or else the repository root; 0 without either. */
export function levelsToTop(root: string): number {
  for (let at = root, level = 0; ; at = dirname(at), level++) {
    const manifest = join(at, "package.json");
    const isTop =
      existsSync(join(at, "pnpm-workspace.yaml")) ||
      (existsSync(manifest) && /"workspaces"\s*:/.test(readFileSync(manifest, "utf8")));
    if (isTop) return level;
    if (existsSync(join(at, ".git"))) return level;
    if (dirname(at) === at) return 0;
  }
}

/** Relative `extends` paths: configuration packages define no paths of the project. */
function extendedBy(root: string, file: string, text: string): readonly string[] {
  const value = /"extends"\s*:\s*("[^"]*"|\[[^\]]*\])/.exec(text)?.[1] ?? "";
  return [...value.matchAll(/"(\.[^"]*)"/g)].flatMap(([, base = ""]) => {
    const path = posix.join(folderOf(file), base);
    return [path, `${path}.json`].filter((each) => each.endsWith(".json") && existsSync(join(root, each))).slice(0, 1);
  });
}
