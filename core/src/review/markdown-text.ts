import { inLine, withoutControls } from "./printable.js";

/** A text in Markdown syntax. Only the functions of this file create one. */
class Markdown {
  constructor(readonly text: string) {}
}

export type { Markdown };

export type MarkdownValue = string | number | Markdown | readonly MarkdownValue[];

/**
 * Markdown with values. A string is one line of text, escaped so that a name does not affect the text around it. Text between backticks is
 * code. Lists are joined.
 *
 * @example md`- ${"[a](https://evil)"}`.text // - \[a\](https:\//evil)
 */
export function md(parts: TemplateStringsArray, ...values: readonly MarkdownValue[]): Markdown {
  return new Markdown(parts.map((part, at) => part + (at < values.length ? written(values[at] ?? "") : "")).join(""));
}

/** Values with the same separator, which is Markdown of ours. */
export function joinMarkdown(values: readonly MarkdownValue[], between: string): Markdown {
  return new Markdown(values.map(written).join(between));
}

/** Text without code: every backtick is shown. */
export function plain(text: string): Markdown {
  return new Markdown(escaped(text));
}

export function codeSpan(text: string): Markdown {
  const line = inLine(text.replace(/\s+/g, " "));
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  const room = /^`|`$/.test(line) ? " " : "";
  return new Markdown(line === "" ? "" : `${ticks}${room}${line}${room}${ticks}`);
}

/** A block of code, with as many backticks as necessary. */
export function fenced(code: string, language: string): Markdown {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return new Markdown(`${fence}${language}\n${withoutControls(code)}\n${fence}`);
}

/** @param figures columns that are right-aligned */
export function markdownTable(
  head: readonly MarkdownValue[],
  rows: readonly (readonly MarkdownValue[])[],
  figures: readonly boolean[] = [],
): Markdown {
  // A bar ends a row, even in code; an even number of backslashes before it escapes itself.
  const cell = (value: MarkdownValue) =>
    written(value).replace(/(\\*)\|/g, (bar, slashes: string) => (slashes.length % 2 === 0 ? `${slashes}\\|` : bar));
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return new Markdown(
    [
      line(head.map(cell)),
      line(head.map((_, at) => (figures[at] ? "--:" : "---"))),
      ...rows.map((row) => line(row.map(cell))),
    ].join("\n"),
  );
}

function written(value: MarkdownValue): string {
  if (value instanceof Markdown) return value.text;
  if (typeof value === "object") return value.map(written).join("");
  // Our own sentences contain only single backticks.
  return String(value)
    .split(/(?<!`)`([^`]+)`(?!`)/)
    .map((part, at) => (at % 2 === 1 ? codeSpan(part).text : escaped(part)))
    .join("");
}

/** `@default(now())`, `@@index`, `@lockstep/prisma`, `@octocat`: as code they can be copied unchanged, and notify no user. */
const attribute = /(?<![\w.+@-])(@{1,2}(?!lockstep\.)[a-z]\w*(?:[./-]\w+)*(?:\([^`|\s]*\))?)/i;

/** Names may contain any characters. Addresses, users and issues are named without a link. */
function escaped(words: string): string {
  return inLine(words.replace(/\s+/g, " "))
    .split(attribute)
    .map((part, at) => (at % 2 === 1 ? codeSpan(part).text : escapedWords(part)))
    .join("");
}

function escapedWords(words: string): string {
  return (
    words
      .replace(/[\\`*<>[\]|~$]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|&(?=#?\w+;)/gu, "\\$&")
      .replaceAll("://", ":\\//")
      .replace(/www\./gi, (www) => `${www.slice(0, -1)}\\.`)
      // An annotation is not a user name.
      .replace(/(?:(?<=[\w.+-])@|@(?!lockstep\.\w))(?=\w)|#(?=\d)/g, "$&\u200b")
      .replace(/^( ?)(#+(?= |$)|[-+](?= |$)|[-=]+ ?$)/, "$1\\$2")
      .replace(/^( ?\d+)([.)])(?= |$)/, "$1\\$2")
  );
}
