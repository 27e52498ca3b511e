import {
  declarationOf,
  functionCalledBy,
  isInstancing,
  pathOf,
  returnedBy,
  rowShapeOfValue,
  type SourceFile,
  type TransformContext,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { entityCallAt } from "../calls/entity-calls.js";
import { entityOfValue } from "../receivers/entities.js";

/** Functions pass values on to functions. Real code does not nest deeper. */
const deepest = 5;

/**
 * What a value of the entity's type comes from, if no code in view reads or creates it: the `dto` of `dto as User`, `JSON.parse(text)`,
 * `mapper.map(dto, Dto, User)` of a package. Only its type makes it a row. Undefined if the code is in view, and without types.
 */
export function unknownOrigin(
  value: ts.Expression,
  file: SourceFile,
  context: TransformContext,
  depth = 0,
): ts.Expression | undefined {
  const { types } = context.project;
  if (types === undefined || depth > deepest) return undefined;
  const from = (each: ts.Expression, its = file) => unknownOrigin(each, its, context, depth + 1);
  if (ts.isParenthesizedExpression(value) || ts.isNonNullExpression(value) || ts.isAwaitExpression(value))
    return from(value.expression);
  if (ts.isAsExpression(value) || ts.isTypeAssertionExpression(value)) {
    const inner = unwrap(value);
    if (ts.isObjectLiteralExpression(inner)) return undefined;
    return rowShapeOfValue(inner, file, context) === undefined ? inner : from(inner);
  }
  if (ts.isConditionalExpression(value)) return from(value.whenTrue) ?? from(value.whenFalse);
  if (ts.isBinaryExpression(value)) {
    const { QuestionQuestionToken, BarBarToken } = ts.SyntaxKind;
    const isEither = [QuestionQuestionToken, BarBarToken].includes(value.operatorToken.kind);
    return isEither ? (from(value.left) ?? from(value.right)) : undefined;
  }
  if (ts.isIdentifier(value)) {
    const declaration = declarationOf(value);
    const isMade = declaration !== undefined && ts.isVariableDeclaration(declaration) && declaration.initializer;
    return isMade && ts.isIdentifier(declaration.name) ? from(isMade) : undefined;
  }
  if (ts.isNewExpression(value))
    return entityOfValue(value.expression, file, context) === undefined ? value : undefined;
  return ts.isCallExpression(value) ? ofCall(value, from, file, context) : undefined;
}

function ofCall(
  call: ts.CallExpression,
  from: (value: ts.Expression, file?: SourceFile) => ts.Expression | undefined,
  file: SourceFile,
  context: TransformContext,
): ts.Expression | undefined {
  const path = pathOf(call.expression);
  if (entityCallAt(call, file, context) !== undefined || isInstancing(path.at(-1))) return undefined;
  const [first] = call.arguments;
  if (path.join(".") === "Object.assign") return first && from(first);
  const called = functionCalledBy(call, file, context);
  if (called !== undefined && "body" in called.node) {
    const returned = returnedBy(called.node as ts.FunctionLikeDeclaration);
    return returned.some((each) => from(each, called.file) !== undefined) ? call : undefined;
  }
  const isOfClass = call.arguments.some((each) => ts.isIdentifier(each) && entityOfValue(each, file, context));
  const type = context.project.types?.of(call);
  const isUntyped = type === undefined || (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
  return isOfClass || isUntyped ? call : undefined;
}
