import { fieldsOf, insertField, removeField } from "./class-members.js";
import { ts } from "./compiler.js";
import type { DtoField } from "./dto-fields.js";
import { addNamedImports, dropNamedImports, isImportEdit } from "./named-imports.js";
import { bare } from "./property-edit.js";
import { type SourceFile, textOf } from "./source-file.js";
import type { Splice } from "./splice.js";
import { type EditFinding, earlierOf, type Finding, type TransformContext } from "./transform.js";

/** The edits that give a class a field: itself, and the imports of its decorators; undefined where an import cannot be made. */
export function addField(
  node: ts.ClassDeclaration,
  { text, imports }: DtoField,
  file: SourceFile,
): readonly EditFinding[] | undefined {
  const splices = insertField(node, text, file);
  const added = imports.map(({ specifier, names }) => addNamedImports(specifier, names, file));
  if (splices === undefined || added.some((each) => each === undefined)) return undefined;
  const edits = added.flatMap((each) => (each === undefined || each === "there" ? [] : [each]));
  return [{ kind: "edit", splices, what: whatOfClass(node), text }, ...edits];
}

/** Takes fields and imports back that a transform added to DTO classes. */
export function* takeFieldsBack(transform: string, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const gone: Splice[] = [];
  for (const { node, field } of writtenFields(transform, file, context)) {
    const splices = removeField(node, field, file);
    gone.push(...splices);
    yield { kind: "edit", splices, what: whatOfClass(node), text: "", replaces: textOf(field, file) };
  }
  if (gone.length === 0) return;
  for (const edit of earlierOf(transform, context)) {
    if (edit.file !== file.file || !isImportEdit(edit)) continue;
    const dropped = dropNamedImports(edit.what.split(" ").at(-1) ?? "", edit.text, gone, file);
    if (dropped !== undefined) yield dropped;
  }
}

/** The fields that a transform wrote, where they stand now. */
export function* writtenFields(
  transform: string,
  file: SourceFile,
  context: TransformContext,
): Iterable<{ readonly node: ts.ClassDeclaration; readonly field: ts.PropertyDeclaration }> {
  const texts = new Set(earlierOf(transform, context).map((edit) => bare(edit.text)));
  if (texts.size === 0) return;
  for (const node of file.nodes(ts.SyntaxKind.ClassDeclaration)) {
    for (const field of fieldsOf(node).values()) if (texts.has(bare(textOf(field, file)))) yield { node, field };
  }
}

/** How people call the class. */
export function whatOfClass(node: ts.ClassDeclaration): string {
  return `class ${node.name?.text ?? ""}`.trimEnd();
}
