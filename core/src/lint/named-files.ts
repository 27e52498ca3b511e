import { readFileSync } from "node:fs";
import { posix, relative, resolve, sep } from "node:path";
import { LockstepError } from "../base/errors.js";
import { largest } from "../base/files/read-text.js";
import type { MigrationSet, RepositoryFiles } from "./migration-set.js";

/** Files named on the command line. */
export interface NamedFiles {
  readonly files: ReadonlySet<string>;
  /** Files that are not migrations of the repository: each is a set of its own. */
  readonly sets: readonly MigrationSet[];
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Named migrations of the given sets, and any other file or stdin as separate SQL.
 *
 * @param typed the arguments; `-` is stdin
 * @throws LS8016 a file that cannot be read
 */
export function namedFiles(
  typed: readonly string[],
  cwd: string,
  { read }: RepositoryFiles,
  sets: readonly MigrationSet[],
): NamedFiles {
  const known = new Set(sets.flatMap(({ files }) => files));
  const texts = new Map<string, string>();
  const files = typed.map((each) => (each === "-" ? "stdin" : relative(cwd, resolve(cwd, each)).split(sep).join("/")));
  // A hook passes every changed file, for example lock files and schemas.
  const others = files.filter((file) => !known.has(file) && (file === "stdin" || file.endsWith(".sql")));
  for (const file of others) {
    const text = file === "stdin" ? stdin() : read(file);
    if (text === undefined)
      throw new LockstepError("LS8016", `${file} cannot be read.`, { hint: "npx lockstep check <file>" });
    texts.set(file, text);
  }
  // They target the same database as all sets.
  const dialects = new Set(sets.map(({ dialect }) => dialect));
  const dialect = dialects.size === 1 ? [...dialects][0] : undefined;
  return { files: new Set(files), texts, sets: others.map((file) => alone(file, dialect)) };
}

function stdin(): string {
  const text = readFileSync(0, "utf8");
  if (text.length <= largest.sql) return text;
  throw new LockstepError("LS8022", "stdin contains more than 8 MB of SQL, the limit of Lockstep.");
}

function alone(file: string, dialect: string | undefined): MigrationSet {
  return {
    folder: posix.dirname(file),
    dialect,
    transactions: undefined,
    alone: ", outside a transaction",
    files: [file],
    read: (sql) => ({ sql, unread: [] }),
  };
}
