import type { PrismaAttribute, PrismaField, Span } from "./model.js";

/** A cursor over one line of a schema: in Prisma's grammar (psl, `datamodel.pest`) no declaration spans two lines. */
export class Line {
  private position: number;

  constructor(
    private readonly text: string,
    start: number,
    private readonly end: number,
    private readonly line: number,
  ) {
    this.position = start;
  }

  /** The next match of a sticky pattern, after spaces. Undefined leaves the cursor unchanged. */
  take(pattern: RegExp): { readonly text: string; readonly span: Span } | undefined {
    const start = this.skipSpaces(this.position);
    pattern.lastIndex = start;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined || found === "" || start + found.length > this.end) return undefined;
    this.position = start + found.length;
    return { text: found, span: { start, end: this.position } };
  }

  attributes(mark: "@" | "@@"): PrismaAttribute[] {
    const attributes: PrismaAttribute[] = [];
    for (let at = this.take(mark === "@" ? /@(?!@)/y : /@@/y); at !== undefined; at = this.take(/@(?!@)/y)) {
      const name = this.take(/[A-Za-z0-9][\w-]*(?:\.[\w-]+)*/y);
      if (name === undefined) break;
      const args = this.parentheses();
      const end = this.position;
      attributes.push({ name: name.text, args, span: { start: at.span.start, end }, line: this.line });
      if (mark === "@@") break;
    }
    return attributes;
  }

  /** The comment after the declaration: `//` or `///` to the end of the line, or a block comment, which may be longer. */
  trailingComment(): { readonly text: string; readonly span: Span } | undefined {
    const comment = this.take(/\/\/[^\r\n]*/y);
    if (comment !== undefined) return comment;
    const start = this.skipSpaces(this.position);
    const close = this.text.startsWith("/*", start) ? this.text.indexOf("*/", start + 2) : -1;
    if (close === -1 || start >= this.end) return undefined;
    this.position = close + 2;
    return { text: this.text.slice(start, this.position), span: { start, end: this.position } };
  }

  field(): Omit<PrismaField, "documentation" | "documentationLines"> | undefined {
    const name = this.take(identifier);
    const type = name && this.take(/Unsupported\([^\S\r\n]*"(?:\\.|[^"\\\r\n])*"[^\S\r\n]*\)|[A-Za-z0-9][\w-]*/y);
    if (type === undefined || name === undefined) return undefined;
    const list = this.take(/\[\]/y);
    const optional = this.take(/\?/y);
    const markSpan = { start: type.span.end, end: (optional ?? list)?.span.end ?? type.span.end };
    const attributes = this.attributes("@");
    return {
      name: name.text,
      nameSpan: name.span,
      type: type.text,
      typeSpan: type.span,
      markSpan,
      isOptional: optional !== undefined,
      isList: list !== undefined,
      attributes,
      span: { start: name.span.start, end: this.position },
      line: this.line,
    };
  }

  private parentheses(): string | undefined {
    const open = this.take(/\(/y);
    if (open === undefined) return undefined;
    let depth = 1;
    while (depth > 0) {
      const next = this.take(/"(?:\\.|[^"\\\r\n])*"|[()]|[^"()\r\n]+/y);
      if (next === undefined) return this.text.slice(open.span.end, this.position);
      if (next.text === "(") depth++;
      if (next.text === ")") depth--;
    }
    return this.text.slice(open.span.end, this.position - 1);
  }

  private skipSpaces(from: number): number {
    let position = from;
    while (position < this.end && /[^\S\r\n]/.test(this.text[position]!)) position++;
    return position;
  }
}

export const identifier = /[A-Za-z0-9][\w-]*/y;
