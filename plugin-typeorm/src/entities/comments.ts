import { type SourceFile, ts } from "@lockstep/core/codemods";

/** A property of any kind, and its file. */
interface Commented {
  readonly node: ts.Node;
  readonly file: SourceFile;
}

/** One line of a property's comments. Offsets are those of the file. */
export interface DocLine {
  readonly text: string;
  /** The start of `text`. */
  readonly start: number;
  /** 1-based. */
  readonly line: number;
  /** The comment that contains it, with its marks: the lines of one block share it. */
  readonly comment: { readonly start: number; readonly end: number };
  /** Of a comment of one line only. */
  readonly isLine: boolean;
}

/** The text of a property's comments, without their marks. */
export function documentation(member: Commented): string {
  return docLines(member)
    .map(({ text }) => text)
    .join("\n");
}

/**
 * The lines of a property's comments: above its decorators, between them and its name, and after it on its line. JSDoc and plain comments
 * alike.
 */
export function docLines({ node, file }: Commented): readonly DocLine[] {
  const { text, ast } = file;
  const lines: DocLine[] = [];
  const lineOf = (offset: number) => ast.getLineAndCharacterOfPosition(offset).line + 1;
  for (const { pos: start, end, kind } of commentsOf(node, text)) {
    const isLine = kind === ts.SyntaxKind.SingleLineCommentTrivia;
    const comment = { start, end };
    const raw = text.slice(start, end);
    if (isLine) {
      const mark = /^\/\/+[ \t]?/.exec(raw)?.[0].length ?? 2;
      lines.push({ text: raw.slice(mark).trimEnd(), start: start + mark, line: lineOf(start), comment, isLine });
      continue;
    }
    let offset = start;
    for (const part of raw.split("\n")) {
      const isFirst = offset === start;
      const mark = (isFirst ? /^\/\*+[ \t]*/ : /^[ \t]*(?:\*(?!\/)[ \t]?)?/).exec(part)?.[0].length ?? 0;
      const close = offset + part.length === end ? part.lastIndexOf("*/") : part.length;
      const content = part
        .slice(mark, Math.max(mark, close))
        .replace(/\*+$/, (stars) => (close < part.length ? "" : stars));
      lines.push({ text: content.trimEnd(), start: offset + mark, line: lineOf(offset), comment, isLine });
      offset += part.length + 1;
    }
  }
  return lines;
}

/** Comments in the order of the text: before the property, inside its head, and after it. */
function commentsOf(node: ts.Node, text: string): readonly ts.CommentRange[] {
  const first = node.getStart();
  const modifiers =
    (ts.canHaveModifiers(node) || ts.canHaveDecorators(node)) && "modifiers" in node ? node.modifiers : [];
  const found = [
    // Directly before it on its own line (`(/** … */ @Column() …`), or on the lines above; not at the end of the line of the one before.
    ...(ts.getTrailingCommentRanges(text, node.pos) ?? []).filter(({ end }) => !text.slice(end, first).includes("\n")),
    ...(ts.getLeadingCommentRanges(text, node.pos) ?? []),
    ...(modifiers ?? []).flatMap(({ end }) => [
      ...(ts.getTrailingCommentRanges(text, end) ?? []),
      ...(ts.getLeadingCommentRanges(text, end) ?? []),
    ]),
    ...behind(node, text),
  ];
  return [...new Map(found.map((range) => [range.pos, range])).values()].sort((a, b) => a.pos - b.pos);
}

/** Comments that end the property's line; past the comma of an entry. */
function behind(node: ts.Node, text: string): readonly ts.CommentRange[] {
  const comma = /^[ \t]*,/.exec(text.slice(node.end))?.[0].length ?? 0;
  return (ts.getTrailingCommentRanges(text, node.end + comma) ?? []).filter(({ end }) =>
    /^[ \t]*(?:\r?\n|$)/.test(text.slice(end)),
  );
}
