import { ts } from "../ast/compiler.js";
import { describe, enclosingName, isAsserted, propertiesOf, spreadsOf, unwrap } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import { candidateFor, isWorthListing } from "../candidates/candidate-for.js";
import type { Finding, Transform, TransformContext } from "../contract/transform.js";
import { withCallerValue } from "../inputs/caller-value.js";
import { shapeOfLiteral } from "../inputs/literal-shape.js";
import { isComplete, siblingSource } from "../inputs/sibling-source.js";
import { withSourcePattern } from "../inputs/source-pattern.js";
import { undoPatterns } from "../mappers/undo-destructuring.js";
import { producersOf } from "../responses/producers.js";
import { roleOf } from "../responses/shape-roles.js";
import { familyOf, keyIn, keysOfShape, type ShapeNode } from "../shapes/shape-types.js";
import { targetOf } from "../types/target-type.js";
import { removeWritten } from "../write/find-written.js";
import { addProperty } from "../write/property-edit.js";

const id = "payload";

/**
 * Literals whose type belongs to the app and lists fields of the model, or untyped literals that name them. They get the new field from the
 * source of the others.
 */
export const payload: Transform = {
  id,
  intents: ["acceptInRequests", "read"],

  *find(file, context) {
    const copies = new Set(
      producersOf(file, context).map(({ mapper }) => ("literal" in mapper ? mapper.literal : mapper.last)),
    );
    for (const literal of file.nodes(ts.SyntaxKind.ObjectLiteralExpression))
      if (!copies.has(literal)) yield* offered(literal, file, context);
  },

  *undo(file, context) {
    const literals = (each: SourceFile) =>
      each.nodes(ts.SyntaxKind.ObjectLiteralExpression).map((node) => ({ node, what: whatOf(node, undefined) }));
    yield* removeWritten(id, literals, file, context);
    yield* undoPatterns(id, file, context);
  },
};

function* offered(literal: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const names = [...propertiesOf(literal).keys()];
  if (literal.properties.length < 2 || !isWorthListing(names, file, context) || isAsserted(literal)) return;
  if (spreadsOf(literal).length > 0) return;
  const isOfRequests = context.intent.kind === "acceptInRequests";
  const shape = shapeOfLiteral(literal, file, context);
  if (shape === undefined) {
    if (!isOfRequests && isMade(literal, file, context)) yield* offeredUntyped(literal, names, file, context);
    return;
  }
  if (shape.kind === "keys" || context.orm.isModel?.(shape.node, shape.file, context)) return;
  if ((roleOf(shape, [...keysOfShape(shape)], context) !== "response") !== isOfRequests) return;
  const key = keyIn(shape, context);
  const isLacking = !keysOfShape(shape).has(key);
  const isTaken = (its: ShapeNode) => context.takes(its.node, familyOf(its));
  const isOpen = !isLacking || isTaken(shape);
  const source = siblingSource(literal, file, context);
  const isSourced = source === undefined || source.lacking.every(isTaken);
  const text = source && (source.text === key ? key : `${key}: ${source.text}`);
  // Without a known value, it is filled together with its type, or left unchanged.
  if (text === undefined && isTaken(shape)) return;
  const what = whatOf(literal, shape.name);
  if (context.takes(literal, "mapper") && text !== undefined && isOpen && isSourced) {
    const edit = names.includes(key) ? undefined : addProperty(literal, text, what, file);
    if (edit !== undefined) {
      yield* withCallerValue(edit, source, file, context);
      return;
    }
  }
  const anchor = enclosingName(literal);
  const advice = `add ${text === undefined ? key : `\`${text}\``} if it belongs there`;
  const listed = { family: "mapper", tie: "names", node: literal, what, anchor, names, text, advice } as const;
  for (const found of withSourcePattern(candidateFor(listed, file, context), source, file, context))
    yield isLacking ? { ...found, needs: [...(found.needs ?? []), shape.node] } : found;
}

/** Whether a literal is built from local values, and no unresolved call or type determines its content. */
function isMade(literal: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): boolean {
  let outer: ts.Node = literal;
  while (ts.isPropertyAssignment(outer.parent) || ts.isObjectLiteralExpression(outer.parent)) outer = outer.parent;
  if (ts.isVariableDeclaration(outer.parent)) return false;
  const { kind } = targetOf(outer as ts.ObjectLiteralExpression, file, context);
  const isAssigned = ts.isBinaryExpression(outer.parent);
  return (kind === "free" || isAssigned) && literal.properties.some(isOfVariable);
}

/** A literal value is a constant or a description. */
function isOfVariable(property: ts.ObjectLiteralElementLike): boolean {
  if (ts.isShorthandPropertyAssignment(property)) return true;
  if (!ts.isPropertyAssignment(property)) return false;
  const value = unwrap(property.initializer);
  return !ts.isObjectLiteralExpression(value) && !ts.isArrayLiteralExpression(value) && !isLiteral(value);
}

function isLiteral(value: ts.Expression): boolean {
  const { TrueKeyword, FalseKeyword, NullKeyword } = ts.SyntaxKind;
  return ts.isLiteralExpression(value) || [TrueKeyword, FalseKeyword, NullKeyword].includes(value.kind);
}

/** A literal that only its names tie to the model. */
function* offeredUntyped(
  literal: ts.ObjectLiteralExpression,
  names: readonly string[],
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const key = context.field.name;
  const source = siblingSource(literal, file, context);
  const text = source && (source.text === key ? key : `${key}: ${source.text}`);
  const what = whatOf(literal, undefined);
  const isTaken = context.takes(literal, "mapper") && isComplete(source) && !names.includes(key);
  const edit = isTaken && text !== undefined ? addProperty(literal, text, what, file) : undefined;
  if (edit !== undefined) {
    yield* withCallerValue(edit, source, file, context);
    return;
  }
  const anchor = enclosingName(literal);
  const advice = `add ${text === undefined ? key : `\`${text}\``} if it belongs there`;
  const listed = { family: "mapper", tie: "names", node: literal, what, anchor, names, text, advice } as const;
  yield* withSourcePattern(candidateFor(listed, file, context), source, file, context);
}

function whatOf(literal: ts.ObjectLiteralExpression, type: string | undefined): string {
  return describe(literal, type === undefined ? "payload" : `payload of ${type}`);
}
