import { posix } from "node:path";
import { patternOf } from "../../base/pattern-of.js";
import { folderOf, foldersAround, isOnlyUp, levelsUp } from "./folders.js";
import { bestPattern, type Route } from "./tsconfig-paths.js";
import { isRecord, objectIn, patternsIn, pnpmFile, pnpmPatterns } from "./workspace-patterns.js";

interface Package {
  readonly folder: string;
  readonly manifest: Readonly<Record<string, unknown>>;
  /** The compiler's source and output folders. */
  readonly outputs: readonly (readonly [from: string, to: string])[];
}

/**
 * Imports of packages of the same repository, by name, and of a package's own `#imports`. Built files are mapped back to their sources: by
 * the `outDir` of the package's tsconfig, or else by the usual folder names.
 *
 * @param texts package.json, tsconfig.json and pnpm-workspace.yaml by their paths
 */
export function workspacePackages(texts: ReadonlyMap<string, string>) {
  const manifests = new Map<string, Package>();
  for (const [file, text] of texts) {
    if (posix.basename(file) !== "package.json") continue;
    const folder = folderOf(file);
    manifests.set(folder, { folder, manifest: objectIn(file, text), outputs: outputsOf(folder, texts) });
  }
  const folders = new Set(manifests.keys());
  const isMember = membersOf(manifests, texts);
  const byName = new Map(
    [...manifests.values()].flatMap((each) => {
      const { name } = each.manifest;
      return typeof name === "string" && isMember(each.folder) ? [[name, each] as const] : [];
    }),
  );

  return (from: string, specifier: string): Route | undefined => {
    if (specifier.startsWith("#")) {
      const [folder] = foldersAround(from, folders);
      const own = folder === undefined ? undefined : manifests.get(folder);
      const imports = own?.manifest.imports;
      if (own === undefined || !isRecord(imports)) return undefined;
      const targets = targetsIn(imports, specifier);
      return targets.length > 0 ? { paths: sourcesOf(own, targets), isSure: true } : undefined;
    }
    const parts = specifier.split("/");
    const name = parts.splice(0, specifier.startsWith("@") ? 2 : 1).join("/");
    const found = byName.get(name);
    return found && { paths: sourcesOf(found, entriesOf(found, parts.join("/"))), isSure: true };
  };
}

/** The folders of a workspace: `packages/*` in package.json (npm, yarn) or pnpm-workspace.yaml. */
function membersOf(manifests: ReadonlyMap<string, Package>, texts: ReadonlyMap<string, string>) {
  const lists = [...manifests].map(([folder, { manifest }]) => [folder, patternsIn(manifest)] as const);
  for (const [file, text] of texts)
    if (posix.basename(file) === pnpmFile) lists.push([folderOf(file), pnpmPatterns(text)]);
  return (folder: string) =>
    lists.some(([workspace, patterns]) => {
      const parts = partsBelow(workspace, folder);
      if (parts === undefined) return false;
      // A folder with only unknown names is never excluded.
      const isNamed = parts.some((part) => part !== undefined);
      const isOut = (pattern: string) => pattern.startsWith("!") && fits(globParts(pattern.slice(1)), parts, isNamed);
      return (
        patterns.some((pattern) => !pattern.startsWith("!") && fits(globParts(pattern), parts, true)) &&
        !patterns.some(isOut)
      );
    });
}

/**
 * The path from a workspace down to a folder; `undefined` for the folders around the project's root, whose names the paths do not contain.
 */
function partsBelow(workspace: string, folder: string): readonly (string | undefined)[] | undefined {
  const parts = posix.relative(workspace, folder).split("/");
  // Both are relative to the root, so leading `..` parts come first in both.
  const unnamed = levelsUp(workspace) - levelsUp(folder);
  const named = folder.split("/").filter((part) => part !== ".." && part !== ".");
  if (isOnlyUp(workspace)) return unnamed < 0 ? undefined : [...Array<undefined>(unnamed).fill(undefined), ...named];
  return parts[0] === ".." || parts[0] === "" ? undefined : parts;
}

