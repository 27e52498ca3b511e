import { ts } from "../ast/compiler.js";
import { initializerOf, nameOf, pathOf, propertiesOf, returnedBy, unwrap } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { RowsPart, TransformContext } from "../contract/transform.js";
import { lookUp } from "../project/project.js";
import { isInstancing, takesPartial } from "../shapes/instanced-classes.js";
import { parseAt } from "../shapes/parse-calls.js";
import { hidesField } from "../shapes/serialized-classes.js";
import { keepsKey } from "../shapes/zod-tree.js";
import { resolveDeclared, resolveExpression } from "../types/resolve-expression.js";
import { type RowShape, rowShapeOf } from "../types/row-shape.js";
import { selectionsOfType } from "./selected-fields.js";

/** Rows of the model that a value contains, directly or behind keys. */
export interface RowsInValue extends RowsPart {
  /** The call that reads them; undefined if only their type identifies them as rows. */
  readonly read: { readonly call: ts.CallExpression; readonly file: SourceFile } | undefined;
  /** The value is this or something else: `isOwner ? user : publicUser`. */
  readonly mayBeOther?: true;
}

type Rows = readonly RowsInValue[];

const whole: Rows = [{ path: [], select: undefined, read: undefined }];

/** Methods of a list that return its elements, those that pass elements to a callback, and those that wait for several values. */
const sameElements = /^(?:filter|slice|sort|toSorted|reverse|toReversed|concat|flat|find|findLast|at|pop|shift)$/;
const perElement = /^(?:map|flatMap|forEach|filter|find|some|every|reduce|then)$/;
const several = /^(?:all|allSettled|\$transaction)$/;
/** Functions that return their argument with all its keys, or with all but the named ones. */
const copying = /^(?:omit|exclude|structuredClone|cloneDeep|freeze|instanceToPlain|classToPlain)$/;

/**
 * The rows in a value, followed through names, spreads, callbacks and the resolved functions that return them: what a route sends, what a
 * schema parses. A list counts as its elements.
 */
export function rowsInExpression(value: ts.Expression, file: SourceFile, context: TransformContext): Rows {
  // Names and functions can be circular.
  return context.memo(rowsInExpression, value, () => read(value, file, context), []);
}

/**
 * Whether an expression is a whole row of the model, or a list of them: by its type, or, if the compiler has none, by the calls that read
 * it.
 */
export function rowShapeOfValue(
  value: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): RowShape | undefined {
  if (context.project.types?.of(value) !== undefined) return rowShapeOf(value, context);
  return shapeOf(rowsInExpression(value, file, context));
}

/** Like `rowShapeOfValue`, for a parameter. */
export function rowShapeOfParameter(
  node: ts.ParameterDeclaration,
  file: SourceFile,
  context: TransformContext,
): RowShape | undefined {
  const typed = node.type ?? node.name;
  if (context.project.types?.of(typed) !== undefined) return rowShapeOf(typed, context);
  return shapeOf(ofParameter(node, file, context));
}

function shapeOf(rows: Rows): RowShape | undefined {
  const isWhole = rows.some(
    ({ path, select, isAssumed, mayBeOther }) => path.length === 0 && select === undefined && !isAssumed && !mayBeOther,
  );
  return isWhole ? "row" : undefined;
}

function read(value: ts.Expression, file: SourceFile, context: TransformContext): Rows {
  const inside = (inner: ts.Expression) => rowsInExpression(inner, file, context);
  const inner = unwrap(value);
  if (ts.isAwaitExpression(inner) || ts.isElementAccessExpression(inner) || ts.isSpreadElement(inner))
    return inside(inner.expression);
  if (ts.isIdentifier(inner)) return ofName(inner, file, context);
  if (ts.isPropertyAccessExpression(inner)) return ofMember(inner, file, context);
  if (ts.isConditionalExpression(inner)) return oneOf([inner.whenTrue, inner.whenFalse], inside);
  if (ts.isBinaryExpression(inner)) return isEither(inner) ? oneOf([inner.left, inner.right], inside) : [];
  if (ts.isArrayLiteralExpression(inner)) return inner.elements.flatMap(inside);
  if (ts.isObjectLiteralExpression(inner)) return ofLiteral(inner, file, context);
  if (ts.isNewExpression(inner)) return ofInstance(inner, file, context);
  return ts.isCallExpression(inner) ? ofCall(inner, file, context) : [];
}

