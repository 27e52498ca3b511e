import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LockstepError } from "@lockstep/core";
import { withheldVariable } from "../engine/withhold.js";
import { configFileIn } from "../init/config-file.js";
import { placeholder } from "../init/load-prisma-config.js";
import type { PrismaProject } from "../project.js";
import { ownEngine } from "../with-lockstep.js";
import { urlVariable } from "./datasource-url.js";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment in which the project's Prisma config uses the target, and no other database. It checks the resulting config in a process
 * of its own, before anything runs: a config that ignores the URL would send the migrations to the developer's database.
 *
 * A wrapped config follows LOCKSTEP_DATASOURCE_URL; any other one follows the variable that it takes its URL from.
 *
 * @throws LS9021 when it follows neither
 */
export async function aimedEnvironment(
  { root, schemaFiles }: Pick<PrismaProject, "root" | "schemaFiles">,
  url: string,
  env: Environment,
): Promise<Environment> {
  const configFile = configFileIn(root);
  const files = [...(configFile === undefined ? [] : [configFile]), ...schemaFiles];
  for (const name of [urlVariable, ...variablesOf(root, files)]) {
    const { [urlVariable]: _, ...rest } = env;
    const candidate = { ...rest, [name]: url };
    const seen = await configIn(root, url, candidate);
    if (seen !== undefined)
      return { ...candidate, ...Object.fromEntries(seen.unset.map((variable) => [variable, placeholder])) };
  }
  throw new LockstepError(
    "LS9021",
    `${configFile ?? "The Prisma config"} uses its own database instead of the target: nothing was run.`,
  );
}

/**
 * The environment in which the CLI applies migrations through Lockstep's engine, which leaves some of them out.
 *
 * @param aimed the result of `aimedEnvironment`
 * @returns undefined when the CLI would use another engine, or none: it would apply them all
 */
export async function withholdingEnvironment(
  { root }: Pick<PrismaProject, "root">,
  url: string,
  aimed: Environment,
  withheld: readonly string[],
): Promise<Environment | undefined> {
  const { LOCKSTEP: _, ...rest } = aimed;
  const env = { ...rest, ...ownEngine(rest), [withheldVariable]: JSON.stringify(withheld) };
  // With the config's own settings: it may name another engine.
  const seen = await configIn(root, url, env);
  return seen?.isOwnEngine === true ? env : undefined;
}

/** The environment variables that the config reads, or the datasource of the schema (Prisma 6). */
function variablesOf(root: string, files: readonly string[]): readonly string[] {
  const text = files.map((file) => readFileSync(join(root, file), "utf8")).join("\n");
  const reads = text.matchAll(/\benv(?:<[^>]*>)?\(\s*["'](\w+)["']|\bprocess\.env(?:\.(\w+)|\[\s*["'](\w+)["']\s*\])/g);
  return [...new Set([...reads].map((match) => match[1] ?? match[2] ?? match[3] ?? ""))].filter(
    // Changing one of these changes more than the database.
    (name) => !/^(?:PATH|HOME|NODE_|LOCKSTEP)/.test(name),
  );
}

/** The settings of the project's config in an environment. */
export interface SeenConfig {
  /** Variables that it requires and that are not set. */
  readonly unset: readonly string[];
  /** The CLI uses Lockstep's engine. */
  readonly isOwnEngine: boolean;
}

/** @returns undefined when the project does not use the target */
function configIn(root: string, url: string, env: Environment): Promise<SeenConfig | undefined> {
  const script = fileURLToPath(new URL("./aim-check.js", import.meta.url));
  const child = spawn(process.execPath, [script, "migrate", "deploy"], {
    cwd: root,
    env: { ...env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  let answer = "";
  child.stdout.on("data", (chunk: Buffer) => {
    answer += chunk;
  });
  // Not by argument, because every user of the machine could read the password.
  child.stdin.on("error", () => undefined);
  child.stdin.end(JSON.stringify({ root, url }));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const last = answer.trim().split("\n").at(-1) ?? "";
      resolve(code === 0 && last.startsWith("{") ? (JSON.parse(last) as SeenConfig) : undefined);
    });
  });
}
