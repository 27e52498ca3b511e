/** The quoted names of an expression as the server prints it: columns. */
export function namesIn(expression: string): readonly string[] {
  return [...expression.matchAll(/`((?:[^`]|``)+)`/g)].map(([, name]) => name!.replaceAll("``", "`"));
}