/** The rows in either of two values. If one has none, the value may be something else. */
function oneOf(values: readonly ts.Expression[], inside: (inner: ts.Expression) => Rows): Rows {
  const found = values.filter((each) => !isNothing(each)).map(inside);
  const isSure = found.every((rows) => rows.length > 0);
  return found.flat().map((each) => (isSure ? each : { ...each, mayBeOther: true }));
}

function isNothing(value: ts.Expression): boolean {
  const { kind } = unwrap(value);
  return kind === ts.SyntaxKind.NullKeyword || unwrap(value).getText() === "undefined";
}

/** The rows of a declared type: whole rows, or those of a `select`. */
function ofType(type: ts.TypeNode, file: SourceFile, context: TransformContext): Rows {
  const rows = byType(type, context);
  if (rows.length > 0) return rows;
  return selectionsOfType(type, file, context).flatMap(({ node }) =>
    ts.isObjectLiteralExpression(node) ? [{ path: [], select: node, read: undefined }] : [],
  );
}

/** The rows that only the compiler can identify. */
function byType(node: ts.Expression | ts.TypeNode, context: TransformContext): Rows {
  return rowShapeOf(node, context) === undefined ? [] : whole;
}

function ofName(name: ts.Identifier, file: SourceFile, context: TransformContext): Rows {
  const declaration = declarationOf(name);
  if (declaration === undefined) return [];
  if (ts.isVariableDeclaration(declaration)) return ofVariable(declaration, file, context);
  if (ts.isParameter(declaration)) return ofParameter(declaration, file, context);
  if (ts.isBindingElement(declaration)) return ofBinding(declaration, file, context);
  if (!ts.isImportSpecifier(declaration) && !ts.isImportClause(declaration)) return [];
  const found = lookUp(context.project, file, name.text, "value");
  const isVariable = found?.kind === "declaration" && ts.isVariableDeclaration(found.node);
  return isVariable ? ofVariable(found.node as ts.VariableDeclaration, found.file, context) : [];
}

function ofVariable(node: ts.VariableDeclaration, file: SourceFile, context: TransformContext): Rows {
  const { name, initializer, type } = node;
  const loop = node.parent.parent;
  if (ts.isForOfStatement(loop)) return rowsInExpression(loop.expression, file, context);
  const values = initializer !== undefined ? [initializer] : ts.isIdentifier(name) ? assignedTo(name, file) : [];
  const rows = values.flatMap((each) => rowsInExpression(each, file, context));
  return rows.length === 0 && type !== undefined ? ofType(type, file, context) : rows;
}

/** `let user; user = await …;` */
function assignedTo(name: ts.Identifier, file: SourceFile): readonly ts.Expression[] {
  return file.identifiers(name.text).flatMap((use) => {
    const { parent } = use;
    const isSet = ts.isBinaryExpression(parent) && parent.left === use && isAssignment(parent);
    return isSet && declarationOf(use) === name.parent ? [parent.right] : [];
  });
}

/** By its type, or as the callback parameter of a list. */
function ofParameter(node: ts.ParameterDeclaration, file: SourceFile, context: TransformContext): Rows {
  if (node.type !== undefined) return ofType(node.type, file, context);
  const call = node.parent.parent;
  const isFirst = node.parent.parameters[0] === node && ts.isCallExpression(call) && call.arguments[0] === node.parent;
  const unknown = () => byType(node.name as ts.Identifier, context);
  if (!isFirst || !ts.isPropertyAccessExpression(call.expression)) return unknown();
  const { name, expression } = call.expression;
  return perElement.test(name.text) ? rowsInExpression(expression, file, context) : unknown();
}

