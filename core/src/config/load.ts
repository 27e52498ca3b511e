import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LockstepError } from "../errors.js";
import type { LockstepConfig } from "./schema.js";

const fileNames = ["ts", "mts", "js", "mjs", "json"].map((extension) => `lockstep.config.${extension}`);

/**
 * Reads `lockstep.config.{ts,mts,js,mjs,json}` in the project's root; without one, the defaults.
 * zod and jiti (about 80 ms) are loaded only when there is a file.
 *
 * @throws LockstepError LS8002 a file that does not load, a setting that is wrong or unknown, or two files
 * @example const { targets } = await loadConfig(project.root);
 */
export async function loadConfig(root: string): Promise<LockstepConfig> {
  const [name, second] = fileNames.filter((candidate) => existsSync(join(root, candidate)));
  if (name === undefined) return { targets: {} };
  if (second !== undefined) {
    throw new LockstepError("LS8002", `There are two configurations: ${name} and ${second}`, {
      hint: "Delete one of the two.",
    });
  }
  const written = await readModule(root, name);
  const { z } = await import("zod");
  const { configSchema } = await import("./schema.js");
  const result = configSchema.safeParse(written);
  if (result.success) return result.data;
  throw new LockstepError("LS8002", `${name} is not valid:\n${z.prettifyError(result.error)}`, {
    hint: `Correct the settings named in ${name}.`,
    details: { file: name, issues: result.error.issues },
  });
}

async function readModule(root: string, name: string): Promise<unknown> {
  const path = join(root, name);
  try {
    if (name.endsWith(".json")) return JSON.parse(readFileSync(path, "utf8"));
    const { createJiti } = await import("jiti");
    // Without caches: nothing is written into the project, and a changed file is read again.
    const jiti = createJiti(path, { fsCache: false, moduleCache: false, interopDefault: false });
    const module = await jiti.import<{ default?: unknown }>(path);
    if (module.default === undefined) throw new Error("it has no default export");
    return module.default;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LockstepError("LS8002", `${name} cannot be loaded: ${reason}`, { hint: `Correct ${name}.`, cause });
  }
}
