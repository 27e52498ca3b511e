import type { DialectId } from "../model/index.js";

/** Quoted texts and names, and the character set before a text. */
const quoted = /(?<![\w$])_(?:utf8mb[34]|latin1)('(?:[^'\\]|\\.|'')*')|'(?:[^'\\]|\\.|'')*'|`(?:[^`]|``)*`/gs;

/**
 * An expression as SHOW CREATE prints it. MySQL's information_schema escapes the whole expression again and prefixes each text with the
 * character set of the session that created it, which does not change its meaning.
 *
 * @example printedExpression("(`state` in (_utf8mb4\\'a\\'))", "mysql") // (`state` in ('a'))
 */
export function printedExpression(text: string, dialect: DialectId): string {
  if (dialect !== "mysql") return text;
  return text.replace(/\\(['\\])/g, "$1").replace(quoted, (whole, plain: string | undefined) => plain ?? whole);
}

/** The quoted names in an expression that the server printed: columns, each once. */
export function namesIn(expression: string): readonly string[] {
  return [...new Set([...expression.matchAll(/`((?:[^`]|``)+)`/g)].map(([, name]) => name!.replaceAll("``", "`")))];
}
