import { posix } from "node:path";
import type { MigrationSet, RepositoryFiles, TransactionMode } from "@lockstep/core";
import { dialectOfDrivers, dialectOfFolder, dialectOfSql, dialectOfType } from "./dialect.js";
import type { DataSourceFacts } from "./evaluate/data-sources.js";
import type { readUp } from "./evaluate/read-migration.js";
import type { Files } from "./evaluate/scope.js";
import { migrationsIn } from "./names.js";
import { rejectsOverrides } from "./run-mode.js";

/** A file with migration classes. */
interface ClassFile {
  readonly path: string;
  /** Their names in TypeORM. */
  readonly names: readonly string[];
  readonly text: string;
}

/** Above this number of files, only those are read whose paths indicate migrations or data sources. */
const manyFiles = 5_000;

/**
 * The TypeORM migration classes of a repository, by folder, in TypeORM's order: by the 13 digits of their names. Database and transactions
 * are those of the data source that loads the folder. If none defines the database, it is derived from the folder's name, the SQL and the
 * installed drivers.
 */
export async function findMigrations({ paths, read }: RepositoryFiles): Promise<readonly MigrationSet[]> {
  const code = paths.filter((path) => /\.[cm]?[jt]s$/.test(path) && !/\.d\.[cm]?ts$|(?:^|\/)node_modules\//.test(path));
  const isLikely = (path: string) => /\d{13}|migrat/i.test(path);
  const packages = paths.filter((path) => posix.basename(path) === "package.json" && !path.includes("node_modules/"));
  const usesTypeorm = packages.some((path) => /"[^"]*typeorm[^"]*"\s*:/.test(read(path) ?? ""));
  const mayBe = (path: string) =>
    isLikely(path) || /data-?source|orm|database|\bdb\b|config|connection|module/i.test(path);
  const looked = usesTypeorm ? (code.length > manyFiles ? code.filter(mayBe) : code) : code.filter(isLikely);
  const classes: ClassFile[] = [];
  const configured: { readonly path: string; readonly text: string }[] = [];
  for (const path of looked) {
    const text = read(path) ?? "";
    const names = text.includes("class") ? migrationsIn(text) : [];
    if (names.length > 0 && isMigration(text, names)) classes.push({ path, names, text });
    else if (usesTypeorm && mayConfigure(text)) configured.push({ path, text });
  }
  if (classes.length === 0) return [];
  for (const path of paths)
    if (/(?:^|\/)ormconfig\.json$/.test(path)) configured.push({ path, text: read(path) ?? "" });
  // With the compiler, which is not loaded for a repository without TypeORM migrations.
  const [{ readDataSources }, { readUp }] = await Promise.all([
    import("./evaluate/data-sources.js"),
    import("./evaluate/read-migration.js"),
  ]);
  const known = new Set(paths);
  const files: Files = { has: (path) => known.has(path), read };
  const sources = configured.flatMap(({ path, text }) => readDataSources(path, text, files));
  const folders = new Map<string, ClassFile[]>();
  for (const each of withoutCopies(classes)) {
    const folder = folderOf(each.path, sources);
    folders.set(folder, [...(folders.get(folder) ?? []), each]);
  }
  return [...folders].map(([folder, all]) =>
    setOf(folder, all, { sources, packages: new Set(packages), paths, files, readUp }),
  );
}

/** Classes of other tools have 14 digits, and no query runner. */
function isMigration(text: string, names: readonly string[]): boolean {
  if (/\bMigrationInterface\b/.test(text)) return true;
  return (
    names.some((name) => /(?<!\d)\d{13}$/.test(name)) &&
    /\bup\b\s*[(=]/.test(text) &&
    /queryRunner|\.query\(/i.test(text)
  );
}

/** Whether a file may contain the options of a data source. */
function mayConfigure(text: string): boolean {
  const isOfTypeorm = /\b(?:DataSource|TypeOrm|typeorm|createConnection|ConnectionOptions|entities)/;
  return /\bmigrations["']?\s*[:,=]/.test(text) && isOfTypeorm.test(text);
}

/** Compiled files are no second set: the same classes in a file of the same name and folder, beside the source or in an output folder. */
function withoutCopies(classes: readonly ClassFile[]): ClassFile[] {
  const isOutput = (path: string) => /(?:^|\/)(?:dist|build|out|lib|output|compiled|\.[^/]+)\//.test(path);
  const isCode = (path: string) => /js$/.test(path);
  const keyOf = ({ path, names }: ClassFile) => {
    const [folder = "", stem = ""] = path
      .replace(/\.[^.]+$/, "")
      .split("/")
      .slice(-2);
    return [folder, stem, ...names].join();
  };
  const sources = new Map<string, ClassFile[]>();
  for (const each of classes)
    if (!isOutput(each.path)) sources.set(keyOf(each), [...(sources.get(keyOf(each)) ?? []), each]);
  return classes.filter((each) => {
    if (!isCode(each.path)) return true;
    const twins = (sources.get(keyOf(each)) ?? []).filter((other) => other !== each);
    const isBeside = ({ path }: ClassFile) => !isCode(path) && posix.dirname(path) === posix.dirname(each.path);
    return isOutput(each.path) ? twins.length === 0 : !twins.some(isBeside);
  });
}

/** The folder of a set: that of the file, or the one that a data source loads with its subfolders. */
function folderOf(path: string, sources: readonly DataSourceFacts[]): string {
  const own = posix.dirname(path);
  // `migrations/2024/…`: years and versions are one history.
  const whole = own.replace(/(?:\/v?\d[\d._-]*)+$/, "");
  const deep = sources.flatMap(({ globs }) => globs.filter((glob) => glob.isDeep && glob.pattern.test(path)));
  const base = deep.map((glob) => sourceOf(glob.base, own)).sort((a = "", b = "") => b.length - a.length)[0];
  const between = base === undefined ? [] : own.slice(base.length + 1).split("/");
  const isHistory =
    base !== undefined && /migrat/i.test(base) && between.every((part) => dialectOfFolder(part) === undefined);
  return isHistory && base.length < whole.length ? base : whole;
}

/** The folder above a file that a pattern begins with. For `dist/migrations`: the folder it is compiled from. */
function sourceOf(base: string, folder: string): string | undefined {
  const plain = (text: string) =>
    text.replace(/(^|\/)(?:dist|build|out)(?=\/)/, "$1src").replace(/(^|\/)src\/(?:src\/)?/, "$1");
  const parts = folder.split("/");
  const above = parts.map((_, at) => parts.slice(0, at + 1).join("/"));
  return above.find((each) => plain(each) === plain(base));
}

interface Surroundings {
  readonly sources: readonly DataSourceFacts[];
  readonly packages: ReadonlySet<string>;
  readonly paths: readonly string[];
  readonly files: Files;
  /** Loaded with the compiler, if there are migrations. */
  readonly readUp: typeof readUp;
}

function setOf(
  folder: string,
  classes: readonly ClassFile[],
  { sources, packages, paths, files, readUp }: Surroundings,
): MigrationSet {
  const loading = sources.filter(({ globs, files: listed }) =>
    classes.some(({ path }) => listed.has(path) || globs.some(({ pattern }) => pattern.test(path))),
  );
  const types = new Set(loading.flatMap(({ type }) => dialectOfType(type) ?? []));
  const modes = new Set(loading.flatMap(({ transactions }) => transactions ?? []));
  const schemas = new Set(loading.map(({ schema }) => schema));
  const schema = schemas.size === 1 ? [...schemas][0] : undefined;
  const dialect =
    (types.size === 1 ? [...types][0] : undefined) ??
    dialectOfFolder(folder) ??
    dialectOfSql(classes.map(({ text }) => text)) ??
    dialectOfDrivers(folder, packages, files.read);
  // TypeORM's default, unless a data source sets another.
  const [transactions = "all" as TransactionMode] = modes.size === 1 ? modes : [];
  const stampOf = ({ names }: ClassFile) => Math.min(...names.map((name) => Number(name.slice(-13))));
  const ordered = [...classes].sort((a, b) => stampOf(a) - stampOf(b) || (a.path < b.path ? -1 : 1));
  return {
    folder,
    dialect,
    isSentWhole: false,
    // TypeORM rejects every run in which a class overrides the mode `all`.
    alone: `, in a separate migration with \`transaction = false\`${transactions === "all" ? ' and, in the data source, `migrationsTransactionMode: "each"`' : ""}`,
    transactions,
    rejectsOverrides: () => rejectsOverrides(loading, folder, { paths, read: files.read }),
    files: ordered.map(({ path }) => path),
    read: (text, file) => readUp(text, file, files, { dialect, transactions, schema }),
  };
}
