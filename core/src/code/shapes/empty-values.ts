import { ts } from "../ast/compiler.js";
import { propertiesOf } from "../ast/expressions.js";
import type { EmptyValues, TransformContext } from "../contract/transform.js";
import { keyStyles } from "../names/key-styles.js";
import { fieldsOf } from "../write/class-members.js";
import type { ShapeNode } from "./shape-types.js";

/** For requests: always optional, and nullable if the column stays optional, unless rows or similar columns reject null. */
export function emptyInRequest(shape: ShapeNode, context: TransformContext): EmptyValues {
  const isRefused = context.orm.nullStyle?.(context).isNullable === false;
  if (!context.intent.staysOptional || isRefused) return { isNullable: false, isOptional: true };
  const others = siblingsIn(shape, context).filter(({ isOptional }) => isOptional);
  return { isNullable: others.length === 0 || others.some(({ isNullable }) => isNullable), isOptional: true };
}

/** For responses: nullable if the column stays optional, and also optional if rows or most similar columns are. */
export function emptyInResponse(shape: ShapeNode, context: TransformContext): EmptyValues {
  if (!context.intent.staysOptional) return { isNullable: false, isOptional: false };
  const others = siblingsIn(shape, context);
  const isLeftOut = others.filter(({ isOptional }) => isOptional).length * 2 > others.length;
  return { isNullable: true, isOptional: isLeftOut || context.orm.nullStyle?.(context).isOptional === true };
}

/** `.nullish()`, `.nullable()`, `.optional()` of a zod schema. */
export function zodEmpty({ isNullable, isOptional }: EmptyValues): string {
  if (isNullable) return isOptional ? ".nullish()" : ".nullable()";
  return isOptional ? ".optional()" : "";
}

/** How the shape declares the other optional columns. */
function siblingsIn({ kind, node }: ShapeNode, { columns }: TransformContext): readonly EmptyValues[] {
  if (kind === "keys") return [];
  const optional = new Set(
    columns.filter((column) => column.isOptional).flatMap(({ name }) => keyStyles.map((keyOf) => keyOf(name))),
  );
  const named = [...(kind === "zod" ? propertiesOf(node) : kind === "class" ? fieldsOf(node) : membersOf(node))];
  return named.flatMap(([name, each]) => (optional.has(name) ? [emptyValuesOf(each)] : []));
}

function membersOf(node: ts.InterfaceDeclaration | ts.TypeLiteralNode): ReadonlyMap<string, ts.TypeElement> {
  return new Map(
    node.members.flatMap((each) => (each.name && ts.isIdentifier(each.name) ? [[each.name.text, each]] : [])),
  );
}

function emptyValuesOf(node: ts.Node): EmptyValues {
  const text = node.getText();
  if (ts.isPropertySignature(node) || ts.isPropertyDeclaration(node))
    return { isNullable: /\bnull\b/.test(node.type?.getText() ?? ""), isOptional: node.questionToken !== undefined };
  return {
    isNullable: /\.null(?:able|ish)\(/.test(text),
    isOptional: /\.(?:optional|nullish|default)\(/.test(text),
  };
}
