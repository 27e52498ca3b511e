import { createHash } from "node:crypto";

/** Hex sha256 of a text. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * The hash of a unit's file. A checkout may have other line ends. A migration that is code goes through the formatter of its project,
 * often on commit: only what the code does is hashed then.
 */
export function fileHash(file: string, text: string): string {
  const unix = withUnixLines(text);
  return sha256(/\.[cm]?[jt]s$/.test(file) ? withoutLayout(unix) : unix);
}

/** Whether two texts of a file differ in nothing but what formatters change. */
export function isSameButLayout(file: string, one: string, other: string): boolean {
  if (!/\.[cm]?[jt]sx?$/.test(file)) return one.replaceAll(/\s+/g, "") === other.replaceAll(/\s+/g, "");
  return withoutLayout(one) === withoutLayout(other) && commentsOf(one) === commentsOf(other);
}

/** A text as Lockstep wrote it: Git gives Windows other line ends. */
export function withUnixLines(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/** What a formatter leaves alone: templates, strings whatever their quotes, words, and marks other than `;` and a last comma. */
const token =
  /`(?:\\[\s\S]|[^`\\])*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[\s\S]*?\*\/|\/\/.*|[\w$]+|\s+|[^\s\w$]/g;

function withoutLayout(code: string): string {
  return tokensOf(code)
    .filter((text) => text.trim() !== "" && text !== ";" && !isComment(text))
    .filter((text, at, all) => !(text === "," && /^[)\]}]$/.test(all[at + 1] ?? "")))
    .map((text) => (/^["']/.test(text) ? JSON.stringify(text.slice(1, -1).replace(/\\(["'])/g, "$1")) : text))
    .join(" ");
}

/** Formatters move comments and indent their lines, and change no word of them. */
function commentsOf(code: string): string {
  return tokensOf(code).filter(isComment).join("\n").replaceAll(/\s+/g, " ");
}

/** As the language reads the ends of lines. */
function tokensOf(code: string): readonly string[] {
  return code.replaceAll(/\r\n?/g, "\n").match(token) ?? [];
}

function isComment(text: string): boolean {
  return text.startsWith("//") || text.startsWith("/*");
}
