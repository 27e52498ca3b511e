import type { FieldEdit, ModelEdit, PlannedColumn, TableName } from "@lockstep/core";
import { annotationTexts } from "@lockstep/core";
import { assertSameReading } from "./compare.js";
import { dropAnnotations } from "./drop-annotations.js";
import { fileOf, findField, findModel, makeOptional, makeRequired, modelIn, replaced } from "./edit.js";
import type { PrismaField, Span } from "./model.js";
import { databaseName, type PrismaEnum, type SchemaFile, stringValue } from "./model.js";
import { parseSchema } from "./parse.js";
import { readSchema } from "./read.js";
import { fieldsToRemove, ownBlock, removeField } from "./remove.js";
import { applySplices, lineBreak, linesOf, type Splice, wholeLine } from "./splice.js";
import { dropUnique, keepUnique } from "./unique.js";
import { type FieldEditKind, type SchemaEdit, verifyEdits } from "./verify.js";

/**
 * Schema files with the edits of models made, checked by Prisma's own parser; every other byte is kept.
 *
 * @throws LS2011 when they would not be valid, or something else would change · LS4002 when a model or field is missing · LS8013 when
 *   Prisma and `readSchema` find different models in what is edited
 */
export async function editSchema(
  before: readonly SchemaFile[],
  edits: readonly ModelEdit[],
): Promise<readonly SchemaFile[]> {
  const needed = edits
    .filter(isOfSchema)
    .filter((edit) => edit.kind !== "removeField" || hasField(before, edit.column));
  if (needed.length === 0) return before;
  const within = needed
    .filter(isWithin)
    .map((edit) => ({ ...edit, model: edit.column.model, field: edit.column.field }));
  // A relation is removed on both of its sides, and a type belongs to no model.
  const others = needed.filter((edit) => !isWithin(edit));
  const touched = new Set(needed.flatMap(touchedBy(before)));
  assertSameReading(readSchema(before), parseSchema(before), touched);
  const after = others.reduce(applyEdit, editModels(before, within, applyEdit));
  await verifyEdits(before, after, needed.flatMap(schemaEdits(before, after)));
  assertSameReading(readSchema(after), parseSchema(after), touched);
  return after;
}

/** Models and enums. Removing a field also removes the other side of its relations. */
const touchedBy =
  (before: readonly SchemaFile[]) =>
  (edit: SchemaModelEdit): readonly string[] => {
    if ("unique" in edit) return [edit.unique.model];
    if (!("column" in edit)) return [findEnum(before, edit.type)?.name ?? ""];
    const { model, field } = edit.column;
    const removed = edit.kind === "removeField" ? fieldsToRemove(before, model, field) : [];
    return [model, ...removed.map((each) => each.model)];
  };

/** An option of the client, in code, excludes the field from reads: the schema does not contain it. */
type SchemaModelEdit = Exclude<ModelEdit, FieldEdit> | (FieldEdit & { readonly kind: FieldEditKind });

function isOfSchema(edit: ModelEdit): edit is SchemaModelEdit {
  return edit.kind !== "openReads" && edit.kind !== "closeReads";
}

/** Whether an edit stays inside the declaration of one field. */
function isWithin(edit: SchemaModelEdit): edit is FieldEdit & { readonly kind: FieldEditKind } {
  return "column" in edit && edit.kind !== "removeField";
}

function applyEdit(files: SchemaFile[], edit: SchemaModelEdit): SchemaFile[] {
  switch (edit.kind) {
    case "makeOptional":
      return makeOptional(files, edit.column.model, edit.column.field);
    case "makeRequired": {
      const { model, field } = edit.column;
      // The plan contains the annotations; contract leaves nothing of Lockstep in the model.
      return dropAnnotations(makeRequired(files, model, field, edit.original), model, field);
    }
    case "dropAnnotations":
      return dropAnnotations(files, edit.column.model, edit.column.field);
    case "reopen": {
      const { model, field } = edit.column;
      const annotated = restoreAnnotations(files, model, field, edit.original, edit.annotations);
      return makeOptional(annotated, model, field);
    }
    case "removeField":
      return removeField(files, edit.column.model, edit.column.field);
    case "keepUnique":
      return keepUnique(files, edit.unique);
    case "dropUnique":
      return dropUnique(files, edit.unique);
    case "removeType":
      return removeEnum(files, edit.type);
    default:
      return edit satisfies never;
  }
}

/** The edits by the names of the model, for Prisma's own check. An enum that is still used was not removed. */
const schemaEdits =
  (before: readonly SchemaFile[], after: readonly SchemaFile[]) =>
  (edit: SchemaModelEdit): SchemaEdit[] => {
    if ("unique" in edit) return [edit];
    if ("column" in edit) return [{ kind: edit.kind, model: edit.column.model, field: edit.column.field }];
    const found = findEnum(before, edit.type);
    return found === undefined || findEnum(after, edit.type) !== undefined
      ? []
      : [{ kind: "removeEnum", name: found.name }];
  };

