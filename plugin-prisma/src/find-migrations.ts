import { dirname, posix } from "node:path";
import { LockstepError, type MigrationSet, type RepositoryFiles, type TransactionMode } from "@lockstep/core";
import { attempt, isSyntaxError } from "@lockstep/core/text";
import type { PrismaDialect } from "./dialects/dialect.js";
import { dialectOn } from "./dialects/dialects.js";
import { dialectOf } from "./schema/dialect.js";
import { prismaWords } from "./words.js";

/** `<folder>/<name>/migration.sql`, if the folder names begin with a stamp. */
const migration = /^(?:(.*)\/)?(?:\d{4,}[^/]*|[^/]*_init|init)\/migration\.sql$/;

/**
 * The migration folders of Prisma in a repository: folders with a `migration_lock.toml`, or with stamped folders that each have a
 * `migration.sql`. The provider is the lock file's; the transactions are those of the Prisma version in the nearest package.json. Those of
 * Prisma 8 are folders with operations, which Lockstep does not read.
 */
export async function findMigrations({ paths, read }: RepositoryFiles): Promise<readonly MigrationSet[]> {
  const folders = new Map<string, string[]>();
  const locked = new Set(
    paths.filter((path) => posix.basename(path) === "migration_lock.toml").map((path) => dirname(path)),
  );
  for (const path of paths) {
    if (!path.endsWith("/migration.sql") || path.includes("node_modules/")) continue;
    const folder = dirname(dirname(path));
    if (!locked.has(folder) && !migration.test(path)) continue;
    const files = folders.get(folder);
    if (files === undefined) folders.set(folder, [path]);
    else files.push(path);
  }
  const packages = new Set(paths.filter((path) => posix.basename(path) === "package.json"));
  const supported = [...folders].map(([folder, files]): MigrationSet => {
    const provider = /^\s*provider\s*=\s*"([^"]+)"/m.exec(read(posix.join(folder, "migration_lock.toml")) ?? "")?.[1];
    const transactions = transactionsAt(folder, packages, read, dialectOn(dialectOf(provider)));
    return {
      folder,
      dialect: provider,
      transactions,
      isAloneOutside: true,
      isKnownByItsBytes: true,
      sendsDefaults: true,
      adviceWords: prismaWords.advice,
      isSentWhole: transactions !== "none",
      alone: transactions === "none" ? "" : ", as the only statement of its migration",
      // The engine sorts folders by their names.
      files: files.sort(),
      read: (sql) => ({ sql, unread: [] }),
    };
  });
  return [...supported, ...ofPrisma8(paths)];
}

function ofPrisma8(paths: readonly string[]): readonly MigrationSet[] {
  const known = new Set(paths);
  const operations = paths.filter(
    (path) =>
      posix.basename(path) === "ops.json" &&
      !path.includes("node_modules/") &&
      known.has(posix.join(dirname(path), "migration.json")),
  );
  return [...new Set(operations.map((path) => dirname(dirname(path))))].map((folder) => ({
    folder,
    dialect: undefined,
    transactions: undefined,
    alone: "",
    unsupported: new LockstepError("LS9024", `The migrations in ${folder} are operations of Prisma 8.`),
    files: operations.filter((path) => dirname(dirname(path)) === folder),
    read: () => ({ sql: "", unread: [] }),
  }));
}

/** The range of `prisma` in the nearest package.json that has one. */
function transactionsAt(
  folder: string,
  packages: ReadonlySet<string>,
  read: RepositoryFiles["read"],
  dialect: PrismaDialect,
): TransactionMode | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const file = posix.join(at, "package.json");
    const range = packages.has(file) ? rangeOf(read(file)) : undefined;
    if (range !== undefined) return transactionsOfRange(range, dialect);
    if (at === "." || at === "/") return undefined;
  }
}

type Manifest = Partial<Record<"dependencies" | "devDependencies", Readonly<Record<string, string>>>>;

function rangeOf(text = ""): string | undefined {
  const manifest = attempt(() => JSON.parse(text) as Manifest | null, isSyntaxError);
  const { prisma, "@prisma/client": client } = { ...manifest?.dependencies, ...manifest?.devDependencies };
  return prisma ?? client;
}

/** A range that includes 7.4 may be either; so may one without a version, such as `catalog:`. */
function transactionsOfRange(range: string, dialect: PrismaDialect): TransactionMode | undefined {
  const lowest = /^[~^]?v?(\d+)(?:\.(\d+))?/.exec(range.trim());
  if (lowest === null) return undefined;
  const [major = 0, minor = 0] = [Number(lowest[1]), Number(lowest[2] ?? 0)];
  const mode = dialect.transactions(`${major}.${minor}.0`);
  const isOpen = major === 7 && mode === "each" && !/^[~\d]/.test(range.trim());
  return isOpen ? undefined : mode;
}
