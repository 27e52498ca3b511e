import { ts } from "../ast/compiler.js";
import { nameOf } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { EditFinding, TransformContext } from "../contract/transform.js";
import { isRequiredKey } from "../shapes/required-keys.js";
import { keysOfShape, resolveType } from "../shapes/shape-types.js";
import { groupedFallback, operandText } from "../values/sql-to-typescript.js";
import { type FieldText, textsOfRow, valueText } from "../values/value-text.js";
import { type CallerValue, callerValueOf } from "./caller-value.js";
import { destructuredKeys } from "./input-shape.js";
import { type InputType, inputTypeOf } from "./input-type.js";

/**
 * The value of the new field for a row that is created from a whole request body, where the body's schema or type can be resolved:
 * `input.handle ?? input.email.toLowerCase()`. Undefined if it may lack an input of the computation, or may be an existing row.
 *
 * @param own adjacent properties, which take precedence
 */
export function valueFromInput(
  value: ts.Expression,
  own: FieldText | undefined,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const sent = typeOfSent(value, file, context);
  if (sent === undefined) return undefined;
  const row = textsOfRow(textOf(value, file));
  const lacking = destructuredKeys(value);
  const isThere = (name: string) => !lacking.has(name) && sent.isRequired(name);
  const text = valueText((field) => own?.(field) ?? (isThere(field.name) ? row(field) : undefined), file, context);
  const choice = choiceIn(sent, value, file, context);
  return text !== undefined && choice !== undefined ? `${operandText(choice.text)} ?? ${groupedFallback(text)}` : text;
}

/** `input.handle`, if callers may choose the field of a row that is built from the whole request body. */
export function callerValueOfInput(
  value: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): CallerValue | undefined {
  const sent = typeOfSent(value, file, context);
  return sent && choiceIn(sent, value, file, context);
}

function choiceIn(
  sent: InputType,
  value: ts.Expression,
  file: SourceFile,
  { field, intent }: TransformContext,
): CallerValue | undefined {
  return sent.has(field.name) && intent.exposure !== "internal" ? callerValueOf(value, field.name, file) : undefined;
}

/** Whether a request body has the field, by its schema or type; undefined if that cannot be resolved, or it may be an existing row. */
export function inputHasField(
  value: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): "always" | "maybe" | "never" | undefined {
  const sent = typeOfSent(value, file, context);
  const { name } = context.field;
  if (sent === undefined) return undefined;
  if (!sent.has(name) || destructuredKeys(value).has(name)) return "never";
  return sent.isRequired(name) ? "always" : "maybe";
}

/** Whether the rows of a list have the field, by the list's declared type, and how all of them get it. */
export function inputList(
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
  const has = !keys.has(name) ? "never" : isRequiredKey(shape, name) ? "always" : "maybe";
  const row = textsOfRow("row");
  const value = valueText((field) => (isRequiredKey(shape, field.name) ? row(field) : undefined), file, context) ?? "…";
  const written = has === "maybe" ? `row.${name} ?? ${groupedFallback(value)}` : value;
  return { has, text: `${textOf(list, file)}.map((row) => ({ ...row, ${name}: ${written} }))` };
}

/** A body with the row's key may be an existing row, and a body that may be missing cannot be read. */
function typeOfSent(value: ts.Expression, file: SourceFile, context: TransformContext): InputType | undefined {
  if (context.project.types?.mayBeMissing(value) === true) return undefined;
  const sent = inputTypeOf(value, file, context);
  return context.model.fields.some(({ isId, name }) => isId && sent?.has(name)) ? undefined : sent;
}

/** `create({ data: input })` becomes `create({ data: { ...input, handle: … } })`. */
export function spreadInput(
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
  const isOpen = isPlain && inputHasField(value, file, context) !== "always";
  const text = isOpen ? valueFromInput(value, undefined, file, context) : undefined;
  if (text === undefined) return undefined;
  const name = textOf(value, file);
  const written = `${isShorthand ? `${name}: ` : ""}{ ...${name}, ${context.field.name}: ${text} }`;
  const splice = { start: value.getStart(file.ast), end: value.end, text: written };
  return { kind: "edit", splices: [splice], what, text: written };
}

/** The nodes that `spreadInput` may have written around a row, and the previous text: the literal, or the shorthand property. */
export function spreadInputAround(
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
