import { existsSync, lstatSync, readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { LockstepError } from "../base/errors.js";
import { isDeclared } from "../base/files/declared.js";
import type { LockstepConfig } from "./schema.js";

const fileNames = ["ts", "mts", "js", "mjs", "json"].map((extension) => `lockstep.config.${extension}`);

/**
 * Reads `lockstep.config.{ts,mts,js,mjs,json}` in the project's root; without one, the defaults. zod (30 ms) is loaded only when there is a
 * file, jiti and its Babel (150 ms) only when Node cannot read it alone.
 *
 * @throws LockstepError LS8002 a file that does not load, a setting that is wrong or unknown, or two files
 * @example const { targets } = await loadConfig(project.root);
 */
export async function loadConfig(root: string): Promise<LockstepConfig> {
  const name = oneConfigFile(root);
  if (name === undefined) return { targets: {} };
  const written = await readModule(root, name);
  const { configSchema, issuesText } = await import("./schema.js");
  const result = configSchema.safeParse(written);
  if (result.success) return result.data;
  throw new LockstepError("LS8002", `${name} is not valid:\n${issuesText(result.error)}`, {
    hint: `Correct the named settings in ${name}.`,
    details: { file: name, issues: result.error.issues },
  });
}

/** Whether the configuration may have functions, by a text search: a change that passes through does not load it. */
export function mayHaveFills(root: string): boolean {
  return mentionsSetting(root, "fills");
}

/** The same of any setting. */
export function mentionsSetting(root: string, name: string): boolean {
  return fileNames.some((file) => {
    const path = join(root, file);
    return existsSync(path) && new RegExp(`\\b${name}\\b`).test(readFileSync(path, "utf8"));
  });
}

/** The name of the configuration of a folder. @throws LS8002 there are two */
export function oneConfigFile(root: string): string | undefined {
  const [name, second] = fileNames.filter((candidate) => isThere(join(root, candidate)));
  if (second === undefined) return name;
  throw new LockstepError("LS8002", `There are two configurations: ${name} and ${second}`, {
    hint: "Delete one of the two.",
  });
}

/** The name of the configuration that `loadConfig` would read. */
export function configFileOf(root: string): string | undefined {
  return fileNames.find((candidate) => isThere(join(root, candidate)));
}

/** A broken link exists, and is an error: not a project without a configuration. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

async function readModule(root: string, name: string): Promise<unknown> {
  const path = join(root, name);
  try {
    if (name.endsWith(".json")) return JSON.parse(readFileSync(path, "utf8"));
    return await guarded(async () => {
      const module = (await importPlain(path)) ?? (await importAny(path));
      if (module.default === undefined) throw new Error("it has no default export");
      // It may be a promise: without `await` its settings would be ignored.
      return await module.default;
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    // A clone or a merge without a later install.
    const [, missing] = /^Cannot find (?:module|package) '(@lockstep\/(?:prisma|typeorm))'/.exec(reason) ?? [];
    const hint =
      missing === undefined
        ? `Correct ${name}.`
        : isDeclared(root, missing)
          ? "npm install"
          : `npm install --save-dev ${missing}`;
    throw new LockstepError("LS8002", `${name} cannot be loaded: ${reason}`, { hint, cause });
  }
}

const loadSeconds = 8;

let loading = 0;
const { exit } = process;

/** Runs the user's module with a time limit of some seconds. It cannot end the command, which would look like success. */
async function guarded<T>(load: () => Promise<T>): Promise<T> {
  loading++;
  process.exit = () => {
    throw new Error("it calls process.exit()");
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`it did not finish within ${loadSeconds} s`);
    timer = setTimeout(() => reject(error), loadSeconds * 1000);
  });
  try {
    return await Promise.race([load(), late]);
  } finally {
    clearTimeout(timer);
    if (--loading === 0) process.exit = exit;
  }
}

interface Module {
  readonly default?: unknown;
}

/** TypeScript, CommonJS, imports of the project's own files: any module. */
async function importAny(path: string): Promise<Module> {
  const { createJiti } = await import("#jiti");
  // Without caches: nothing is written into the project, and a changed file is read again.
  const jiti = createJiti(path, { fsCache: false, moduleCache: false, interopDefault: false });
  return jiti.import<Module>(path);
}

// Imports of packages at the beginning of a line, as formatters leave them.
const packageImport = /^(import\s[^"';]*?\sfrom\s*)(["'])([^"'./][^"']*)\2/gm;
// Names that a module loaded from text lacks, or that would resolve from another folder.
const needsItsPlace = /\b(?:import|require|module|exports|__dirname|__filename)\b/;

/**
 * The file that `lockstep init` writes, and most others, are plain modules: Node evaluates their text directly, whatever the file's name
 * is.
 * @returns undefined when it is more than that, or fails: `importAny` then reports the error, with its position in the file
 */
async function importPlain(path: string): Promise<Module | undefined> {
  const text = readFileSync(path, "utf8");
  if (needsItsPlace.test(text.replace(packageImport, ""))) return undefined;
  try {
    const { resolve } = createRequire(path);
    // A text has no folder: packages are resolved from the file's.
    const code = text.replace(packageImport, (_, head: string, quote: string, name: string) => {
      return `${head}${quote}${isBuiltin(name) ? name : pathToFileURL(resolve(name)).href}${quote}`;
    });
    return (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Module;
  } catch {
    // The user's own code may throw anything: `importAny` runs the file again.
    return undefined;
  }
}