/** `{ user } = session`, `{ password, ...safe } = user`, `[users, total] = await Promise.all([…])` */
function ofBinding(node: ts.BindingElement, file: SourceFile, context: TransformContext): Rows {
  const { parent: pattern, dotDotDotToken } = node;
  const owner = pattern.parent;
  const whole = ts.isBindingElement(owner)
    ? ofBinding(owner, file, context)
    : ts.isParameter(owner)
      ? ofParameter(owner, file, context)
      : ofVariable(owner, file, context);
  if (ts.isArrayBindingPattern(pattern)) {
    const ofSeveral = at(whole, String(pattern.elements.indexOf(node)));
    return ofSeveral.length > 0 ? ofSeveral : whole.filter(({ path }) => !/^\d+$/.test(path[0] ?? ""));
  }
  const named = (each: ts.BindingElement) => nameOf((each.propertyName ?? each.name) as ts.PropertyName);
  if (dotDotDotToken === undefined) return at(whole, named(node) ?? "");
  const taken = new Set(pattern.elements.flatMap((each) => (each === node ? [] : (named(each) ?? []))));
  return withoutKeys(whole, taken, context);
}

function ofMember(access: ts.PropertyAccessExpression, file: SourceFile, context: TransformContext): Rows {
  const rows = at(rowsInExpression(access.expression, file, context), access.name.text);
  if (rows.length > 0) return rows;
  const found = resolveExpression(access, file, context.project);
  return found?.kind === "typed" ? ofType(found.type, found.file, context) : byType(access, context);
}

function ofLiteral(literal: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): Rows {
  return literal.properties.flatMap((property, index) => {
    if (ts.isSpreadAssignment(property)) {
      const later = literal.properties.slice(index + 1).flatMap((each) => nameOf(each.name) ?? []);
      return withoutKeys(rowsInExpression(property.expression, file, context), new Set(later), context);
    }
    const [name, value] = [nameOf(property.name), initializerOf(property)];
    return name === undefined || value === undefined ? [] : behind(name, rowsInExpression(value, file, context));
  });
}

/** `new UserDto(user)`, if the constructor copies its whole argument. */
function ofInstance(made: ts.NewExpression, file: SourceFile, context: TransformContext): Rows {
  const [given] = made.arguments ?? [];
  const name = made.expression;
  const found = ts.isIdentifier(name) ? lookUp(context.project, file, name.text, "value") : undefined;
  if (given === undefined || found?.kind !== "declaration" || !ts.isClassDeclaration(found.node)) return [];
  const isCopy = takesPartial(found.node) && !hidesField(found.node, context.field.name);
  return isCopy ? rowsInExpression(given, file, context) : [];
}

function ofCall(call: ts.CallExpression, file: SourceFile, context: TransformContext): Rows {
  const parts = context.orm.rowsRead?.(call, file, context);
  if (parts !== undefined) return parts.map((part) => ({ ...part, read: { call, file } }));
  const [first] = call.arguments;
  const callee = unwrap(call.expression);
  const method = pathOf(callee).at(-1) ?? "";
  if (ts.isPropertyAccessExpression(callee)) {
    if (sameElements.test(method)) return rowsInExpression(callee.expression, file, context);
    if (/^(?:map|flatMap|then)$/.test(method) && first !== undefined) return ofCallback(first, file, context);
    const list = first && unwrap(first);
    if (several.test(method) && list !== undefined && ts.isArrayLiteralExpression(list))
      return list.elements.flatMap((each, index) => behind(String(index), rowsInExpression(each, file, context)));
  }
  const copied = [...copiedBy(call, method, file, context), ...parsedBy(call, method, file, context)];
  if (copied.length > 0) return copied;
  if (resolveFunction(callee, file, context)) return ofFunction(callee, file, context);
  const { orm, project } = context;
  const made = orm.isForeignCall(callee, file, project)
    ? undefined
    : orm.readsRows(callee, call.arguments, file, context);
  return made === undefined || made === "page" ? byType(call, context) : whole;
}

/** The rows that a schema passes on from its input: `UserResponse.passthrough().parse(user)`. */
function parsedBy(call: ts.CallExpression, method: string, file: SourceFile, context: TransformContext): Rows {
  const parse = parseAt(call, file);
  if (parse === undefined) return [];
  const { schema, value } = parse;
  const rows = rowsInExpression(value, file, context).filter(({ path }) => keepsKey(schema, path, file, context));
  return method.startsWith("safe") ? behind("data", rows) : rows;
}

