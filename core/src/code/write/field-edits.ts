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

/** A class and the field that it gets. */
export interface FieldAddition {
  readonly node: ts.ClassDeclaration;
  readonly field: DtoField;
}

/** The edits that give classes of a file a field each: itself, and the imports of its decorators; undefined where one cannot be made. */
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

/** Takes fields and imports back that a transform added to DTO classes. */
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
 * The edits that put another field in the place of one that a transform wrote, itself first: imports that only the old one needed go.
 * Undefined where what the new one needs cannot be imported.
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

/** Puts back the fields that `replaceField` replaced, and the imports that had gone with them. */
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

/** Imports that a transform added, and that nothing but what goes uses. */
/** Takes the imports out again that a transform added to a file, where nothing but what goes uses them. */
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

/** The fields that a transform wrote, where they stand now. */
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

/** How people call the class. */
export function whatOfClass(node: ts.ClassDeclaration): string {
  return `class ${node.name?.text ?? ""}`.trimEnd();
}
