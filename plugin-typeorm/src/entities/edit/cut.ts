import { propertiesOf, removeItem, type SourceFile, type Splice, ts } from "@lockstep/core/codemods";
import { docLines } from "../comments.js";

interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Removes a declaration with its comments: whole lines if nothing else is on them, and one of two adjacent blank lines. A list entry is
 * removed with its comma.
 */
export function cutOut(node: ts.Node, file: SourceFile): readonly Splice[] {
  const part = emptiedBy(node);
  if (part !== undefined) return cutOut(part, file);
  const span = withComments(node, file);
  const { parent } = node;
  if (ts.isParameter(node) && ts.isConstructorDeclaration(parent)) return entry(node, parent.parameters, span, file);
  if (ts.isObjectLiteralExpression(parent)) return entry(node, parent.properties, span, file);
  if (ts.isArrayLiteralExpression(parent)) return entry(node, parent.elements, span, file);
  return [lines(span, file)];
}

/** Removing the last entry of `indices: […]` or `relations: { … }` removes that property of a schema. */
function emptiedBy({ parent }: ts.Node): ts.PropertyAssignment | undefined {
  const isLast =
    (ts.isArrayLiteralExpression(parent) && parent.elements.length === 1) ||
    (ts.isObjectLiteralExpression(parent) && parent.properties.length === 1);
  const part = parent.parent;
  if (!isLast || part === undefined || !ts.isPropertyAssignment(part)) return undefined;
  const schema = part.parent;
  return ts.isObjectLiteralExpression(schema) && propertiesOf(schema).has("columns") ? part : undefined;
}

/** Comments of a property are its documentation; comments above other declarations belong to them up to a blank line. */
function withComments(node: ts.Node, file: SourceFile): Span {
  // A comment above the first decorator belongs to the class.
  if (ts.isDecorator(node)) return { start: node.getStart(file.ast), end: node.end };
  const own = isProperty(node)
    ? docLines({ node, file }).map(({ comment }) => comment)
    : leading(node, file).map(({ pos, end }) => ({ start: pos, end }));
  return {
    start: Math.min(node.getStart(file.ast), ...own.map(({ start }) => start)),
    end: Math.max(node.end, ...own.map(({ end }) => end)),
  };
}

function isProperty(node: ts.Node): boolean {
  return (
    ts.isClassElement(node) || ts.isTypeElement(node) || ts.isObjectLiteralElementLike(node) || ts.isParameter(node)
  );
}

function leading(node: ts.Node, { text }: SourceFile): readonly ts.CommentRange[] {
  const ranges = ts.getLeadingCommentRanges(text, node.pos) ?? [];
  const far = ranges.findLastIndex((range, index) => {
    const next = ranges[index + 1]?.pos ?? node.getStart();
    return /\n[ \t]*\r?\n/.test(text.slice(range.end, next));
  });
  return ranges.slice(far + 1);
}

function entry(node: ts.Node, items: ts.NodeArray<ts.Node>, span: Span, file: SourceFile): readonly Splice[] {
  const list = { items, open: items.pos, close: closeOf(items, file) };
  const cuts = removeItem(list, node, file);
  const last = cuts.at(-1);
  if (last === undefined) return cuts;
  // Comments above it begin on a line of their own, so the cut ends with the line before.
  const before = file.text.lastIndexOf("\n", span.start - 1);
  const isBelow = before !== -1 && file.text.slice(before, span.start).trim() === "" && span.start < last.start;
  const start = isBelow ? beforeBreak(before, file) : Math.min(last.start, span.start);
  const end = Math.max(last.end, span.end);
  // The comma of the entry before is removed with the last one, if that had none of its own.
  return [...cuts.slice(0, -1), { start: withoutBlank(start, end, file), end, text: "" }];
}

/** Also removes an empty line above that would end a list or follow another empty line. */
function withoutBlank(start: number, end: number, { text }: SourceFile): number {
  const blank = /\r?\n[ \t]*$/.exec(text.slice(0, start));
  const isNeedless = /^[ \t]*\r?\n[ \t]*(?:[}\])]|\r?\n)/.test(text.slice(end));
  return blank !== null && isNeedless ? blank.index : start;
}

/** The end of the list: its closing bracket. */
function closeOf(items: ts.NodeArray<ts.Node>, { text }: SourceFile): number {
  const trivia = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
  trivia.lastIndex = items.end;
  trivia.exec(text);
  return trivia.lastIndex;
}

function beforeBreak(at: number, { text }: SourceFile): number {
  return text[at - 1] === "\r" ? at - 1 : at;
}

function lines(span: Span, { text }: SourceFile): Splice {
  const start = text.lastIndexOf("\n", span.start - 1) + 1;
  const rest = /^[ \t]*(\r?\n|$)/.exec(text.slice(span.end));
  if (text.slice(start, span.start).trim() !== "" || rest === null) {
    // Something else is on its line: removes the space before it too.
    const lead = /[ \t]*$/.exec(text.slice(start, span.start))?.[0].length ?? 0;
    return { start: span.start - lead, end: span.end, text: "" };
  }
  const end = span.end + rest[0].length;
  const above = blankAbove(text, start);
  const isBlankBelow = /^[ \t]*\r?\n/.test(text.slice(end));
  const isAtEnd = /^[ \t]*[})]/.test(text.slice(end)) || text.slice(end).trim() === "";
  if (above !== undefined && (isBlankBelow || isAtEnd)) return { start: above, end, text: "" };
  const isFirst = start === 0 || /[{(]\r?\n$/.test(text.slice(0, start));
  const below = isFirst && isBlankBelow ? (/^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length ?? 0) : 0;
  return { start, end: end + below, text: "" };
}

/** The start of the blank line above. */
function blankAbove(text: string, start: number): number | undefined {
  const match = /(?:^|\n)([ \t]*\r?\n)$/.exec(text.slice(0, start));
  return match?.[1] === undefined ? undefined : start - match[1].length;
}
