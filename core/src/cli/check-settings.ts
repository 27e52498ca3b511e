import { posix, resolve } from "node:path";
import type { MigrationSet } from "../check/migration-set.js";
import { checkRules } from "../check/rules/index.js";
import type { Waiver } from "../check/waivers.js";
import { configFileOf, loadConfig } from "../config/load.js";
import type { LockstepConfig } from "../config/schema.js";
import { LockstepError } from "../errors.js";

/** What the configuration says of `check`. */
export type CheckSettings = NonNullable<LockstepConfig["check"]>;

/** The ids of all rules. */
export const allRules: ReadonlySet<string> = new Set(checkRules.map(({ id }) => id));

/**
 * The settings of a folder; without a configuration there are none.
 *
 * @throws LS8002 a configuration that cannot be read, or that names a rule that does not exist
 */
export async function settingsAt(folder: string): Promise<CheckSettings> {
  const { check = {} } = await loadConfig(folder);
  const named = [...Object.keys(check.rules ?? {}), ...(check.waivers ?? []).map(({ rule }) => rule)];
  const unknown = named.find((rule) => !allRules.has(rule));
  if (unknown === undefined) return check;
  throw new LockstepError("LS8002", `check: there is no rule "${unknown}".`, {
    hint: "npx lockstep explain lists them.",
  });
}

/** The settings of the nearest configuration above a set: each package of a monorepo may have its own. @throws LS8002 as above */
export async function nearestSettings(
  cwd: string,
  { folder }: MigrationSet,
  own: CheckSettings,
): Promise<CheckSettings> {
  for (let at = folder; at !== "." && at !== "/" && !at.startsWith(".."); at = posix.dirname(at))
    if (configFileOf(resolve(cwd, at)) !== undefined) return settingsAt(resolve(cwd, at));
  return own;
}

/** The waivers of the configuration. */
export function waiversOf({ waivers = [] }: CheckSettings): Waiver[] {
  return waivers.map(({ rule, ...waiver }) => ({ ...waiver, rules: [rule] }));
}

/** The major version of PostgreSQL that somebody typed: `15`, `postgresql:15.4`. @throws LS8016 where it is none */
export function serverOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const major = Number(/^(?:postgres(?:ql)?:)?(\d+)(?:\.\d+)*$/.exec(text)?.[1]);
  if (Number.isInteger(major) && major >= 9) return major;
  throw new LockstepError("LS8016", `"${text}" is no version of PostgreSQL.`, { hint: "For example: --server 15" });
}
