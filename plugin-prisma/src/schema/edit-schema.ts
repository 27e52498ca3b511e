import type { FieldEdit, ModelEdit, PlannedColumn } from "@lockstep/core";
import { assertSameReading } from "./compare.js";
import { dropAnnotations } from "./drop-annotations.js";
import { makeOptional, makeRequired } from "./edit.js";
import { editModels } from "./edit-models.js";
import { findEnum, removeEnum } from "./enum.js";
import type { SchemaFile } from "./model.js";
import { parseSchema } from "./parse.js";
import { readSchema } from "./read.js";
import { fieldsToRemove, removeField } from "./remove.js";
import { restoreAnnotations } from "./restore-annotations.js";
import { dropUnique, keepUnique } from "./unique.js";
import { type FieldEditKind, type SchemaEdit, verifyEdits } from "./verify.js";

/**
 * Schema files with the edits of models made, checked by Prisma's own parser; every other byte is kept.
 *
 * @throws LS2011 when they would not be valid, or something else would change · LS4002 when a model or field is gone · LS8013 when
 * Prisma and `readSchema` see another model in what is edited
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
  // A removed relation goes on both of its sides, and a type belongs to no model.
  const others = needed.filter((edit) => !isWithin(edit));
  const touched = new Set(needed.flatMap(touchedBy(before)));
  assertSameReading(readSchema(before), parseSchema(before), touched);
  const after = others.reduce(applyEdit, editModels(before, within, applyEdit));
  await verifyEdits(before, after, needed.flatMap(schemaEdits(before, after)));
  assertSameReading(readSchema(after), parseSchema(after), touched);
  return after;
}

/** Models and enums. A field that is removed takes the other side of its relations with it. */
const touchedBy =
  (before: readonly SchemaFile[]) =>
  (edit: SchemaModelEdit): readonly string[] => {
    if ("unique" in edit) return [edit.unique.model];
    if (!("column" in edit)) return [findEnum(before, edit.type)?.name ?? ""];
    const { model, field } = edit.column;
    const removed = edit.kind === "removeField" ? fieldsToRemove(before, model, field) : [];
    return [model, ...removed.map((each) => each.model)];
  };

/** Reads are kept away by an option of the client, in code: the schema says nothing about them. */
type SchemaModelEdit = Exclude<ModelEdit, FieldEdit> | (FieldEdit & { readonly kind: FieldEditKind });

function isOfSchema(edit: ModelEdit): edit is SchemaModelEdit {
  return edit.kind !== "openReads" && edit.kind !== "closeReads";
}

/** Whether an edit stays inside of the declaration of one field. */
function isWithin(edit: SchemaModelEdit): edit is FieldEdit & { readonly kind: FieldEditKind } {
  return "column" in edit && edit.kind !== "removeField";
}

function applyEdit(files: SchemaFile[], edit: SchemaModelEdit): SchemaFile[] {
  switch (edit.kind) {
    case "makeOptional":
      return makeOptional(files, edit.column.model, edit.column.field);
    case "makeRequired": {
      const { model, field } = edit.column;
      // What the annotations said stands in the plan; contract leaves nothing of Lockstep in the model.
      return dropAnnotations(makeRequired(files, model, field, edit.original), model, field);
    }
    case "dropAnnotations":
      return dropAnnotations(files, edit.column.model, edit.column.field);
    case "reopen": {
      const { model, field } = edit.column;
      const annotated = edit.original === undefined ? files : restoreAnnotations(files, model, field, edit.original);
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

/** A field that a person has removed already needs no undo. */
function hasField(files: readonly SchemaFile[], { model, field }: PlannedColumn): boolean {
  const found = readSchema(files).models.find((candidate) => candidate.name === model);
  return found?.fields.some((candidate) => candidate.name === field) === true;
}
