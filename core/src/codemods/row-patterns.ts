import { commaListOf, insertItem, removeItem } from "./comma-list.js";
import { ts } from "./compiler.js";
import type { SourceFile } from "./source-file.js";
import { type EditFinding, earlierOf, type TransformContext } from "./transform.js";

const suffix = ", its pattern";

/** The name that a pattern gives a field; undefined where it does not take it out of the row. */
export function boundAs(pattern: ts.ObjectBindingPattern, field: string): string | undefined {
  for (const { name, propertyName, dotDotDotToken } of pattern.elements) {
    if (dotDotDotToken !== undefined || !ts.isIdentifier(name)) continue;
    const original = propertyName ?? name;
    if (ts.isIdentifier(original) && original.text === field) return name.text;
  }
  return undefined;
}

/** `rest` of `({ id, ...rest }: User)`: it holds what is not named. */
export function restOf(pattern: ts.ObjectBindingPattern): string | undefined {
  const rest = pattern.elements.find((element) => element.dotDotDotToken !== undefined)?.name;
  return rest !== undefined && ts.isIdentifier(rest) ? rest.text : undefined;
}

/** `({ id, email }: User)` takes the new field out of the row too; "there" where it does, for another literal as well. */
export function addToPattern(
  pattern: ts.ObjectBindingPattern,
  what: string,
  file: SourceFile,
  context: TransformContext,
): EditFinding | "there" | undefined {
  const { name } = context.field;
  const added = context.memo("patterns that take the field", () => new Set<ts.Node>());
  if (added.has(pattern) || boundAs(pattern, name) !== undefined) return "there";
  const list = commaListOf(pattern, file);
  const rest = pattern.elements.findIndex((element) => element.dotDotDotToken !== undefined);
  const splices = list && insertItem(list, name, file, rest === -1 ? undefined : rest);
  if (splices === undefined) return undefined;
  added.add(pattern);
  return { kind: "edit", splices, what: what + suffix, text: name };
}

/** Whether the transform added the field to a pattern of the file: only then one may be taken back. */
export function isAddedToPattern(transform: string, file: SourceFile, context: TransformContext): boolean {
  return earlierOf(transform, context).some((edit) => edit.file === file.file && edit.what.endsWith(suffix));
}

/** Takes the field out of a pattern again. */
export function takeFromPattern(
  element: ts.BindingElement,
  what: string,
  file: SourceFile,
  context: TransformContext,
): EditFinding | undefined {
  const { parent } = element;
  const list = ts.isObjectBindingPattern(parent) ? commaListOf(parent, file) : undefined;
  const { name } = context.field;
  if (list === undefined || element.getText(file.ast) !== name) return undefined;
  const splices = removeItem(list, element, file);
  return { kind: "edit", splices, what: what + suffix, text: "", replaces: name };
}
