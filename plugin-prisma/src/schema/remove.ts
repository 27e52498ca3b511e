import { isAligned, realign, tables } from "./align.js";
import { fileOf, findField, findModel, modelIn, relationsOver, replaced } from "./edit.js";
import {
  argumentOf,
  fieldsOf,
  type PrismaField,
  type PrismaModel,
  type SchemaFile,
  type Span,
  stringValue,
} from "./model.js";
import { readSchema } from "./read.js";
import { applySplices, lineBreak, linesOf, type Splice, wholeLine } from "./splice.js";

type Files = readonly SchemaFile[];

/** A field, by the names of model and field. */
export interface FieldName {
  readonly model: string;
  readonly field: string;
}

/**
 * The field itself and, if it is a foreign key, both sides of its relation, which depend on it.
 *
 * @throws LockstepError LS4002 when there is no such model or field
 */
export function fieldsToRemove(files: Files, model: string, field: string): FieldName[] {
  const found = findField(files, model, field);
  const schema = readSchema(files);
  const relations = relationsOver(found);
  const opposite = relations.flatMap((relation) => {
    const other = schema.models.find((item) => item.name === relation.type);
    const back = other?.fields.find(
      (item) => item.type === model && item.name !== relation.name && relationName(item) === relationName(relation),
    );
    return other === undefined || back === undefined ? [] : [{ model: other.name, field: back.name }];
  });
  return [{ model, field }, ...relations.map((relation) => ({ model, field: relation.name })), ...opposite];
}

/**
 * Removes a field: its line, its `///` lines, the `@@index` and `@@unique` lines that name it, and the relation over it on both sides. A
 * schema to which the field was added last gets its former bytes back.
 *
 * @throws LockstepError LS4002 when there is no such model or field
 */
export function removeField(files: Files, model: string, field: string): SchemaFile[] {
  const names = fieldsToRemove(files, model, field);
  return names.reduce<SchemaFile[]>((current, name) => removeOne(current, name), [...files]);
}

function removeOne(files: Files, name: FieldName): SchemaFile[] {
  const { model, field } = findField(files, name.model, name.field);
  const { content } = fileOf(files, model);
  const indexes = model.attributes.filter(
    (attribute) => /^(index|unique|fulltext)$/.test(attribute.name) && fieldsOf(attribute).includes(name.field),
  );
  const above = commentsAbove(field);
  const lines = [...above, field, ...indexes].map((item) => ownLine(content, item));
  const left = model.fields.filter((item) => item !== field);
  const gaps = tables(content, model.fields)
    .filter((table) => table.includes(field) && table.length > 1 && isAligned(content, table))
    .flatMap((table) =>
      realign(
        content,
        table.filter((item) => left.includes(item)),
      ),
    );
  return replaced(files, model.file, applySplices(content, [...withoutBlankLines(content, lines), ...gaps]));
}

/**
 * Restores a removed field as in the model's former text: after the field that preceded it there, with its `///` lines and the `@@index`
 * and `@@unique` lines that name it. An existing field is not changed.
 *
 * @throws LockstepError LS4002 when there is no such model
 */
export function restoreField(files: Files, model: string, field: string, original: string): SchemaFile[] {
  const before = modelIn(original, model);
  const former = before?.fields.find((item) => item.name === field);
  const now = findModel(readSchema(files), model);
  if (before === undefined || former === undefined || now.fields.some((item) => item.name === field)) return [...files];
  const { content } = fileOf(files, now);
  const eol = lineBreak(content);
  const text = (items: readonly { readonly span: Span }[]) => {
    const starts = new Map(items.map(({ span }) => wholeLine(original, span)).map((line) => [line.start, line]));
    return [...starts.values()]
      .map((line) => `${linesOf(original.slice(line.start, line.end)).slice(0, -1).join(eol)}${eol}`)
      .join("");
  };
  const splices: Splice[] = [
    insertion(placeAfter(content, now, precursor(before, former, now)), text([...commentsAbove(former), former])),
  ];
  const indexes = before.attributes.filter(
    (attribute) =>
      /^(index|unique|fulltext)$/.test(attribute.name) &&
      fieldsOf(attribute).includes(field) &&
      !now.attributes.some((item) => item.name === attribute.name && item.args === attribute.args),
  );
  if (indexes.length > 0) {
    const last = now.attributes.at(-1);
    const at = last === undefined ? ownLine(content, { span: now.closeSpan }).start : wholeLine(content, last.span).end;
    splices.push(insertion(at, (last === undefined ? eol : "") + text(indexes)));
  }
  const restored = replaced(files, now.file, applySplices(content, splices));
  return laidOut(restored, model, field, content, now);
}

