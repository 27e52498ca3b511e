import { ts } from "../ast/compiler.js";
import { isAsserted, nameOf, valuesOf } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { accessIn, type Copies, type Copy, isOfElsewhere, isOfRow } from "../flow/copied-columns.js";
import { selectionsOfCopy } from "../flow/selected-fields.js";
import { keyStyles } from "../shapes/shape-types.js";
import { resolveDeclared, resolveExpression } from "../types/resolve-expression.js";

/** A literal that copies some columns of a row, two at least: `{ id: user.id, label: user.name }`. */
export function partialCopyIn(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): Copies | undefined {
  return isQuery(literal) || isAsserted(literal) ? undefined : partialCopyOf(valuesOf(literal), file, context);
}

/** Values that copy some columns of a row, two at least, by their target keys. */
export function partialCopyOf(
  values: ReadonlyMap<string, ts.Expression>,
  file: SourceFile,
  context: TransformContext,
): Copies | undefined {
  const names = new Set(context.model.fields.map((field) => field.name));
  const byRow = new Map<string, { readonly key: string; readonly column: string; readonly copy: Copy }[]>();
  for (const [key, value] of values) {
    const found = firstCopy(value, names);
    if (found === undefined) continue;
    byRow.set(found.copy.row, [...(byRow.get(found.copy.row) ?? []), { key, ...found }]);
  }
  const [own] = [...byRow.values()].sort((a, b) => b.length - a.length);
  const [first] = own ?? [];
  if (own === undefined || first === undefined || own.length < 2) return undefined;
  const isTyped =
    isOfRow(first.copy, file, context) ||
    selectionsOfCopy(first.copy, file, context).some(({ isOfModel }) => isOfModel);
  if (!isTyped && !isCalledLikeRow(first.copy.source, file, context)) return undefined;
  const isElsewhere = !isTyped && isOfElsewhere(first.copy, file, context);
  if (isElsewhere === true) return undefined;
  return {
    copies: new Map(own.map(({ column, copy }) => [column, copy])),
    keys: own.map(({ key }) => key),
    keyOf: styleOf(own),
    tie: isTyped ? "type" : isElsewhere === "maybe" ? "doubtful" : "names",
  };
}

/** The style of most keys; the model's spelling if they match neither style. */
function styleOf(copies: readonly { readonly key: string; readonly column: string }[]): (field: string) => string {
  const [asIs] = keyStyles;
  const count = (keyOf: (field: string) => string) =>
    copies.filter(({ key, column }) => key === keyOf(column) && keyOf(column) !== column).length;
  const other = keyStyles.find((keyOf) => count(keyOf) > 0);
  return other ?? asIs ?? ((name) => name);
}

function firstCopy(
  value: ts.Expression,
  names: ReadonlySet<string>,
  whole = value,
): { readonly column: string; readonly copy: Copy } | undefined {
  if (ts.isObjectLiteralExpression(value) || ts.isArrowFunction(value)) return undefined;
  if (ts.isPropertyAccessExpression(value) && ts.isIdentifier(value.expression) && names.has(value.name.text)) {
    const source = value.expression;
    const column = value.name.text;
    const access = accessIn(whole, value);
    return { column, copy: { row: source.text, source, pattern: undefined, name: column, access } };
  }
  if (ts.isIdentifier(value)) {
    const bound = declarationOf(value);
    if (bound === undefined || !ts.isBindingElement(bound) || !ts.isObjectBindingPattern(bound.parent))
      return undefined;
    const original = bound.propertyName ?? bound.name;
    if (!ts.isIdentifier(original) || !names.has(original.text)) return undefined;
    const row = `{}${bound.parent.pos}`;
    const copy = { row, source: undefined, pattern: bound.parent, name: value.text, access: "sure" } as const;
    return { column: original.text, copy };
  }
  return ts.forEachChild(value, (child) => (ts.isExpression(child) ? firstCopy(child, names, whole) : undefined));
}

/** `user`, `dbUser`, `newUser`: the name identifies a row, and no type contradicts it. */
function isCalledLikeRow(owner: ts.Identifier | undefined, file: SourceFile, context: TransformContext): boolean {
  if (owner === undefined || !owner.text.toLowerCase().endsWith(context.model.name.toLowerCase())) return false;
  if (context.orm.isModel === undefined) return true;
  const found = resolveDeclared(resolveExpression(owner, file, context.project), context.project);
  return found?.kind !== "object" || !context.orm.isModel(found.node, found.file, context);
}

/** `where`, `data` and `select` of a query list fields for other reasons. */
function isQuery(literal: ts.ObjectLiteralExpression): boolean {
  for (let at: ts.Node = literal; at !== undefined && !ts.isFunctionLike(at); at = at.parent) {
    const name = ts.isPropertyAssignment(at) ? nameOf(at.name) : undefined;
    if (name !== undefined && /^(?:where|data|select|include|omit|orderBy|create|update|connect)$/.test(name))
      return true;
  }
  return false;
}
