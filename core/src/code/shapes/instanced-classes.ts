import { ts } from "../ast/compiler.js";
import { nameOf, pathOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { lookUp } from "../project/project.js";
import { type ClassShape, classShape } from "./shape-types.js";

/**
 * The class that a literal becomes an instance of: `Object.assign(new UserDto(), { … })`, `Object.assign(this, { … })` in a constructor,
 * `plainToInstance(UserDto, { … })`, `new UserDto({ … })`.
 */
export function classGiven(
  literal: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): ClassShape | undefined {
  const call = literal.parent;
  if (ts.isNewExpression(call)) {
    const made = call.arguments?.[0] === literal ? classNamed(call.expression, file, context) : undefined;
    return made && takesPartial(made.node) ? made : undefined;
  }
  if (!ts.isCallExpression(call)) return undefined;
  const [first, second] = call.arguments;
  if (first === undefined || second !== literal) return undefined;
  if (isAssign(call)) {
    if (ts.isNewExpression(first)) return classNamed(first.expression, file, context);
    return constructedBy(first, file, context);
  }
  return isInstancing(pathOf(call.expression).at(-1)) ? classNamed(first, file, context) : undefined;
}

/** `plainToInstance` of class-transformer, and its former name. */
export function isInstancing(name: string | undefined): boolean {
  return /^plainTo(?:Instance|Class)$/.test(name ?? "");
}

/** The DTO class that an expression refers to: by name, or as `this` in one of its static methods. */
export function classNamed(name: ts.Expression, file: SourceFile, context: TransformContext): ClassShape | undefined {
  if (name.kind === ts.SyntaxKind.ThisKeyword) {
    const method = memberAround(name);
    const isStatic =
      method && ts.isMethodDeclaration(method) && (ts.getCombinedModifierFlags(method) & staticFlag) !== 0;
    return isStatic ? classOf(method, file, context) : undefined;
  }
  if (!ts.isIdentifier(name)) return undefined;
  const found = lookUp(context.project, file, name.text, "value");
  if (found?.kind !== "declaration" || !ts.isClassDeclaration(found.node)) return undefined;
  return classShape(found.node, found.file, context);
}

const staticFlag = ts.ModifierFlags.Static;

/** The class whose constructor contains this `this`. */
export function constructedBy(
  owner: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): ClassShape | undefined {
  const maker = owner.kind === ts.SyntaxKind.ThisKeyword ? memberAround(owner) : undefined;
  return maker && ts.isConstructorDeclaration(maker) ? classOf(maker, file, context) : undefined;
}

/** `constructor(partial: Partial<UserDto>) { Object.assign(this, partial); }` */
export function takesPartial(node: ts.ClassDeclaration): boolean {
  const maker = node.members.find(ts.isConstructorDeclaration);
  const [parameter] = maker?.parameters ?? [];
  const name = parameter && nameOf(parameter.name);
  if (maker?.body === undefined || name === undefined) return false;
  return maker.body.statements.some(
    (statement) =>
      ts.isExpressionStatement(statement) &&
      ts.isCallExpression(statement.expression) &&
      isAssign(statement.expression) &&
      statement.expression.arguments[0]?.kind === ts.SyntaxKind.ThisKeyword &&
      statement.expression.arguments.slice(1).some((each) => ts.isIdentifier(each) && each.text === name),
  );
}

function isAssign(call: ts.CallExpression): boolean {
  return pathOf(call.expression).join(".") === "Object.assign";
}

/** The member of a class that `this` belongs to. */
function memberAround(node: ts.Node): ts.Node | undefined {
  let at: ts.Node = node;
  while (at.parent !== undefined && (!ts.isFunctionLike(at) || ts.isArrowFunction(at))) at = at.parent;
  return at;
}

function classOf({ parent }: ts.Node, file: SourceFile, context: TransformContext): ClassShape | undefined {
  return ts.isClassDeclaration(parent) ? classShape(parent, file, context) : undefined;
}
