import type { CodeGlobs } from "../plan/write-phase.js";
import type { LockstepConfig } from "./schema.js";

/** The globs of code edits; nothing included: every source file of the project. */
export function codeGlobs(config: LockstepConfig): CodeGlobs {
  return { include: config.code?.include ?? [], exclude: config.code?.exclude ?? [] };
}
