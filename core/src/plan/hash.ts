import { createHash } from "node:crypto";

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * The hash of a unit's file. A checkout may change line ends. The project's formatter may change a migration in code, often on commit, so
 * only what its code does is hashed.
 */
export function fileHash(file: string, text: string): string {
  const unix = withUnixLines(text);
  return sha256(/\.[cm]?[jt]s$/.test(file) ? withoutLayout(unix) : unix);
}

/** Whether two texts of a file differ only in formatting. */
export function isSameButLayout(file: string, one: string, other: string): boolean {
  if (!/\.[cm]?[jt]sx?$/.test(file)) return one.replaceAll(/\s+/g, "") === other.replaceAll(/\s+/g, "");
  return withoutLayout(one) === withoutLayout(other) && commentsOf(one) === commentsOf(other);
}

/** A text with Lockstep's line ends: Git converts them on Windows. */
export function withUnixLines(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/** The tokens that a formatter keeps: templates, strings with any quotes, words, and punctuation other than `;` and a trailing comma. */
const token =
  /`(?:\\[\s\S]|[^`\\])*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[\s\S]*?\*\/|\/\/.*|[\w$]+|\s+|[^\s\w$]/g;

function withoutLayout(code: string): string {
  return tokensOf(code)
    .filter((text) => text.trim() !== "" && text !== ";" && !isComment(text))
    .filter((text, at, all) => !(text === "," && /^[)\]}]$/.test(all[at + 1] ?? "")))
    .map((text) => (/^["']/.test(text) ? JSON.stringify(text.slice(1, -1).replace(/\\(["'])/g, "$1")) : text))
    .join(" ");
}

/** Formatters move and indent comments, but do not change their words. */
function commentsOf(code: string): string {
  return tokensOf(code).filter(isComment).join("\n").replaceAll(/\s+/g, " ");
}

/** Normalises line ends as the language does. */
function tokensOf(code: string): readonly string[] {
  return code.replaceAll(/\r\n?/g, "\n").match(token) ?? [];
}

function isComment(text: string): boolean {
  return text.startsWith("//") || text.startsWith("/*");
}
