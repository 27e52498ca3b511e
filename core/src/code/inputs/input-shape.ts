import { ts } from "../ast/compiler.js";
import { nameOf, unwrap } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { declaredShapeOf } from "../shapes/declared-shape.js";
import { isParsing } from "../shapes/derived-shapes.js";
import { resolveType, type ShapeNode } from "../shapes/shape-types.js";
import { typesOfMember } from "./member-type.js";
import { elementOf, givenTo, schemaOf } from "./output-schemas.js";

/**
 * The schema or the type of a value: `Body.parse(request.body)`, the `data` of `Body.safeParse(request.body)`, `input` of a procedure or of
 * typed options, a typed parameter.
 */
export function inputShapeOf(value: ts.Expression, file: SourceFile, context: TransformContext): ShapeNode | undefined {
  if (ts.isPropertyAccessExpression(value)) {
    const body = bodyTypeOf(value);
    if (body !== undefined) return typedAs(body, file, context);
    const result = ts.isIdentifier(value.expression) ? declarationOf(value.expression) : undefined;
    const isResult = value.name.text === "data" && result !== undefined && ts.isVariableDeclaration(result);
    const parsed = isResult && result.initializer ? parsedBy(result.initializer, true, file, context) : undefined;
    return parsed ?? typedMember(value.expression, value.name.text, file, context) ?? declaredShapeOf(value, context);
  }
  const declaration = ts.isIdentifier(value) ? declarationOf(value) : undefined;
  if (declaration === undefined) return undefined;
  if (ts.isBindingElement(declaration)) return destructuredInput(declaration, file, context);
  if (!ts.isVariableDeclaration(declaration) && !ts.isParameter(declaration)) return undefined;
  if (declaration.type !== undefined) return typedAs(declaration.type, file, context);
  if (ts.isParameter(declaration)) return callbackInput(declaration, file, context);
  const loop = declaration.parent.parent;
  if (ts.isForOfStatement(loop)) return elementInput(loop.expression, file, context);
  const { initializer } = declaration;
  if (initializer === undefined) return undefined;
  // `const body = request.body;`
  return ts.isPropertyAccessExpression(initializer)
    ? inputShapeOf(initializer, file, context)
    : madeBy(initializer, file, context);
}

/** `CreateUser` of `app.post<{ Body: CreateUser }>("/users", (request) => request.body)`. */
function bodyTypeOf({ expression, name }: ts.PropertyAccessExpression): ts.TypeNode | undefined {
  const request = name.text === "body" && ts.isIdentifier(expression) ? declarationOf(expression) : undefined;
  const call = request !== undefined && ts.isParameter(request) ? request.parent.parent : undefined;
  const [types] = (call !== undefined && ts.isCallExpression(call) && call.typeArguments) || [];
  const body =
    types && ts.isTypeLiteralNode(types) ? types.members.find((each) => nameOf(each.name) === "Body") : undefined;
  return body && ts.isPropertySignature(body) ? body.type : undefined;
}

/** The type of a member of a value: `opts.input`, `command.dto`; `isElement` steps into a list first. */
function typedMember(
  owner: ts.Node,
  key: string,
  file: SourceFile,
  context: TransformContext,
  isElement = false,
): ShapeNode | undefined {
  for (const { type, file: its } of typesOfMember(owner, key, file, context)) {
    const shape = typedAs(type, its, context, isElement);
    if (shape !== undefined) return shape;
  }
  return undefined;
}

/**
 * The names that a pattern destructures, with the names that it binds them to, if a value is the rest of the pattern: `rest` lacks these
 * keys.
 */
export function destructuredKeys(value: ts.Expression): ReadonlyMap<string, string> {
  const element = ts.isIdentifier(value) ? declarationOf(value) : undefined;
  if (element === undefined || !ts.isBindingElement(element) || !element.dotDotDotToken) return new Map();
  return new Map(
    element.parent.elements.flatMap((each) => {
      if (!ts.isBindingElement(each) || each === element) return [];
      const key = nameOf((each.propertyName ?? each.name) as ts.PropertyName);
      return key === undefined ? [] : [[key, ts.isIdentifier(each.name) ? each.name.text : ""]];
    }),
  );
}

/** `Body.parse(request.body)`, `request.body as CreateUser` */
function madeBy(value: ts.Expression, file: SourceFile, context: TransformContext): ShapeNode | undefined {
  return ts.isAsExpression(value) ? typedAs(value.type, file, context) : parsedBy(value, false, file, context);
}

