import { ts } from "../ast/compiler.js";
import { nameOf } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { lookUp } from "../project/project.js";

export interface WrittenType {
  readonly type: ts.TypeNode;
  readonly file: SourceFile;
}

/**
 * The types that declare a member, the nearest first: the declared type, and its type argument if it is declared as a type parameter. For
 * Express and Fastify, whose packages are not read, the type argument of the request that is its body.
 */
export function typesOfMember(
  owner: ts.Node,
  key: string,
  file: SourceFile,
  context: TransformContext,
): readonly WrittenType[] {
  const declaration = ts.isIdentifier(owner) ? declarationOf(owner) : owner.parent;
  const isTyped = declaration && (ts.isParameter(declaration) || ts.isVariableDeclaration(declaration));
  const reference = isTyped && declaration.type ? { type: declaration.type, file } : undefined;
  const [declared, ...more] = context.project.types?.of(owner)?.getProperty(key)?.declarations ?? [];
  const member = more.length === 0 ? memberType(declared as ts.Node | undefined, context) : undefined;
  const given =
    member && reference
      ? givenArgument(member.type, reference, context)
      : key === "body" && reference
        ? (argumentOf(reference, "Request", 2, context) ?? bodyOf(argumentOf(reference, "FastifyRequest", 0, context)))
        : undefined;
  return [member, given].filter((each) => each !== undefined);
}

function memberType(declared: ts.Node | undefined, { project: { types } }: TransformContext): WrittenType | undefined {
  const file = declared && types?.fileOf(declared);
  if (declared === undefined || file === undefined) return undefined;
  const isMember =
    ts.isPropertySignature(declared) ||
    ts.isPropertyDeclaration(declared) ||
    ts.isGetAccessorDeclaration(declared) ||
    ts.isParameter(declared);
  return isMember && declared.type ? { type: declared.type, file } : undefined;
}

/** `CreateUser` of `{ Body: CreateUser }` */
function bodyOf(given: WrittenType | undefined): WrittenType | undefined {
  const members = given && ts.isTypeLiteralNode(given.type) ? given.type.members : [];
  const body = members.find((each) => nameOf(each.name) === "Body");
  return given && body && ts.isPropertySignature(body) && body.type ? { type: body.type, file: given.file } : undefined;
}

/** `CreateUser` of `Options<CreateUser>`, whose member is declared as `input: T`. */
function givenArgument(
  member: ts.TypeNode,
  reference: WrittenType,
  context: TransformContext,
): WrittenType | undefined {
  const name = ts.isTypeReferenceNode(member) ? member.typeName.getText() : undefined;
  for (let at: ts.Node = member; at !== undefined; at = at.parent) {
    if (!ts.isInterfaceDeclaration(at) && !ts.isTypeAliasDeclaration(at) && !ts.isClassDeclaration(at)) continue;
    const index = at.typeParameters?.findIndex((each) => each.name.text === name) ?? -1;
    return index === -1 || at.name === undefined ? undefined : argumentOf(reference, at.name.text, index, context);
  }
  return undefined;
}

/** The type argument of a type, followed through aliases that name it. */
function argumentOf(
  { type, file }: WrittenType,
  generic: string,
  index: number,
  context: TransformContext,
  depth = 0,
): WrittenType | undefined {
  if (!ts.isTypeReferenceNode(type) || depth > 5) return undefined;
  const name = ts.isIdentifier(type.typeName) ? type.typeName : type.typeName.right;
  const argument = type.typeArguments?.[index];
  if (name.text === generic) return argument && { type: argument, file };
  const found = lookUp(context.project, file, name.text, "type");
  const isAlias = found?.kind === "declaration" && ts.isTypeAliasDeclaration(found.node);
  return isAlias
    ? argumentOf({ type: found.node.type, file: found.file }, generic, index, context, depth + 1)
    : undefined;
}
