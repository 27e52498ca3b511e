import { ts } from "../ast/compiler.js";
import { propertiesOf, returnedBy, spreadsOf, unwrap, valueAt } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { lookUp } from "../project/project.js";
import { keysOfShape, resolveType } from "../shapes/shape-types.js";
import { constantOf } from "../types/constants.js";
import { resolveExpression } from "../types/resolve-expression.js";
import { rowShapeOf } from "../types/row-shape.js";
import type { Copy } from "./copied-columns.js";

/** The code that defines which fields a value has: the `select` that reads it, the names of its `Pick`, its declared type. */
export interface FieldSelection {
  readonly node: ts.Node;
  /** The fields that it names; undefined if they are not known. */
  readonly names: ReadonlySet<string> | undefined;
  /** Whether it is known to select from rows of the model. */
  readonly isOfModel: boolean;
}

/** Methods of a list whose result contains its elements, and those that pass its elements to a callback. */
const ofSameElements = /^(?:filter|slice|sort|toSorted|reverse|toReversed|concat|find|findLast|at|pop|shift)$/;
const perElement = /^(?:map|flatMap|forEach|filter|find|some|every|reduce)$/;

/** Follows a value to the code that defines its fields. */
function sourcesOfValue(
  value: ts.Expression,
  file: SourceFile,
  context: TransformContext,
  depth = 0,
): readonly FieldSelection[] {
  // Constants can be circular.
  if (depth > 8) return [];
  const inside = (inner: ts.Expression) => sourcesOfValue(inner, file, context, depth + 1);
  if (ts.isAsExpression(value)) return selectionsOfType(value.type, file, context, depth + 1);
  const inner = unwrap(value);
  if (ts.isAwaitExpression(inner) || ts.isElementAccessExpression(inner)) return inside(inner.expression);
  if (ts.isIdentifier(inner)) return ofName(inner, file, context, depth);
  if (!ts.isCallExpression(inner)) return [];
  const selected = selectOf(inner, file, context);
  if (selected !== undefined) {
    const reads = context.orm.readsRows(inner.expression, inner.arguments.slice(1), file, context);
    return [{ node: selected, names: namesSelected(selected), isOfModel: reads !== undefined }];
  }
  const { expression: callee } = inner;
  if (ts.isPropertyAccessExpression(callee) && ofSameElements.test(callee.name.text)) return inside(callee.expression);
  const called = resolveExpression(callee, file, context.project);
  return called?.kind === "function" ? ofFunction(called.node, called.file, context, depth) : [];
}

/** Like `sourcesOfValue`, for the source of a copy: the name of a row, or its destructuring pattern. */
export function selectionsOfCopy(
  { source, pattern }: Pick<Copy, "source" | "pattern">,
  file: SourceFile,
  context: TransformContext,
): readonly FieldSelection[] {
  if (source !== undefined) return sourcesOfValue(source, file, context);
  const owner = pattern?.parent;
  if (owner === undefined) return [];
  if (ts.isParameter(owner)) return sourcesOfParameter(owner, file, context);
  return ts.isVariableDeclaration(owner) && owner.initializer ? sourcesOfValue(owner.initializer, file, context) : [];
}

/** Like `sourcesOfValue`, for a declared type. */
export function selectionsOfType(
  type: ts.TypeNode,
  file: SourceFile,
  context: TransformContext,
  depth = 0,
): readonly FieldSelection[] {
  if (depth > 8 || rowShapeOf(type, context) !== undefined) return [];
  const shape = [false, true].map((isElement) => resolveType(type, file, context, isElement)).find(isShape)?.shape;
  if (shape !== undefined)
    return [
      { node: shape.node, names: keysOfShape(shape), isOfModel: shape.kind === "keys" && shape.of === undefined },
    ];
  if (ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) && type.typeArguments === undefined) {
    const found = lookUp(context.project, file, type.typeName.text, "type");
    const isAlias = found?.kind === "declaration" && ts.isTypeAliasDeclaration(found.node);
    return isAlias
      ? selectionsOfType((found.node as ts.TypeAliasDeclaration).type, found.file, context, depth + 1)
      : [];
  }
  // `Prisma.UserGetPayload<{ select: typeof userSelect }>`, `Awaited<ReturnType<typeof listUsers>>[number]`
  const names: ts.Identifier[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeQueryNode(node) && ts.isIdentifier(node.exprName)) names.push(node.exprName);
    else ts.forEachChild(node, visit);
  };
  visit(type);
  return names.flatMap((name) => ofDeclared(name, file, context, depth));
}

