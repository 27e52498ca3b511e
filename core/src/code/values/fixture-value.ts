import { type EntityField, isOwnConversion, type ScalarType, typeInCode } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { initializerOf, propertiesOf, unwrap, valueAt } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { quoted, type SourceFile, textOf } from "../ast/source-file.js";
import { memoized } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import { type Constant, evaluate } from "../sql/constant.js";
import { rowLiterals } from "../types/row-literals.js";
import { conversionsOf } from "./conversions.js";
import { literalFor } from "./literal-for.js";

/** The fill computed from the constants of a literal: `email: "A@x.com"` and `lower(email)` give `"a@x.com"`. */
export function computedValue(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const properties = propertiesOf(literal);
  return computedOver((name) => initializerOf(properties.get(name)), file, context);
}

/** Like `computedValue`, for constants that are assigned in another way: `user.email = "A@x.com"`. */
export function computedOver(
  given: (field: string) => ts.Expression | undefined,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const { sql, field, model } = context;
  if (sql === undefined || field.isList || conversionsOf(context).length > 0) return undefined;
  const value = evaluate(sql, (column) => {
    const source = model.fields.find((each) => each.column === column);
    return source && literalOf(given(source.name));
  });
  if (value === undefined || value === null) return undefined;
  return printed(value, file, context);
}

/** The database default for rows without a value: `"eu"` of `@default("eu")`. Rows of a unique field cannot share it. */
export function storedDefault(file: SourceFile, context: TransformContext): string | undefined {
  const { defaultValue, isList, isUnique, conversion } = context.field;
  const isKnown = defaultValue !== undefined && !isList && !isUnique && conversion === undefined;
  return isKnown ? printed(defaultValue, file, context) : undefined;
}

/** The value of a row without one: the constant that the other optional columns of that type share, or null. */
export function emptyValue(literal: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): string {
  const { field, columns } = context;
  const others = columns.filter(({ isOptional, type }) => isOptional && type === field.type);
  const given = others.flatMap(({ name }) => valueAt(literal, name) ?? []).map((value) => textOf(value, file));
  const [first, second] = given;
  const isCommon = second !== undefined && given.every((text) => text === first);
  return first !== undefined && (isCommon || first === "undefined") ? first : "null";
}

/** A value of the field's type that no other fixture has: `"handle-1"`. */
export function numberedValue(file: SourceFile, context: TransformContext): string | undefined {
  const { field } = context;
  if (field.isList) return "[]";
  const n = nextNumber(context);
  const type = inventedType(field);
  switch (type) {
    case "string":
      return quoted(`${field.name}-${n}`, file.style);
    case "int":
    case "float":
      return String(n);
    case "bigint":
      return literalFor({ kind: "number", text: String(n) }, file, context);
    case "boolean":
      return "false";
    case "datetime":
      return literalFor({ kind: "datetime", iso: new Date(Date.UTC(2024, 0, n)).toISOString() }, file, context);
    case "json":
      return "{}";
    case "enum": {
      const [first] = field.enumValues ?? [];
      return first && literalFor({ kind: "enum", ...first }, file, context);
    }
    case "decimal":
    case "bytes":
      return undefined;
    default:
      return type satisfies never;
  }
}

/** The type of a value that is not derived from a stored one. */
function inventedType(field: EntityField): ScalarType {
  return isOwnConversion(field.conversion) ? typeInCode(field) : field.type;
}

/** A different value for each row of a factory, based on its counter: `` `handle-${sequence}` ``. */
export function countedValue(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const { field } = context;
  if (field.isList) return undefined;
  const counter = literal.properties.map((each) => counterIn(initializerOf(each))).find((each) => each !== undefined);
  if (counter === undefined) return undefined;
  const type = inventedType(field);
  if (type === "string") return `\`${field.name}-\${${textOf(counter, file)}}\``;
  return type === "int" || type === "float" ? textOf(counter, file) : undefined;
}

/** `sequence` of `id: sequence` or `` email: `user${sequence}@example.com` ``, if it is a parameter of the surrounding function. */
function counterIn(value: ts.Expression | undefined): ts.Identifier | undefined {
  const inner = value && unwrap(value);
  if (inner === undefined) return undefined;
  if (ts.isTemplateExpression(inner))
    return inner.templateSpans.map(({ expression }) => counterIn(expression)).find((each) => each !== undefined);
  if (!ts.isIdentifier(inner) || !/^(?:sequence|seq|n|i|index|number|num|counter|count)$/i.test(inner.text))
    return undefined;
  const declaration = declarationOf(inner);
  const isGiven = declaration !== undefined && ts.findAncestor(declaration, ts.isParameter) !== undefined;
  return isGiven ? inner : undefined;
}

/** The constant that a literal expression contains; undefined for values computed at run time. */
export function literalOf(value: ts.Expression | undefined): Constant | null | undefined {
  if (value === undefined) return undefined;
  const inner = unwrap(value);
  if (ts.isStringLiteralLike(inner)) return inner.text;
  if (ts.isNumericLiteral(inner)) return Number(inner.text.replaceAll("_", ""));
  if (ts.isPrefixUnaryExpression(inner) && inner.operator === ts.SyntaxKind.MinusToken) {
    const positive = literalOf(inner.operand);
    return typeof positive === "number" ? -positive : undefined;
  }
  if (inner.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (inner.kind === ts.SyntaxKind.FalseKeyword) return false;
  return inner.kind === ts.SyntaxKind.NullKeyword ? null : undefined;
}

function printed(value: Constant, file: SourceFile, context: TransformContext): string | undefined {
  const { field } = context;
  if (typeof value === "string") {
    if (field.type === "string") return quoted(value, file.style);
    const known = field.type === "enum" && field.enumValues?.find((each) => each.value === value);
    return known ? literalFor({ kind: "enum", ...known }, file, context) : undefined;
  }
  if (typeof value === "boolean") return field.type === "boolean" ? String(value) : undefined;
  if (field.type === "boolean" && (value === 0 || value === 1)) return String(value === 1);
  if (field.type === "bigint") return literalFor({ kind: "number", text: String(value) }, file, context);
  return field.type === "int" || field.type === "float" ? String(value) : undefined;
}

interface Taken {
  number: number;
  readonly values: Set<string>;
}

/** Whether a fixture has the value already: two rows that only differ in what the fill ignores would share it. */
export function isTaken(value: string, context: TransformContext): boolean {
  const { values } = taken(context);
  if (values.has(value)) return true;
  values.add(value);
  return false;
}

/** The values of complete fixtures. */
function givenValues(context: TransformContext): readonly string[] {
  return context.project.files.flatMap((file) =>
    [...rowLiterals(file, context)].flatMap(({ literal }) => {
      const value = valueAt(literal, context.field.name);
      return value === undefined ? [] : [textOf(value, file)];
    }),
  );
}

function nextNumber(context: TransformContext): number {
  const numbers = taken(context);
  numbers.number += 1;
  return numbers.number;
}

/** Continues after the numbers that the files already contain. */
const taken = memoized((context): Taken => {
  const pattern = new RegExp(`["'\`]${context.field.name}-(\\d+)["'\`]`, "g");
  const numbers = context.project.files.flatMap(({ text }) =>
    [...text.matchAll(pattern)].map((match) => Number(match[1])),
  );
  return { number: Math.max(0, ...numbers), values: new Set(givenValues(context)) };
});
