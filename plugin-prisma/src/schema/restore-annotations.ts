import { annotationSpans } from "@lockstep/core";
import { dropAnnotations } from "./drop-annotations.js";
import { fileOf, findField, modelIn, replaced } from "./edit.js";
import type { PrismaField, SchemaFile, Span } from "./model.js";
import { applySplices, lineBreak, linesOf, type Splice, wholeLine } from "./splice.js";

/**
 * The reverse of `dropAnnotations`: comments that nobody has changed since get their former bytes back. Where somebody has, the
 * annotations stand in lines of their own above the field.
 *
 * @param original the model's text as the user wrote it
 * @throws LockstepError LS4002 when there is no such model or field
 */
export function restoreAnnotations(
  files: readonly SchemaFile[],
  model: string,
  field: string,
  original: string,
): SchemaFile[] {
  const now = findField(files, model, field);
  const { content } = fileOf(files, now.model);
  const former = fieldIn(original, model, field);
  const spans = former === undefined ? [] : annotationSpans(former.documentation, now.model.file);
  const isThere = annotationSpans(now.field.documentation, now.model.file).length > 0;
  if (former === undefined || spans.length === 0 || isThere) return [...files];
  const [bare] = dropAnnotations([{ path: "", content: original }], model, field);
  const dropped = bare && fieldIn(bare.content, model, field);
  if (bare === undefined || dropped === undefined) return [...files];
  const eol = lineBreak(content);
  const regions = [above, behind].map((region): Splice | undefined => {
    const span = region(content, now.field);
    const isUntouched = sameLines(slice(content, span), slice(bare.content, region(bare.content, dropped)));
    return isUntouched ? { ...span, text: withBreaks(slice(original, region(original, former)), eol) } : undefined;
  });
  const untouched = regions.filter((splice) => splice !== undefined);
  if (untouched.length === regions.length) return replaced(files, now.model.file, applySplices(content, untouched));
  const at = wholeLine(content, now.field.span).start;
  const indent = content.slice(at, now.field.span.start);
  const lines = spans.flatMap(({ start, end }) => linesOf(former.documentation.slice(start, end)));
  const text = lines.map((line) => `${indent}/// ${line.trim()}${eol}`).join("");
  return replaced(files, now.model.file, applySplices(content, [{ start: at, end: at, text }]));
}

function fieldIn(text: string, model: string, field: string): PrismaField | undefined {
  return modelIn(text, model)?.fields.find((candidate) => candidate.name === field);
}

/** The lines of the comments above a field. */
function above(content: string, field: PrismaField): Span {
  const end = wholeLine(content, field.span).start;
  const starts = field.documentationLines
    .filter((line) => line.span.start < field.span.start)
    .map((line) => wholeLine(content, line.span).start);
  return { start: Math.min(end, ...starts), end };
}

/** What follows the declaration on its line. */
function behind(content: string, field: PrismaField): Span {
  const start = field.attributes.at(-1)?.span.end ?? field.markSpan.end;
  return { start, end: Math.max(start, field.span.end, trimmedEnd(content, field)) };
}

function trimmedEnd(content: string, field: PrismaField): number {
  const line = wholeLine(content, field.span);
  return line.start + content.slice(line.start, line.end).trimEnd().length;
}

function slice(content: string, span: Span): string {
  return content.slice(span.start, span.end);
}

function sameLines(one: string, other: string): boolean {
  return linesOf(one).join("\n") === linesOf(other).join("\n");
}

function withBreaks(text: string, eol: string): string {
  return linesOf(text).join(eol);
}
