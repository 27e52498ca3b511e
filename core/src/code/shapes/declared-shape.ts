import { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import type { Type, Types } from "../project/type-facts.js";
import { expectedTypeOf } from "../types/expected-type.js";
import { membersShape, type ShapeNode } from "./shape-types.js";

/** The interface, class or type literal of the app that the compiler says a value is of; undefined where it says nothing. */
export function declaredShapeOf(value: ts.Node, { project: { types } }: TransformContext): ShapeNode | undefined {
  return shapeOfType(types?.of(value), types);
}

/** The same of what a literal must be. */
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
