import type { DialectId } from "../model/index.js";

/** Texts and names in quotes, and the character set that a text is said to be in. */
const quoted = /(?<![\w$])_(?:utf8mb[34]|latin1)('(?:[^'\\]|\\.|'')*')|'(?:[^'\\]|\\.|'')*'|`(?:[^`]|``)*`/gs;

/**
 * An expression as SHOW CREATE prints it. information_schema of MySQL escapes the whole of it once more, and before each text stands the character
 * set of the session that made it, which is no part of what it says.
 *
 * @example printedExpression("(`state` in (_utf8mb4\\'a\\'))", "mysql") // (`state` in ('a'))
 */
export function printedExpression(text: string, dialect: DialectId): string {
  if (dialect !== "mysql") return text;
  return text.replace(/\\(['\\])/g, "$1").replace(quoted, (whole, plain: string | undefined) => plain ?? whole);
}

/** The quoted names of an expression as the server prints it: columns, each once. */
export function namesIn(expression: string): readonly string[] {
  return [...new Set([...expression.matchAll(/`((?:[^`]|``)+)`/g)].map(([, name]) => name!.replaceAll("``", "`")))];
}
