import { ts } from "./compiler.js";
import { returnedBy, unwrap } from "./expressions.js";

/** The literals behind a value (for a list: behind its elements), and the values that are not literals. */
export function* literalsOf(value: ts.Expression): Iterable<ts.Expression> {
  const inner = unwrap(value);
  if (ts.isArrayLiteralExpression(inner)) {
    for (const element of inner.elements) yield* literalsOf(ts.isSpreadElement(element) ? element.expression : element);
  } else if (ts.isConditionalExpression(inner)) {
    yield* literalsOf(inner.whenTrue);
    yield* literalsOf(inner.whenFalse);
  } else {
    const callback = callbackOf(inner);
    const narrowed = callback === undefined ? narrowedBy(inner) : undefined;
    if (narrowed !== undefined) yield* literalsOf(narrowed);
    else if (callback === undefined) yield inner;
    else for (const returned of returnedBy(callback)) yield* literalsOf(returned);
  }
}

/** The list that `.filter(…)` or a similar method is called on: its elements are the same. */
function narrowedBy(value: ts.Expression): ts.Expression | undefined {
  if (!ts.isCallExpression(value) || !ts.isPropertyAccessExpression(value.expression)) return undefined;
  const { name, expression } = value.expression;
  return /^(?:filter|slice|splice|sort|toSorted|reverse|toReversed)$/.test(name.text) ? expression : undefined;
}

/** The callback of `rows.map((row) => ({ … }))` and `Array.from({ length }, (_, n) => ({ … }))`. */
export function callbackOf(value: ts.Node): ts.ArrowFunction | ts.FunctionExpression | undefined {
  if (!ts.isCallExpression(value) || !ts.isPropertyAccessExpression(value.expression)) return undefined;
  const { name, expression } = value.expression;
  const isFrom = name.text === "from" && ts.isIdentifier(expression) && expression.text === "Array";
  const callback = isFrom ? value.arguments[1] : /^(?:map|flatMap)$/.test(name.text) ? value.arguments[0] : undefined;
  if (callback === undefined) return undefined;
  return ts.isArrowFunction(callback) || ts.isFunctionExpression(callback) ? callback : undefined;
}
