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

/** A type as it is written down, and where; `isElement` says that an element of it is meant. */
export interface WrittenType {
  readonly type: ts.TypeNode;
  readonly file: SourceFile;
  readonly isElement: boolean;
}

/** The declaration of the type that a literal must have: what is written down around it, else the compiler's answer. */
export function shapeOfLiteral(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): ShapeNode | undefined {
  const { types } = context.project;
  const { outer } = nestingOf(literal);
  const target = targetOf(outer, file, context);
  const declared = writtenTypeOf(literal, file, context);
  const isAsked = target.kind !== "free" && types !== undefined && mayBeOfApp(outer.parent, types);
  return (declared && shapeOf(declared, context)) ?? (isAsked ? expectedShapeOf(literal, context) : undefined);
}

/** The type that is written down around a literal. Without types a method of the app says it whose name no other has. */
export function writtenTypeOf(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): WrittenType | undefined {
  const { outer, path } = nestingOf(literal);
  const target = targetOf(outer, file, context);
  const isGuessed = target.kind !== "typed" && context.project.types === undefined;
  const whole = target.kind === "typed" ? declaredAs(target) : isGuessed ? takenBy(outer, context) : undefined;
  return path.reduce<WrittenType | undefined>((type, name) => type && memberType(type, name, context), whole);
}

/** The literal that a literal stands in, and the names that lead to it. */
function nestingOf(literal: ts.ObjectLiteralExpression): {
  readonly outer: ts.ObjectLiteralExpression;
  readonly path: readonly string[];
} {
  const path: string[] = [];
  let outer = literal;
  for (let at: ts.Node = outer.parent; ts.isPropertyAssignment(at) && ts.isObjectLiteralExpression(at.parent); ) {
    path.unshift(nameOf(at.name) ?? "");
    outer = at.parent;
    at = outer.parent;
  }
  return { outer, path };
}

function shapeOf({ type, file, isElement }: WrittenType, context: TransformContext): ShapeNode | undefined {
  return typedAs(type, file, context, isElement);
}

/** What a package's own methods take is no type of the app, and to ask the compiler about those of an ORM takes seconds. */
function mayBeOfApp(node: ts.Node, types: Types): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return true;
  const declarations = types.of(node.expression.expression)?.getSymbol()?.declarations ?? [];
  return declarations.some((each) => types.fileOf(each as ts.Node) !== undefined);
}

function declaredAs({
  type,
  file,
  inside: [nesting, ...deeper],
}: Extract<Target, { kind: "typed" }>): WrittenType | undefined {
  if (nesting === "property" || deeper.length > 0) return undefined;
  return { type, file, isElement: nesting === "element" };
}

/** The type of the parameter that an argument is given to, of the only method of that name. */
function takenBy(literal: ts.ObjectLiteralExpression, context: TransformContext): WrittenType | undefined {
  const call = literal.parent;
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return undefined;
  const [method, ...others] = methodsNamed(context).get(call.expression.name.text) ?? [];
  const type = method?.node.parameters[call.arguments.indexOf(literal)]?.type;
  return method && type && others.length === 0 ? { type, file: method.file, isElement: false } : undefined;
}

function memberType(type: WrittenType, name: string, context: TransformContext): WrittenType | undefined {
  const shape = shapeOf(type, context);
  if (shape?.kind !== "members") return undefined;
  const member = shape.node.members.find((each) => nameOf(each.name) === name);
  const its = member && ts.isPropertySignature(member) ? member.type : undefined;
  return its && { type: its, file: shape.file, isElement: false };
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
