import { ts } from "../ast/compiler.js";
import { nameOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import type { Types } from "../project/type-facts.js";
import { expectedShapeOf } from "../shapes/declared-shape.js";
import type { ShapeNode } from "../shapes/shape-types.js";
import { type LiteralTarget, targetOf } from "../types/target-type.js";
import { typedAs } from "./input-shape.js";

/** The declaration of a literal's required type, or the schema that the type is inferred from: the types of schemas are not read. */
export function shapeOfLiteral(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): ShapeNode | undefined {
  const { types } = context.project;
  const path: string[] = [];
  let outer = literal;
  for (let at: ts.Node = outer.parent; ts.isPropertyAssignment(at) && ts.isObjectLiteralExpression(at.parent); ) {
    path.unshift(nameOf(at.name) ?? "");
    outer = at.parent;
    at = outer.parent;
  }
  const target = targetOf(outer, file, context);
  const isAsked = target.kind !== "free" && types !== undefined && mayBeOfApp(outer.parent, types);
  const expected = isAsked ? expectedShapeOf(literal, file, context) : undefined;
  return (
    expected ??
    path.reduce<ShapeNode | undefined>(
      (shape, name) => shape && memberOf(shape, name, context),
      declaredAs(target, context),
    )
  );
}

/** Parameters of a package's methods do not have types of the app, and checking an ORM's types takes seconds. */
function mayBeOfApp(node: ts.Node, types: Types): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return true;
  const declarations = types.of(node.expression.expression)?.getSymbol()?.declarations ?? [];
  return declarations.some((each) => types.fileOf(each as ts.Node) !== undefined);
}

function declaredAs(target: LiteralTarget, context: TransformContext): ShapeNode | undefined {
  if (target.kind !== "typed") return undefined;
  const [nesting, ...deeper] = target.inside;
  if (nesting === "property" || deeper.length > 0) return undefined;
  return typedAs(target.type, target.file, context, nesting === "element");
}

function memberOf(shape: ShapeNode, name: string, context: TransformContext): ShapeNode | undefined {
  if (shape.kind !== "members") return undefined;
  const member = shape.node.members.find((each) => nameOf(each.name) === name);
  return member && ts.isPropertySignature(member) && member.type
    ? typedAs(member.type, shape.file, context)
    : undefined;
}
