import { ts } from "../ast/compiler.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { rowShapeOfParameter, rowShapeOfValue } from "./rows-in-expression.js";

/** A value that is computed from one column of a row. */
export interface Copy {
  /** The text of the row, or an identity for the pattern: all columns must come from the same row. */
  readonly row: string;
  readonly source: ts.Identifier | undefined;
  readonly pattern: ts.ObjectBindingPattern | undefined;
  readonly name: string;
  readonly access: RowAccess;
}

/**
 * Whether a column is read from an existing row, from one that may be missing, or with another value in that case: `user?.email ?? null`.
 */
export type RowAccess = "sure" | "chain" | "other";

/** How `user.email` is accessed inside a value. */
export function accessIn(value: ts.Expression, column: ts.PropertyAccessExpression): RowAccess {
  const isOptional = column.questionDotToken !== undefined;
  let access: RowAccess = isOptional ? "chain" : "sure";
  for (let at: ts.Node = column; at !== value; at = at.parent) {
    const { parent } = at;
    const isLink = ts.isPropertyAccessExpression(parent) || (ts.isCallExpression(parent) && parent.expression === at);
    const isGuarded = guardsOf(parent, at).some((guard) => asksFor(guard, column.expression.getText()));
    if (isGuarded || (isOptional && !isLink)) access = "other";
  }
  return access;
}

/** The conditions that decide whether a part of an expression is evaluated. */
function guardsOf(whole: ts.Node, part: ts.Node): readonly ts.Node[] {
  if (ts.isConditionalExpression(whole)) return whole.condition === part ? [] : [whole.condition];
  return ts.isBinaryExpression(whole) && whole.right === part ? [whole.left] : [];
}

/** Whether a condition tests the row itself rather than one of its columns. */
function asksFor(node: ts.Node, row: string): boolean {
  if (ts.isIdentifier(node) && node.text === row) {
    const { parent } = node;
    return !ts.isPropertyAccessExpression(parent) || parent.questionDotToken !== undefined;
  }
  return ts.forEachChild(node, (child) => asksFor(child, row)) === true;
}

/** The column that a value is computed from: `user.createdAt.toISOString()` copies `createdAt` of `user`. */
export function copyIn(value: ts.Expression | undefined, column: string): Copy | undefined {
  let found: Copy | undefined;
  const visit = (node: ts.Node): void => {
    if (found !== undefined) return;
    if (ts.isPropertyAccessExpression(node) && node.name.text === column && ts.isIdentifier(node.expression)) {
      const access = accessIn(value ?? node, node);
      found = { row: node.expression.text, source: node.expression, pattern: undefined, name: column, access };
    } else if (ts.isIdentifier(node) && !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node)) {
      const bound = declarationOf(node);
      if (bound !== undefined && ts.isBindingElement(bound) && ts.isObjectBindingPattern(bound.parent)) {
        const original = bound.propertyName ?? bound.name;
        if (ts.isIdentifier(original) && original.text === column) {
          const row = `{}${bound.parent.pos}`;
          found = { row, source: undefined, pattern: bound.parent, name: node.text, access: "sure" };
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  if (value !== undefined) visit(value);
  return found;
}

export function isRow(source: ts.Identifier, file: SourceFile, context: TransformContext): boolean {
  return rowShapeOfValue(source, file, context) === "row";
}

/** `({ id, email }: User) =>` and `const { id, email } = user`. */
export function isRowPattern(pattern: ts.ObjectBindingPattern, file: SourceFile, context: TransformContext): boolean {
  const owner = pattern.parent;
  if (ts.isParameter(owner)) return rowShapeOfParameter(owner, file, context) === "row";
  if (!ts.isVariableDeclaration(owner) || owner.initializer === undefined) return false;
  return rowShapeOfValue(owner.initializer, file, context) === "row";
}

/** The columns that a literal or a sequence of assignments copies, by name. */
export interface Copies {
  readonly copies: ReadonlyMap<string, Copy>;
  /** The target keys. */
  readonly keys: readonly string[];
  readonly keyOf: (field: string) => string;
  /** Whether the source is known to be a row of the model, only has a matching name, or may be a row of another schema. */
  readonly tie: "type" | "names" | "doubtful";
}

/** Whether the source of a copy is a row of another schema's model of that name. */
export function isOfElsewhere(
  { source, pattern }: Copy,
  file: SourceFile,
  context: TransformContext,
): boolean | "maybe" {
  const { orm, project } = context;
  if (orm.isRowElsewhere === undefined || project.clients === undefined) return false;
  const row = source ?? pattern;
  return orm.isRowElsewhere(row && project.types?.of(row), file, context);
}

/** Whether the source of a copy is a row of the model. */
export function isOfRow(copy: Copy, file: SourceFile, context: TransformContext): boolean {
  if (copy.pattern !== undefined) return isRowPattern(copy.pattern, file, context);
  return copy.source !== undefined && isRow(copy.source, file, context);
}
