import { ts } from "../ast/compiler.js";
import { pathOf, unwrap } from "../ast/expressions.js";
import { callbackOf } from "../ast/literals.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { lookUp } from "../project/project.js";

/** The target of a literal. The wrappers describe its nesting in the declared type, from the outside in. */
export type LiteralTarget =
  /** A declared type, written in `file`. */
  | {
      readonly kind: "typed";
      readonly type: ts.TypeNode;
      readonly file: SourceFile;
      readonly inside: readonly Nesting[];
      /** It is a type argument: `Factory.define<User>(() => ({ … }))`. Other arguments of the call have other types. */
      readonly isArgument?: true;
    }
  /** The argument of a client call, or the result of its mock: `mockResolvedValue`. */
  | {
      readonly kind: "argument";
      readonly path: readonly string[];
      readonly callee: ts.Expression;
      readonly file: SourceFile;
      readonly inside: readonly Nesting[];
    }
  /** It has no declared type and may have more or fewer keys. */
  | { readonly kind: "free" }
  /** It has a declared type that cannot be resolved here. */
  | { readonly kind: "unknown" };

export type Nesting = "element" | "property";

/** The declared type that a literal, or the name of an object, must have. Searches outwards. */
export function targetOf(literal: ts.Expression, file: SourceFile, context: TransformContext): LiteralTarget {
  const inside: Nesting[] = [];
  let node: ts.Node = literal;
  for (;;) {
    const { parent } = node;
    if (ts.isAsExpression(parent) || ts.isSatisfiesExpression(parent)) {
      if (!isConst(parent.type)) return { kind: "typed", type: parent.type, file, inside };
    } else if (ts.isArrayLiteralExpression(parent)) {
      inside.unshift("element");
    } else if (ts.isPropertyAssignment(parent) && ts.isObjectLiteralExpression(parent.parent)) {
      inside.unshift("property");
      node = parent.parent;
      continue;
    } else if (isEntryOf(parent, node)) {
      const type = typeOfEntries(parent.left.expression);
      return type === undefined ? { kind: "unknown" } : { kind: "typed", type, file, inside };
    } else if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isPropertyDeclaration(parent)) {
      return parent.type === undefined ? { kind: "free" } : { kind: "typed", type: parent.type, file, inside };
    } else if (ts.isArrowFunction(parent) || ts.isReturnStatement(parent)) {
      const owner = functionAround(parent);
      if (owner === undefined) return { kind: "unknown" };
      if (owner.type !== undefined) return { kind: "typed", type: owner.type, file, inside };
      const call = owner.parent;
      const argument = ts.isCallExpression(call) ? typeArgumentOf(call, file) : undefined;
      if (argument !== undefined) return { kind: "typed", type: argument, file, inside, isArgument: true };
      // The return type of a callback is inferred: only the call's result may have a declared type.
      if (callbackOf(call) !== owner) return { kind: "free" };
      inside.unshift("element");
      node = call;
      continue;
    } else if (ts.isCallExpression(parent)) {
      return argumentOf(parent, node as ts.Expression, file, context, inside);
    } else if (!isTransparent(parent, node)) {
      return { kind: ts.isExpressionStatement(parent) ? "free" : "unknown" };
    }
    node = parent;
  }
}

function argumentOf(
  call: ts.CallExpression,
  argument: ts.Expression,
  file: SourceFile,
  context: TransformContext,
  inside: readonly Nesting[],
): LiteralTarget {
  const index = call.arguments.indexOf(argument);
  const path = pathOf(call.expression);
  const given = /factory|build|define|fixture|fake|mock|make/i.test(path.at(-1) ?? "") && call.typeArguments?.[0];
  if (given) return { kind: "typed", type: given, file, inside, isArgument: true };
  const pushed = pushedTo(call);
  if (pushed !== undefined) return { kind: "typed", type: pushed, file, inside: ["element", ...inside] };
  if (path.length > 1 || !ts.isIdentifier(call.expression))
    return { kind: "argument", path, callee: call.expression, file, inside };
  const local = declarationOf(call.expression);
  const found = lookUp(context.project, file, call.expression.text, "value");
  const declared = found?.kind === "declaration" ? { node: found.node, file: found.file } : { node: local, file };
  const type = declared.node === undefined ? undefined : parameterTypeOf(declared.node, index);
  return type === undefined ? { kind: "unknown" } : { kind: "typed", type, file: declared.file, inside };
}

