import { LockstepError } from "../base/errors.js";
import type { CodePolicy } from "../change/release/choices.js";
import { codeLevel, codeSettings } from "../config/code-settings.js";
import type { LockstepConfig } from "../config/schema.js";
import { type Exposure, exposures } from "../model/index.js";
import { askPerson } from "./choose-places.js";
import { type Invocation, listOption, textOption } from "./command.js";

/**
 * Determines who decides about ranked places in this run: the flags, else LOCKSTEP_CODE, else the config, else a person on a terminal. A
 * dry run never prompts: it shows which places would be ticked.
 *
 * @param command the command that lists the places
 * @throws LS8002 an invalid value · LS8005 a prompt is required, but there is no terminal
 */
export function codePolicy(invocation: Invocation, config: LockstepConfig, command: string): CodePolicy {
  const { io, options } = invocation;
  const settings = codeSettings(config, io.env);
  const flag = codeLevel(textOption(invocation, "code"), "--code ");
  const [only, not] = [listOption(invocation, "only"), listOption(invocation, "not")];
  if (flag === "ask" && !io.isInteractive)
    throw new LockstepError("LS8005", "--code ask: there is no terminal to prompt on.", {
      hint: "Use --code likely, --code required or --only <place…>",
    });
  if (flag === "none" && only.length > 0)
    throw new LockstepError("LS8002", "--code none makes no edits, but --only selects some.", {
      hint: "Remove one of them. To make these and the required edits: --code required --only <place…>",
    });
  const reason = textOption(invocation, "reason");
  if (reason !== undefined && not.length === 0)
    throw new LockstepError("LS8002", "--reason explains declined places, but --not lists none.", {
      hint: `--not <file:line> --reason "${reason}"`,
    });
  const level = flag ?? settings.level ?? (io.isInteractive ? "ask" : undefined);
  const isShown = level === "ask" && io.isInteractive && options.dryRun === true;
  return {
    level: isShown ? "likely" : level,
    only,
    not,
    reason,
    unchecked: options.unchecked === true,
    ...answersGiven(invocation),
    accept: settings.accept,
    decline: settings.decline,
    ...(io.isInteractive && options.dryRun !== true ? { ask: askPerson(io, command) } : {}),
  };
}

/**
 * Reads the answers that `--exposure` and `--like` give for the columns.
 *
 * @throws LS8002 an invalid value
 */
export function answersGiven(invocation: Invocation): Pick<CodePolicy, "exposure" | "like"> {
  return { exposure: exposureOption(invocation), like: likeOption(invocation) };
}

/** `none` means no similar column. */
function likeOption(invocation: Invocation): readonly string[] | undefined {
  const given = textOption(invocation, "like");
  const names = given
    ?.split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return names?.length === 1 && names[0] === "none" ? [] : names;
}

function exposureOption(invocation: Invocation): Exposure | undefined {
  const given = textOption(invocation, "exposure");
  const known = exposures.find((each) => each === given);
  if (given === undefined || known !== undefined) return known;
  throw new LockstepError("LS8002", `--exposure ${given} is not valid.`, {
    hint: "Use internal, shown or exposed.",
  });
}
