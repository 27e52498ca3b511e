import { posix } from "node:path";
import { ts } from "../ast/compiler.js";
import { folderOf, foldersAround } from "./folders.js";

/** The target of an import, by the configuration of its file. */
export interface Route {
  /** Paths from the project's root, with or without an extension. The first that exists counts. */
  readonly paths: readonly string[];
  /** The import cannot have another target. */
  readonly isSure: boolean;
}

interface Options {
  readonly baseUrl?: string;
  readonly paths?: Readonly<Record<string, readonly string[]>>;
  /** The base folder of `paths`, if there is no `baseUrl`. */
  readonly pathsFrom?: string;
}

/** The folder of the outermost configuration, which extends the others. */
const configDir = /^\$\{configDir\}/;

/**
 * `paths` and `baseUrl` of the nearest tsconfig.json or jsconfig.json, including inherited ones. If that file only references others
 * (`tsconfig.app.json`), those.
 *
 * @param texts configurations by their paths
 */
export function tsconfigPaths(texts: ReadonlyMap<string, string>) {
  const byFolder = new Map<string, string[]>();
  for (const file of texts.keys()) {
    if (!/^(?:ts|js)config[^/]*\.json$/.test(posix.basename(file))) continue;
    byFolder.set(folderOf(file), [...(byFolder.get(folderOf(file)) ?? []), file]);
  }
  const folders = new Set(byFolder.keys());
  const known = new Map<string, readonly Options[]>();

  function optionsIn(folder: string): readonly Options[] {
    const found =
      known.get(folder) ??
      (byFolder.get(folder) ?? [])
        // The one that editors use comes first.
        .sort((a, b) => Number(!/[tj]sconfig\.json$/.test(a)) - Number(!/[tj]sconfig\.json$/.test(b)))
        .map((file) => optionsOf(file, texts, folder, new Set()));
    known.set(folder, found);
    return found;
  }

  return (from: string, specifier: string): Route | undefined => {
    for (const folder of foldersAround(from, folders)) {
      const options = optionsIn(folder);
      for (const each of options) {
        const route = matching(each, specifier, folder);
        if (route !== undefined) return route;
      }
      const [base] = options.flatMap(({ baseUrl }) => baseUrl ?? []);
      return base === undefined ? undefined : { paths: [posix.join(base, specifier)], isSure: false };
    }
    return undefined;
  };
}

function optionsOf(file: string, texts: ReadonlyMap<string, string>, leaf: string, seen: Set<string>): Options {
  const text = texts.get(file);
  if (text === undefined || seen.has(file)) return {};
  seen.add(file);
  const config: unknown = ts.parseConfigFileTextToJson(file, text).config;
  const { extends: bases, compilerOptions } = (config ?? {}) as Record<string, unknown>;
  const inherited = [bases].flat().flatMap((base) => {
    if (typeof base !== "string" || !base.startsWith(".")) return [];
    const path = posix.join(folderOf(file), base);
    return optionsOf(texts.has(path) ? path : `${path}.json`, texts, leaf, seen);
  });
  const { baseUrl, paths } = (compilerOptions ?? {}) as Record<string, unknown>;
  return {
    ...Object.assign({}, ...inherited),
    ...(typeof baseUrl === "string" ? { baseUrl: under(folderOf(file), baseUrl, leaf) } : {}),
    ...(isPaths(paths) ? { paths, pathsFrom: folderOf(file) } : {}),
  };
}

function isPaths(value: unknown): value is Record<string, readonly string[]> {
  const isList = (each: unknown) => Array.isArray(each) && each.every((path) => typeof path === "string");
  return typeof value === "object" && value !== null && Object.values(value).every(isList);
}

function under(folder: string, path: string, leaf: string): string {
  return configDir.test(path) ? posix.join(leaf, path.replace(configDir, "")) : posix.join(folder, path);
}

/** The targets of the best matching pattern: the exact one, or the one with the longest prefix. */
function matching({ paths, baseUrl, pathsFrom }: Options, specifier: string, leaf: string): Route | undefined {
  const found = bestPattern(Object.keys(paths ?? {}), specifier);
  if (found === undefined) return undefined;
  const targets = paths?.[found.pattern] ?? [];
  const from = baseUrl ?? pathsFrom ?? ".";
  return {
    paths: targets.map((target) =>
      under(
        from,
        target.replace("*", () => found.rest),
        leaf,
      ),
    ),
    isSure: found.pattern !== "*",
  };
}

/** The pattern with at most one `*` that a name matches, and the text for the `*`. */
export function bestPattern(
  patterns: readonly string[],
  name: string,
): { readonly pattern: string; readonly rest: string } | undefined {
  if (patterns.includes(name)) return { pattern: name, rest: "" };
  const fitting = patterns.flatMap((pattern) => {
    const [before = "", after] = pattern.split("*");
    const fits = after !== undefined && name.length >= before.length + after.length;
    return fits && name.startsWith(before) && name.endsWith(after)
      ? [{ pattern, rest: name.slice(before.length, name.length - after.length), length: before.length }]
      : [];
  });
  return fitting.sort((a, b) => b.length - a.length)[0];
}
