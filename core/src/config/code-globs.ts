import type { LockstepConfig } from "./schema.js";

/** Which files are looked through and edited. */
export interface CodeGlobs {
  /** Nothing: every source file of the project. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Further folders, from the project's root. Default: none. */
  readonly roots?: readonly string[];
}

/** The globs of code edits; nothing included: every source file of the project. */
export function codeGlobs(config: LockstepConfig): CodeGlobs {
  const { include = [], exclude = [], roots = [] } = config.code ?? {};
  return { include, exclude, roots };
}
