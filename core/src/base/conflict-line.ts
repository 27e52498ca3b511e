/**
 * The line of git's first conflict marker in a text, 1-based. Undefined if there is none.
 *
 * @example conflictLine("<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n") // 1
 */
export function conflictLine(text: string): number | undefined {
  const found = /^(?:<{7}|>{7})(?: |\r?$)/m.exec(text);
  return found === null ? undefined : text.slice(0, found.index).split("\n").length;
}
