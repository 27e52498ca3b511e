import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { LockstepError } from "@lockstep/core";

/** The parts of a Prisma config that Lockstep uses. Paths are absolute. */
export interface LoadedPrismaConfig {
  readonly schema: string | undefined;
  readonly migrationsPath: string | undefined;
  readonly url: string | undefined;
  /** Variables that the config requires and that are not set. */
  readonly unset: readonly string[];
  /** False: Prisma 6 migrates within its CLI (`engine: "js"`). */
  readonly startsEngine: boolean;
}

/** Replaces an environment variable that is not set. No host has this name (RFC 2606). */
export const placeholder = "postgresql://lockstep-unset.invalid/unset";

/**
 * Loads a Prisma config as the CLI does. A pipeline that works on production has no development database: if the config requires an unset
 * variable (`env("DATABASE_URL")`), the URL is undefined and the rest is still read.
 *
 * @throws LockstepError LS8002 when the file does not load · LS9020 when the project has no Prisma
 */
export async function loadPrismaConfig(root: string, configFile: string): Promise<LoadedPrismaConfig> {
  const { loadConfigFromFile } = configModule(root);
  const unset: string[] = [];
  try {
    for (;;) {
      const { config, error } = await loadConfigFromFile({ configRoot: root, configFile });
      if (config !== undefined) {
        const url = config.datasource?.url;
        return {
          schema: config.schema,
          migrationsPath: config.migrations?.path,
          url: url === undefined || url === "" || url.includes(placeholder) ? undefined : url,
          unset,
          startsEngine: (config as { engine?: unknown }).engine !== "js",
        };
      }
      const message = "error" in error ? error.error.message : error._tag;
      const name = /^Cannot resolve environment variable: (\S+)\.$/m.exec(message)?.[1];
      if (name === undefined || unset.includes(name)) throw refusal(root, configFile, message, error);
      unset.push(name);
      process.env[name] = placeholder;
    }
  } finally {
    for (const name of unset) delete process.env[name];
  }
}

/** Prisma's own loader, in the version of the project: a dependency of `prisma`. The one beside this package, if the project has none. */
function configModule(root: string): typeof import("@prisma/config") {
  let failure: unknown;
  for (const place of [join(root, "package.json"), import.meta.url]) {
    try {
      const prisma = createRequire(place).resolve("prisma/package.json");
      return createRequire(prisma)("@prisma/config") as typeof import("@prisma/config");
    } catch (cause) {
      failure ??= cause;
    }
  }
  throw new LockstepError("LS9020", `Prisma with its @prisma/config is not installed in the project at ${root}.`, {
    cause: failure,
  });
}

function refusal(root: string, configFile: string, message: string, cause: unknown): LockstepError {
  const file = relative(root, configFile);
  return new LockstepError("LS8002", `${file} cannot be loaded: ${message}`, { hint: `Correct ${file}.`, cause });
}
