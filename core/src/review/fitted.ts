import { stripVTControlCharacters } from "node:util";
import type { Colors } from "./colors.js";

/** The most lines of a planned change: its hazards, its phases, what was written, and `Next`. */
export const mostLines = 40;

/** A list of a message. Rows leave the terminal, from the end, where there are too many lines: the plan's README has all of them. */
export interface Rows {
  readonly rows: readonly string[];
  /** The rows that stay while other lists have more than theirs. 1: the first row stays in any case. */
  readonly least: number;
}

/** A text that stays, or a list. */
export type Part = string | Rows;

/** A list of aligned rows. */
export function rowsOf(text: string, least: number): Rows {
  return { rows: text.split("\n"), least };
}

/** Everything, however long it is. */
export function inFull(parts: readonly Part[]): string {
  return parts.flatMap((part) => (typeof part === "string" ? [part] : part.rows)).join("\n");
}

/**
 * At most so many lines, each at most as wide as the terminal: the longest list gives rows first. The plan's README has all of
 * them.
 */
export function fitted(parts: readonly Part[], most: number, colors: Colors): string {
  const lists = parts.map((part) => {
    const { rows, least } = typeof part === "string" ? { rows: [part], least: undefined } : part;
    return { rows, least, shown: Math.min(rows.length, most) };
  });
  // A line about the others takes the place of the first row that leaves.
  const after = ({ rows, shown }: (typeof lists)[number]) => shown - (shown === rows.length && shown > 1 ? 2 : 1);
  let text = wrapped(shownText(lists), colors.width);
  for (const isLast of [false, true])
    while (text.split("\n").length > most) {
      const toGive = lists.map((list) => {
        if (list.least === undefined) return -1;
        const least = isLast && list.least !== 1 ? 0 : list.least;
        return after(list) < least ? -1 : list.shown - least;
      });
      const longest = lists[toGive.indexOf(Math.max(...toGive))];
      if (longest === undefined || Math.max(...toGive) < 0) break;
      longest.shown = after(longest);
      text = wrapped(shownText(lists), colors.width);
    }
  return text;
}

function shownText(lists: readonly { readonly rows: readonly string[]; readonly shown: number }[]): string {
  return lists.reduce((text, { rows, shown }, at) => {
    if (shown === 0) return `${text}: see the plan's README`;
    const indent = /^ */.exec(rows.at(-1) ?? "")?.[0];
    const more = shown < rows.length ? [`${indent}and ${rows.length - shown} more: see the plan's README`] : [];
    return [...(at === 0 ? [] : [text]), ...rows.slice(0, shown), ...more].join("\n");
  }, "");
}

/**
 * A text whose lines are at most as wide as the terminal. They are broken between words, not in code, and continue below the last column of
 * a table.
 *
 * @param width undefined: there is no terminal, and lines stay whole
 */
export function wrapped(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  return text
    .split("\n")
    .map((line) => wrappedLine(line, Math.max(width, 60)))
    .join("\n");
}

function wrappedLine(full: string, most: number): string {
  if (widthOf(full) <= most) return full;
  // The last column need not be aligned with those of shorter lines.
  const line = full.replace(/(?<=\S) {3,}(?=\S+(?: \S+)*$)/, "  ");
  if (widthOf(line) <= most) return line;
  const plain = stripVTControlCharacters(line);
  const columns = [...plain.matchAll(/\S {2,}(?=\S)/g)].map(({ index, 0: { length } }) => index + length);
  const hanging =
    columns.findLast((column) => column < most / 2) ?? plain.search(/\S/) + (/^(?: |- )/.test(plain) ? 2 : 0);
  const [first = "", ...words] = line.split(/ (?=\S)(?=(?:[^`]*`[^`]*`)*[^`]*$)/);
  const lines = [first];
  for (const word of words) {
    const joined = `${lines.at(-1)} ${word}`;
    if (widthOf(joined.trimEnd()) <= most) lines[lines.length - 1] = joined;
    else lines.push(" ".repeat(hanging) + word);
  }
  return lines.map((each) => each.trimEnd()).join("\n");
}

const widthOf = (text: string) => stripVTControlCharacters(text).length;
