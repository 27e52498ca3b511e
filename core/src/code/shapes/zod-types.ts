import { ts } from "../ast/compiler.js";
import { initializerOf, pathOf, propertiesOf, valueAt } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { keyStyles } from "../names/key-styles.js";
import { plainTypes } from "../types/plain-types.js";
import { isOfType } from "./member-type.js";
import { isMaker, zodRoot } from "./zod-chain.js";

/** The new field's type as the other columns of that type are written in a zod object; undefined where it cannot be said. */
export function zodType(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const z = zodIn(literal);
  const { type } = context.field;
  if (z === undefined) return undefined;
  const sibling =
    context.field.isList || plainTypes[type] === undefined ? typeOfSibling(literal, file, context) : undefined;
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

/** `z.nativeEnum(Status)` of another column of that type, without what says that it may be missing. */
function typeOfSibling(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  { field, columns }: TransformContext,
): string | undefined {
  const given = propertiesOf(literal);
  const alike = columns.filter((column) => isOfType(column, field));
  const key = alike.flatMap(({ name }) => keyStyles.map((keyOf) => keyOf(name))).find((each) => given.has(each));
  let value = key === undefined ? undefined : valueAt(literal, key);
  while (value !== undefined && isOptionCall(value)) value = value.expression.expression;
  const text = value && textOf(value, file);
  return text?.includes("\n") ? undefined : text;
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
