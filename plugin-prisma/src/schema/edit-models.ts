import { findField, findModel } from "./edit.js";
import type { SchemaFile } from "./model.js";
import { readSchema } from "./read.js";
import { applySplices, type Splice } from "./splice.js";

/**
 * Makes edits that stay within their model (`makeOptional`, `makeRequired`, `dropAnnotations`), each model on its own: the others
 * are not read again for every field. With 300 models and 20 fields that is two seconds and 200 MB.
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
  // Told with the place in the user's own file.
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
