/** What a terminal would obey instead of showing it: escapes, controls of both sets, marks that turn the direction of text. */
const controls = /\r(?!\n)|(?![\t\n\r])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Colours, as review/ makes them: they change how a text looks, and nothing else. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const colour = /\u001b\[(?:[0-2]|22|3[0-79]|9[0-7])m/g;

/**
 * A text as a terminal shows it: names of tables, files and branches, comments and errors of a server may have anything in them. Lines
 * and tabs stay.
 *
 * @param hasColour the text may have colours of ours. Default: yes
 */
export function printable(text: string, hasColour = true): string {
  if (!hasColour) return text.replace(controls, escaped);
  let shown = "";
  let from = 0;
  for (const match of text.matchAll(colour)) {
    shown += text.slice(from, match.index).replace(controls, escaped) + match[0];
    from = match.index + match[0].length;
  }
  return shown + text.slice(from).replace(controls, escaped);
}

/** A JSON document in which nothing but its own line ends is a control: the same document to whoever reads it. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(controls, (mark) => `\\u${hex(mark)}`);
}

/** The same in one line. */
export function printableJsonLine(value: unknown): string {
  return JSON.stringify(value).replace(controls, (mark) => `\\u${hex(mark)}`);
}

function escaped(mark: string): string {
  if (mark === "\r") return "\\r";
  return mark <= "\u00ff" ? `\\x${hex(mark).slice(2)}` : `\\u${hex(mark)}`;
}

function hex(mark: string): string {
  return mark.charCodeAt(0).toString(16).padStart(4, "0");
}
