import { ts } from "./compiler.js";
import { describe } from "./expressions.js";
import { boundByRows } from "./row-copies.js";
import { isAddedToPattern, takeFromPattern } from "./row-patterns.js";
import type { SourceFile } from "./source-file.js";
import type { Finding, TransformContext } from "./transform.js";

/** Takes the field out of the patterns that a transform added it to: those of copies, not of literals that are typed as rows. */
export function* takeFromPatterns(transform: string, file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (!isAddedToPattern(transform, file, context)) return;
  const ofRows = boundByRows(file, context);
  for (const identifier of file.identifiers(context.field.name)) {
    const element = identifier.parent;
    if (!ts.isBindingElement(element) || ofRows.has(element)) continue;
    const edit = takeFromPattern(element, describe(element, `copy of ${context.model.name}`), file, context);
    // Two transforms may have added to patterns of one file.
    const isOfOther = edit && isOfAnother(edit.what, transform, file, context);
    if (edit !== undefined && !isOfOther) yield edit;
  }
}

/** Whether it was another transform that made the edit of this name. */
function isOfAnother(what: string, transform: string, file: SourceFile, { earlier }: TransformContext): boolean {
  const makers = earlier.filter((edit) => edit.file === file.file && edit.what === what).map((edit) => edit.transform);
  return makers.length > 0 && !makers.includes(transform);
}
