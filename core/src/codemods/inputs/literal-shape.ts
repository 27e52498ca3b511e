import { ts } from "../ast/compiler.js";
import { nameOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import { memoized } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import { expectedShapeOf } from "../shapes/declared-shape.js";
import { resolveType, type ShapeNode } from "../shapes/shape-types.js";
import { targetOf } from "../types/target-type.js";

/** The declaration of the type that a literal must have: the compiler's answer, else what its surroundings say in words. */
export function shapeOfLiteral(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): ShapeNode | undefined {
  const expected = expectedShapeOf(literal, context);
  if (expected !== undefined) return expected;
  const path: string[] = [];
  let outer: ts.ObjectLiteralExpression = literal;
  for (let at: ts.Node = outer.parent; ts.isPropertyAssignment(at) && ts.isObjectLiteralExpression(at.parent); ) {
    path.unshift(nameOf(at.name) ?? "");
    outer = at.parent;
    at = outer.parent;
  }
  const whole = declaredFor(outer, file, context);
  return path.reduce<ShapeNode | undefined>((shape, name) => shape && memberShape(shape, name, context), whole);
}

function declaredFor(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): ShapeNode | undefined {
  const target = targetOf(literal, file, context);
  if (target.kind === "typed") {
    const [nesting, ...deeper] = target.inside;
    if (nesting === "property" || deeper.length > 0) return undefined;
    return resolved(target.type, target.file, context, nesting === "element");
  }
  const call = literal.parent;
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return undefined;
  const [method, ...others] = methodsNamed(context).get(call.expression.name.text) ?? [];
  const type = method?.node.parameters[call.arguments.indexOf(literal)]?.type;
  return method && type && others.length === 0 ? resolved(type, method.file, context) : undefined;
}

function memberShape(shape: ShapeNode, name: string, context: TransformContext): ShapeNode | undefined {
  if (shape.kind !== "members") return undefined;
  const member = shape.node.members.find((each) => nameOf(each.name) === name);
  const type = member && ts.isPropertySignature(member) ? member.type : undefined;
  return type && resolved(type, shape.file, context);
}

function resolved(
  type: ts.TypeNode,
  file: SourceFile,
  context: TransformContext,
  isElement = false,
): ShapeNode | undefined {
  const found = resolveType(type, file, context, isElement);
  return found.kind === "shape" ? found.shape : undefined;
}

/** Methods of the app by name: a name that only one has says which is called, where no type does. */
const methodsNamed = memoized((context) => {
  const byName = new Map<
    string,
    { readonly node: ts.ClassElement & ts.SignatureDeclaration; readonly file: SourceFile }[]
  >();
  for (const file of context.project.files) {
    for (const node of file.nodes(ts.SyntaxKind.ClassDeclaration).flatMap(({ members }) => [...members])) {
      const name = ts.isMethodDeclaration(node) ? nameOf(node.name) : undefined;
      if (name !== undefined && ts.isMethodDeclaration(node))
        byName.set(name, [...(byName.get(name) ?? []), { node, file }]);
    }
  }
  return byName;
});
