import { readFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { LockstepError } from "../base/errors.js";
import { isOfRepository } from "../base/files/writable.js";
import { serverText } from "../config/check-severities.js";
import { configFileOf, oneConfigFile } from "../config/load.js";
import type { LockstepConfig } from "../config/schema.js";
import type { MigrationSet } from "../lint/migration-set.js";
import { type Waiver, waivedBy } from "../lint/waivers.js";
import { type DialectId, versionNumber } from "../model/index.js";
import { advices } from "../rules/advice.js";
import { reportedRules } from "../rules/index.js";

/** The `check` settings in the configuration. */
export type CheckSettings = NonNullable<LockstepConfig["check"]>;

/** The ids of all rules and all advice. */
export const allRules: ReadonlySet<string> = new Set([...reportedRules, ...advices].map(({ id }) => id));

/**
 * Returns the settings of a folder; none without a configuration. Parses the file but never runs it: `check` runs on untrusted branches.
 *
 * @throws LS8002 the configuration cannot be read, computes `check`, or names an unknown rule
 */
export async function settingsAt(folder: string): Promise<CheckSettings> {
  const file = oneConfigFile(folder);
  if (file === undefined) return {};
  const text = readText(folder, file);
  const written = file.endsWith(".json") ? settingsInJson(file, text) : await settingsInModule(file, text);
  if (written === undefined) return {};
  const { configSchema, issuesText } = await import("../config/schema.js");
  const result = configSchema.safeParse({ targets: {}, check: written });
  if (!result.success)
    throw new LockstepError("LS8002", `${file} is not valid:\n${issuesText(result.error)}`, {
      hint: `Correct the named settings in ${file}.`,
    });
  const { check = {} } = result.data;
  const named = [...Object.keys(check.rules ?? {}), ...(check.waivers ?? []).map(({ rule }) => rule)];
  const unknown = named.find((rule) => !allRules.has(rule));
  const without = check.waivers?.find(({ rule }) => waivedBy(rule) === "nothing");
  if (without !== undefined)
    throw new LockstepError("LS8002", `check.waivers: findings of "${without.rule}" cannot be waived.`, {
      hint: `Remove this waiver.\nnpx lockstep explain ${without.rule}   # shows how to resolve the findings`,
    });
  if (unknown === undefined) return check;
  throw new LockstepError("LS8002", `check: there is no rule "${unknown}".`, {
    hint: "npx lockstep explain   # lists the rules",
  });
}

function readText(folder: string, file: string): string {
  // The error would contain what the link points to.
  if (!isOfRepository(folder, file)) throw unreadable(file, new Error("it is a link out of the repository"));
  try {
    return readFileSync(join(folder, file), "utf8");
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function settingsInJson(file: string, text: string): unknown {
  try {
    return (JSON.parse(text) as { check?: unknown } | null)?.check;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): LockstepError {
  return new LockstepError("LS8002", `${file} cannot be read: ${(cause as Error).message}`, {
    hint: `Correct ${file}.`,
    cause,
  });
}

async function settingsInModule(file: string, text: string): Promise<unknown> {
  if (hasNone.test(text)) return undefined;
  const { writtenSetting } = await import("./written-setting.js");
  return writtenSetting(file, text, "check");
}

/** Matches most configurations: an object without `check`, spread or computed parts. Avoids loading the compiler (half a second). */
const hasNone = /^(?!.*(?:\bcheck\b|\.\.\.|\[)).*\bexport default (?:defineConfig\()?\{/s;

/** The folder of the nearest configuration above a set: each package of a monorepo may have its own. Undefined: none. */
export function configuredAbove(cwd: string, { folder }: MigrationSet): string | undefined {
  for (let at = folder; at !== "." && at !== "/" && !at.startsWith(".."); at = posix.dirname(at))
    if (configFileOf(resolve(cwd, at)) !== undefined) return resolve(cwd, at);
  return configFileOf(cwd) === undefined ? undefined : cwd;
}

/** The settings of that configuration. @throws LS8002 as above */
export async function nearestSettings(cwd: string, set: MigrationSet, own: CheckSettings): Promise<CheckSettings> {
  const folder = configuredAbove(cwd, set);
  return folder === undefined || folder === cwd ? own : settingsAt(folder);
}

export function waiversOf({ waivers = [] }: CheckSettings): Waiver[] {
  return waivers.map(({ rule, ...waiver }) => ({ ...waiver, rules: [rule] }));
}

/** A database server that migrations run on. */
export interface NamedServer {
  readonly system: DialectId;
  /** In the format of `Environment.server`. */
  readonly version: number;
}

/** The oldest version that Lockstep supports, assumed if the patch level is missing. */
const oldestMysql = "8.0.12";

/**
 * Parses a server option: `15`, `postgresql:15.4`, `mysql:8.0.29`, `mariadb:11.4`. Missing parts are the lowest.
 *
 * @throws LS8016 the text is invalid
 */
export function serverOf(text: string | undefined): NamedServer | undefined {
  if (text === undefined) return undefined;
  const [, name = "postgresql", version] = serverText.exec(text) ?? [];
  if (version !== undefined) {
    const system = name === "mysql" || name === "mariadb" ? name : "postgresql";
    if (system === "postgresql") return { system, version: Number.parseInt(version, 10) };
    return { system, version: versionNumber(version === "8" || version === "8.0" ? oldestMysql : version) };
  }
  throw new LockstepError("LS8016", `"${text}" is not a version of PostgreSQL, MySQL or MariaDB.`, {
    hint: "For example: --server 15, --server mysql:8.0.29 or --server mariadb:11.4",
  });
}
