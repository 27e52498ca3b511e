import { identifier, Line } from "./line.js";
import type {
  DocLine,
  PrismaAttribute,
  PrismaEnum,
  PrismaField,
  PrismaModel,
  PrismaSchema,
  SchemaFile,
  Span,
} from "./model.js";
import { linesOf } from "./splice.js";

/**
 * The positions of all declarations in schema.prisma, one or many files: edits are spliced into the text. `parseSchema` interprets a
 * schema; lines that this does not understand are skipped.
 *
 * @example readSchema([{ path: "prisma/schema.prisma", content }]).models.find((model) => model.name === "User")
 */
export function readSchema(files: readonly SchemaFile[]): PrismaSchema {
  const readers = files.map(readFile);
  return {
    files,
    models: readers.flatMap((reader) => reader.models),
    enums: readers.flatMap((reader) => reader.enums),
  };
}

/**
 * The last two states of each file: before an edit and after it. One change reads the same text some hundred times, and a large schema
 * takes 30 ms.
 */
const lastRead = new Map<string, readonly Reader[]>();

function readFile(file: SchemaFile): Reader {
  const known = lastRead.get(file.path) ?? [];
  const found = known.find((reader) => reader.content === file.content);
  if (found !== undefined) return found;
  const reader = new Reader(file).read();
  lastRead.set(file.path, [reader, ...known].slice(0, 2));
  return reader;
}

/** The current block. */
interface Block {
  readonly keyword: string;
  readonly name: string;
  readonly start: number;
  readonly line: number;
  readonly documentationLines: readonly DocLine[];
  readonly fields: PrismaField[];
  readonly attributes: PrismaAttribute[];
  readonly values: { name: string; attributes: PrismaAttribute[] }[];
}

class Reader {
  readonly models: PrismaModel[] = [];
  readonly enums: PrismaEnum[] = [];
  private block: Block | undefined;
  /** The comment block above; Prisma assigns it to the next declaration, even past blank lines and `@@` attributes. */
  private pending: DocLine[] = [];
  private isInComment = false;

  constructor(private readonly file: SchemaFile) {}

  get content(): string {
    return this.file.content;
  }

  read(): this {
    const { content } = this.file;
    let position = 0;
    let line = 1;
    while (position < content.length) {
      const start = position + /^[^\S\r\n]*/.exec(content.slice(position, position + 4096))![0].length;
      const blockComment = content.startsWith("/*", start) ? content.indexOf("*/", start + 2) : -1;
      if (blockComment !== -1) {
        this.startComment();
        this.pending.push(...docLines(content.slice(start, blockComment + 2), { start, end: blockComment + 2 }, line));
        // The text after the closing mark is read as a line of its own, as Prisma does.
        const rest = /[^\S\r\n]*(?:\r\n|\n|\r)?/y;
        rest.lastIndex = blockComment + 2;
        position = blockComment + 2 + rest.exec(content)![0].length;
        line += lineBreaks(content.slice(start, position));
        continue;
      }
      const consumed = this.readLine(start, nextBreak(content, start), line);
      line += lineBreaks(content.slice(start, consumed));
      const end = nextBreak(content, consumed);
      if (content.slice(consumed, end).trim() !== "") {
        position = consumed;
        continue;
      }
      position = content.startsWith("\r\n", end) ? end + 2 : end + 1;
      line++;
    }
    return this;
  }

  /** Returns where it stopped: after a closing brace, possibly before the end of the line; after a block comment, possibly past it. */
  private readLine(start: number, end: number, line: number): number {
    const text = this.file.content.slice(start, end);
    if (text.startsWith("//")) {
      this.startComment();
      this.pending.push(...docLines(text, { start, end }, line));
      return end;
    }
    this.isInComment = false;
    if (text === "") return end;
    if (this.block === undefined) this.openBlock(text, start, line);
    else if (text.startsWith("}")) return this.closeBlock(this.block, start);
    else return Math.max(end, this.readDeclaration(this.block, start, end, line));
    return end;
  }

