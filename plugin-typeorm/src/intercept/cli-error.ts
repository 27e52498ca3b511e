import { inspect } from "node:util";
import { errorText, LockstepError } from "@lockstep/core";
import { withoutPasswords } from "@lockstep/core/text";
import { asSaid } from "./say.js";

/** An error for TypeORM's CLI: the CLI prints its `inspect` output, then ends with 1. */
class CliError extends Error {
  readonly #text: string;

  constructor(text: string, cause: unknown) {
    super(text.split("\n", 1)[0], { cause });
    this.name = "LockstepError";
    this.#text = text;
  }

  [inspect.custom](): string {
    return this.#text;
  }
}

/** Code, what happened, why, and what to do next. Any other error is our bug, with its stack. */
export function asCliError(error: unknown): Error {
  if (error instanceof CliError) return error;
  if (error instanceof LockstepError) return new CliError(asSaid(errorText(error)), error);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new CliError(
    `This is a bug of Lockstep, please report it. LOCKSTEP=off runs the command without Lockstep.\n${withoutPasswords(stack, process.env)}`,
    error,
  );
}
