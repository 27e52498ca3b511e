import { typeInCode } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { initializerOf, pathOf, propertiesOf, valueAt } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { patternColumns } from "../contract/pattern-columns.js";
import type { EmptyValues, TransformContext } from "../contract/transform.js";
import { renamed, renamedIn } from "../names/renamed.js";
import { constantValue } from "../types/constants.js";
import { plainTypes } from "../types/plain-types.js";
import { zodEmpty } from "./empty-values.js";
import { isMaker, zodRoot } from "./zod-chain.js";

/**
 * The new field's type in the style of the other columns of that type in a zod object, including nullability; undefined if it is not known.
 */
export function zodType(
  literal: ts.ObjectLiteralExpression,
  empty: EmptyValues,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const z = zodIn(literal);
  if (z === undefined) return undefined;
  const sibling = typeOfSibling(z, literal, empty, file, context);
  if (sibling !== undefined) return sibling;
  const single = typeOfOne(z, literal, file, context);
  const whole = single !== undefined && context.field.isList ? `${z}.array(${single})` : single;
  return whole && `${whole}${zodEmpty(empty)}`;
}

function typeOfOne(
  z: string,
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const type = typeInCode(context.field);
  if (type === "string" || type === "boolean") return `${z}.${type}()`;
  if (type === "float") return `${z}.number()`;
  if (type !== "int") return undefined;
  const sibling = context.columns.find((column) => column.type === "int" && propertiesOf(literal).has(column.name));
  const value = sibling && valueAt(literal, sibling.name);
  const text = value && textOf(value, file);
  return text !== undefined && /^\w+\.(?:int\(\)|number\(\)(?:\.int\(\))?)$/.test(text) ? text : `${z}.number().int()`;
}

/**
 * `z.nativeEnum(Status)` of another column of that type, without its nullability. For a plain type, only the type of a column that the user
 * named: `z.string().max(80)`. A schema named after a column belongs to that column: `settingsSchema`.
 */
function typeOfSibling(
  z: string,
  literal: ts.ObjectLiteralExpression,
  empty: EmptyValues,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const { type, isList, name } = context.field;
  const isPlain = plainTypes[type] !== undefined && !isList;
  for (const { column, isLike, keys } of patternColumns(context)) {
    if (isPlain && !isLike) continue;
    const value = keys.map((key) => valueAt(literal, key)).find((each) => each !== undefined);
    if (value === undefined) continue;
    const { base } = withoutOptions(value);
    const isName = type !== "json" && ts.isIdentifier(base);
    const constant = isName ? constantValue(base, file, context.project) : undefined;
    if (constant !== undefined) {
      const known = typeOfConstant(textOf(base, file), constant, z, empty, file, context);
      // A schema named after the other column belongs to it, unless only such columns have the type.
      const isItsOwn = isPlain && renamed(textOf(base, file), column.name, name) !== textOf(base, file);
      if (known !== undefined && !isItsOwn) return known;
      continue;
    }
    const text = isLike ? renamedIn(base, file, column.name, name) : textOf(base, file);
    const isForeign = (isPlain || type === "json") && namesOthers(base, z);
    if (!text.includes("\n") && !isForeign && !mayBeEmpty(base)) return `${text}${zodEmpty(empty)}`;
  }
  return undefined;
}

/**
 * A schema that several columns share: by its name if it is not empty more often than the new column, otherwise by its definition,
 * `z.string().max(80)` of `const optionalText = z.string().max(80).nullable()`.
 */
function typeOfConstant(
  name: string,
  value: ts.Expression,
  z: string,
  empty: EmptyValues,
  file: SourceFile,
  { field, intent }: TransformContext,
): string | undefined {
  const { base, own, hasDefault } = withoutOptions(value);
  const root = zodRoot(base);
  const isPlain = plainTypes[field.type] !== undefined && !field.isList;
  if (mayBeEmpty(base) || (root === undefined && isPlain)) return undefined;
  const isWider = hasDefault || (own.isNullable && !empty.isNullable) || (own.isOptional && !empty.isOptional);
  // For a column that becomes required, contract removes the nullability.
  if (!isWider && (intent.staysOptional || !(own.isNullable || own.isOptional))) {
    const isNullable = empty.isNullable && !own.isNullable;
    return `${name}${zodEmpty({ isNullable, isOptional: empty.isOptional && !own.isOptional })}`;
  }
  const text = base.getText();
  // Its names are only in scope in its own file.
  const isForeign = root !== z || (value.getSourceFile() !== file.ast && namesOthers(base, z));
  return isForeign || text.includes("\n") ? undefined : `${text}${zodEmpty(empty)}`;
}

/** A schema without its trailing nullability calls, and the names of these calls. */
function withoutOptions(value: ts.Expression) {
  const names = new Set<string>();
  let base = value;
  while (isOptionCall(base)) {
    names.add(base.expression.name.text);
    base = base.expression.expression;
  }
  const has = (...options: readonly string[]) => options.some((each) => names.has(each));
  const own = { isNullable: has("nullable", "nullish"), isOptional: has("optional", "nullish") };
  return { base, own, hasDefault: has("default", "catch") };
}

/** Whether a part of a schema accepts null or undefined: `z.nullable(z.string())`, `z.string().or(z.null())`. */
function mayBeEmpty(value: ts.Node): boolean {
  const isEmptying = ts.isPropertyAccessExpression(value) && emptying.test(value.name.text);
  return isEmptying || ts.forEachChild(value, mayBeEmpty) === true;
}

const emptying = /^(?:null|nullable|nullish|undefined|optional|_?default|prefault)$/;

/** Whether a schema uses names other than zod's. */
function namesOthers(value: ts.Expression, z: string): boolean {
  const isName = (node: ts.Node): boolean =>
    ts.isIdentifier(node) &&
    node.text !== z &&
    !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node);
  const isOther = (node: ts.Node): boolean =>
    isName(node) || ts.isObjectLiteralExpression(node) || ts.forEachChild(node, isOther) === true;
  return isOther(value);
}

function isOptionCall(value: ts.Expression): value is ts.CallExpression & { expression: ts.PropertyAccessExpression } {
  if (!ts.isCallExpression(value) || !ts.isPropertyAccessExpression(value.expression)) return false;
  return /^(?:optional|nullable|nullish|default|catch|describe|openapi|meta)$/.test(value.expression.name.text);
}

/** The local name of zod: before `.object`, or in the types of an extension. */
function zodIn(literal: ts.ObjectLiteralExpression): string | undefined {
  const call = literal.parent;
  if (!ts.isCallExpression(call)) return undefined;
  const [own, method] = pathOf(call.expression);
  if (method !== undefined && isMaker(method)) return own;
  return literal.properties.map((property) => zodRoot(initializerOf(property))).find((name) => name !== undefined);
}

/** The name of a zod object: the constant that contains it. */
export function nameOfSchema(literal: ts.ObjectLiteralExpression): string | undefined {
  for (let at: ts.Node = literal.parent; at !== undefined; at = at.parent) {
    if (ts.isVariableDeclaration(at) && ts.isIdentifier(at.name)) return at.name.text;
  }
  return undefined;
}

/** `zod object UserResponse` */
export function whatOfSchema(literal: ts.ObjectLiteralExpression): string {
  const name = nameOfSchema(literal);
  return name === undefined ? "zod object" : `zod object ${name}`;
}
