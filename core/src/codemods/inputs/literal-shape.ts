import { ts } from "../ast/compiler.js";
import { nameOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import { memoized } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import type { Types } from "../project/type-facts.js";
import { expectedShapeOf } from "../shapes/declared-shape.js";
import type { ShapeNode } from "../shapes/shape-types.js";
import { type Target, targetOf } from "../types/target-type.js";
import { typedAs } from "./input-shape.js";

/**
 * The declaration of the type that a literal must have: what is written down around it, else the compiler's answer. Without types a
 * method of the app says it whose name no other has.
 */
export function shapeOfLiteral(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): ShapeNode | undefined {
  const { types } = context.project;
  const path: string[] = [];
  let outer: ts.ObjectLiteralExpression = literal;
  for (let at: ts.Node = outer.parent; ts.isPropertyAssignment(at) && ts.isObjectLiteralExpression(at.parent); ) {
    path.unshift(nameOf(at.name) ?? "");
    outer = at.parent;
    at = outer.parent;
  }
  const target = targetOf(outer, file, context);
  const whole = target.kind === "typed" ? declaredAs(target, context) : types ? undefined : takenBy(outer, context);
  const declared = path.reduce<ShapeNode | undefined>(
    (shape, name) => shape && memberShape(shape, name, context),
    whole,
  );
  const isAsked = target.kind !== "free" && types !== undefined && mayBeOfApp(outer.parent, types);
  return declared ?? (isAsked ? expectedShapeOf(literal, context) : undefined);
}

/** What a package's own methods take is no type of the app, and to ask the compiler about those of an ORM takes seconds. */
function mayBeOfApp(node: ts.Node, types: Types): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return true;
  const declarations = types.of(node.expression.expression)?.getSymbol()?.declarations ?? [];
  return declarations.some((each) => types.fileOf(each as ts.Node) !== undefined);
}

function declaredAs(
  { type, file, inside: [nesting, ...deeper] }: Extract<Target, { kind: "typed" }>,
  context: TransformContext,
): ShapeNode | undefined {
  if (nesting === "property" || deeper.length > 0) return undefined;
  return typedAs(type, file, context, nesting === "element");
}

/** The type of the parameter that an argument is given to, of the only method of that name. */
function takenBy(literal: ts.ObjectLiteralExpression, context: TransformContext): ShapeNode | undefined {
  const call = literal.parent;
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return undefined;
  const [method, ...others] = methodsNamed(context).get(call.expression.name.text) ?? [];
  const type = method?.node.parameters[call.arguments.indexOf(literal)]?.type;
  return method && type && others.length === 0 ? typedAs(type, method.file, context) : undefined;
}

function memberShape(shape: ShapeNode, name: string, context: TransformContext): ShapeNode | undefined {
  if (shape.kind !== "members") return undefined;
  const member = shape.node.members.find((each) => nameOf(each.name) === name);
  const type = member && ts.isPropertySignature(member) ? member.type : undefined;
  return type && typedAs(type, shape.file, context);
}

/** Methods of the app, by name. */
const methodsNamed = memoized((context) => {
  const byName = new Map<string, { readonly node: Method; readonly file: SourceFile }[]>();
  for (const file of context.project.files) {
    const classes = file.nodes(ts.SyntaxKind.ClassDeclaration);
    for (const node of classes.flatMap(({ members }) => members.filter(ts.isMethodDeclaration))) {
      const name = nameOf(node.name);
      if (name !== undefined) byName.set(name, [...(byName.get(name) ?? []), { node, file }]);
    }
  }
  return byName;
});

type Method = ts.ClassElement & ts.SignatureDeclaration;