/** A field that a person has already removed needs no undo. */
function hasField(files: readonly SchemaFile[], { model, field }: PlannedColumn): boolean {
  const found = readSchema(files).models.find((candidate) => candidate.name === model);
  return found?.fields.some((candidate) => candidate.name === field) === true;
}

type Files = readonly SchemaFile[];

/** The enum that is stored as a type of this name. */
function findEnum(files: Files, type: TableName): PrismaEnum | undefined {
  return readSchema(files).enums.find((item) => {
    const schema = stringValue(item.attributes.find((attribute) => attribute.name === "schema")?.args);
    return databaseName(item) === type.name && (type.schema === undefined || schema === type.schema);
  });
}

/** Removes an enum, with its comments and one of the blank lines around it. One that a field still uses stays. */
export function removeEnum(files: Files, type: TableName): SchemaFile[] {
  const found = findEnum(files, type);
  const isUsed = readSchema(files).models.some((model) => model.fields.some((field) => field.type === found?.name));
  if (found === undefined || isUsed) return [...files];
  return files.map((file) =>
    file.path === found.file
      ? { path: file.path, content: applySplices(file.content, [ownBlock(file.content, found.span)]) }
      : file,
  );
}

/**
 * Makes edits that stay within their model (`makeOptional`, `makeRequired`, `dropAnnotations`), each model on its own: the others are not
 * read again for every field. With 300 models and 20 fields that saves two seconds and 200 MB.
 *
 * @param apply edits a schema that consists of this one model
 * @throws LockstepError LS4002 when there is no such model or field
 * @example editModels(files, [{ model: "User", field: "handle" }], (one, { model, field }) => makeOptional(one, model, field))
 */
export function editModels<E extends { readonly model: string; readonly field: string }>(
  files: readonly SchemaFile[],
  edits: readonly E[],
  apply: (one: SchemaFile[], edit: E) => SchemaFile[],
): SchemaFile[] {
  const schema = readSchema(files);
  // Its error has the position in the user's own file.
  for (const { model, field } of edits) findField(files, model, field);
  const splices = new Map<string, Splice[]>();
  for (const name of new Set(edits.map((edit) => edit.model))) {
    const { file, span } = findModel(schema, name);
    const content = files.find(({ path }) => path === file)?.content.slice(span.start, span.end) ?? "";
    const [after] = edits.filter((edit) => edit.model === name).reduce(apply, [{ path: "", content }]);
    splices.set(file, [...(splices.get(file) ?? []), { ...span, text: after?.content ?? content }]);
  }
  return files.map((file) => {
    const own = splices.get(file.path);
    return own === undefined ? file : { ...file, content: applySplices(file.content, own) };
  });
}

/**
 * The reverse of `dropAnnotations`: unchanged comments get their former bytes back. If they or the annotations were changed, the annotations
 * are written on lines of their own above the field.
 *
 * @param original the model's text as the user wrote it
 * @param annotations Default: those of `original`
 * @throws LockstepError LS4002 when there is no such model or field
 */
export function restoreAnnotations(
  files: readonly SchemaFile[],
  model: string,
  field: string,
  original = "",
  annotations?: readonly string[],
): SchemaFile[] {
  const now = findField(files, model, field);
  const { content } = fileOf(files, now.model);
  const texts = annotations ?? annotationTexts(fieldIn(original, model, field)?.documentation ?? "", now.model.file);
  if (texts.length === 0 || annotationTexts(now.field.documentation, now.model.file).length > 0) return [...files];
  const former = annotations === undefined ? formerComments(content, now.field, model, original) : undefined;
  if (former !== undefined) return replaced(files, now.model.file, applySplices(content, former));
  const at = wholeLine(content, now.field.span).start;
  const indent = content.slice(at, now.field.span.start);
  const lines = texts.flatMap(linesOf);
  const text = lines.map((line) => `${indent}/// ${line.trim()}${lineBreak(content)}`).join("");
  return replaced(files, now.model.file, applySplices(content, [{ start: at, end: at, text }]));
}

/** Undefined if the comments were changed. */
function formerComments(
  content: string,
  now: PrismaField,
  model: string,
  original: string,
): readonly Splice[] | undefined {
  const former = fieldIn(original, model, now.name);
  const [bare] = dropAnnotations([{ path: "", content: original }], model, now.name);
  const dropped = bare && fieldIn(bare.content, model, now.name);
  if (bare === undefined || dropped === undefined || former === undefined) return undefined;
  const regions = [above, behind].map((region): Splice | undefined => {
    const span = region(content, now);
    const isUntouched = sameLines(slice(content, span), slice(bare.content, region(bare.content, dropped)));
    const text = withBreaks(slice(original, region(original, former)), lineBreak(content));
    return isUntouched ? { ...span, text } : undefined;
  });
  return regions.every((splice) => splice !== undefined) ? regions : undefined;
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

/** The text after the declaration on its line. */
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
