import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix, resolve } from "node:path";
import { parseEnv } from "node:util";
import { LockstepError, type Project } from "@lockstep/core";

/** A project as dbmate's own settings describe it. */
export interface DbmateProject extends Project {
  /** Where dbmate records what it has applied. */
  readonly migrationsTable: string;
}

/**
 * The project at a folder or above it: the one that has dbmate's folder of migrations. It reads what dbmate reads, the environment and
 * `.env`.
 *
 * @throws LockstepError LS8001 no such folder · LS9020 dbmate is not installed there
 */
export function findProject(cwd: string): DbmateProject {
  for (let root = resolve(cwd); ; root = dirname(root)) {
    const settings = { ...readEnv(root), ...process.env };
    const migrationsFolder = posix.normalize(settings.DBMATE_MIGRATIONS_DIR ?? "db/migrations").replace(/\/$/, "");
    if (existsSync(join(root, migrationsFolder)))
      return {
        root,
        migrationsFolder,
        migrationsTable: settings.DBMATE_MIGRATIONS_TABLE ?? "schema_migrations",
        ormVersion: dbmateIn(root).version,
        dialect: "postgresql",
        developmentUrl: settings.DATABASE_URL,
        generatedFolders: [],
      };
    if (root === dirname(root))
      throw new LockstepError("LS8001", `There is no db/migrations at ${cwd} or above it`, {
        hint: "Change to the folder in which dbmate is run, or name it with --cwd.",
      });
  }
}

function readEnv(root: string): Readonly<Record<string, string | undefined>> {
  const file = join(root, ".env");
  return existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
}

/**
 * The dbmate that the project has installed.
 *
 * @throws LockstepError LS9020
 */
export function dbmateIn(root: string): { readonly version: string; readonly bin: string } {
  const require = createRequire(join(root, "package.json"));
  try {
    const manifest = require.resolve("dbmate/package.json");
    const { version, bin } = require(manifest) as { version: string; bin: string | { dbmate: string } };
    return { version, bin: join(dirname(manifest), typeof bin === "string" ? bin : bin.dbmate) };
  } catch (cause) {
    throw new LockstepError("LS9020", `The project at ${root} has no dbmate in its dependencies.`, { cause });
  }
}
