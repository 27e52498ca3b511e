import { ts } from "./compiler.js";
import { unwrap } from "./expressions.js";
import { declarationOf } from "./scope.js";

/** Methods of strings, numbers and dates that only compute. */
const pureMethods = new Set(
  (
    "toLowerCase toUpperCase trim trimStart trimEnd slice substring padStart padEnd replace replaceAll split join concat " +
    "at charAt includes startsWith endsWith indexOf normalize toString toISOString toFixed getTime repeat"
  ).split(" "),
);
const pureFunctions = new Set([
  "String",
  "Number",
  "Boolean",
  "BigInt",
  "parseInt",
  "parseFloat",
  "encodeURIComponent",
]);

/**
 * Whether an expression can occur twice in the code without changing its behavior: names, property paths, literals, templates of them, and
 * calls of functions in this file that only compute a value.
 * `randomUUID()`, `await x` and `next()` cannot.
 */
export function isRepeatable(expression: ts.Expression): boolean {
  return isPure(expression, new Set());
}

function isPure(expression: ts.Expression, active: Set<ts.Node>): boolean {
  const pure = (node: ts.Expression): boolean => isPure(node, active);
  const inner = unwrap(expression);
  if (ts.isIdentifier(inner) || ts.isLiteralExpression(inner) || isKeywordValue(inner)) {
    return inner.kind !== ts.SyntaxKind.RegularExpressionLiteral || !/[gy][a-z]*$/.test(inner.getText());
  }
  if (ts.isPropertyAccessExpression(inner)) return pure(inner.expression);
  if (ts.isElementAccessExpression(inner)) return pure(inner.expression) && pure(inner.argumentExpression);
  if (ts.isTemplateExpression(inner)) return inner.templateSpans.every((span) => pure(span.expression));
  if (ts.isConditionalExpression(inner)) return pure(inner.condition) && pure(inner.whenTrue) && pure(inner.whenFalse);
  if (ts.isPrefixUnaryExpression(inner)) return !isIncrement(inner.operator) && pure(inner.operand);
  if (ts.isBinaryExpression(inner)) return !isAssignment(inner) && pure(inner.left) && pure(inner.right);
  if (!ts.isCallExpression(inner) || !inner.arguments.every(pure)) return false;
  if (ts.isPropertyAccessExpression(inner.expression)) {
    return pureMethods.has(inner.expression.name.text) && pure(inner.expression.expression);
  }
  return ts.isIdentifier(inner.expression) && isPureFunction(inner.expression, active);
}

function isPureFunction(name: ts.Identifier, active: Set<ts.Node>): boolean {
  const declaration = declarationOf(name);
  if (declaration === undefined) return pureFunctions.has(name.text);
  const node = functionOf(declaration);
  // A recursive function may not terminate and is not worth following.
  if (node?.body === undefined || active.has(node)) return false;
  if (node.asteriskToken !== undefined || node.modifiers?.some((each) => each.kind === ts.SyntaxKind.AsyncKeyword)) {
    return false;
  }
  const within = new Set([...active, node]);
  if (!ts.isBlock(node.body)) return isPure(node.body, within);
  return node.body.statements.every((statement) => isPureStatement(statement, within));
}

function isPureStatement(statement: ts.Statement, active: Set<ts.Node>): boolean {
  if (ts.isReturnStatement(statement))
    return statement.expression === undefined || isPure(statement.expression, active);
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.every(
      ({ initializer }) => initializer !== undefined && isPure(initializer, active),
    );
  }
  if (ts.isBlock(statement)) return statement.statements.every((each) => isPureStatement(each, active));
  if (!ts.isIfStatement(statement)) return false;
  const { expression, thenStatement, elseStatement } = statement;
  const rest = elseStatement === undefined || isPureStatement(elseStatement, active);
  return isPure(expression, active) && isPureStatement(thenStatement, active) && rest;
}

function functionOf(
  declaration: ts.Node,
): ts.FunctionDeclaration | ts.ArrowFunction | ts.FunctionExpression | undefined {
  if (ts.isFunctionDeclaration(declaration)) return declaration;
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return undefined;
  const value = unwrap(declaration.initializer);
  return ts.isArrowFunction(value) || ts.isFunctionExpression(value) ? value : undefined;
}

function isKeywordValue(node: ts.Expression): boolean {
  const { ThisKeyword, TrueKeyword, FalseKeyword, NullKeyword } = ts.SyntaxKind;
  return [ThisKeyword, TrueKeyword, FalseKeyword, NullKeyword].includes(node.kind);
}

function isIncrement(operator: ts.PrefixUnaryOperator): boolean {
  return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
}

function isAssignment(node: ts.BinaryExpression): boolean {
  const kind = node.operatorToken.kind;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}
