import { inLine, withoutControls } from "./printable.js";

/** A text that is Markdown already. Only the functions of this file make one. */
class Markdown {
  constructor(readonly text: string) {}
}

export type { Markdown };

export type MarkdownValue = string | number | Markdown | readonly MarkdownValue[];

/**
 * Markdown with values. A string is one line of text, escaped so that a name changes nothing around it. Text between backticks is code.
 * Lists are joined.
 *
 * @example md`- ${"[a](https://evil)"}`.text // - \[a\](https:\//evil)
 */
export function md(parts: TemplateStringsArray, ...values: readonly MarkdownValue[]): Markdown {
  return new Markdown(parts.map((part, at) => part + (at < values.length ? written(values[at] ?? "") : "")).join(""));
}

/** Values with the same text between them, which is Markdown of ours. */
export function joinMarkdown(values: readonly MarkdownValue[], between: string): Markdown {
  return new Markdown(values.map(written).join(between));
}

/** Words without code: every backtick is shown. */
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

/** A block of code, in as many backticks as it takes. */
export function fenced(code: string, language: string): Markdown {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return new Markdown(`${fence}${language}\n${withoutControls(code)}\n${fence}`);
}

/** @param figures columns that are set to the right */
export function markdownTable(
  head: readonly MarkdownValue[],
  rows: readonly (readonly MarkdownValue[])[],
  figures: readonly boolean[] = [],
): Markdown {
  // A row ends at a bar, also where it stands in code; an even number of backslashes before it escapes itself.
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

/** `@default(now())`, `@@index`, `@lockstep/prisma`, `@octocat`: as code they are copied as they stand, and notify nobody. */
const attribute = /(?<![\w.+@-])(@{1,2}(?!lockstep\.)[a-z]\w*(?:[./-]\w+)*(?:\([^`|\s]*\))?)/i;

/** Names may have any sign in them. Addresses, people and issues are named without a link to them. */
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
      // An annotation is no name of a person.
      .replace(/(?:(?<=[\w.+-])@|@(?!lockstep\.\w))(?=\w)|#(?=\d)/g, "$&\u200b")
      .replace(/^( ?)(#+(?= |$)|[-+](?= |$)|[-=]+ ?$)/, "$1\\$2")
      .replace(/^( ?\d+)([.)])(?= |$)/, "$1\\$2")
  );
}
