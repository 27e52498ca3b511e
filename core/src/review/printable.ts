/** Characters that a terminal would interpret: escapes, controls of both sets, marks that turn the direction of text. */
const controls = /\r(?!\n)|(?![\t\n\r])\p{Cc}|[\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Colours of review/: they change only how a text looks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const colour = /\u001b\[(?:[0-2]|22|3[0-79]|9[0-7])m/g;
/**
 * Texts that the log of a CI server would interpret: GitHub runs `::` at the beginning of a line, after white space and zero-width
 * characters, and `##[` anywhere in it; Azure `##vso[`, TeamCity `##teamcity[`.
 */
const commandLines = /^((?:(?!\n)[\s\p{C}\p{M}])*)::/gmu;
const commandMarks = /##(?=\[|vso\[|teamcity\[)/giu;

/**
 * Escapes a text for a terminal: names of tables, files and branches, comments and errors of a server may contain anything. Lines and tabs
 * stay. All output for people passes through here, so that no name reaches the terminal or the log of a CI server as a command.
 *
 * @param hasColour the text may have colours of ours. Default: yes
 */
export function printable(text: string, hasColour = true): string {
  return withoutCommands(shown(text, hasColour));
}

/** The same for a file, where `::` is part of a statement: escapes only what changes how the text looks. */
export function withoutControls(text: string): string {
  return shown(text, false);
}

/**
 * A name, or another text of one line, as shown within a line: a line break in it would start a new line that looks like Lockstep's own
 * output.
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

/** Lines of a document begin with its own characters, so only marks that are interpreted anywhere are escaped. */
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
