import { flagOf } from "../backfill/run-option.js";
import { runOptions } from "../backfill/run-options.js";
import { LockstepError } from "../base/errors.js";
import type { LockstepConfig } from "../config/schema.js";
import { type Invocation, textOption } from "./command.js";

/** The options of a run for a command's option list. */
export function optionList(): { flags: string; description: string }[] {
  return [...runOptions()].map(([name, { value, description, initial }]) => ({
    flags: `${flagOf(name)} ${value}`,
    description: initial === undefined ? description : `${description} (default ${initial})`,
  }));
}

/** The settings of a run. The command line overrides `lockstep.config.ts`. */
export function givenOptions(invocation: Invocation, config: LockstepConfig): Readonly<Record<string, string>> {
  const configured = Object.entries(config.backfill ?? {}).map(([name, value]) => [name, String(value)]);
  const typed = [...runOptions().keys()].flatMap((name) => {
    const text = textOption(invocation, name);
    return text === undefined ? [] : [[name, text]];
  });
  return Object.fromEntries([...configured, ...typed]);
}

/** @throws LS8002 an unknown `backfill` setting in lockstep.config.ts, or one with an invalid value */
export function refuseUnknownOptions({ backfill = {} }: LockstepConfig): void {
  const known = runOptions();
  for (const [name, value] of Object.entries(backfill)) {
    const option = known.get(name);
    const wrong =
      option === undefined
        ? `there is no such setting; settings: ${[...known.keys()].join(", ")}`
        : option.read(String(value)) === undefined
          ? `${option.wanted} is needed`
          : undefined;
    if (wrong !== undefined)
      throw new LockstepError("LS8002", `lockstep.config.ts is not valid: backfill.${name}: ${wrong}`);
  }
}
