import { ts } from "../ast/compiler.js";
import { nameOf, pathOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import { memoized } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import { expectedShapeOf } from "../shapes/declared-shape.js";
import { resolveType, type ShapeNode } from "../shapes/shape-types.js";
import { type Target, targetOf } from "../types/target-type.js";

/** The declaration of the type that a literal must have: what its surroundings say in words, else the compiler's answer. */
export function shapeOfLiteral(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): ShapeNode | undefined {
  const path: string[] = [];
  let outer: ts.ObjectLiteralExpression = literal;
  for (let at: ts.Node = outer.parent; ts.isPropertyAssignment(at) && ts.isObjectLiteralExpression(at.parent); ) {
    path.unshift(nameOf(at.name) ?? "");
    outer = at.parent;
    at = outer.parent;
  }
  const target = targetOf(outer, file, context);
  const whole = declaredFor(outer, target, context);
  const declared = path.reduce<ShapeNode | undefined>(
    (shape, name) => shape && memberShape(shape, name, context),
    whole,
  );
  // Where nothing declares it the compiler has no answer, and to ask it of the ORM's own calls takes seconds.
  const isAsked = target.kind !== "free" && !isOrmCall(outer.parent);
  return declared ?? (isAsked ? expectedShapeOf(literal, context) : undefined);
}

function isOrmCall(node: ts.Node): boolean {
  const path = ts.isCallExpression(node) ? pathOf(node.expression) : [];
  return (
    path.length > 2 &&
    /^(?:create|update|upsert|find|delete|save|insert|count|aggregate|groupBy)/.test(path.at(-1) ?? "")
  );
}

function declaredFor(
  literal: ts.ObjectLiteralExpression,
  target: Target,
  context: TransformContext,
): ShapeNode | undefined {
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
