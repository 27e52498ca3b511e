import { ts } from "../ast/compiler.js";
import { initializerOf, pathOf, propertiesOf, valueAt } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { patternColumns } from "../contract/pattern-columns.js";
import type { TransformContext } from "../contract/transform.js";
import { renamed } from "../names/renamed.js";
import { plainTypes } from "../types/plain-types.js";
import { isMaker, zodRoot } from "./zod-chain.js";

/** The new field's type as the other columns of that type are written in a zod object; undefined where it cannot be said. */
export function zodType(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const z = zodIn(literal);
  if (z === undefined) return undefined;
  const sibling = typeOfSibling(z, literal, file, context);
  if (sibling !== undefined) return sibling;
  const single = typeOfOne(z, literal, file, context);
  return single !== undefined && context.field.isList ? `${z}.array(${single})` : single;
}

function typeOfOne(
  z: string,
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const { type } = context.field;
  if (type === "string" || type === "boolean") return `${z}.${type}()`;
  if (type === "float") return `${z}.number()`;
  if (type !== "int") return undefined;
  const sibling = context.columns.find((column) => column.type === "int" && propertiesOf(literal).has(column.name));
  const value = sibling && valueAt(literal, sibling.name);
  const text = value && textOf(value, file);
  return text !== undefined && /^\w+\.(?:int\(\)|number\(\)(?:\.int\(\))?)$/.test(text) ? text : `${z}.number().int()`;
}

/**
 * `z.nativeEnum(Status)` of another column of that type, without what says that it may be missing; of a plain type only what a column
 * has that a person named, `z.string().max(80)`. A schema of its own is another column's: `settingsSchema`.
 */
function typeOfSibling(
  z: string,
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const { type, isList, name } = context.field;
  const isPlain = plainTypes[type] !== undefined && !isList;
  for (const { column, isLike, keys } of patternColumns(context)) {
    if (isPlain && !isLike) continue;
    let value = keys.map((key) => valueAt(literal, key)).find((each) => each !== undefined);
    while (value !== undefined && isOptionCall(value)) value = value.expression.expression;
    if (value === undefined) continue;
    const text = isLike ? renamed(textOf(value, file), column.name, name) : textOf(value, file);
    const isForeign = (isPlain || type === "json") && namesOthers(value, z);
    if (!text.includes("\n") && !isForeign) return text;
  }
  return undefined;
}

/** Whether a schema is made of more than what zod brings. */
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

/** What zod is called here: before `.object`, or in the types of an extension. */
function zodIn(literal: ts.ObjectLiteralExpression): string | undefined {
  const call = literal.parent;
  if (!ts.isCallExpression(call)) return undefined;
  const [own, method] = pathOf(call.expression);
  if (method !== undefined && isMaker(method)) return own;
  return literal.properties.map((property) => zodRoot(initializerOf(property))).find((name) => name !== undefined);
}

/** How people call a zod object: the constant that it is, or is a part of. */
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
