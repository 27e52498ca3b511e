/** What a terminal would obey instead of showing it: escapes, controls of both sets, marks that turn the direction of text. */
const controls = /\r(?!\n)|(?![\t\n\r])\p{Cc}|[\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Colours, as review/ makes them: they change how a text looks, and nothing else. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const colour = /\u001b\[(?:[0-2]|22|3[0-79]|9[0-7])m/g;
/**
 * What the log of a CI server would obey: GitHub runs `::` at the beginning of a line, behind white space and signs without a width, and
 * `##[` anywhere in it; Azure `##vso[`, TeamCity `##teamcity[`.
 */
const commandLines = /^((?:(?!\n)[\s\p{C}\p{M}])*)::/gmu;
const commandMarks = /##(?=\[|vso\[|teamcity\[)/giu;

/**
 * A text as a terminal shows it: names of tables, files and branches, comments and errors of a server may have anything in them. Lines
 * and tabs stay. Every text for people passes through here on its way out, so no name reaches the terminal or the log of a CI server
 * as a command.
 *
 * @param hasColour the text may have colours of ours. Default: yes
 */
export function printable(text: string, hasColour = true): string {
  return withoutCommands(shown(text, hasColour));
}

/** The same for a file, where `::` is part of a statement: only what changes how the text looks is escaped. */
export function withoutControls(text: string): string {
  return shown(text, false);
}

/**
 * A name, or another text of one line, as it is shown within a line: a line break in it would begin a line of its own, which reads as
 * if Lockstep had printed it.
 *
 * @example inLine("a\nb") // a\\nb
 */
export function inLine(text: string): string {
  return shown(text, false).replaceAll("\r", "\\r").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** A JSON document whose only control characters are its line ends. Parsers read the same document. */
export function printableJson(value: unknown): string {
  return escapedJson(JSON.stringify(value, null, 2));
}

/** The same in one line. */
export function printableJsonLine(value: unknown): string {
  return escapedJson(JSON.stringify(value));
}

function shown(text: string, hasColour: boolean): string {
  if (!hasColour) return text.replace(controls, escaped);
  let shown = "";
  let from = 0;
  for (const match of text.matchAll(colour)) {
    shown += text.slice(from, match.index).replace(controls, escaped) + match[0];
    from = match.index + match[0].length;
  }
  return shown + text.slice(from).replace(controls, escaped);
}

function withoutCommands(text: string): string {
  return text.replace(commandLines, "$1\\x3a:").replace(commandMarks, "\\x23#");
}

/** Lines of a document begin with its own signs, so only marks that count anywhere are left to escape. */
function escapedJson(json: string): string {
  return json.replace(controls, (mark) => `\\u${hex(mark)}`).replace(commandMarks, "\\u0023#");
}

function escaped(mark: string): string {
  if (mark === "\r") return "\\r";
  return mark <= "\u00ff" ? `\\x${hex(mark).slice(2)}` : `\\u${hex(mark)}`;
}

function hex(mark: string): string {
  return mark.charCodeAt(0).toString(16).padStart(4, "0");
}