function globParts(pattern: string): readonly string[] {
  return posix.normalize(pattern).replace(/^\.\//, "").replace(/\/$/, "").split("/");
}

/** @param isLenient a folder without a name matches every name */
function fits(
  [part, ...others]: readonly string[],
  path: readonly (string | undefined)[],
  isLenient: boolean,
): boolean {
  if (part === undefined) return path.length === 0;
  if (part === "**")
    return path.some((_, at) => fits(others, path.slice(at), isLenient)) || fits(others, [], isLenient);
  if (path.length === 0) return false;
  const [name, ...rest] = path;
  const isFitting = name === undefined ? isLenient || part === "*" : patternOfPart(part).test(name);
  return isFitting && fits(others, rest, isLenient);
}

function patternOfPart(part: string): RegExp {
  const pieces = part.split(/(\*|\?|\[[^\]]+\]|\{[^}]*\})/).map((piece, at) => {
    if (at % 2 === 0) return patternOf(piece);
    if (piece === "*") return ".*";
    if (piece === "?") return ".";
    if (piece.startsWith("[")) return piece.replace(/^\[!/, "[^").replaceAll("\\", "\\\\");
    return `(?:${piece.slice(1, -1).split(",").map(patternOf).join("|")})`;
  });
  return new RegExp(`^${pieces.join("")}$`);
}

/** The possible targets of `import "name"` and `import "name/rest"`, as paths in the package. */
function entriesOf({ manifest }: Package, rest: string): readonly string[] {
  const { exports } = manifest;
  if (exports !== undefined && exports !== null) {
    const hasPaths = isRecord(exports) && Object.keys(exports).some((key) => key.startsWith("."));
    return targetsIn(hasPaths ? exports : { ".": exports }, rest === "" ? "." : `./${rest}`);
  }
  if (rest !== "") return [rest, `src/${rest}`];
  const named = [manifest.source, manifest.types, manifest.typings, manifest.module, manifest.main];
  return [...named.filter((each) => typeof each === "string"), "index", "src/index"];
}

/** The targets of the matching key, under any condition: sources may have a condition of their own. */
function targetsIn(map: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const found = bestPattern(Object.keys(map), name);
  if (found === undefined) return [];
  const strings = (value: unknown): string[] => {
    if (typeof value === "string") return value.startsWith(".") ? [value.replaceAll("*", () => found.rest)] : [];
    return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
  };
  return strings(map[found.pattern]);
}

/** The source files of targets: the targets themselves, or the files that they are built from. */
function sourcesOf({ folder, outputs }: Package, targets: readonly string[]): readonly string[] {
  const paths = targets.flatMap((target) => {
    const path = posix.normalize(target).replace(/\.d\.([cm]?)ts$/, ".$1js");
    const sources = outputs.flatMap(([from, to]) =>
      path.startsWith(`${from}/`) ? [posix.join(to, path.slice(from.length + 1))] : [],
    );
    const built = /^(?:dist|build|lib|out)(?:\/(?:esm|cjs|types))?\/(.*)$/.exec(path)?.[1];
    // Output folders may be in version control, so sources come first.
    const written = ["ts", "tsx"].map((type) => path.replace(/\.([cm]?)jsx?$/, `.$1${type}`));
    return [...written, ...sources, ...(built === undefined ? [path] : [`src/${built}`, path, built])];
  });
  return [...new Set(paths)].map((path) => posix.join(folder, path));
}

function outputsOf(folder: string, texts: ReadonlyMap<string, string>): Package["outputs"] {
  return ["tsconfig.json", "tsconfig.build.json", "tsconfig.lib.json"].flatMap((name) => {
    const file = posix.join(folder, name);
    const { compilerOptions } = objectIn(file, texts.get(file) ?? "{}");
    const { outDir, rootDir = "src" } = isRecord(compilerOptions) ? compilerOptions : {};
    if (typeof outDir !== "string" || typeof rootDir !== "string") return [];
    return [[posix.normalize(outDir).replace(/\/$/, ""), rootDir] as const];
  });
}
