import type { SourceFile } from "../ast/source-file.js";
import { type Route, tsconfigPaths } from "./tsconfig-paths.js";
import { workspacePackages } from "./workspace-packages.js";

/** Where an import of a file leads that is no relative one; undefined where the configuration says nothing of it. */
export type Routes = (from: string, specifier: string) => Route | undefined;

const known = new WeakMap<SourceFile, { readonly configs: readonly SourceFile[]; readonly routes: Routes }>();

/** What tsconfig.json and package.json say about imports. Edits never touch them, so it is read once for all snapshots of a project. */
export function routesOf(configs: readonly SourceFile[]): Routes {
  const [first] = configs;
  if (first === undefined) return () => undefined;
  const made = known.get(first);
  if (made?.configs.length === configs.length && made.configs.every((each, at) => each === configs[at]))
    return made.routes;
  const texts = new Map(configs.map(({ file, text }) => [file, text]));
  const [byPaths, byName] = [tsconfigPaths(texts), workspacePackages(texts)];
  const routes: Routes = (from, specifier) => {
    const path = byPaths(from, specifier);
    return path?.isSure ? path : (byName(from, specifier) ?? path);
  };
  known.set(first, { configs, routes });
  return routes;
}