/**
 * Like `inputShapeOf`, for a destructured value: `({ email, name }: CreateUser) =>`, `const { email, name } = Body.parse(request.body)`,
 * `rows.map(({ email, name }) => …)`.
 */
export function inputShapeOfPattern(
  { parent: owner }: ts.ObjectBindingPattern,
  file: SourceFile,
  context: TransformContext,
): ShapeNode | undefined {
  if (ts.isBindingElement(owner)) return destructuredInput(owner, file, context);
  if (owner.type !== undefined) return typedAs(owner.type, file, context);
  if (ts.isParameter(owner)) return callbackInput(owner, file, context);
  const loop = owner.parent.parent;
  if (ts.isForOfStatement(loop)) return elementInput(loop.expression, file, context);
  return (
    owner.initializer && (inputShapeOf(owner.initializer, file, context) ?? madeBy(owner.initializer, file, context))
  );
}

/** The shape of the parameter of a `rows.map` callback, destructured or not, if the type of the list is known. */
function callbackInput(
  parameter: ts.ParameterDeclaration,
  file: SourceFile,
  context: TransformContext,
): ShapeNode | undefined {
  const callback = parameter.parent;
  const call = callback.parent;
  const isFirst = ts.isCallExpression(call) && call.arguments[0] === callback && callback.parameters[0] === parameter;
  if (!isFirst || !ts.isPropertyAccessExpression(call.expression)) return undefined;
  const { expression: list, name } = call.expression;
  return /^(?:map|flatMap|forEach)$/.test(name.text) ? elementInput(list, file, context) : undefined;
}

function elementInput(list: ts.Expression, file: SourceFile, context: TransformContext): ShapeNode | undefined {
  if (ts.isPropertyAccessExpression(list)) return typedMember(list.expression, list.name.text, file, context, true);
  const declaration = ts.isIdentifier(list) ? declarationOf(list) : undefined;
  if (declaration === undefined || !(ts.isVariableDeclaration(declaration) || ts.isParameter(declaration)))
    return undefined;
  if (declaration.type !== undefined) return typedAs(declaration.type, file, context, true);
  return declaration.initializer && parsedBy(declaration.initializer, false, file, context, true);
}

/** The declaration that a type refers to; `isElement` steps into a list first. */
export function typedAs(
  type: ts.TypeNode,
  file: SourceFile,
  context: TransformContext,
  isElement = false,
): ShapeNode | undefined {
  const resolved = resolveType(type, file, context, isElement);
  return resolved.kind === "shape" ? resolved.shape : undefined;
}

/** `({ input }) =>` of a procedure, `const { data } = Body.safeParse(request.body)`. */
function destructuredInput(
  element: ts.BindingElement,
  file: SourceFile,
  context: TransformContext,
): ShapeNode | undefined {
  if (element.dotDotDotToken && ts.isObjectBindingPattern(element.parent))
    return inputShapeOfPattern(element.parent, file, context);
  const owner = element.parent.parent;
  const key = nameOf((element.propertyName ?? element.name) as ts.PropertyName);
  const isResult = ts.isVariableDeclaration(owner) && key === "data" && owner.initializer !== undefined;
  const parsed = isResult ? parsedBy(owner.initializer as ts.Expression, true, file, context) : undefined;
  const procedure = ts.isParameter(owner) ? owner.parent.parent : undefined;
  const isInput = key === "input" && procedure !== undefined && ts.isCallExpression(procedure);
  const schema = isInput ? givenTo("input", procedure.expression) : undefined;
  const sent = schema && schemaOf(schema, file, context);
  return parsed ?? sent ?? (key === undefined ? undefined : typedMember(element.parent, key, file, context));
}

/**
 * @param isResult the parsed value is in the `data` of the result
 * @param isElement the parsed value is a list, and an element of it is meant
 */
function parsedBy(
  value: ts.Expression,
  isResult: boolean,
  file: SourceFile,
  context: TransformContext,
  isElement = false,
): ShapeNode | undefined {
  const inner = unwrap(value);
  const call = ts.isAwaitExpression(inner) ? unwrap(inner.expression) : inner;
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return undefined;
  const { expression: schema, name } = call.expression;
  if (!isParsing(name.text) || /^safe/i.test(name.text) !== isResult) return undefined;
  const element = isElement ? elementOf(schema) : schema;
  return element && schemaOf(element, file, context);
}
