import { ts } from "../ast/compiler.js";
import { enclosingName, propertiesOf, spreadsOf, unwrap } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import { candidateFor } from "../candidates/candidate-for.js";
import { memoized } from "../contract/memoized.js";
import type { Finding, TransformContext } from "../contract/transform.js";
import { callerValueForRow, withCallerValue } from "../inputs/caller-value.js";
import { siblingSource } from "../inputs/sibling-source.js";
import { withSourcePattern } from "../inputs/source-pattern.js";
import { addProperty } from "../write/property-edit.js";
import { isConnected } from "./new-rows.js";

/**
 * A new row of a column whose value nobody said: one that was chosen gets the value from where its other values come from, the others
 * are ranked.
 */
export function* createRow(
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const { name } = context.field;
  const names = [...propertiesOf(literal).keys()];
  if (isConnected(literal, context)) return;
  const sent = callerValueForRow(literal, file, context);
  const source = sent === undefined ? siblingSource(literal, file, context) : undefined;
  const value = sent ?? source;
  const text = value && (value.text === name ? name : `${name}: ${value.text}`);
  if (context.takes(literal, "create") && text !== undefined && source?.lacking === undefined) {
    const edit = names.includes(name) ? undefined : addProperty(literal, text, what, file);
    if (edit !== undefined) {
      yield* withCallerValue(edit, value, file, context);
      return;
    }
  }
  const place = { family: "create", tie: "orm", node: literal, what, anchor: enclosingName(literal), names } as const;
  const advice = text === undefined ? `set ${name} if new rows have it` : `add \`${text}\` if new rows have it`;
  const found = candidateFor({ ...place, text, advice }, file, context);
  yield* withSourcePattern(found, source, file, context);
  for (const part of partsOf(literal, context)) yield* createRow(part, what, file, context);
}

/** Literals that stand in a constant and are spread into the row: `{ ...values, id }`. Each once, however many rows it goes into. */
function partsOf(
  literal: ts.ObjectLiteralExpression,
  context: TransformContext,
): readonly ts.ObjectLiteralExpression[] {
  return spreadsOf(literal).flatMap(({ expression }) => {
    const declaration = ts.isIdentifier(expression) ? declarationOf(expression) : undefined;
    const isConstant = declaration !== undefined && ts.isVariableDeclaration(declaration);
    const value = isConstant && declaration.initializer ? unwrap(declaration.initializer) : undefined;
    if (value === undefined || !ts.isObjectLiteralExpression(value) || partsSeen(context).has(value)) return [];
    partsSeen(context).add(value);
    return [value];
  });
}

const partsSeen = memoized(() => new Set<ts.Node>());
