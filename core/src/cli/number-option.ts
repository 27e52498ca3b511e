import { LockstepError } from "../errors.js";
import { type Invocation, textOption } from "./command.js";

/**
 * A whole number given as an option.
 *
 * @throws LS8002 when it is something else or below the least
 */
export function numberOption(invocation: Invocation, name: string, least: number): number | undefined {
  const text = textOption(invocation, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new LockstepError(
    "LS8002",
    `${flag} is ${JSON.stringify(text)}; it takes a whole number of at least ${least}.`,
    {
      hint: `For example: ${flag} ${Math.max(least, 1000)}`,
    },
  );
}
