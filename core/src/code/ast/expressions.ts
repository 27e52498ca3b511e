import { ts } from "./compiler.js";

/** The expression inside parentheses, `as`, `<T>`, `satisfies` and `!`. Keeps `await`. */
export function unwrap(expression: ts.Expression): ts.Expression {
  let inner = expression;
  while (
    ts.isParenthesizedExpression(inner) ||
    ts.isAsExpression(inner) ||
    ts.isSatisfiesExpression(inner) ||
    ts.isNonNullExpression(inner) ||
    ts.isTypeAssertionExpression(inner)
  ) {
    inner = inner.expression;
  }
  return inner;
}

/** The nearest parent node that is not just parentheses, a cast or `await`. */
export function wrapperOf(expression: ts.Node): ts.Node {
  let outer = expression;
  while (
    outer.parent !== undefined &&
    (ts.isParenthesizedExpression(outer.parent) ||
      ts.isAsExpression(outer.parent) ||
      ts.isSatisfiesExpression(outer.parent) ||
      ts.isNonNullExpression(outer.parent) ||
      ts.isAwaitExpression(outer.parent))
  ) {
    outer = outer.parent;
  }
  return outer;
}

/** The name of a property, including quoted names; undefined for a computed one. */
export function nameOf(name: ts.PropertyName | ts.BindingName | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (ts.isIdentifier(name) || ts.isStringLiteral(name) || ts.isNoSubstitutionTemplateLiteral(name)) return name.text;
  return undefined;
}

/** The properties of a literal by name, without spreads and computed names. */
export function propertiesOf(literal: ts.ObjectLiteralExpression): ReadonlyMap<string, ts.ObjectLiteralElementLike> {
  const byName = new Map<string, ts.ObjectLiteralElementLike>();
  for (const property of literal.properties) {
    const name = nameOf(property.name);
    if (name !== undefined) byName.set(name, property);
  }
  return byName;
}

