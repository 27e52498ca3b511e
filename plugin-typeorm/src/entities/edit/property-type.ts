import { indentAt, lookUp, nameOf, type Project, type SourceFile, type Splice, ts } from "@lockstep/core/codemods";

/** Where a type is declared: a property of a class, an interface or a constructor. */
export type Typed = ts.PropertyDeclaration | ts.PropertySignature | ts.ParameterDeclaration;

/** Makes a property nullable: `string` becomes `string | null`. No edit if it already is, or if its type is unknown. */
export function allowNull(node: Typed, file: SourceFile, project: Project): readonly Splice[] {
  if (file.isJavaScript) return [];
  const { type } = node;
  if (type !== undefined) return mayBeNull(type, file, project) ? [] : orNull(type, file);
  const inferred = ts.isPropertySignature(node) ? undefined : inferredType(node.initializer);
  if (inferred === undefined) return [];
  const at =
    !ts.isPropertyDeclaration(node) || node.exclamationToken === undefined ? node.name.end : node.exclamationToken.end;
  return [{ start: at, end: at, text: `: ${inferred} | null` }];
}

/** The reverse: removes `| null`. Inferred types, and parentheses, stay unchanged. */
export function forbidNull({ type }: Typed): readonly Splice[] {
  const union = type && (lazyType(type) ?? type);
  if (union === undefined || !ts.isUnionTypeNode(union)) return [];
  const index = union.types.findIndex(isNull);
  const [before, own] = [union.types[index - 1], union.types[index]];
  if (own === undefined || before === undefined) return [];
  return [{ start: before.end, end: own.end, text: "" }];
}

/** Whether a type includes null. */
export function mayBeNull(type: ts.TypeNode, file: SourceFile, project: Project): boolean {
  const inner = lazyType(type) ?? type;
  if (isNull(inner)) return true;
  if (inner.kind === ts.SyntaxKind.AnyKeyword || inner.kind === ts.SyntaxKind.UnknownKeyword) return true;
  if (ts.isParenthesizedTypeNode(inner)) return mayBeNull(inner.type, file, project);
  if (ts.isUnionTypeNode(inner)) return inner.types.some((each) => mayBeNull(each, file, project));
  if (!ts.isTypeReferenceNode(inner) || !ts.isIdentifier(inner.typeName)) return false;
  const found = lookUp(project, file, inner.typeName.text, "type");
  const alias = found?.kind === "declaration" && ts.isTypeAliasDeclaration(found.node) ? found.node : undefined;
  return alias !== undefined && ts.isUnionTypeNode(alias.type) && alias.type.types.some(isNull);
}

function orNull(type: ts.TypeNode, file: SourceFile): readonly Splice[] {
  // For a lazy relation, TypeORM must see the Promise.
  const inner = lazyType(type) ?? type;
  const { end } = inner;
  if (ts.isFunctionTypeNode(inner) || ts.isConstructorTypeNode(inner) || ts.isConditionalTypeNode(inner)) {
    const start = inner.getStart(file.ast);
    return [
      { start, end: start, text: "(" },
      { start: end, end, text: ") | null" },
    ];
  }
  const last = ts.isUnionTypeNode(inner) ? inner.types.at(-1) : undefined;
  const line =
    last && file.text.slice(file.text.lastIndexOf("\n", last.getStart(file.ast) - 1) + 1, last.getStart(file.ast));
  const isOnLines = line !== undefined && /^[ \t]*\|[ \t]*$/.test(line);
  const lead = isOnLines ? `${file.style.eol}${indentAt(file.text, end)}` : " ";
  return [{ start: end, end, text: `${lead}| null` }];
}

/** `Org` of `Promise<Org>`. */
function lazyType(type: ts.TypeNode): ts.TypeNode | undefined {
  const isPromise = ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) && type.typeName.text === "Promise";
  return isPromise ? type.typeArguments?.[0] : undefined;
}

function isNull(type: ts.TypeNode): boolean {
  return ts.isLiteralTypeNode(type) && type.literal.kind === ts.SyntaxKind.NullKeyword;
}

/** The type that TypeScript infers from a simple initialiser. */
function inferredType(initializer: ts.Expression | undefined): string | undefined {
  if (initializer === undefined) return undefined;
  if (ts.isStringLiteralLike(initializer) || ts.isTemplateExpression(initializer)) return "string";
  if (ts.isNumericLiteral(initializer)) return "number";
  if (ts.isBigIntLiteral(initializer)) return "bigint";
  const { kind } = initializer;
  if (kind === ts.SyntaxKind.TrueKeyword || kind === ts.SyntaxKind.FalseKeyword) return "boolean";
  const isDate =
    ts.isNewExpression(initializer) &&
    ts.isIdentifier(initializer.expression) &&
    initializer.expression.text === "Date";
  return isDate ? "Date" : undefined;
}

/** The property of a name in a class (or its constructor), an interface or an object type. */
export function typedMember(
  node: ts.ClassDeclaration | ts.InterfaceDeclaration | ts.TypeLiteralNode,
  name: string,
): Typed | undefined {
  for (const member of node.members) {
    if (ts.isConstructorDeclaration(member)) {
      const found = member.parameters.find(
        (parameter) => nameOf(parameter.name) === name && ts.isParameterPropertyDeclaration(parameter, member),
      );
      if (found !== undefined) return found;
    }
    const isProperty = ts.isPropertyDeclaration(member) || ts.isPropertySignature(member);
    if (isProperty && nameOf(member.name) === name) return member;
  }
  return undefined;
}
