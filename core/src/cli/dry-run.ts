import { prefixInRepository } from "../base/files/git.js";
import type { FileChange } from "../model/index.js";
import { type Colors, colorsFor } from "../review/colors.js";
import { diffText } from "../review/diff.js";

/**
 * Returns what a dry run would change, as a patch relative to the repository's root: for people, and as `diff` in the JSON.
 *
 * @param root root folder of the changed files
 */
export function dryRun(
  changes: readonly FileChange[],
  root: string,
  colors: Colors,
): { readonly patch: string; readonly json: { readonly diff: string } } {
  const prefix = prefixInRepository(root);
  return { patch: diffText(changes, colors, prefix), json: { diff: diffText(changes, colorsFor(false), prefix) } };
}