/**
 * `User` of `Factory.define<User>(…)`, `const users: Factory<User> = Factory.define(…)`, and `UserFactory` that extends `Factory<User>`.
 */
function typeArgumentOf(call: ts.CallExpression, file: SourceFile): ts.TypeNode | undefined {
  if (call.typeArguments !== undefined) return call.typeArguments[0];
  const { parent, expression } = call;
  if (ts.isVariableDeclaration(parent) && parent.type !== undefined)
    return ts.isTypeReferenceNode(parent.type) && isFactory(parent.type.typeName)
      ? parent.type.typeArguments?.[0]
      : undefined;
  const owner =
    ts.isPropertyAccessExpression(expression) && ts.isIdentifier(expression.expression)
      ? declarationOf(expression.expression)
      : undefined;
  if (owner === undefined || !ts.isClassDeclaration(owner) || owner.getSourceFile() !== file.ast) return undefined;
  const base = owner.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
  return base !== undefined && isFactory(base.expression) ? base.typeArguments?.[0] : undefined;
}

function isFactory(name: ts.Node): boolean {
  return /factory|builder/i.test(name.getText());
}

/** `rows[key] = { … }` */
function isEntryOf(
  parent: ts.Node,
  node: ts.Node,
): parent is ts.BinaryExpression & { readonly left: ts.ElementAccessExpression } {
  const isSet = ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  return isSet && parent.right === node && ts.isElementAccessExpression(parent.left);
}

/** `Row` of `const rows: { [key: string]: Row }` and of `Record<string, Row>`. */
function typeOfEntries(list: ts.Expression): ts.TypeNode | undefined {
  const declaration = ts.isIdentifier(list) ? declarationOf(list) : undefined;
  const type = declaration !== undefined && ts.isVariableDeclaration(declaration) ? declaration.type : undefined;
  if (type === undefined) return undefined;
  if (ts.isTypeLiteralNode(type)) return type.members.find(ts.isIndexSignatureDeclaration)?.type;
  return ts.isTypeReferenceNode(type) && type.typeName.getText() === "Record" ? type.typeArguments?.[1] : undefined;
}

/** `rows.push({ … })`: the declared type of the list. */
function pushedTo(call: ts.CallExpression): ts.TypeNode | undefined {
  const { expression } = call;
  if (!ts.isPropertyAccessExpression(expression) || expression.name.text !== "push") return undefined;
  const declaration = ts.isIdentifier(expression.expression) ? declarationOf(expression.expression) : undefined;
  return declaration !== undefined && ts.isVariableDeclaration(declaration) ? declaration.type : undefined;
}

function parameterTypeOf(node: ts.Node, index: number): ts.TypeNode | undefined {
  const value = ts.isVariableDeclaration(node) && node.initializer !== undefined ? unwrap(node.initializer) : node;
  if (!ts.isFunctionDeclaration(value) && !ts.isArrowFunction(value) && !ts.isFunctionExpression(value))
    return undefined;
  return value.parameters[index]?.type;
}

function functionAround(node: ts.Node): ts.SignatureDeclaration | undefined {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) if (ts.isFunctionLike(at)) return at;
  return undefined;
}

function isTransparent(parent: ts.Node, node: ts.Node): boolean {
  if (ts.isParenthesizedExpression(parent) || ts.isNonNullExpression(parent) || ts.isAwaitExpression(parent))
    return true;
  if (ts.isConditionalExpression(parent)) return parent.condition !== node;
  return (
    ts.isBinaryExpression(parent) && parent.right === node && parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken
  );
}

function isConst(type: ts.TypeNode): boolean {
  return ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) && type.typeName.text === "const";
}