/** The values of a literal's properties, by name. */
export function valuesOf(literal: ts.ObjectLiteralExpression): ReadonlyMap<string, ts.Expression> {
  return new Map(
    [...propertiesOf(literal)].flatMap(([name, property]) => {
      const value = initializerOf(property);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** Like `valuesOf`, including values that are set under a condition: `...(name !== undefined && { name })`. */
export function settableValuesOf(literal: ts.ObjectLiteralExpression): ReadonlyMap<string, ts.Expression> {
  return new Map([
    ...spreadsOf(literal).flatMap((spread) => literalsOfSpread(spread).flatMap((each) => [...valuesOf(each)])),
    ...valuesOf(literal),
  ]);
}

/** The literals that a spread may set. */
export function literalsOfSpread({ expression }: ts.SpreadAssignment): readonly ts.ObjectLiteralExpression[] {
  const inside = (each: ts.Expression): readonly ts.ObjectLiteralExpression[] => {
    const value = unwrap(each);
    if (ts.isObjectLiteralExpression(value)) return [value];
    if (ts.isConditionalExpression(value)) return [...inside(value.whenTrue), ...inside(value.whenFalse)];
    const isAnd = ts.isBinaryExpression(value) && value.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
    return isAnd ? inside(value.right) : [];
  };
  return inside(expression);
}

/** The value of a property; for `{ name }` the identifier itself. */
export function valueAt(literal: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  return initializerOf(propertiesOf(literal).get(name));
}

/** Whether a literal has a key, perhaps under a condition: `...(isShown ? { name } : {})`, `...(name && { name })`. */
export function hasKey(literal: ts.ObjectLiteralExpression, name: string): boolean {
  if (propertiesOf(literal).has(name)) return true;
  return spreadsOf(literal).some((spread) => {
    if (keysOfSpread(spread)?.has(name)) return true;
    // The keys of the other branch are not known.
    const value = unwrap(spread.expression);
    const shown = ts.isConditionalExpression(value) ? unwrap(value.whenTrue) : value;
    return ts.isObjectLiteralExpression(shown) && propertiesOf(shown).has(name);
  });
}

/** The value of a property; undefined for methods, accessors and spreads. */
export function initializerOf(property: ts.ObjectLiteralElementLike | undefined): ts.Expression | undefined {
  if (property === undefined) return undefined;
  if (ts.isPropertyAssignment(property)) return property.initializer;
  return ts.isShorthandPropertyAssignment(property) ? property.name : undefined;
}

/** `...input` of `{ ...input, name }`. */
export function spreadsOf(literal: ts.ObjectLiteralExpression): readonly ts.SpreadAssignment[] {
  return literal.properties.filter(ts.isSpreadAssignment);
}

/** The last names of a path, the nearest last: `this.db.user.create` gives `["this", "db", "user", "create"]`. */
export function pathOf(expression: ts.Expression): readonly string[] {
  const inner = unwrap(expression);
  if (ts.isIdentifier(inner)) return [inner.text];
  if (inner.kind === ts.SyntaxKind.ThisKeyword) return ["this"];
  if (ts.isPropertyAccessExpression(inner)) return [...pathOf(inner.expression), inner.name.text];
  if (ts.isElementAccessExpression(inner) && ts.isStringLiteralLike(inner.argumentExpression)) {
    return [...pathOf(inner.expression), inner.argumentExpression.text];
  }
  // `vi.mocked(prisma.user.findUnique)` returns its argument.
  const isMocked =
    ts.isCallExpression(inner) && inner.arguments.length === 1 && pathOf(inner.expression).at(-1) === "mocked";
  return isMocked ? pathOf(inner.arguments[0] as ts.Expression) : ["…"];
}

/** The values that a function returns: the concise body, or each of its own `return` statements. */
export function returnedBy(node: ts.FunctionLikeDeclaration): readonly ts.Expression[] {
  if (node.body === undefined) return [];
  if (!ts.isBlock(node.body)) return [node.body];
  const found: ts.Expression[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isFunctionLike(child) || ts.isClassLike(child)) return;
    if (ts.isReturnStatement(child) && child.expression !== undefined) found.push(child.expression);
    ts.forEachChild(child, visit);
  };
  visit(node.body);
  return found;
}

/**
 * The keys that a spread may set, if the code lists them: `...(name && { name })`, `...(isNew ? { name } : {})`. Undefined if it may set
 * others.
 */
export function keysOfSpread({ expression }: ts.SpreadAssignment): ReadonlySet<string> | undefined {
  const keys = keysOf(expression);
  return keys && new Set(keys);
}

function keysOf(expression: ts.Expression): readonly string[] | undefined {
  const value = unwrap(expression);
  if (ts.isObjectLiteralExpression(value)) {
    const keys = value.properties.map((each) => (ts.isSpreadAssignment(each) ? undefined : nameOf(each.name)));
    return keys.every((key) => key !== undefined) ? keys : undefined;
  }
  if (ts.isConditionalExpression(value)) {
    const [one, other] = [keysOf(value.whenTrue), keysOf(value.whenFalse)];
    return one && other && [...one, ...other];
  }
  // If the left side of `&&` is falsy, it is spread and adds no keys.
  const isAnd = ts.isBinaryExpression(value) && value.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
  if (isAnd) return keysOf(value.right);
  const isNothing = value.kind === ts.SyntaxKind.NullKeyword || value.kind === ts.SyntaxKind.FalseKeyword;
  return isNothing || (ts.isIdentifier(value) && value.text === "undefined") ? [] : undefined;
}

/** The name of the code around a node: the nearest named function, method or constant. */
export function enclosingName(node: ts.Node): string | undefined {
  for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent) {
    if (ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at) || ts.isPropertyDeclaration(at)) {
      const name = nameOf(at.name);
      if (name !== undefined) return name;
    }
    if (ts.isConstructorDeclaration(at)) return at.parent.name?.text ?? "constructor";
    const holdsFunction = at.parent !== undefined && ts.isFunctionLike(at);
    if (holdsFunction && (ts.isVariableDeclaration(at.parent) || ts.isPropertyAssignment(at.parent))) {
      const name = nameOf(at.parent.name);
      if (name !== undefined) return name;
    }
  }
  return undefined;
}

/** `createUser: data of prisma.user.create`, or without a name only the second part. */
export function describe(node: ts.Node, what: string): string {
  const name = enclosingName(node);
  return name === undefined ? what : `${name}: ${what}`;
}

/** Whether the expression is part of a test assertion, which Lockstep never edits. */
export function isAsserted(node: ts.Node): boolean {
  for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent) {
    if (ts.isFunctionLike(at)) return false;
    if (ts.isCallExpression(at) && node.pos >= at.expression.end && isAssertion(at)) return true;
  }
  return false;
}

/** Whether a call is part of a test assertion: `expect(x)`, `expect(x).toEqual(y)`, `assert.deepEqual(x, y)`. */
export function isAssertion(call: ts.CallExpression): boolean {
  const [root] = pathOf(rootOf(call));
  return root !== undefined && /^(assert|expect|should|t|chai)$/.test(root);
}

/** `expect` of `expect(x).not.toEqual(y)`. */
function rootOf(call: ts.CallExpression): ts.Expression {
  let at: ts.Expression = call;
  while (ts.isCallExpression(at) || ts.isPropertyAccessExpression(at)) at = at.expression;
  return at;
}

/** Whether a member of a union is `null` or `undefined`. */
export function isNullish(type: ts.TypeNode): boolean {
  if (ts.isLiteralTypeNode(type)) return type.literal.kind === ts.SyntaxKind.NullKeyword;
  return type.kind === ts.SyntaxKind.UndefinedKeyword;
}