/** Formats the table of an edited field as `prisma format` does, if the model was formatted so before the edit. */
export function laidOut(
  files: Files,
  modelName: string,
  field: string,
  before: string,
  modelBefore: PrismaModel,
): SchemaFile[] {
  if (!tables(before, modelBefore.fields).every((table) => isAligned(before, table))) return [...files];
  const { model } = findField(files, modelName, field);
  const { content } = fileOf(files, model);
  const table = tables(content, model.fields).find((item) => item.some((candidate) => candidate.name === field)) ?? [];
  return replaced(files, model.file, applySplices(content, realign(content, table)));
}

/** The documentation above a field, a comment each. */
function commentsAbove(field: PrismaField): { readonly span: Span }[] {
  const above = field.documentationLines.filter((line) => line.span.start < field.span.start);
  return above.filter((line, index) => above.findIndex((other) => other.span.start === line.span.start) === index);
}

/** The nearest field above it in the former text that still exists. */
function precursor(before: PrismaModel, field: PrismaField, now: PrismaModel): PrismaField | undefined {
  const above = before.fields.slice(0, before.fields.indexOf(field)).reverse();
  for (const item of above) {
    const found = now.fields.find((candidate) => candidate.name === item.name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function placeAfter(content: string, model: PrismaModel, field: PrismaField | undefined): number {
  return wholeLine(content, field?.span ?? { start: model.span.start, end: model.span.start }).end;
}

function insertion(at: number, text: string): Splice {
  return { start: at, end: at, text };
}

/** The line of a declaration; only the declaration if something else is on its line. */
export function ownLine(content: string, { span }: { readonly span: Span }): Span {
  const line = wholeLine(content, span);
  return content.slice(line.start, span.start).trim() === "" ? line : { start: span.start, end: line.end };
}

/** A block with the comments above it and the blank line that it would leave behind: the one above, else the one below. */
export function ownBlock(content: string, span: Span): Splice {
  let { start, end } = wholeLine(content, span);
  for (let above = lineAbove(content, start); above !== undefined; above = lineAbove(content, start)) {
    if (!content.slice(above.start, above.end).trimStart().startsWith("//")) break;
    start = above.start;
  }
  const above = lineAbove(content, start);
  const isBlank = (line: Span) => content.slice(line.start, line.end).trim() === "";
  if (above !== undefined && isBlank(above)) start = above.start;
  else {
    const below = wholeLine(content, { start: end, end });
    if (above === undefined && end < content.length && isBlank(below)) end = below.end;
  }
  return { start, end, text: "" };
}

function lineAbove(content: string, start: number): Span | undefined {
  if (start === 0) return undefined;
  const before = start - (content.startsWith("\r\n", start - 2) ? 2 : 1);
  return wholeLine(content, { start: before, end: before });
}

/** If removed lines leave two adjacent blank lines, or one before the closing brace, one is removed too. */
function withoutBlankLines(content: string, lines: readonly Span[]): Splice[] {
  const sorted = [...lines].sort((a, b) => a.start - b.start);
  const blocks: { start: number; end: number }[] = [];
  for (const line of sorted) {
    const last = blocks.at(-1);
    if (last?.end === line.start) last.end = line.end;
    else blocks.push({ ...line });
  }
  return blocks.map(({ start, end }) => {
    const before = start - (content.startsWith("\r\n", start - 2) ? 2 : 1);
    const above = wholeLine(content, { start: before, end: before });
    const isBlank = before >= 0 && content.slice(above.start, start).trim() === "";
    const isNeedless = isBlank && /^[^\S\r\n]*(?:\}|\r|\n)/.test(content.slice(end));
    return { start: isNeedless ? above.start : start, end, text: "" };
  });
}

function relationName(field: PrismaField): string | undefined {
  const relation = field.attributes.find((attribute) => attribute.name === "relation");
  return stringValue(relation && argumentOf(relation, "name"));
}