function namesSelected(select: ts.Node): FieldSelection["names"] {
  if (ts.isObjectLiteralExpression(select)) {
    return spreadsOf(select).length > 0 ? undefined : new Set(propertiesOf(select).keys());
  }
  if (!ts.isArrayLiteralExpression(select)) return undefined;
  return new Set(select.elements.flatMap((each) => (ts.isStringLiteralLike(each) ? [each.text] : [])));
}

/** The literal that selects the fields of a read: `{ select: { id: true } }`, inline or as a constant. */
export function selectOf(
  { arguments: [args] }: ts.CallExpression,
  file: SourceFile,
  context: TransformContext,
): ts.Node | undefined {
  const given = args && unwrap(args);
  if (given === undefined || !ts.isObjectLiteralExpression(given)) return undefined;
  const value = propertiesOf(given).has("select") ? valueAt(given, "select") : undefined;
  const select = value && unwrap(value);
  if (select === undefined || !ts.isIdentifier(select)) return select;
  return literalNamed(select, file, context);
}

function isShape(type: ReturnType<typeof resolveType>): type is Extract<typeof type, { kind: "shape" }> {
  return type.kind === "shape";
}

function ofName(
  name: ts.Identifier,
  file: SourceFile,
  context: TransformContext,
  depth: number,
): readonly FieldSelection[] {
  const declaration = declarationOf(name);
  if (declaration === undefined) return [];
  const next = (value: ts.Expression) => sourcesOfValue(value, file, context, depth + 1);
  if (ts.isParameter(declaration)) return sourcesOfParameter(declaration, file, context, depth);
  if (!ts.isVariableDeclaration(declaration)) return [];
  if (declaration.type !== undefined) return selectionsOfType(declaration.type, file, context, depth + 1);
  if (declaration.initializer !== undefined) return next(declaration.initializer);
  const loop = declaration.parent.parent;
  return ts.isForOfStatement(loop) ? next(loop.expression) : [];
}

/** A parameter, by its type or as the callback parameter of a list. */
function sourcesOfParameter(
  parameter: ts.ParameterDeclaration,
  file: SourceFile,
  context: TransformContext,
  depth = 0,
): readonly FieldSelection[] {
  if (parameter.type !== undefined) return selectionsOfType(parameter.type, file, context, depth + 1);
  const call = parameter.parent.parent;
  if (!ts.isCallExpression(call) || !call.arguments.some((each) => each === parameter.parent)) return [];
  const { expression: callee } = call;
  if (!ts.isPropertyAccessExpression(callee) || !perElement.test(callee.name.text)) return [];
  return sourcesOfValue(callee.expression, file, context, depth + 1);
}

function ofFunction(
  node: ts.SignatureDeclaration,
  file: SourceFile,
  context: TransformContext,
  depth: number,
): readonly FieldSelection[] {
  if (node.type !== undefined) return selectionsOfType(node.type, file, context, depth + 1);
  const returned = "body" in node ? returnedBy(node as ts.FunctionLikeDeclaration) : [];
  return returned.flatMap((value) => sourcesOfValue(value, file, context, depth + 1));
}

/** The fields of `typeof name`: the function's result, or the literal of a select. */
function ofDeclared(
  name: ts.Identifier,
  file: SourceFile,
  context: TransformContext,
  depth: number,
): readonly FieldSelection[] {
  const literal = literalNamed(name, file, context);
  if (literal !== undefined) return [{ node: literal, names: namesSelected(literal), isOfModel: false }];
  const found = lookUp(context.project, file, name.text, "value");
  if (found?.kind !== "declaration") return [];
  const { node } = found;
  const value = ts.isVariableDeclaration(node) && node.initializer ? unwrap(node.initializer) : node;
  const isFunction = ts.isFunctionDeclaration(value) || ts.isArrowFunction(value) || ts.isFunctionExpression(value);
  if (isFunction) return ofFunction(value, found.file, context, depth + 1);
  return ts.isVariableDeclaration(node) && node.initializer
    ? sourcesOfValue(node.initializer, found.file, context, depth + 1)
    : [];
}

/** The literal value of a constant, including `Prisma.validator<…>()({ … })`, and the `select` in it. */
function literalNamed(name: ts.Identifier, file: SourceFile, context: TransformContext): ts.Node | undefined {
  const declared = constantOf(name, file, context.project);
  const value = declared && unwrap(declared.value);
  const given = value !== undefined && ts.isCallExpression(value) ? value.arguments[0] : value;
  const literal = given && unwrap(given);
  if (literal === undefined || !ts.isObjectLiteralExpression(literal)) return undefined;
  const select = propertiesOf(literal).has("select") ? valueAt(literal, "select") : undefined;
  return select === undefined ? literal : unwrap(select);
}
