import { declarationOf, nameOf, ts, unwrap } from "@lockstep/core/codemods";

/**
 * The accessor of the delegate that a value is declared as, in its own file: `user` for `users: PrismaClient["user"]`, for a member
 * `deps.users` of such a type, and where a parameter takes it out of one. Undefined where no type says so.
 *
 * @param isClient whether people call a client so
 */
export function declaredDelegate(value: ts.Expression, isClient: (name: string) => boolean): string | undefined {
  if (!mayDeclare(value.getSourceFile())) return undefined;
  const inner = unwrap(value);
  if (ts.isIdentifier(inner)) return accessorOfType(typeOf(declarationOf(inner)), isClient);
  if (!ts.isPropertyAccessExpression(inner)) return undefined;
  const { expression: owner, name } = inner;
  if (owner.kind === ts.SyntaxKind.ThisKeyword) {
    const holder = ts.findAncestor(inner, ts.isClassLike);
    return holder && accessorOfType(memberType(holder.members.flatMap(fieldsIn), name.text), isClient);
  }
  if (!ts.isIdentifier(owner)) return undefined;
  return accessorOfType(typeOfMember(typeOf(declarationOf(owner)), name.text), isClient);
}

const declaring = new WeakMap<ts.SourceFile, boolean>();

/** Every call is asked about, and few files declare a delegate. */
function mayDeclare(file: ts.SourceFile): boolean {
  const known = declaring.get(file) ?? /\w\)?\[["']\w+["']\]|\bPrisma\.\w+Delegate\b/.test(file.text);
  declaring.set(file, known);
  return known;
}

/** `user` of `PrismaClient["user"]`, `typeof prisma["user"]` and `Prisma.UserDelegate`. */
function accessorOfType(type: ts.TypeNode | undefined, isClient: (name: string) => boolean): string | undefined {
  if (type === undefined) return undefined;
  if (ts.isParenthesizedTypeNode(type) || ts.isTypeOperatorNode(type)) return accessorOfType(type.type, isClient);
  if (ts.isTypeReferenceNode(type)) {
    const [, model = ""] = /^Prisma\.(\w+)Delegate$/.exec(type.typeName.getText()) ?? [];
    return model === "" ? undefined : model.charAt(0).toLowerCase() + model.slice(1);
  }
  if (!ts.isIndexedAccessTypeNode(type) || !ts.isLiteralTypeNode(type.indexType)) return undefined;
  const { literal } = type.indexType;
  return ts.isStringLiteral(literal) && isClient(type.objectType.getText()) ? literal.text : undefined;
}

function typeOf(declaration: ReturnType<typeof declarationOf>): ts.TypeNode | undefined {
  if (declaration === undefined) return undefined;
  if (ts.isVariableDeclaration(declaration) || ts.isParameter(declaration)) return declaration.type;
  if (!ts.isBindingElement(declaration) || declaration.dotDotDotToken !== undefined) return undefined;
  const owner = declaration.parent.parent;
  const key = nameOf((declaration.propertyName ?? declaration.name) as ts.PropertyName);
  return ts.isBindingElement(owner) || key === undefined ? undefined : typeOfMember(owner.type, key);
}

/** What a member is declared as in a type that is written down here, or has its name here. */
function typeOfMember(type: ts.TypeNode | undefined, name: string): ts.TypeNode | undefined {
  if (type === undefined) return undefined;
  if (ts.isTypeLiteralNode(type)) return memberType(type.members, name);
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return undefined;
  const { text } = type.typeName;
  for (const statement of type.getSourceFile().statements) {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === text)
      return memberType(statement.members, name);
    if (ts.isTypeAliasDeclaration(statement) && statement.name.text === text && ts.isTypeLiteralNode(statement.type))
      return memberType(statement.type.members, name);
  }
  return undefined;
}

function memberType(members: readonly ts.Node[], name: string): ts.TypeNode | undefined {
  for (const member of members) {
    const isField = ts.isPropertySignature(member) || ts.isPropertyDeclaration(member) || ts.isParameter(member);
    if (isField && nameOf(member.name) === name) return member.type;
  }
  return undefined;
}

/** A field of a class, and those that its constructor declares. */
function fieldsIn(member: ts.ClassElement): readonly ts.Node[] {
  if (!ts.isConstructorDeclaration(member)) return [member];
  return member.parameters.filter(({ modifiers }) => modifiers !== undefined);
}
