/** How quotes and comments are parsed: in SQL `''` doubles, in TypeScript `\'` escapes, in a reason they are plain text. */
export type BalancedKind = "sql" | "ts" | "reason";

/**
 * Reads from an opening parenthesis to the matching closing one, ignoring parentheses in quotes. Line breaks become spaces, and line
 * comments are removed: they would swallow the text after them. Undefined when it is never closed.
 *
 * @example readBalanced("(coalesce(nick, 'a)b')) …", 0, "sql") // { text: "coalesce(nick, 'a)b')", end: 23 }
 */
export function readBalanced(
  text: string,
  open: number,
  kind: BalancedKind,
): { readonly text: string; readonly end: number } | undefined {
  let depth = 0;
  let result = "";
  let position = open;
  while (position < text.length) {
    const rest = text.slice(position);
    const quoted = kind === "reason" ? undefined : quotedOrComment(rest, text[position - 1] ?? "", kind);
    if (quoted === "open") return undefined;
    if (quoted !== undefined) {
      result += quoted.isLineComment ? "" : quoted.text;
      position += quoted.text.length;
      continue;
    }
    const character = text[position]!;
    position++;
    if (character === "(" && depth++ === 0) continue;
    if (character === ")" && --depth === 0) return { text: result.trim(), end: position };
    result =
      character === "\n"
        ? `${result.trimEnd()} `
        : result === "" || result.endsWith(" ")
          ? result + character.trim() || result
          : result + character;
  }
  return undefined;
}

type Quoted = { readonly text: string; readonly isLineComment: boolean };

/** The string, quoted name or comment that the text starts with; "open" when it does not end. */
function quotedOrComment(rest: string, before: string, kind: "sql" | "ts"): Quoted | "open" | undefined {
  const lineComment = kind === "sql" ? /^--[^\n]*/ : /^\/\/[^\n]*/;
  const comment = lineComment.exec(rest);
  if (comment) return { text: comment[0], isLineComment: true };
  const pattern = patternFor(rest, before, kind);
  if (pattern === undefined) return undefined;
  const match = pattern.exec(rest);
  return match ? { text: match[0], isLineComment: false } : "open";
}

function patternFor(rest: string, before: string, kind: "sql" | "ts"): RegExp | undefined {
  if (rest.startsWith("/*")) return /^\/\*[\s\S]*?\*\//;
  const escapes = kind === "ts" || /[eE]/.test(before);
  switch (rest[0]) {
    case "'":
      return escapes ? /^'(?:\\[\s\S]|[^'\\])*'/ : /^'[^']*'/;
    case '"':
      return kind === "ts" ? /^"(?:\\[\s\S]|[^"\\])*"/ : /^"[^"]*"/;
    case "`":
      return kind === "ts" ? /^`(?:\\[\s\S]|[^`\\])*`/ : undefined;
    case "$": {
      const tag = kind === "sql" ? /^\$(?:[A-Za-z_]\w*)?\$/.exec(rest)?.[0] : undefined;
      return tag === undefined
        ? undefined
        : new RegExp(`^${tag.replaceAll("$", "\\$")}[\\s\\S]*?${tag.replaceAll("$", "\\$")}`);
    }
    default:
      return undefined;
  }
}
