import type { Body } from "../../dialect/body.js";
import type { Words } from "../../sql/statement-words.js";
import { type Token, tokensOf } from "./scan.js";

/** undefined for an unclosed quote or comment, because the server truncates long text. */
export function wordsOf(sql: string): Words | undefined {
  return bodyOf(sql)?.words;
}

/** undefined for an unclosed quote or comment. */
export function bodyOf(text: string): Body | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined) return undefined;
  const texts = tokens.flatMap((token) => (token.kind === "string" || token.kind === "quoted" ? [token.text] : []));
  return { words: tokens.map(wordOf), texts };
}

function wordOf({ kind, text }: Token): string {
  if (kind === "name") return `"${text}"`;
  return kind === "word" || kind === "sign" || kind === "end" ? text : "?";
}
