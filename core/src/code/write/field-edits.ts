import { ts } from "../ast/compiler.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import { compact, type EditFinding, earlierOf, type Finding, type TransformContext } from "../contract/transform.js";
import { fieldsOf, insertField, removeField } from "./class-members.js";
import { withCurrentEdits } from "./current-edits.js";
import type { DtoField } from "./dto-fields.js";
import { findWritten } from "./find-written.js";
import { addNamedImports, dropNamedImports, isImportEdit } from "./named-imports.js";
import { restored } from "./restored.js";

/** A class and the field to add to it. */
export interface FieldAddition {
  readonly node: ts.ClassDeclaration;
  readonly field: DtoField;
}

/** The edits that add a field to each of the classes of a file, with the imports of its decorators; undefined if one is not possible. */
export function addFields(additions: readonly FieldAddition[], file: SourceFile): readonly EditFinding[] | undefined {
  const edits: EditFinding[] = [];
  const needed = new Map<string, string[]>();
  for (const { node, field } of additions) {
    const splices = insertField(node, field.text, file);
    if (splices === undefined) return undefined;
    edits.push({ kind: "edit", splices, what: whatOfClass(node), text: field.text });
    for (const { specifier, names } of field.imports)
      needed.set(specifier, [...(needed.get(specifier) ?? []), ...names]);
  }
  for (const [specifier, names] of needed) {
    const added = addNamedImports(specifier, names, file);
    if (added === undefined) return undefined;
    edits.push(...added);
  }
  return edits;
}

/** Removes fields and imports that a transform added to DTO classes. */
export function* takeFieldsBack(transform: string, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const gone: Splice[] = [];
  for (const { node, field } of writtenFields(transform, file, withCurrentEdits(transform, context))) {
    const splices = removeField(node, field, file);
    gone.push(...splices);
    yield { kind: "edit", splices, what: whatOfClass(node), text: "", replaces: textOf(field, file) };
  }
  if (gone.length > 0) yield* dropImports(transform, gone, file, context);
}

/**
 * The edits that replace a field that a transform wrote, the field first. Removes imports that only the old one needed. Undefined if the
 * new one's imports are not possible.
 */
export function replaceField(
  transform: string,
  field: ts.PropertyDeclaration,
  by: DtoField,
  node: ts.ClassDeclaration,
  file: SourceFile,
  context: TransformContext,
): readonly EditFinding[] | undefined {
  const splice = { start: field.getStart(file.ast), end: field.end, text: by.text };
  const what = whatOfClass(node);
  const own: EditFinding = { kind: "edit", splices: [splice], what, text: by.text, replaces: textOf(field, file) };
  const added = by.imports.map(({ specifier, names }) => addNamedImports(specifier, names, file));
  if (added.some((each) => each === undefined)) return undefined;
  const needed = new Set(by.imports.flatMap(({ names }) => names));
  const dropped = [...dropImports(transform, [splice], file, context)].filter(
    ({ replaces = "" }) =>
      !compact(replaces)
        .split(",")
        .some((name) => needed.has(name)),
  );
  return [own, ...added.flatMap((each) => each ?? []), ...dropped];
}

/** Restores the fields that `replaceField` replaced, and the imports that were removed with them. */
export function* restoreFields(transform: string, file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const { node, field } of writtenFields(transform, file, context)) {
    const edit = restored(transform, field, whatOfClass(node), file, context);
    if (edit === undefined) continue;
    yield edit;
    for (const { role, owner, text, replaces, file: its } of context.earlier) {
      if (text !== "" || its !== file.file || replaces === undefined || !isImportEdit({ role })) continue;
      const names = compact(replaces).split(",");
      if (names.some((name) => edit.text.includes(`@${name}(`)))
        yield* addNamedImports(owner?.name ?? "", names, file) ?? [];
    }
  }
}

/** Removes the imports that a transform added to a file, if only the removed texts use them. */
export function* dropImports(
  transform: string,
  gone: readonly Splice[],
  file: SourceFile,
  context: TransformContext,
): Iterable<EditFinding> {
  for (const edit of earlierOf(transform, context)) {
    if (edit.file !== file.file || !isImportEdit(edit)) continue;
    const dropped = dropNamedImports(edit.owner?.name ?? "", edit.text, gone, file);
    if (dropped !== undefined) yield dropped;
  }
}

/** The fields that a transform wrote, at their current positions. */
export function* writtenFields(
  transform: string,
  file: SourceFile,
  context: TransformContext,
): Iterable<{ readonly node: ts.ClassDeclaration; readonly field: ts.PropertyDeclaration }> {
  if (earlierOf(transform, context).length === 0) return;
  const written = context.memo(writtenFields, transform, () => {
    const all = context.project.files.flatMap((each) =>
      each
        .nodes(ts.SyntaxKind.ClassDeclaration)
        .flatMap((parent) =>
          [...fieldsOf(parent).values()].map((node) => ({ node, parent, file: each, what: whatOfClass(parent) })),
        ),
    );
    return findWritten(transform, all, context);
  });
  for (const each of written) if (each.file === file) yield { node: each.parent, field: each.node };
}

/** The description of a class. */
export function whatOfClass(node: ts.ClassDeclaration): string {
  return `class ${node.name?.text ?? ""}`.trimEnd();
}
