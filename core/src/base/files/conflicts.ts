import { LockstepError } from "../errors.js";

/**
 * The line of git's first conflict marker in a text, 1-based. Undefined if there is none.
 *
 * @example conflictLine("<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n") // 1
 */
export function conflictLine(text: string): number | undefined {
  const found = /^(?:<{7}|>{7})(?: |\r?$)/m.exec(text);
  return found === null ? undefined : text.slice(0, found.index).split("\n").length;
}

/** @throws LS8027 if a file of the models has a conflict marker: a parser would report it in other terms, or skip one side */
export function refuseConflicts(files: readonly { readonly path: string; readonly content: string }[]): void {
  for (const { path, content } of files) {
    const line = conflictLine(content);
    const what = "git's conflict markers are in the file.";
    if (line !== undefined)
      throw new LockstepError("LS8027", `${path}:${line}: ${what}`, { details: { what, file: path, line } });
  }
}
