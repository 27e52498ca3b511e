import { LockstepError } from "../base/errors.js";
import type { Toggle } from "../model/index.js";
import { type CodeLevel, codeLevels } from "./code-levels.js";
import type { LockstepConfig } from "./schema.js";

/** The settings of code edits from the configuration and the environment. */
export interface CodeSettings {
  /** Empty: every source file of the project. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Further folders, from the project's root. Absent: the packages of its workspace that use its models. */
  readonly roots?: readonly string[];
  /** Absent: not set. */
  readonly level?: CodeLevel;
  /** Globs or keys of places that are edited without a question. */
  readonly accept?: readonly string[];
  /** Globs or keys of places that are never edited. */
  readonly decline?: readonly string[];
  /** Whether chosen edits are compiled before they are written, or the time limit in seconds. Default: auto. */
  readonly verify?: "auto" | "off" | number;
  /** Whether the project's own formatter formats the edits. Default: auto. */
  readonly format?: "auto" | "off";
  /** The flag that guards reads. Default: none. */
  readonly toggle?: Toggle;
  readonly scorecard?: NonNullable<LockstepConfig["code"]>["scorecard"];
}

/**
 * The settings of code edits. `LOCKSTEP_CODE` overrides `code.edit`: it is for one command.
 *
 * @throws LS8002 an unknown level
 */
export function codeSettings(
  config: LockstepConfig,
  env: Readonly<Record<string, string | undefined>> = {},
): CodeSettings {
  const {
    include = [],
    exclude = [],
    roots,
    accept = [],
    decline = [],
    edit,
    scorecard,
    verify,
    format,
  } = config.code ?? {};
  const level = codeLevel(env.LOCKSTEP_CODE || undefined, "LOCKSTEP_CODE=") ?? edit;
  return {
    include,
    exclude,
    accept,
    decline,
    ...(roots === undefined ? {} : { roots }),
    ...(level === undefined ? {} : { level }),
    ...(verify === undefined ? {} : { verify }),
    ...(format === undefined ? {} : { format }),
    ...(scorecard === undefined ? {} : { scorecard }),
    ...(config.toggle === undefined ? {} : { toggle: toggleOf(config.toggle) }),
  };
}

const openFeature: Toggle = {
  // The client is created each time, which costs nothing: the file needs no name for it.
  read: "OpenFeature.getClient().getBooleanValue({name}, false)",
  import: 'import { OpenFeature } from "@openfeature/server-sdk"',
  name: "{model}-{field}-read",
  isAsync: true,
};

function toggleOf(toggle: NonNullable<LockstepConfig["toggle"]>): Toggle {
  if (toggle === "openfeature") return openFeature;
  return { ...toggle, name: toggle.name ?? openFeature.name, isAsync: toggle.isAsync ?? false };
}

/**
 * Validates a level.
 *
 * @param before the text before it in the message: `--code `
 * @throws LS8002 an unknown level
 */
export function codeLevel(written: string | undefined, before: string): CodeLevel | undefined {
  const level = codeLevels.find((known) => known === written);
  if (written === undefined || level !== undefined) return level;
  throw new LockstepError("LS8002", `${before}${written}: there is no such level.`, {
    hint: `Use one of: ${codeLevels.join(", ")}.`,
  });
}
