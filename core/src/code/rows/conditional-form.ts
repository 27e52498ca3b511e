import { patternOf } from "../../base/pattern-of.js";
import type { ts } from "../ast/compiler.js";
import { literalsOfSpread, propertiesOf, spreadsOf, valuesOf } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { isOfType } from "../contract/pattern-columns.js";
import type { TransformContext } from "../contract/transform.js";
import { siblingForm } from "../inputs/sibling-form.js";

/** `{ email }` of `...(email !== undefined && { email })`. */
export interface ConditionalPart {
  readonly spread: ts.SpreadAssignment;
  readonly literal: ts.ObjectLiteralExpression;
}

/** The parts of a literal that are set under a condition. */
export function conditionalParts(literal: ts.ObjectLiteralExpression): readonly ConditionalPart[] {
  return spreadsOf(literal).flatMap((spread) => literalsOfSpread(spread).map((part) => ({ spread, literal: part })));
}

/**
 * `...(handle !== undefined && { handle })`, if most columns are set like this; otherwise undefined. It has the form of another column, if
 * possible of one of the same type.
 *
 * @param text `handle`, `handle: body.handle`
 * @param value `handle`, `body.handle`
 */
export function underCondition(
  text: string,
  value: string,
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const { columns, field } = context;
  const columnsOf = (each: ts.ObjectLiteralExpression) =>
    [...propertiesOf(each).keys()].flatMap((key) => columns.find(({ name }) => name === key) ?? []);
  const parts = conditionalParts(literal).filter((part) => columnsOf(part.literal).length > 0);
  if (parts.length === 0 || columnsOf(literal).length > parts.length) return undefined;
  const forms = parts.toReversed().flatMap(({ spread, literal: part }) => {
    const [[key, its] = [], ...others] = valuesOf(part);
    const column = columns.find(({ name }) => name === key);
    if (column === undefined || its === undefined || others.length > 0) return [];
    const named = new RegExp(`\\b${patternOf(column.name)}\\b`, "g");
    const rename = (each: string) => each.replaceAll(named, field.name);
    const form = rename(textOf(its, file)) === value ? siblingForm(spread, { column, field, rename }, file) : undefined;
    return form === undefined ? [] : [{ form: form.replaceAll(/\s+/g, " "), isAlike: isOfType(column, field) }];
  });
  const found = forms.find(({ isAlike }) => isAlike) ?? forms[0];
  return found?.form ?? `...(${value} !== undefined && { ${text} })`;
}
