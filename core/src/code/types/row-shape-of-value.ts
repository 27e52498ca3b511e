import { ts } from "../ast/compiler.js";
import { unwrap } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { lookUp } from "../project/project.js";
import { resolveExpression } from "./resolve-expression.js";
import { rowShapeByCompiler } from "./row-shape-by-compiler.js";
import { type RowShape, rowShapeOfType } from "./row-shape-of-type.js";

/** Methods of a list that give some of its elements, and those that hand each element to a callback. */
const sameList = new Set(["filter", "slice", "sort", "toSorted", "reverse", "toReversed", "concat"]);
const perElement = new Set(["map", "flatMap", "forEach", "filter", "find", "some", "every"]);

/** Whether an expression is a whole row of the model, or a list of them: by its type, and by names where the compiler knows none. */
export function rowShapeOfValue(
  expression: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): RowShape | undefined {
  return isTyped(expression, context)
    ? rowShapeByCompiler(expression, context)
    : shapeByNames(expression, file, context);
}

function isTyped(node: ts.Node, { project: { types }, orm }: TransformContext): boolean {
  return orm.isWholeRow !== undefined && types?.of(node) !== undefined;
}

/** `users` of `users.map((user) => …)`. */
function listBehind(parameter: ts.ParameterDeclaration): ts.Expression | undefined {
  const callback = parameter.parent;
  const call = callback.parent;
  if (!ts.isCallExpression(call) || call.arguments[0] !== callback || callback.parameters[0] !== parameter)
    return undefined;
  const { expression } = call;
  const isPerElement = ts.isPropertyAccessExpression(expression) && perElement.has(expression.name.text);
  return isPerElement ? expression.expression : undefined;
}

function shapeByNames(
  expression: ts.Expression,
  file: SourceFile,
  context: TransformContext,
  depth = 0,
): RowShape | undefined {
  if (depth > 8) return undefined;
  const inside = (inner: ts.Expression) => shapeByNames(inner, file, context, depth + 1);
  const inner = unwrap(expression);
  if (ts.isAwaitExpression(inner)) return inside(inner.expression);
  if (ts.isElementAccessExpression(inner)) return inside(inner.expression) === "list" ? "row" : undefined;
  if (ts.isIdentifier(inner)) return shapeOfName(inner, file, context, depth);
  if (ts.isPropertyAccessExpression(inner)) return shapeAsDeclared(inner, file, context);
  if (ts.isNewExpression(inner)) return shapeOfInstance(inner, file, context);
  if (!ts.isCallExpression(inner)) return undefined;

  const read = context.orm.readsRows(inner.expression, inner.arguments, file, context);
  if (read !== undefined && context.orm.isOther(inner.expression, file, context.project)) return undefined;
  if (read !== undefined) return read === "page" ? undefined : read;
  if (ts.isPropertyAccessExpression(inner.expression)) {
    const { name, expression: owner } = inner.expression;
    if (sameList.has(name.text)) return inside(owner) === "list" ? "list" : undefined;
    if (name.text === "at" || name.text === "find") return inside(owner) === "list" ? "row" : undefined;
  }
  return undefined;
}

function shapeOfName(
  name: ts.Identifier,
  file: SourceFile,
  context: TransformContext,
  depth: number,
): RowShape | undefined {
  const declaration = declarationOf(name);
  if (declaration === undefined) return undefined;
  if (ts.isVariableDeclaration(declaration)) {
    if (declaration.type !== undefined) return rowShapeOfType(declaration.type, file, context);
    if (declaration.initializer !== undefined) return shapeByNames(declaration.initializer, file, context, depth + 1);
    const loop = declaration.parent.parent;
    if (!ts.isForOfStatement(loop)) return undefined;
    return shapeByNames(loop.expression, file, context, depth + 1) === "list" ? "row" : undefined;
  }
  return ts.isParameter(declaration) ? shapeOfParameter(declaration, file, context, depth) : undefined;
}

/** `new User()`, where rows are instances of classes. */
function shapeOfInstance(made: ts.NewExpression, file: SourceFile, context: TransformContext): RowShape | undefined {
  const { expression: maker } = made;
  const local = ts.isIdentifier(maker) ? declarationOf(maker) : undefined;
  const isLocal = local !== undefined && ts.isClassDeclaration(local);
  const found = isLocal ? { node: local, file } : local && lookUp(context.project, file, maker.getText(), "value");
  if (found === undefined || !("node" in found) || !ts.isClassDeclaration(found.node)) return undefined;
  return context.orm.isRowDeclaration?.(found.node, found.file, context) ? "row" : undefined;
}

/** `this.user`: what the member is declared as. */
function shapeAsDeclared(value: ts.Expression, file: SourceFile, context: TransformContext): RowShape | undefined {
  const found = resolveExpression(value, file, context.project);
  return found?.kind === "typed" ? rowShapeOfType(found.type, found.file, context) : undefined;
}

/** What a parameter is: by its type, or as the callback of a list. */
export function rowShapeOfParameter(
  declaration: ts.ParameterDeclaration,
  file: SourceFile,
  context: TransformContext,
): RowShape | undefined {
  const node = declaration.type ?? (declaration.name as ts.Identifier);
  return isTyped(node, context) ? rowShapeByCompiler(node, context) : shapeOfParameter(declaration, file, context, 0);
}

function shapeOfParameter(
  declaration: ts.ParameterDeclaration,
  file: SourceFile,
  context: TransformContext,
  depth: number,
): RowShape | undefined {
  if (declaration.type !== undefined) return rowShapeOfType(declaration.type, file, context);
  const list = listBehind(declaration);
  return list && shapeByNames(list, file, context, depth + 1) === "list" ? "row" : undefined;
}
