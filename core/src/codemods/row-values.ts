import { ts } from "./compiler.js";
import { unwrap } from "./expressions.js";
import { inViewOf } from "./in-view.js";
import { lookUp } from "./project.js";
import { type RowShape, rowShapeOf } from "./row-types.js";
import { declarationOf } from "./scope.js";
import type { SourceFile } from "./source-file.js";
import type { TransformContext } from "./transform.js";

/** Methods of a list that give some of its elements, and those that hand each element to a callback. */
const sameList = new Set(["filter", "slice", "sort", "toSorted", "reverse", "toReversed", "concat"]);
const perElement = new Set(["map", "flatMap", "forEach", "filter", "find", "some", "every"]);

/** Whether an expression is a whole row of the model, or a list of them: followed through names to a type or a read. */
export function rowShapeOfValue(
  expression: ts.Expression,
  file: SourceFile,
  context: TransformContext,
  depth = 0,
): RowShape | undefined {
  if (depth > 8) return undefined;
  const inside = (inner: ts.Expression) => rowShapeOfValue(inner, file, context, depth + 1);
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
    return undefined;
  }
  return ts.isIdentifier(inner.expression) ? shapeOfResult(inner.expression.text, file, context) : undefined;
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
    if (declaration.type !== undefined) return rowShapeOf(declaration.type, file, context);
    if (declaration.initializer !== undefined)
      return rowShapeOfValue(declaration.initializer, file, context, depth + 1);
    const loop = declaration.parent.parent;
    if (!ts.isForOfStatement(loop)) return undefined;
    return rowShapeOfValue(loop.expression, file, context, depth + 1) === "list" ? "row" : undefined;
  }
  if (ts.isBindingElement(declaration)) {
    return shapeOfPage(declaration, file, context) ?? shapeAsDeclared(name, file, context);
  }
  return ts.isParameter(declaration) ? rowShapeOfParameter(declaration, file, context, depth) : undefined;
}

/** `users` of `const [users, count] = await repository.findAndCount()`. */
function shapeOfPage({ parent }: ts.BindingElement, file: SourceFile, context: TransformContext): RowShape | undefined {
  if (!ts.isArrayBindingPattern(parent) || !ts.isVariableDeclaration(parent.parent)) return undefined;
  const { initializer } = parent.parent;
  const call = initializer && unwrap(ts.isAwaitExpression(initializer) ? initializer.expression : initializer);
  if (call === undefined || !ts.isCallExpression(call)) return undefined;
  return context.orm.readsRows(call.expression, call.arguments, file, context) === "page" ? "list" : undefined;
}

/** `new User()`, where rows are instances of classes. */
function shapeOfInstance(made: ts.NewExpression, file: SourceFile, context: TransformContext): RowShape | undefined {
  const maker = made.expression;
  const local = ts.isIdentifier(maker) ? declarationOf(maker) : undefined;
  if (!ts.isIdentifier(maker) || local === undefined) return undefined;
  if (ts.isClassDeclaration(local)) {
    return context.orm.isRowDeclaration?.(local, file, context) ? "row" : undefined;
  }
  const found = lookUp(context.project, file, maker.text, "value");
  const isClass = found?.kind === "declaration" && ts.isClassDeclaration(found.node);
  return isClass && context.orm.isRowDeclaration?.(found.node as ts.ClassDeclaration, found.file, context)
    ? "row"
    : undefined;
}

/** `this.user`, and `user` of `const { user } = session`: what the member is declared as. */
function shapeAsDeclared(value: ts.Expression, file: SourceFile, context: TransformContext): RowShape | undefined {
  const found = inViewOf(value, file, context.project);
  return found?.kind === "typed" ? rowShapeOf(found.type, found.file, context) : undefined;
}

/** What a parameter is: by its type, or as the callback of a list. */
export function rowShapeOfParameter(
  declaration: ts.ParameterDeclaration,
  file: SourceFile,
  context: TransformContext,
  depth = 0,
): RowShape | undefined {
  if (declaration.type !== undefined) return rowShapeOf(declaration.type, file, context);
  // `users.map((user) => …)`: the parameter is what the list holds.
  const callback = declaration.parent;
  const call = callback.parent;
  if (!ts.isCallExpression(call) || call.arguments[0] !== callback || callback.parameters[0] !== declaration) {
    return undefined;
  }
  if (!ts.isPropertyAccessExpression(call.expression) || !perElement.has(call.expression.name.text)) return undefined;
  return rowShapeOfValue(call.expression.expression, file, context, depth + 1) === "list" ? "row" : undefined;
}

/** What a function of the candidates says it returns. */
function shapeOfResult(name: string, file: SourceFile, context: TransformContext): RowShape | undefined {
  const found = lookUp(context.project, file, name, "value");
  if (found?.kind !== "declaration") return undefined;
  const declared = returnTypeOf(found.node);
  return declared === undefined ? undefined : rowShapeOf(declared, found.file, context);
}

/** The declared return type of a function, or of an arrow function in a constant. */
export function returnTypeOf(node: ts.Node): ts.TypeNode | undefined {
  if (ts.isFunctionLike(node)) return node.type;
  if (!ts.isVariableDeclaration(node) || node.initializer === undefined) return undefined;
  const value = unwrap(node.initializer);
  return ts.isArrowFunction(value) || ts.isFunctionExpression(value) ? value.type : undefined;
}
