import { declarationOf, pathOf, type SourceFile, ts, unwrap } from "@lockstep/core/codemods";

/** `let users; beforeAll(() => { users = source.getRepository(User); })` */
export function assignedTo(name: ts.Identifier, file: SourceFile): ts.Expression | undefined {
  const declaration = declarationOf(name);
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return undefined;
  const uses = file.identifiers(name.text).map(({ parent }) => parent);
  const set = uses.filter(ts.isBinaryExpression).find(({ left, operatorToken }) => {
    const isSet = operatorToken.kind === ts.SyntaxKind.EqualsToken;
    return isSet && ts.isIdentifier(left) && left.text === name.text && declarationOf(left) === declaration;
  });
  return set?.right;
}

/** The element that `users` of `const [users, orders] = [source.getRepository(User), …]` is set to, also if all are awaited. */
export function elementOf(name: ts.Identifier): ts.Expression | undefined {
  const declared = declarationOf(name);
  if (declared === undefined || !ts.isBindingElement(declared) || !ts.isArrayBindingPattern(declared.parent))
    return undefined;
  const owner = declared.parent.parent;
  const value = ts.isVariableDeclaration(owner) && owner.initializer ? unwrap(owner.initializer) : undefined;
  const settled = value && ts.isAwaitExpression(value) ? unwrap(value.expression) : value;
  const isAll = settled && ts.isCallExpression(settled) && pathOf(settled.expression).join(".") === "Promise.all";
  const list = isAll ? settled.arguments[0] : settled;
  const given =
    list && ts.isArrayLiteralExpression(list) ? list.elements[declared.parent.elements.indexOf(declared)] : undefined;
  const isResolved = given && ts.isCallExpression(given) && pathOf(given.expression).join(".") === "Promise.resolve";
  return isResolved ? given.arguments[0] : given;
}

/** The value that a class assigns to its own member: `this.users = source.getRepository(User)` in its constructor. */
export function setOfThis(
  name: string,
  owner: ts.ClassLikeDeclaration | undefined,
  file: SourceFile,
): ts.Expression | undefined {
  for (const { parent } of file.identifiers(name)) {
    if (!ts.isPropertyAccessExpression(parent) || parent.expression.kind !== ts.SyntaxKind.ThisKeyword) continue;
    const set = parent.parent;
    const isSet = ts.isBinaryExpression(set) && set.operatorToken.kind === ts.SyntaxKind.EqualsToken;
    if (isSet && set.left === parent && ts.findAncestor(set, ts.isClassLike) === owner) return set.right;
  }
  return undefined;
}

/** `User` of `repositoryOf(User)`, if that returns `source.getRepository(type)` of its parameter. */
export function argumentBehind(
  returned: ts.Expression,
  called: ts.SignatureDeclaration,
  call: ts.CallExpression | ts.NewExpression,
): ts.Expression | undefined {
  const inner = unwrap(returned);
  if (!ts.isCallExpression(inner) || !/repository$/i.test(pathOf(inner.expression).at(-1) ?? "")) return undefined;
  const [asked] = inner.arguments;
  const declared = asked && ts.isIdentifier(asked) ? declarationOf(asked) : undefined;
  return declared && ts.isParameter(declared) ? call.arguments?.[called.parameters.indexOf(declared)] : undefined;
}
