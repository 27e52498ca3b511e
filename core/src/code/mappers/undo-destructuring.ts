import type { PlannedEdit } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { describe } from "../ast/expressions.js";
import { siteAround } from "../ast/site.js";
import { lineAt, type SourceFile, textOf } from "../ast/source-file.js";
import type { Finding, TransformContext } from "../contract/transform.js";
import { commaListOf, removeItem } from "../write/comma-list.js";
import { withCurrentEdits } from "../write/current-edits.js";
import { isAddedToPattern, isOfPattern, removeFromPattern } from "../write/destructuring.js";
import { findWritten } from "../write/find-written.js";
import { isSameOwner } from "../write/same-place.js";
import { boundByRows } from "./copied-row.js";

/** Removes the field from the patterns that a transform added it to: those of copies, not of literals that are typed as rows. */
export function* removeFromPatterns(transform: string, file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (!isAddedToPattern(transform, file, context)) return;
  const ofRows = boundByRows(file, context);
  for (const identifier of file.identifiers(context.field.name)) {
    const element = identifier.parent;
    if (!ts.isBindingElement(element) || ofRows.has(element)) continue;
    const edit = removeFromPattern(element, describe(element, `copy of ${context.model.name}`), file, context);
    // Two transforms may have edited patterns of one file.
    const isOfOther = edit && isOfAnother(element, transform, file, context);
    if (edit !== undefined && !isOfOther) yield edit;
  }
}

/**
 * Like `removeFromPatterns`, for patterns whose field is written to rows. People may have destructured it elsewhere themselves, so each
 * edit is matched first where it was made, then wherever the same text occurs.
 */
export function* undoPatterns(transform: string, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const written = context.memo(undoPatterns, transform, () => {
    const { project, field } = context;
    const elements = project.files.flatMap((its) =>
      its.identifiers(field.name).flatMap(({ parent: node }) => {
        const isElement = ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent);
        return isElement ? [{ node, file: its, what: "" }] : [];
      }),
    );
    const live = withCurrentEdits(transform, context, isOfPattern);
    return findWritten(transform, elements, live);
  });
  for (const { node, file: its } of written) {
    const list = its === file && ts.isObjectBindingPattern(node.parent) ? commaListOf(node.parent, file) : undefined;
    if (list === undefined) continue;
    const what = describe(node, `row of ${context.model.name}`);
    yield { kind: "edit", splices: removeItem(list, node, file), what, text: "", replaces: textOf(node, file) };
  }
}

/** Whether another transform made the edit: the one with this name, or the nearest. */
function isOfAnother(
  element: ts.BindingElement,
  transform: string,
  file: SourceFile,
  { earlier }: TransformContext,
): boolean {
  const made = earlier.filter((edit) => edit.file === file.file && isOfPattern(edit));
  const around = siteAround(element.getStart(file.ast), file);
  const named = made.filter((edit) => isSameOwner(edit, around));
  const line = lineAt(file.text, element.getStart(file.ast));
  const distance = (edit: PlannedEdit) => Math.abs(edit.line - line);
  const [nearest] = (named.length > 0 ? named : made).toSorted((a, b) => distance(a) - distance(b));
  return nearest !== undefined && nearest.transform !== transform;
}
