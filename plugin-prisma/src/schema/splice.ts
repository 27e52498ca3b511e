import type { Span } from "./model.js";

/** Replaces the text in the span. An insertion has an empty span. */
export interface Splice extends Span {
  readonly text: string;
}

/** Applies splices to a text; every byte outside of them stays. They must not overlap. */
export function applySplices(content: string, splices: readonly Splice[]): string {
  let result = "";
  let position = 0;
  for (const splice of [...splices].sort((a, b) => a.start - b.start || a.end - b.end)) {
    result += content.slice(position, splice.start) + splice.text;
    position = splice.end;
  }
  return result + content.slice(position);
}

/** From the first character of the line to the first of the next one: removing it leaves no empty line. */
export function wholeLine(content: string, span: Span): Span {
  let { start, end } = span;
  while (start > 0 && !isBreak(content[start - 1])) start--;
  while (end < content.length && !isBreak(content[end])) end++;
  if (content.startsWith("\r\n", end)) end += 2;
  else if (end < content.length) end++;
  return { start, end };
}

/** The lines of a text, without their breaks. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

/** The file's line break: the first that it has. */
export function lineBreak(content: string): string {
  return /\r\n|\n|\r/.exec(content)?.[0] ?? "\n";
}

function isBreak(character: string | undefined): boolean {
  return character === "\n" || character === "\r";
}
