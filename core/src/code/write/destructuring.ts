import { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";
import { memoized } from "../contract/memoized.js";
import { type EditFinding, earlierOf, type TransformContext } from "../contract/transform.js";
import { commaListOf, insertItem, removeItem } from "./comma-list.js";

const suffix = ", its pattern";

/** The name that a pattern binds a field to; undefined if the pattern does not destructure it. */
export function boundAs(pattern: ts.ObjectBindingPattern, field: string): string | undefined {
  for (const { name, propertyName, dotDotDotToken } of pattern.elements) {
    if (dotDotDotToken !== undefined || !ts.isIdentifier(name)) continue;
    const original = propertyName ?? name;
    if (ts.isIdentifier(original) && original.text === field) return name.text;
  }
  return undefined;
}

/** `rest` of `({ id, ...rest }: User)`: it contains the keys that are not named. */
export function restOf(pattern: ts.ObjectBindingPattern): string | undefined {
  const rest = pattern.elements.find((element) => element.dotDotDotToken !== undefined)?.name;
  return rest !== undefined && ts.isIdentifier(rest) ? rest.text : undefined;
}

/**
 * The new field's name in a pattern that destructures the row: as in the pattern, its own name, or `userHandle` if that name has another
 * meaning there.
 *
 * @param taken names that other patterns are about to bind there
 */
export function nameIn(
  pattern: ts.ObjectBindingPattern,
  file: SourceFile,
  { field: { name }, model }: TransformContext,
  taken: readonly string[] = [],
): string | undefined {
  const bound = boundAs(pattern, name);
  if (bound !== undefined) return bound;
  const owner = `${model.name.slice(0, 1).toLowerCase()}${model.name.slice(1)}`;
  const names = [name, `${owner}${name.slice(0, 1).toUpperCase()}${name.slice(1)}`];
  return names.find((each) => !taken.includes(each) && !isUsedAround(pattern, each, file));
}

/** Whether a name is declared or used in the function of a pattern. Keys and members do not count. */
function isUsedAround(pattern: ts.ObjectBindingPattern, name: string, file: SourceFile): boolean {
  const scope = ts.findAncestor(pattern, (node) => ts.isFunctionLike(node) || ts.isSourceFile(node)) ?? file.ast;
  return file.identifiers(name).some((each) => {
    const { parent } = each;
    if (each.pos < scope.pos || each.end > scope.end) return false;
    if (ts.isPropertyAccessExpression(parent)) return parent.name !== each;
    if (ts.isBindingElement(parent)) return parent.propertyName !== each;
    const isMember =
      ts.isPropertyAssignment(parent) ||
      ts.isTypeElement(parent) ||
      ts.isClassElement(parent) ||
      ts.isMethodDeclaration(parent);
    return !(isMember && parent.name === each);
  });
}

/**
 * `({ id, email }: User)` also destructures the new field; "there" if it already does, perhaps for another literal.
 *
 * @param local see `nameIn`
 */
export function addToPattern(
  pattern: ts.ObjectBindingPattern,
  what: string,
  file: SourceFile,
  context: TransformContext,
  local = context.field.name,
): EditFinding | "there" | undefined {
  const { name } = context.field;
  const added = givenTheField(context);
  if (added.has(pattern) || boundAs(pattern, name) !== undefined) return "there";
  const list = commaListOf(pattern, file);
  const rest = pattern.elements.findIndex((element) => element.dotDotDotToken !== undefined);
  const text = local === name ? name : `${name}: ${local}`;
  const splices = list && insertItem(list, text, file, rest === -1 ? undefined : rest);
  if (splices === undefined) return undefined;
  added.add(pattern);
  return { kind: "edit", splices, what: what + suffix, role: "pattern", text };
}

/** Patterns that the edits of this pass add the field to, one edit each. */
const givenTheField = memoized(() => new Set<ts.Node>());

/** Whether an edit added the field to a pattern. */
export function isOfPattern({ role }: Pick<EditFinding, "role">): boolean {
  return role === "pattern";
}

/** Whether the transform added the field to a pattern of the file. Only then may it be removed. */
export function isAddedToPattern(transform: string, file: SourceFile, context: TransformContext): boolean {
  return earlierOf(transform, context).some((edit) => edit.file === file.file && isOfPattern(edit));
}

export function removeFromPattern(
  element: ts.BindingElement,
  what: string,
  file: SourceFile,
  context: TransformContext,
): EditFinding | undefined {
  const { parent } = element;
  const list = ts.isObjectBindingPattern(parent) ? commaListOf(parent, file) : undefined;
  const text = element.getText(file.ast);
  const written = context.earlier.some((edit) => edit.text === text && isOfPattern(edit));
  if (list === undefined || !(written || text === context.field.name)) return undefined;
  const splices = removeItem(list, element, file);
  return { kind: "edit", splices, what: what + suffix, role: "pattern", text: "", replaces: text };
}
