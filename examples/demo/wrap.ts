const control = "\\u001b\\[";
const colour = new RegExp(`(${control}[0-9;]*m)`);
const colours = new RegExp(colour.source, "g");
const reset = "\u001b[0m";
const trailing = new RegExp(` +((${control}[0-9;]*m)*)$`);
const unbroken = "\u00a0";
const closing = new RegExp(`${control}(0|22|23|24|39|49)?m`);

export function withoutColours(text: string): string {
  return text.replace(colours, "");
}

/** At most `width` columns, cut with an ellipsis. Colours take no room and are closed. */
export function clipped(text: string, width: number): string {
  if (withoutColours(text).length <= width) return text;
  let room = width - 1;
  const kept = text.split(colour).map((part, index) => {
    if (index % 2 === 1) return part;
    const visible = part.slice(0, room);
    room -= visible.length;
    return visible;
  });
  return `${kept.join("")}…`;
}

/**
 * Breaks a line between words. The rest hangs below the text: below the first word after a gap of two spaces or more, as in a
 * table, else a little to the right. The last cell of a table row stays whole. A colour that is open at a break goes on behind it.
 */
export function wrapped(text: string, width: number): string[] {
  if (withoutColours(text).length <= width) return [text];
  const row = compact(text, width);
  const gaps = [
    ...withoutColours(row)
      .slice(0, Math.floor(width / 3))
      .matchAll(/\S {2,}(?=\S)/g),
  ];
  const lastGap = gaps.at(-1);
  const indent = lastGap === undefined ? withoutColours(row).search(/\S/) : lastGap.index + lastGap[0].length;
  const lines: string[] = [];
  let line = "";
  let length = 0;
  let open: string[] = [];
  for (const [index, part] of row.split(colour).entries()) {
    if (index % 2 === 1) {
      open = closing.test(part) ? [] : [...open, part];
      line += part;
      continue;
    }
    for (const word of part.split(/(?<= )(?=[^ ])/)) {
      if (length + word.trimEnd().length > width && length > indent) {
        lines.push(line + (open.length > 0 ? reset : ""));
        line = " ".repeat(indent) + open.join("");
        length = indent;
      }
      line += word;
      length += word.length;
    }
  }
  return [...lines, line].map((each) => each.replaceAll(unbroken, " ").replace(trailing, "$1"));
}

/** Columns that do not fit anyway need no padding between them; a short last one is not torn apart. */
function compact(row: string, width: number): string {
  const head = row.slice(0, Math.floor(width / 3));
  const rest = row.slice(head.length).replace(/ {3,}/g, "   ");
  const cell = rest.split(/ {2,}/).at(-1) ?? "";
  if (cell === rest || cell.length > width / 2) return head + rest;
  return head + rest.slice(0, -cell.length) + cell.replaceAll(" ", unbroken);
}
