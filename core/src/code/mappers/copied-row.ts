import { ts } from "../ast/compiler.js";
import { initializerOf, propertiesOf, unwrap, valueAt } from "../ast/expressions.js";
import { isRepeatable } from "../ast/repeatable.js";
import { declarationFrom, declarationOf } from "../ast/scope.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { isRowPattern } from "../flow/copied-columns.js";
import { rowShapeOfValue } from "../flow/rows-in-expression.js";
import { rowLiterals } from "../types/row-literals.js";
import { boundAs, restOf } from "../write/destructuring.js";

/** The row that a literal copies: the copy's new field has the same value as the row's. */
export interface CopiedRow {
  /** How to read the new field: `user.handle`; undefined if its name means something else in the scope. */
  readonly read: string | undefined;
  /** The pattern that must also destructure the field from the row: `({ id, email }: User)`. */
  readonly pattern: ts.ObjectBindingPattern | undefined;
}

/**
 * The row behind a literal most of whose columns are unchanged members of one row of the model. If the field is unique, one of them must
 * identify the row: a factory that copies a name and two dates creates another one.
 */
export function copiedRow(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): CopiedRow | undefined {
  const { field, model } = context;
  const properties = propertiesOf(literal);
  const named = context.columns.filter((column) => properties.has(column.name));
  const byRow = new Map<string, { member: Member; isIdentified: boolean; count: number }>();
  for (const column of named) {
    const member = memberIn(initializerOf(properties.get(column.name)), column.name, file);
    if (member === undefined) continue;
    const known = byRow.get(member.row) ?? { member, isIdentified: false, count: 0 };
    known.count += 1;
    known.isIdentified ||= column.isUnique || column.isId || model.primaryKey.includes(column.column);
    byRow.set(member.row, known);
  }
  for (const { member, isIdentified, count } of byRow.values()) {
    if (count < 2 || count * 2 <= named.length || (field.isUnique && !isIdentified)) continue;
    const { owner, pattern } = member;
    if (pattern === undefined) {
      const isRow = owner !== undefined && rowShapeOfValue(owner, file, context) === "row";
      return isRow ? { read: `${member.row}.${field.name}`, pattern: undefined } : undefined;
    }
    return isRowPattern(pattern, file, context) ? readOfPattern(pattern, literal, field.name) : undefined;
  }
  return undefined;
}

/** The pattern elements that provide the field's value for literals typed as rows. */
export function boundByRows(file: SourceFile, context: TransformContext): ReadonlySet<ts.BindingElement> {
  const found = new Set<ts.BindingElement>();
  for (const { literal } of rowLiterals(file, context)) {
    const value = valueAt(literal, context.field.name);
    const declaration = value !== undefined && ts.isIdentifier(value) ? declarationOf(value) : undefined;
    if (declaration !== undefined && ts.isBindingElement(declaration)) found.add(declaration);
  }
  return found;
}

interface Member {
  /** The text of the row, or an identity for a pattern. */
  readonly row: string;
  readonly owner: ts.Expression | undefined;
  readonly pattern: ts.ObjectBindingPattern | undefined;
}

/** `user.email`, or `email` destructured from a row. */
function memberIn(value: ts.Expression | undefined, column: string, file: SourceFile): Member | undefined {
  const inner = value && unwrap(value);
  if (inner === undefined) return undefined;
  if (ts.isPropertyAccessExpression(inner)) {
    const owner = inner.expression;
    const isPlain = inner.name.text === column && inner.questionDotToken === undefined && isRepeatable(owner);
    return isPlain ? { row: textOf(owner, file), owner, pattern: undefined } : undefined;
  }
  const bound = ts.isIdentifier(inner) ? declarationOf(inner) : undefined;
  if (bound === undefined || !ts.isBindingElement(bound) || !ts.isObjectBindingPattern(bound.parent)) return undefined;
  const original = bound.propertyName ?? bound.name;
  const isPlain = ts.isIdentifier(original) && original.text === column && bound.initializer === undefined;
  return isPlain ? { row: `{}${bound.parent.pos}`, owner: undefined, pattern: bound.parent } : undefined;
}

function readOfPattern(pattern: ts.ObjectBindingPattern, literal: ts.Node, name: string): CopiedRow {
  const local = boundAs(pattern, name);
  if (local !== undefined) return { read: local, pattern: undefined };
  const rest = restOf(pattern);
  if (rest !== undefined) return { read: `${rest}.${name}`, pattern: undefined };
  return { read: declarationFrom(literal, name) === undefined ? name : undefined, pattern };
}
