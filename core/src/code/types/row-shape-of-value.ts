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

/** Whether an expression is a whole row of the model, or a list of them: followed through names to a type or a read, else by its type. */
export function rowShapeOfValue(
  expression: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): RowShape | undefined {
  const byNames = shapeByNames(expression, file, context);
  return byNames ?? (isRead(expression, file, context) ? undefined : rowShapeByCompiler(expression, context));
}

/** Whether names lead to a declared row of another model, or to a read: then they say what it is, and the compiler is not asked. */
function isRead(expression: ts.Expression, file: SourceFile, context: TransformContext, depth = 0): boolean {
  const inside = (inner: ts.Expression) => depth < 5 && isRead(inner, file, context, depth + 1);
  const inner = unwrap(expression);
  if (ts.isAwaitExpression(inner) || ts.isElementAccessExpression(inner)) return inside(inner.expression);
  if (ts.isCallExpression(inner)) {
    if (context.orm.rowsRead?.(inner, file, context) !== undefined) return true;
    const { expression: callee } = inner;
    return ts.isPropertyAccessExpression(callee) && sameList.has(callee.name.text) && inside(callee.expression);
  }
  const declaration = ts.isIdentifier(inner) ? declarationOf(inner) : undefined;
  if (declaration === undefined) return false;
  if (ts.isVariableDeclaration(declaration)) {
    const { type, initializer } = declaration;
    if (type !== undefined) return isOtherRow(type, context);
    if (initializer !== undefined) return inside(initializer);
    const loop = declaration.parent.parent;
    return ts.isForOfStatement(loop) && inside(loop.expression);
  }
  if (!ts.isParameter(declaration)) return false;
  if (declaration.type !== undefined) return isOtherRow(declaration.type, context);
  const list = listBehind(declaration);
  return list !== undefined && inside(list);
}

/** `Order`, `Order[]`, where `Order` is another model. */
function isOtherRow(type: ts.TypeNode, { models, model }: TransformContext): boolean {
  const inner = ts.isArrayTypeNode(type) ? type.elementType : type;
  if (!ts.isTypeReferenceNode(inner) || !ts.isIdentifier(inner.typeName)) return false;
  const { text } = inner.typeName;
  return text !== model.name && models.some(({ name }) => name === text);
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
  const { type, name } = declaration;
  const byNames = shapeOfParameter(declaration, file, context, 0);
  if (byNames !== undefined || (type !== undefined && isOtherRow(type, context))) return byNames;
  const list = listBehind(declaration);
  return list && isRead(list, file, context) ? undefined : rowShapeByCompiler(type ?? (name as ts.Identifier), context);
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
