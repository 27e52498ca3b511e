import { ts } from "../ast/compiler.js";
import { nameOf } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import type { TransformContext } from "../contract/transform.js";
import type { Mapper } from "../mappers/object-mappers.js";
import { keysOfShape, resolveType, type ShapeNode } from "../shapes/shape-types.js";

type Given = Pick<Mapper, "source" | "pattern" | "file">;

/** The parameter type of a mapper's row, if the app declares it and it lacks the field: `(user: { id: number; email: string })`. */
export function givenType(mapper: Given, context: TransformContext): ShapeNode | undefined {
  const { source, pattern, file } = mapper;
  const owner = pattern === undefined ? source && declarationOf(source) : pattern.parent;
  if (owner === undefined || !ts.isParameter(owner) || owner.type === undefined) return undefined;
  const type = resolveType(owner.type, file, context);
  if (type.kind !== "shape" || type.shape.kind !== "members") return undefined;
  return keysOfShape(type.shape).has(context.field.name) ? undefined : type.shape;
}

/** Like `givenType`, if the type is inline at the parameter: nothing else needs it, and it changes with the mapper. */
export function inlineType(mapper: Given, context: TransformContext): ts.TypeLiteralNode | undefined {
  const node = givenType(mapper, context)?.node;
  if (node === undefined || !ts.isTypeLiteralNode(node) || !ts.isParameter(node.parent)) return undefined;
  return node.members.every((each) => nameOf(each.name) !== undefined) ? node : undefined;
}
