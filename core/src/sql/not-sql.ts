import { LockstepError } from "../base/errors.js";
import type { Expected } from "../base/expected-errors.js";

/** A parser's message, and the UTF-16 offset in the text where it stopped. */
export class SyntaxErrorAt extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
    this.name = "SyntaxErrorAt";
  }
}

/** A text that the parser rejects, or that is nested too deep for the stack (RangeError). */
export const isNotSql: Expected = (error) =>
  error instanceof SyntaxErrorAt ||
  error instanceof RangeError ||
  (error instanceof LockstepError && error.code === "LS1001");
