import { ts } from "../ast/compiler.js";
import { initializerOf, pathOf, propertiesOf, valueAt } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { isMaker, zodRoot } from "./zod-chain.js";

/** The new field's type as the other columns of that type are written in a zod object; undefined where it cannot be said. */
export function zodType(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const z = zodIn(literal);
  const { type } = context.field;
  if (z === undefined || context.field.isList) return undefined;
  if (type === "string" || type === "boolean") return `${z}.${type}()`;
  if (type === "float") return `${z}.number()`;
  if (type !== "int") return undefined;
  const sibling = context.columns.find((column) => column.type === "int" && propertiesOf(literal).has(column.name));
  const value = sibling && valueAt(literal, sibling.name);
  const text = value && textOf(value, file);
  return text !== undefined && /^\w+\.(?:int\(\)|number\(\)(?:\.int\(\))?)$/.test(text) ? text : `${z}.number().int()`;
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
