import { LockstepError } from "../base/errors.js";
import { type Invocation, textOption } from "./command.js";

/**
 * Sessions that share a backfill, at most. Each is a connection: by default PostgreSQL takes 100, and MySQL and MariaDB take 151. The
 * application needs its own.
 */
export const maxSessions = 64;

/**
 * A whole number given as an option.
 *
 * @param most default: any number
 * @throws LS8002 when it is something else, below the least or above the most
 */
export function numberOption(
  invocation: Invocation,
  name: string,
  least: number,
  most = Number.POSITIVE_INFINITY,
): number | undefined {
  const text = textOption(invocation, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const limits = most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new LockstepError("LS8002", `${flag} is ${JSON.stringify(text)}, but must be a whole number ${limits}.`, {
    hint: `For example: ${flag} ${Math.min(Math.max(least, 1000), most)}`,
  });
}
