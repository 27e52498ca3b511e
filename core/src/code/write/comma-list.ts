import { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";

/** An object or array literal, a binding pattern or the braces of an import: items between brackets, separated by commas. */
export interface CommaList {
  readonly items: ts.NodeArray<ts.Node>;
  /** Offset after `{` or `[`. */
  readonly open: number;
  /** Offset of `}` or `]`. */
  readonly close: number;
}

/** The list inside a node with braces; undefined if the text does not match the AST (a syntax error). */
export function commaListOf(
  node: ts.ObjectLiteralExpression | ts.ArrayLiteralExpression | ts.ObjectBindingPattern | ts.NamedImports,
  file: SourceFile,
): CommaList | undefined {
  const open = node.getStart(file.ast) + 1;
  const close = node.end - 1;
  if (!/^(?:\{\}|\[\])$/.test(`${file.text[open - 1]}${file.text[close]}`)) return undefined;
  return { items: ts.isObjectLiteralExpression(node) ? node.properties : node.elements, open, close };
}

/**
 * Inserts an item in the style of the list: on a new line or the same one, with or without a trailing comma, after comments that belong to
 * the previous item. Undefined if a later removal could not restore the same bytes: braces with only white space or a comment between them.
 */
export function insertItem(
  list: CommaList,
  text: string,
  file: SourceFile,
  index = list.items.length,
): readonly Splice[] | undefined {
  const { items, open } = list;
  if (items.length === 0) return open === list.close ? [at(open, ` ${text} `)] : undefined;
  if (index < items.length) return insertBefore(list, index, text, file);

  const last = items[items.length - 1] as ts.Node;
  const afterLast = items.hasTrailingComma ? items.end : last.end;
  const tail = endOfComments(file.text, afterLast);
  const gap = file.text.slice(tail, list.close);
  if (!gap.includes("\n")) return [at(tail, items.hasTrailingComma ? ` ${text},` : `, ${text}`)];

  const line = `${eolOf(gap)}${indentAt(file.text, last.getStart(file.ast))}${text}`;
  if (items.hasTrailingComma) return [at(tail, `${line},`)];
  return [at(last.end, ","), at(tail, line)];
}

/**
 * Removes an item: the exact reverse of `insertItem`. Keeps comments that people added next to it.
 *
 * @param last the last of several that were inserted as one; default: the item itself
 */
export function removeItem(list: CommaList, item: ts.Node, file: SourceFile, last: ts.Node = item): readonly Splice[] {
  const { items, open, close } = list;
  const { text } = file;
  const index = items.indexOf(item);
  const start = item.getStart(file.ast);
  const comma = commaAfter(text, last.end);
  const lead = leadOf(text, start);

  if (comma !== undefined) {
    const next = items[items.indexOf(last) + 1];
    // `{ item, next }`: the space is removed with the item. An item on its own line is removed with the line.
    if (index === 0 && next !== undefined && lead.brk === undefined) {
      return [cut(start, next.getStart(file.ast))];
    }
    return [cut(lead.brk ?? lead.space, comma + 1)];
  }
  if (items[0] === item && items[items.length - 1] === last) {
    const isAlone = text.slice(open, start).trim() === "" && text.slice(last.end, close).trim() === "";
    return [isAlone ? cut(open, close) : cut(start, last.end)];
  }
  const before = commaAfter(text, (items[index - 1] as ts.Node).end);
  const item_ = cut(lead.brk ?? lead.space, last.end);
  if (before === undefined) return [item_];
  // One splice where the comma touches the item, so that none overlap.
  return before + 1 >= item_.start ? [cut(Math.min(before, item_.start), last.end)] : [cut(before, before + 1), item_];
}

/** The white space a line starts with. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

/** The end of comments that follow on the same line. */
export function endOfComments(text: string, offset: number): number {
  return ts.getTrailingCommentRanges(text, offset)?.at(-1)?.end ?? offset;
}

/** The offset of the spaces before an item, and of the line break if the item is the first on its line. */
export function leadOf(text: string, start: number): { readonly space: number; readonly brk: number | undefined } {
  let space = start;
  while (space > 0 && (text[space - 1] === " " || text[space - 1] === "\t")) space -= 1;
  if (text[space - 1] !== "\n") return { space, brk: undefined };
  return { space, brk: text[space - 2] === "\r" ? space - 2 : space - 1 };
}

function insertBefore(list: CommaList, index: number, text: string, file: SourceFile): readonly Splice[] | undefined {
  const next = list.items[index] as ts.Node;
  const nextStart = next.getStart(file.ast);
  const lead = leadOf(file.text, nextStart);
  if (index === 0) {
    const brk = lead.brk === undefined ? " " : file.text.slice(lead.brk, nextStart);
    return [at(nextStart, `${text},${brk}`)];
  }
  const comma = commaAfter(file.text, (list.items[index - 1] as ts.Node).end);
  if (comma === undefined) return undefined;
  if (lead.brk === undefined) return [at(comma + 1, ` ${text},`)];
  return [at(endOfComments(file.text, comma + 1), `${file.text.slice(lead.brk, nextStart)}${text},`)];
}

/** The comma that follows an item, past comments. */
function commaAfter(text: string, offset: number): number | undefined {
  const trivia = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
  trivia.lastIndex = offset;
  trivia.exec(text);
  return text[trivia.lastIndex] === "," ? trivia.lastIndex : undefined;
}

function eolOf(gap: string): string {
  return gap.includes("\r\n") ? "\r\n" : "\n";
}

function at(offset: number, text: string): Splice {
  return { start: offset, end: offset, text };
}

function cut(start: number, end: number): Splice {
  return { start, end, text: "" };
}
