import type { ModelEdit } from "@lockstep/core";
import { Entities } from "../entities.js";
import type { EntityFile } from "../model.js";
import { dropAnnotations, restoreAnnotations } from "./annotations.js";
import { changed } from "./changes.js";
import { type CodeEnum, enumsBehind, removeEnum } from "./enum.js";
import { makeOptional } from "./make-optional.js";
import { makeRequired } from "./make-required.js";
import { closeReads, openReads } from "./reads.js";
import { removeField } from "./remove-field.js";
import { dropUnique, keepUnique } from "./unique.js";
import { verifyEdits } from "./verify.js";

/**
 * The files with the edits made, in their order; every other byte stays, and correct declarations are not changed.
 *
 * @throws LS2011 when something else would change · LS4002 when there is no such entity or column · LS9040 when a declaration cannot be
 *   edited
 * @example editEntities(files, [{ kind: "makeOptional", column, original: undefined }])
 */
export function editEntities(files: readonly EntityFile[], edits: readonly ModelEdit[]): readonly EntityFile[] {
  const entities = new Entities(files);
  // Only the columns show which enum a type is, and they are removed first.
  const enums = enumsBehind(entities, edits);
  const edited = edits.reduce((state, edit) => applyEdit(state, edit, enums), entities);
  verifyEdits(entities, edited, edits);
  return edited.files;
}

function applyEdit(entities: Entities, edit: ModelEdit, enums: readonly CodeEnum[]): Entities {
  switch (edit.kind) {
    case "makeOptional":
      return changed(entities, makeOptional(entities, edit.column));
    case "openReads":
      return changed(entities, openReads(entities, edit.column, edit.original));
    case "closeReads":
      return changed(entities, closeReads(entities, edit.column));
    case "makeRequired": {
      const required = makeRequired(entities, edit.column, edit.original);
      // The plan contains the annotations; contract leaves nothing of Lockstep in the entity.
      return changed(required, dropAnnotations(required, edit.column));
    }
    case "dropAnnotations":
      return changed(entities, dropAnnotations(entities, edit.column));
    case "reopen": {
      const annotated = restoreAnnotations(entities, edit.column, edit.original, edit.annotations);
      // For a column that stays optional, only its annotations are restored.
      return edit.column.isRelaxed ? changed(annotated, makeOptional(annotated, edit.column)) : annotated;
    }
    case "removeField":
      return removeField(entities, edit.column);
    case "keepUnique":
      return keepUnique(entities, edit.unique);
    case "dropUnique":
      return dropUnique(entities, edit.unique);
    case "removeType":
      return enums.filter(({ type }) => type === edit.type).reduce(removeEnum, entities);
    default:
      return edit satisfies never;
  }
}
