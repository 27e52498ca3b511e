import { ts } from "../ast/compiler.js";
import { unwrap, wrapperOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { lookUp } from "../project/project.js";
import { isParsing } from "../shapes/derived-shapes.js";
import { type ShapeNode, zodShape } from "../shapes/shape-types.js";
import { zodObjectOf } from "../shapes/zod-chain.js";
import { isRequestName } from "./request-use.js";

/**
 * The schema that a literal passes through on output: `UserResponse.parse({ … })`, or `.output(UserResponse)` of the procedure that returns
 * it.
 */
export function outputSchema(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): Extract<ShapeNode, { kind: "zod" }> | undefined {
  const given = wrapperOf(literal);
  const call = given.parent;
  if (ts.isCallExpression(call) && call.arguments[0] === given && ts.isPropertyAccessExpression(call.expression)) {
    const { expression: owner, name } = call.expression;
    const isOut = isParsing(name.text) && !(ts.isIdentifier(owner) && isRequestName(owner.text));
    return isOut ? schemaOf(owner, file, context) : undefined;
  }
  const output = outputOf(given);
  return output && schemaOf(output, file, context);
}

/** `UserResponse` of `procedure.input(…).output(UserResponse).query(() => ({ … }))`; a list of it for a list. */
function outputOf(given: ts.Node): ts.Expression | undefined {
  let isElement = false;
  let at: ts.Node = given;
  for (let depth = 0; depth < 8; depth += 1) {
    const owner = returnedFrom(at);
    if (owner === undefined) return undefined;
    const call = owner.parent;
    if (!ts.isCallExpression(call)) return undefined;
    const declared = givenTo("output", call.expression);
    if (declared !== undefined)
      return isElement ? elementOf(declared) : elementOf(declared) === undefined ? declared : undefined;
    // `users.map((user) => ({ … }))` returns a list of them.
    const method = ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : "";
    if (!/^(?:map|flatMap)$/.test(method) || isElement) return undefined;
    isElement = true;
    at = wrapperOf(call);
  }
  return undefined;
}

/** The function that returns an expression unchanged. */
function returnedFrom(at: ts.Node): ts.SignatureDeclaration | undefined {
  const { parent } = at;
  if (ts.isArrowFunction(parent) && parent.body === at) return parent;
  if (!ts.isReturnStatement(parent)) return undefined;
  return ts.findAncestor(parent, ts.isFunctionLike);
}

/** The argument of a method in a chain of calls. */
export function givenTo(method: string, callee: ts.Expression): ts.Expression | undefined {
  for (let at: ts.Expression = callee; ; ) {
    if (ts.isPropertyAccessExpression(at)) at = at.expression;
    else if (ts.isCallExpression(at)) {
      const isIt = ts.isPropertyAccessExpression(at.expression) && at.expression.name.text === method;
      if (isIt) return at.arguments[0];
      at = at.expression;
    } else return undefined;
  }
}

/** `UserResponse` of `z.array(UserResponse)` and of `UserResponse.array()`. */
export function elementOf(schema: ts.Expression): ts.Expression | undefined {
  const inner = unwrap(schema);
  if (!ts.isCallExpression(inner) || !ts.isPropertyAccessExpression(inner.expression)) return undefined;
  if (inner.expression.name.text !== "array") return undefined;
  return inner.arguments[0] ?? inner.expression.expression;
}

/** The zod object that a value refers to. */
export function schemaOf(
  value: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): Extract<ShapeNode, { kind: "zod" }> | undefined {
  const inner = unwrap(value);
  const direct = zodObjectOf(inner);
  if (direct !== undefined) return zodShape(direct, undefined, file, context.project);
  if (!ts.isIdentifier(inner)) return undefined;
  const found = lookUp(context.project, file, inner.text, "value");
  const isConstant = found?.kind === "declaration" && ts.isVariableDeclaration(found.node);
  const declared = isConstant && found.node.initializer ? zodObjectOf(found.node.initializer) : undefined;
  return declared && found ? zodShape(declared, inner.text, found.file, context.project) : undefined;
}
