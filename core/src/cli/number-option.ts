import { LockstepError } from "../base/errors.js";
import { type Invocation, textOption } from "./command.js";

/**
 * Maximum number of sessions that share a backfill. Each is a connection. The default limit is 100 in PostgreSQL and 151 in MySQL and
 * MariaDB, and the application needs its own connections.
 */
export const maxSessions = 64;

/**
 * Parses an option as a whole number.
 *
 * @param most Default: no limit
 * @throws LS8002 not a whole number, below the least or above the most
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
