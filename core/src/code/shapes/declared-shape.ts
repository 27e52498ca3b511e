import { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import type { Type, Types } from "../project/type-facts.js";
import { expectedTypeOf } from "../types/expected-type.js";
import { membersShape, type ShapeNode } from "./shape-types.js";

/** The app's interface, class or type literal of a value, by the compiler; undefined if it has none. */
export function declaredShapeOf(value: ts.Node, { project: { types } }: TransformContext): ShapeNode | undefined {
  return shapeOfType(types?.of(value), types);
}

/** Like `declaredShapeOf`, for the type that a literal must have. */
export function expectedShapeOf(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): ShapeNode | undefined {
  return shapeOfType(expectedTypeOf(literal, file, context), context.project.types);
}

function shapeOfType(type: Type | undefined, types: Types | undefined): ShapeNode | undefined {
  const [node, ...more] = type?.getSymbol()?.declarations ?? [];
  const file = node && types?.fileOf(node as ts.Node);
  if (node === undefined || file === undefined || more.length > 0) return undefined;
  const declared = node as ts.Node;
  if (ts.isClassDeclaration(declared)) return { kind: "class", node: declared, file, name: declared.name?.text };
  const isMembers = ts.isInterfaceDeclaration(declared) || ts.isTypeLiteralNode(declared);
  return isMembers ? membersShape(declared, file) : undefined;
}
