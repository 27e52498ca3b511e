import { annotationSpans } from "@lockstep/core";
import { fileOf, findField, replaced } from "./edit.js";
import type { DocLine, SchemaFile } from "./model.js";
import { applySplices, type Splice, wholeLine } from "./splice.js";

/**
 * Removes Lockstep's annotations from a field's doc comment; other text stays. A line without other text is removed.
 *
 * @throws LockstepError LS4002 when there is no such model or field
 */
export function dropAnnotations(files: readonly SchemaFile[], model: string, field: string): SchemaFile[] {
  const found = findField(files, model, field);
  const { content } = fileOf(files, found.model);
  const spans = annotationSpans(found.field.documentation, found.model.file);
  let offset = 0;
  let searched = 0;
  const splices = found.field.documentationLines.flatMap((line): Splice[] => {
    const from = offset;
    offset += line.text.length + 1;
    const cuts = spans
      .map(({ start, end }) => ({ start: Math.max(start - from, 0), end: Math.min(end - from, line.text.length) }))
      .filter((cut) => cut.start < cut.end);
    const at = content.indexOf(line.text, Math.max(line.span.start, searched));
    searched = at + line.text.length;
    if (cuts.length === 0) return [];
    if (isAlone(content, line) && applySplices(line.text, cuts.map(blank)).trim() === "")
      return [
        blank(line.span.start > found.field.span.start ? trailing(content, line) : wholeLine(content, line.span)),
      ];
    return cuts.map((cut) => blank({ start: at + cut.start, end: at + cut.end }));
  });
  return replaced(files, found.model.file, applySplices(content, splices));
}

function blank(span: { readonly start: number; readonly end: number }): Splice {
  return { ...span, text: "" };
}

/** A comment of its own, not a line of a block comment. */
function isAlone(content: string, line: DocLine): boolean {
  return content.startsWith("///", line.span.start);
}

/** A comment after the field, with the space before it. */
function trailing(content: string, line: DocLine) {
  let { start } = line.span;
  while (/[ \t]/.test(content[start - 1] ?? "")) start--;
  return { start, end: line.span.end };
}
