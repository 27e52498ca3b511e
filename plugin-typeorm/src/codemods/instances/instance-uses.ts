import { pathOf, type SourceFile, ts, unwrap, wrapperOf } from "@lockstep/core/codemods";
import { entityCallAt } from "../calls/entity-calls.js";
import type { LookupContext } from "../receivers/lookup-context.js";
import { ormValueOf } from "../receivers/orm-value-of.js";

/** How code uses an instance: it becomes a row, is a query's criterion, is passed to a function, or is only read and filled. */
export type InstanceUse = "row" | "query" | "argument" | "read";

const writes = /^(?:save|insert|create|values)$/;

/** How the code uses the instance at a name. */
export function useOf(use: ts.Identifier, file: SourceFile, context: LookupContext): InstanceUse {
  let node = wrapperOf(use);
  while (ts.isArrayLiteralExpression(node.parent) || ts.isSpreadElement(node.parent)) node = wrapperOf(node.parent);
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) {
    const isSaved = parent.name.text === "save" && ts.isCallExpression(parent.parent);
    return isSaved ? "row" : "read";
  }
  if (ts.isReturnStatement(parent) || ts.isArrowFunction(parent)) return "row";
  if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) {
    return isInQuery(parent, file, context) ? "query" : "row";
  }
  if (ts.isBinaryExpression(parent)) return isAssigned(parent, node) ? "row" : "read";
  if (!ts.isCallExpression(parent)) return "read";
  if (assignedTo(use, file, context).length > 0) return "read";
  const called = entityCallAt(parent, file, context);
  if (called !== undefined) return writes.test(called.method) ? "row" : "query";
  return isHandedOn(parent, file, context) ? "row" : "argument";
}

/** The sources of `Object.assign(user, …)`, `users.merge(user, …)` and `manager.merge(User, user, …)`. */
export function assignedTo(use: ts.Identifier, file: SourceFile, context: LookupContext): readonly ts.Expression[] {
  const call = use.parent;
  if (!ts.isCallExpression(call)) return [];
  const called = entityCallAt(call, file, context);
  if (called?.method === "merge") return called.args[0] === use ? called.args.slice(1) : [];
  const isAssign = pathOf(call.expression).join(".") === "Object.assign" && call.arguments[0] === use;
  return isAssign ? call.arguments.slice(1) : [];
}

/** `handle` of `user.handle ??= …`, `user["handle"] = …`, and of a nested assignment. */
export function assignedMember(use: ts.Identifier): string | undefined {
  const access = use.parent;
  const isAccess = ts.isPropertyAccessExpression(access) || ts.isElementAccessExpression(access);
  if (!isAccess || access.expression !== use || !ts.isBinaryExpression(access.parent)) return undefined;
  const { kind } = access.parent.operatorToken;
  const isSet = kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
  return isSet && access.parent.left === access ? pathOf(access).at(-1) : undefined;
}

/** The value that `assignedMember` is set to. */
export function assignedValue(use: ts.Identifier): ts.Expression | undefined {
  const set = use.parent.parent;
  return ts.isBinaryExpression(set) ? set.right : undefined;
}

/** The statement that an expression is the whole of, or a part. */
export function statementOf(use: ts.Identifier): ts.Statement | undefined {
  let at: ts.Node = use;
  while (at.parent !== undefined && ts.isExpression(at) && !ts.isFunctionLike(at)) at = at.parent;
  return ts.isExpressionStatement(at) ? at : undefined;
}

/** `order.user = user` */
function isAssigned({ left, right, operatorToken }: ts.BinaryExpression, node: ts.Node): boolean {
  return operatorToken.kind === ts.SyntaxKind.EqualsToken && right === node && !ts.isIdentifier(left);
}

/** `manager.save(user)`, and `rows.push(user)`: the list is written. */
function isHandedOn(call: ts.CallExpression, file: SourceFile, context: LookupContext): boolean {
  const callee = unwrap(call.expression);
  if (!ts.isPropertyAccessExpression(callee)) return false;
  if (callee.name.text === "push") return true;
  if (callee.name.text !== "save") return false;
  const owner = ormValueOf(callee.expression, file, context);
  return owner === undefined || owner.kind === "manager" || owner.kind === "source";
}

/** `users.find({ where: criteria })` */
function isInQuery(node: ts.Node, file: SourceFile, context: LookupContext): boolean {
  for (let at: ts.Node = node; at !== undefined && !ts.isStatement(at); at = at.parent) {
    const called = ts.isCallExpression(at) ? entityCallAt(at, file, context) : undefined;
    if (called !== undefined) return !writes.test(called.method);
  }
  return false;
}
