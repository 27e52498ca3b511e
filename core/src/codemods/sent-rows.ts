import { type Choice, choiceOf } from "./chosen-value.js";
import { ts } from "./compiler.js";
import { nameOf } from "./expressions.js";
import { isRequired } from "./required-keys.js";
import { declarationOf } from "./scope.js";
import { sentAs, takenOutOf } from "./sent-shapes.js";
import { keysOfShape, resolveType, type ShapeNode } from "./shape-types.js";
import { type SourceFile, textOf } from "./source-file.js";
import { groupedFallback } from "./sql-to-typescript.js";
import type { EditFinding, TransformContext } from "./transform.js";
import { type FieldText, textsOfRow, valueText } from "./value-text.js";

/**
 * The value of the new field for a row that is made of what callers send as a whole, where its schema or type is in view:
 * `input.handle ?? input.email.toLowerCase()`. Undefined where it may lack what the value is computed from, or may be a row that exists.
 *
 * @param own what stands beside it, and wins
 */
export function valueOfSent(
  value: ts.Expression,
  own: FieldText | undefined,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const shape = shapeOfSent(value, file, context);
  if (shape === undefined) return undefined;
  const row = textsOfRow(textOf(value, file));
  const lacking = takenOutOf(value);
  const isThere = (name: string) => !lacking.has(name) && isRequired(shape, name);
  const text = valueText((field) => own?.(field) ?? (isThere(field.name) ? row(field) : undefined), file, context);
  const choice = choiceIn(shape, value, file, context);
  return text !== undefined && choice !== undefined ? `${choice.text} ?? ${groupedFallback(text)}` : text;
}

/** `input.handle`, where callers may choose the field of a row that is made of what they send as a whole. */
export function choiceOfSent(value: ts.Expression, file: SourceFile, context: TransformContext): Choice | undefined {
  const shape = shapeOfSent(value, file, context);
  return shape && choiceIn(shape, value, file, context);
}

function choiceIn(
  shape: ShapeNode,
  value: ts.Expression,
  file: SourceFile,
  { field, intent }: TransformContext,
): Choice | undefined {
  const isSent = keysOfShape(shape).has(field.name) && intent.exposure !== "internal";
  return isSent ? choiceOf(value, field.name, file) : undefined;
}

/** Whether what callers send has the field: by its schema or type; undefined where that is not in view, or it may be a row that exists. */
export function sentHas(
  value: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): "always" | "maybe" | "never" | undefined {
  const shape = shapeOfSent(value, file, context);
  if (shape === undefined) return undefined;
  if (!keysOfShape(shape).has(context.field.name) || takenOutOf(value).has(context.field.name)) return "never";
  return isRequired(shape, context.field.name) ? "always" : "maybe";
}

/** Whether the rows of a list have the field, by the list's declared type, and how all of them get it. */
export function sentList(
  list: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): { readonly has: "always" | "maybe" | "never"; readonly text: string } | undefined {
  const declaration = ts.isIdentifier(list) ? declarationOf(list) : undefined;
  const isTyped = declaration !== undefined && (ts.isVariableDeclaration(declaration) || ts.isParameter(declaration));
  const resolved = isTyped && declaration.type ? resolveType(declaration.type, file, context, true) : undefined;
  if (resolved?.kind !== "shape") return undefined;
  const { shape } = resolved;
  const keys = keysOfShape(shape);
  if (context.model.fields.some(({ isId, name }) => isId && keys.has(name))) return undefined;
  const { name } = context.field;
  const has = !keys.has(name) ? "never" : isRequired(shape, name) ? "always" : "maybe";
  const row = textsOfRow("row");
  const value = valueText((field) => (isRequired(shape, field.name) ? row(field) : undefined), file, context) ?? "…";
  const written = has === "maybe" ? `row.${name} ?? ${groupedFallback(value)}` : value;
  return { has, text: `${textOf(list, file)}.map((row) => ({ ...row, ${name}: ${written} }))` };
}

/** With its key it may be a row that exists. */
function shapeOfSent(value: ts.Expression, file: SourceFile, context: TransformContext): ShapeNode | undefined {
  const shape = sentAs(value, file, context);
  const keys = shape && keysOfShape(shape);
  return context.model.fields.some(({ isId, name }) => isId && keys?.has(name)) ? undefined : shape;
}

/** `create({ data: input })` becomes `create({ data: { ...input, handle: … } })`. */
export function spreadSent(
  value: ts.Expression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): EditFinding | undefined {
  const { parent } = value;
  const isShorthand = ts.isShorthandPropertyAssignment(parent);
  const isPlain =
    isShorthand ||
    ts.isArrayLiteralExpression(parent) ||
    (ts.isPropertyAssignment(parent) && parent.initializer === value) ||
    (ts.isCallExpression(parent) && parent.expression !== value);
  const isOpen = isPlain && sentHas(value, file, context) !== "always";
  const text = isOpen ? valueOfSent(value, undefined, file, context) : undefined;
  if (text === undefined) return undefined;
  const name = textOf(value, file);
  const written = `${isShorthand ? `${name}: ` : ""}{ ...${name}, ${context.field.name}: ${text} }`;
  const splice = { start: value.getStart(file.ast), end: value.end, text: written };
  return { kind: "edit", splices: [splice], what, text: written };
}

/** What `spreadSent` may have written around a row, and what stood there: the literal, or the property that was a shorthand. */
export function spreadAround(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
): readonly { readonly node: ts.Node; readonly former: string }[] {
  const [spread, field, ...more] = literal.properties;
  if (spread === undefined || !ts.isSpreadAssignment(spread) || field === undefined || more.length > 0) return [];
  const former = textOf(spread.expression, file);
  const { parent } = literal;
  const isNamed = ts.isPropertyAssignment(parent) && nameOf(parent.name) === former;
  return [{ node: literal, former }, ...(isNamed ? [{ node: parent, former }] : [])];
}
