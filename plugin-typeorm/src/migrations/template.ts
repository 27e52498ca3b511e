/** A template literal that evaluates to the text. A carriage return would become a line feed. */
export function templateLiteral(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${").replaceAll("\r", "\\r");
  return `\`${escaped}\``;
}

/** Where a template literal that begins at a position ends. */
export function templateEnd(source: string, from: number): number {
  const literal = /`(?:\\[\s\S]|[^`\\])*`/y;
  literal.lastIndex = from;
  return literal.test(source) ? literal.lastIndex : source.length;
}

/** The text of the first template literal at or after a position; undefined when there is none, or one with expressions. */
export function readTemplate(source: string, from: number): string | undefined {
  const literal = /`((?:\\[\s\S]|[^`\\])*)`/g;
  literal.lastIndex = from;
  const text = literal.exec(source)?.[1];
  if (text === undefined || /(?<!\\)(?:\\\\)*\$\{/.test(text)) return undefined;
  return text.replace(/\\([\s\S])/g, (_, character: string) => (character === "r" ? "\r" : character));
}
