import {
  declarationOf,
  describe,
  nameOf,
  type SourceFile,
  type TransformContext,
  targetOf,
  ts,
  unwrap,
} from "@lockstep/core/codemods";

/** A literal whose declared type says that it becomes a row: `const input: Prisma.UserCreateInput = { … }`. */
export function* typedInputs(
  file: SourceFile,
  context: TransformContext,
): Iterable<{ readonly value: ts.ObjectLiteralExpression; readonly what: string; readonly isChecked: boolean }> {
  if (!file.text.includes(`${context.model.name}C`) && !file.text.includes(`${context.model.name}UncheckedC`)) return;
  const pattern = new RegExp(`^${context.model.name}(?:Unchecked)?Create(?:Many\\w*|Without\\w+)?Input$`);
  for (const value of file.nodes(ts.SyntaxKind.ObjectLiteralExpression)) {
    const target = targetOf(value, file, context);
    if (target.kind !== "typed" || target.inside.some((nesting) => nesting === "property")) continue;
    const name = inputName(target.type, target.inside.length === 1);
    if (name === undefined || !pattern.test(name)) continue;
    yield { value, what: describe(value, `literal typed as ${name}`), isChecked: !/Unchecked|CreateMany/.test(name) };
  }
}

/**
 * The value of the constant that a call is given: `const data = { email, name }` and then `create({ data })`. Only
 * where the constant goes nowhere else, so that nobody else meets the new property.
 */
export function constantBehind(value: ts.Expression, file: SourceFile): ts.Expression | undefined {
  if (!ts.isIdentifier(value)) return undefined;
  const declaration = declarationOf(value);
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) {
    return undefined;
  }
  const isConstant = (declaration.parent.flags & ts.NodeFlags.Const) !== 0;
  const initializer = unwrap(declaration.initializer);
  const isLiteral = ts.isObjectLiteralExpression(initializer) || ts.isArrayLiteralExpression(initializer);
  if (!isConstant || !(isLiteral || ts.isCallExpression(initializer))) return undefined;
  const uses = file.identifiers(value.text).filter((name) => name !== declaration.name);
  return uses.every((use) => isRead(use) || isGiven(use) || declarationOf(use) !== declaration)
    ? initializer
    : undefined;
}

/** `data.email`, `data.length` */
function isRead(use: ts.Identifier): boolean {
  return ts.isPropertyAccessExpression(use.parent) && !/^(?:push|map|forEach)$/.test(use.parent.name.text);
}

/** `data`, `data: rows`, `create: row` */
function isGiven(use: ts.Identifier): boolean {
  const { parent } = use;
  if (!ts.isPropertyAssignment(parent) && !ts.isShorthandPropertyAssignment(parent)) return false;
  return /^(?:data|create)$/.test(nameOf(parent.name) ?? "");
}

/** `UserCreateInput` of `Prisma.UserCreateInput`, and of a list of them where an element is meant. */
function inputName(type: ts.TypeNode, isElement: boolean): string | undefined {
  if (ts.isTypeOperatorNode(type) || ts.isParenthesizedTypeNode(type)) return inputName(type.type, isElement);
  if (ts.isArrayTypeNode(type)) return isElement ? inputName(type.elementType, false) : undefined;
  if (!ts.isTypeReferenceNode(type)) return undefined;
  if (ts.isQualifiedName(type.typeName)) return isElement ? undefined : type.typeName.right.text;
  const [argument] = type.typeArguments ?? [];
  const name = type.typeName.text;
  if (name === "Promise" && argument !== undefined) return inputName(argument, isElement);
  const isList = /^(?:Readonly)?Array$/.test(name);
  return isList && isElement && argument !== undefined ? inputName(argument, false) : undefined;
}
