import { posix } from "node:path";
import type { RepositoryFiles } from "@lockstep/core";
import type { DataSourceFacts } from "./evaluate/data-sources.js";

/**
 * Whether the files of a repository show that TypeORM runs the migrations of a folder in the mode `all`. False if they do not: another
 * file may set the mode, or no data source loads the folder.
 *
 * @param loading the data sources that load it
 */
export function rejectsOverrides(
  loading: readonly DataSourceFacts[],
  folder: string,
  { paths, read }: RepositoryFiles,
): boolean {
  const roots = paths.filter((path) => posix.basename(path) === "package.json").map((path) => posix.dirname(path));
  const isIn = (inner: string, root: string) => root === "." || `${inner}/`.startsWith(`${root}/`);
  const packageOf = (path: string) =>
    roots.filter((root) => isIn(path, root)).sort((one, other) => other.length - one.length)[0] ?? ".";
  const own = packageOf(folder);
  const stating = new Set(loading.flatMap(({ file, transactions }) => (transactions === undefined ? [] : [file])));
  let isStatedElsewhere = false;
  let isGivenAll = false;
  for (const path of paths) {
    if (!mayRun.test(path)) continue;
    const text = read(path) ?? "";
    const given = modesGiven(text);
    // Another mode, possibly of another package.
    if (given.some((mode) => mode !== "all")) return false;
    isGivenAll ||= given.length > 0 && isIn(own, packageOf(path));
    isStatedElsewhere ||= !stating.has(path) && text.includes("migrationsTransactionMode");
  }
  const isAll = ({ transactions, hasDefaultMode }: DataSourceFacts) =>
    transactions === "all" || (hasDefaultMode && !isStatedElsewhere);
  return isGivenAll || (loading.length > 0 && loading.every(isAll));
}

/** Code, scripts of packages and of the shell, pipelines, images. */
const mayRun =
  /^(?!(?:.*\/)?node_modules\/).*(?:\.(?:[cm]?[jt]s|sh|ya?ml)|(?:^|\/)(?:package\.json|ormconfig\.json|(?:Dockerfile|Makefile|Procfile|Justfile)[^/]*))$/i;

/**
 * The modes that commands and calls give to a run of migrations: `migration:run -t each`, `.runMigrations({ transaction: "none" })`. For a
 * call whose options are not literal: `unknown`.
 */
export function modesGiven(text: string): string[] {
  const commands = text
    .replace(/\\\r?\n/g, " ")
    .matchAll(/migration:run\b[^\n;&|]*?\s(?:-t|--transaction)[=\s]+["'\\]*(all|each|none|false)\b/g);
  const calls = text.matchAll(/\.runMigrations\(\s*([^)\s][^)]*)\)/g);
  return [
    ...[...commands].map(([, mode = ""]) => mode),
    ...[...calls].flatMap(([, options = ""]) => {
      if (/^\{[^.]*\}$/.test(options) && !/\btransaction\b/.test(options)) return [];
      return /\btransaction\s*:\s*["'`](\w+)["'`]/.exec(options)?.[1] ?? "unknown";
    }),
  ];
}
