import { ts } from "../ast/compiler.js";
import { unwrap } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";

/** The column that a name in an expression refers to, if any: `email` of `({ email }: User) => …`. */
export type ColumnOf = (name: ts.Identifier) => string | undefined;

/**
 * Converts an expression to a text that ignores the row's name, parentheses, quotes, optional chaining, casts and white space.
 *
 * @param row the row's name; undefined if its columns have names of their own
 * @example treeOf(user.email.toLowerCase(), "user") === treeOf((row?.email).toLowerCase(), "row")
 */
export function treeOf(expression: ts.Node, row: string | undefined, columnOf: ColumnOf = boundColumn): string {
  const sub = (node: ts.Node): string => treeOf(node, row, columnOf);
  const node = ts.isExpression(expression) ? unwrap(expression) : expression;
  if (row !== undefined && pathText(node) === row) return "$row";
  if (ts.isIdentifier(node)) {
    const column = columnOf(node);
    return column === undefined ? node.text : `$row.${column}`;
  }
  if (ts.isPropertyAccessExpression(node)) return `${sub(node.expression)}.${node.name.text}`;
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression))
    return `${sub(node.expression)}.${node.argumentExpression.text}`;
  if (ts.isStringLiteralLike(node)) return JSON.stringify(node.text);
  if (ts.isPropertyAssignment(node)) return `${keyText(node.name)}:${sub(node.initializer)}`;
  if (ts.isShorthandPropertyAssignment(node)) return `${node.name.text}:${sub(node.name)}`;
  const parts: string[] = [];
  ts.forEachChild(node, (child) => {
    if (child.kind !== ts.SyntaxKind.QuestionDotToken) parts.push(sub(child));
  });
  const own = "text" in node && typeof node.text === "string" ? JSON.stringify(node.text) : "";
  const operator = ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node) ? `${node.operator}` : "";
  return `${node.kind}${operator}${own}(${parts.join(",")})`;
}

/** `user`, `order.user`, `this.user`; undefined if the expression is not a path. */
export function pathText(node: ts.Node): string | undefined {
  const inner = ts.isExpression(node) ? unwrap(node) : node;
  if (ts.isIdentifier(inner)) return inner.text;
  if (inner.kind === ts.SyntaxKind.ThisKeyword) return "this";
  if (!ts.isPropertyAccessExpression(inner)) return undefined;
  const owner = pathText(inner.expression);
  return owner === undefined ? undefined : `${owner}.${inner.name.text}`;
}

/** The property that a destructuring pattern binds to a name. */
export function boundColumn(name: ts.Identifier): string | undefined {
  const bound = declarationOf(name);
  if (bound === undefined || !ts.isBindingElement(bound) || !ts.isObjectBindingPattern(bound.parent)) return undefined;
  const original = bound.propertyName ?? bound.name;
  return bound.dotDotDotToken === undefined && ts.isIdentifier(original) ? original.text : undefined;
}

/** `a`, `b` and `c` of `a ?? (b ?? c)`, without outer parentheses. */
export function chainOf(expression: ts.Expression): readonly ts.Expression[] {
  const inner = withoutParentheses(expression);
  const isChain = ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken;
  return isChain ? [...chainOf(inner.left), ...chainOf(inner.right)] : [inner];
}

export function withoutParentheses(expression: ts.Expression): ts.Expression {
  let inner = expression;
  while (ts.isParenthesizedExpression(inner)) inner = inner.expression;
  return inner;
}

/** The node including all parentheses around it. */
export function withParentheses(node: ts.Node): ts.Node {
  let outer = node;
  while (ts.isParenthesizedExpression(outer.parent)) outer = outer.parent;
  return outer;
}

function keyText(name: ts.PropertyName): string {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : name.getText();
}
