import { ts } from "../ast/compiler.js";
import { initializerOf, pathOf, unwrap } from "../ast/expressions.js";

/** A schema or type without the row's key counts as a request, unless its name contradicts that. */
export function isNamedAsRequest(name: string | undefined, names: readonly string[], key: readonly string[]): boolean {
  if (name !== undefined && /response|output|result|view|reply/i.test(name)) return false;
  if (name !== undefined && /create|update|upsert|input|body|params|query|request|form|patch|insert/i.test(name))
    return true;
  return !key.some((column) => names.includes(column));
}

/** Whether a value comes from a request, unchanged or converted. The result of a service does not. */
export function isOfRequest(value: ts.Expression): boolean {
  const inner = unwrap(value);
  const inside = (each: ts.Expression | undefined) => each !== undefined && isOfRequest(each);
  if (ts.isAwaitExpression(inner) || ts.isSpreadElement(inner)) return inside(inner.expression);
  if (ts.isConditionalExpression(inner)) return inside(inner.whenTrue) || inside(inner.whenFalse);
  if (ts.isBinaryExpression(inner)) return inside(inner.left) || inside(inner.right);
  if (ts.isArrayLiteralExpression(inner)) return inner.elements.some(inside);
  if (ts.isObjectLiteralExpression(inner))
    return inner.properties.some((each) =>
      ts.isShorthandPropertyAssignment(each)
        ? inside(each.name)
        : inside(ts.isSpreadAssignment(each) ? each.expression : initializerOf(each)),
    );
  if (!ts.isCallExpression(inner)) return isRequestText(inner.getText());
  if (isRequestText(inner.expression.getText())) return true;
  return isConverting(inner.expression) && inner.arguments.some(inside);
}

/** `JSON.parse`, `Object.fromEntries`, `normalize`; neither `users.update` nor `createUser`. */
function isConverting(callee: ts.Expression): boolean {
  if (!ts.isIdentifier(callee)) return /^(?:JSON|Object|Array|qs|querystring|_|lodash)$/.test(pathOf(callee)[0] ?? "");
  const isAction = /^(?:create|update|upsert|save|insert|find|get|list|load|fetch|add|remove|delete)(?![a-z])/;
  return !isAction.test(callee.text);
}

function isRequestText(text: string): boolean {
  return /\bbody\b|\b(?:req|request|ctx|event)\b.*\b(?:query|params|json|formData|input)\b/i.test(text);
}