/** `users.map((user) => …)`, `users.map(toResponse)` */
function ofCallback(callback: ts.Expression, file: SourceFile, context: TransformContext): Rows {
  const inner = unwrap(callback);
  const isWritten = ts.isArrowFunction(inner) || ts.isFunctionExpression(inner);
  if (isWritten) return returnedBy(inner).flatMap((each) => rowsInExpression(each, file, context));
  return ofFunction(inner, file, context);
}

/** `_.omit(user, "password")`, `plainToInstance(UserDto, users)`, `Object.assign({}, user)` */
function copiedBy(call: ts.CallExpression, method: string, file: SourceFile, context: TransformContext): Rows {
  const [first, second] = call.arguments;
  const { name } = context.field;
  const others = call.arguments.slice(1).map((each) => textOf(each, file));
  if (first !== undefined && copying.test(method)) {
    const isNamed = others.some((text) => new RegExp(`\\b${name}\\b`).test(text));
    return isNamed ? [] : rowsInExpression(first, file, context);
  }
  if (pathOf(call.expression).join(".") === "Object.assign")
    return call.arguments.flatMap((each) => rowsInExpression(each, file, context));
  if (first === undefined || second === undefined || !isInstancing(method)) return [];
  if (others.some((text) => text.includes("excludeExtraneousValues"))) return [];
  const found = ts.isIdentifier(first) ? lookUp(context.project, file, first.text, "value") : undefined;
  const isHidden =
    found?.kind === "declaration" && ts.isClassDeclaration(found.node) && hidesField(found.node, context.field.name);
  return isHidden ? [] : rowsInExpression(second, file, context);
}

/** The rows that a resolved function returns: by its return values, or else by its declared type. */
function ofFunction(callee: ts.Expression, file: SourceFile, context: TransformContext): Rows {
  const found = resolveFunction(callee, file, context);
  if (found === undefined) return [];
  const { node, file: its } = found;
  const returned = "body" in node ? returnedBy(node as ts.FunctionLikeDeclaration) : [];
  const rows = returned.flatMap((each) => rowsInExpression(each, its, context));
  return rows.length === 0 && node.type !== undefined ? ofType(node.type, its, context) : rows;
}

/** The function that an expression refers to. */
export function resolveFunction(
  callee: ts.Expression,
  file: SourceFile,
  { project }: Pick<TransformContext, "project">,
): { readonly node: ts.SignatureDeclaration; readonly file: SourceFile } | undefined {
  const found = resolveDeclared(resolveExpression(callee, file, project), project);
  return found?.kind === "function" ? found : undefined;
}

/** The rows behind a key. */
function at(rows: Rows, key: string): Rows {
  return rows.flatMap((each) => (each.path[0] === key ? [{ ...each, path: each.path.slice(1) }] : []));
}

function behind(key: string, rows: Rows): Rows {
  return rows.map((each) => ({ ...each, path: [key, ...each.path] }));
}

/** The rows without some keys, which may include the column itself. */
function withoutKeys(rows: Rows, keys: ReadonlySet<string>, { field }: TransformContext): Rows {
  return rows.filter(({ path: [first = field.name] }) => !keys.has(first));
}

function isAssignment({ operatorToken }: ts.BinaryExpression): boolean {
  const { EqualsToken, QuestionQuestionEqualsToken } = ts.SyntaxKind;
  return operatorToken.kind === EqualsToken || operatorToken.kind === QuestionQuestionEqualsToken;
}

function isEither({ operatorToken }: ts.BinaryExpression): boolean {
  const { QuestionQuestionToken, BarBarToken, AmpersandAmpersandToken } = ts.SyntaxKind;
  return [QuestionQuestionToken, BarBarToken, AmpersandAmpersandToken].includes(operatorToken.kind as never);
}

/** Whether a read names the column, or all columns. */
export function selectsField({ select }: RowsPart, { field }: TransformContext): boolean {
  if (select === undefined) return true;
  if (ts.isObjectLiteralExpression(select)) return propertiesOf(select).has(field.name);
  return ts.isArrayLiteralExpression(select) && select.elements.some((each) => namesField(each, field.name));
}

function namesField(element: ts.Expression, name: string): boolean {
  return ts.isStringLiteralLike(element) && element.text.split(".").at(-1) === name;
}
