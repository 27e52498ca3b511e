import { describe, nameOf, type SourceFile, type TransformContext, targetOf, ts } from "@lockstep/core/codemods";

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

/** Whether a use of a constant hands it to a write: `data`, `data: rows`, `create: row`. */
export function isGiven(use: ts.Identifier): boolean {
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