  /** A new comment block replaces the one before; comments without a blank line between are one block. */
  private startComment(): void {
    if (!this.isInComment) this.pending = [];
    this.isInComment = true;
  }

  private takeDocumentation(): DocLine[] {
    const lines = this.pending;
    this.pending = [];
    return lines;
  }

  private openBlock(text: string, start: number, line: number): void {
    const head = /^(model|view|type|enum|datasource|generator)\s+([A-Za-z0-9][\w-]*)\s*\{/.exec(text);
    if (head === null) return;
    const documentationLines = this.takeDocumentation();
    const empty = { fields: [], attributes: [], values: [] };
    this.block = { keyword: head[1]!, name: head[2]!, start, line, documentationLines, ...empty };
  }

  private readDeclaration(block: Block, start: number, end: number, line: number): number {
    const cursor = new Line(this.file.content, start, end, line);
    const [attribute] = cursor.attributes("@@");
    if (attribute !== undefined) {
      block.attributes.push(attribute);
      return cursor.trailingComment()?.span.end ?? end;
    }
    const documentation = this.takeDocumentation();
    if (block.keyword === "datasource" || block.keyword === "generator") return end;
    if (block.keyword === "enum") {
      const name = cursor.take(identifier);
      if (name !== undefined) block.values.push({ name: name.text, attributes: cursor.attributes("@") });
      return cursor.trailingComment()?.span.end ?? end;
    }
    const field = cursor.field();
    if (field === undefined) return end;
    const comment = cursor.trailingComment();
    const trailing = comment === undefined ? [] : docLines(comment.text, comment.span, line);
    const documentationLines = [...documentation, ...trailing];
    const span = { start: field.span.start, end: comment?.span.end ?? field.span.end };
    block.fields.push({ ...field, span, documentation: joined(documentationLines), documentationLines });
    return span.end;
  }

  private closeBlock(block: Block, start: number): number {
    const end = start + 1;
    const { keyword, name, line, fields, attributes, values, documentationLines } = block;
    const base = { name, file: this.file.path, line, span: { start: block.start, end } };
    if (keyword === "model" || keyword === "view" || keyword === "type") {
      const documentation = joined(documentationLines);
      const closeSpan = { start, end };
      this.models.push({ kind: keyword, ...base, closeSpan, fields, attributes, documentation, documentationLines });
    } else if (keyword === "enum") this.enums.push({ ...base, values, attributes });
    this.block = undefined;
    this.pending = [];
    return end;
  }
}

/** The documentation in a comment: `///` and, since Prisma 7, block comments; nothing for `//`. */
function docLines(comment: string, span: Span, line: number): DocLine[] {
  if (comment.startsWith("///")) return [{ text: comment.slice(3).trimStart(), line, span }];
  if (!comment.startsWith("/*")) return [];
  const lines = linesOf(comment.slice(2, -2));
  // A star is decoration only if each line has one: `a\n* b` is a product.
  const isStarred =
    lines.slice(1, -1).every((text) => /^\s*\*/.test(text)) && (lines.length > 1 || /^\*/.test(lines[0]!));
  const texts = isStarred ? lines.map((text) => text.replace(/^\s*\*+ ?/, "")) : lines;
  const documented = texts.map((text, index) => ({ text, line: line + index, span }));
  while (documented.length > 0 && documented[0]!.text.trim() === "") documented.shift();
  while (documented.length > 0 && documented.at(-1)!.text.trim() === "") documented.pop();
  return documented.map((item, index) => ({
    ...item,
    text: trimmedAtEnds(item.text, index === 0, index === documented.length - 1),
  }));
}

function trimmedAtEnds(text: string, isFirst: boolean, isLast: boolean): string {
  const fromStart = isFirst ? text.trimStart() : text;
  return isLast ? fromStart.trimEnd() : fromStart;
}

function joined(lines: readonly DocLine[]): string {
  return lines.map((line) => line.text).join("\n");
}

function nextBreak(content: string, from: number): number {
  for (let position = from; position < content.length; position++) {
    const character = content[position];
    if (character === "\n" || character === "\r") return position;
  }
  return content.length;
}

function lineBreaks(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}
