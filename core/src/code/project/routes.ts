import type { SourceFile } from "../ast/source-file.js";
import { type Route, tsconfigPaths } from "./tsconfig-paths.js";
import { workspacePackages } from "./workspace-packages.js";

/** The target of a non-relative import of a file; undefined if the configuration does not define it. */
export type Routes = (from: string, specifier: string) => Route | undefined;

const known = new WeakMap<SourceFile, { readonly configs: readonly SourceFile[]; readonly routes: Routes }>();

/** The import settings of tsconfig.json and package.json. Edits never touch them, so they are read once for all snapshots of a project. */
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
