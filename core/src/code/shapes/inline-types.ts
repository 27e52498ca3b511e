import { ts } from "../ast/compiler.js";
import { enclosingName, nameOf, wrapperOf } from "../ast/expressions.js";
import { isOfRequest } from "../names/request-names.js";

/** The construct that an unnamed type literal is the type of. */
export interface InlineType {
  readonly of:
    | ts.ParameterDeclaration
    | ts.VariableDeclaration
    | ts.SignatureDeclaration
    | ts.InterfaceDeclaration
    | ts.TypeLiteralNode
    | ts.CallExpression;
  /** `type of the parameter input of createUser` */
  readonly what: string;
}

/**
 * `({ name }: { name: string }) =>`, `const rows: Array<{ name: string }> = []`, `(): Promise<{ name: string }> =>`, and for requests
 * `const { name } = req.body as { name: string }`.
 */
export function inlineTypeOf(node: ts.TypeLiteralNode): InlineType | undefined {
  let type: ts.Node = node;
  while (isAround(type.parent)) type = type.parent;
  const { parent } = type;
  if (ts.isPropertySignature(parent)) return memberOf(parent, node);
  if (ts.isParameter(parent)) return { of: parent, what: named(`type of ${parameterName(parent)}`, node) };
  if (ts.isVariableDeclaration(parent))
    return { of: parent, what: named(`type of ${nameOf(parent.name) ?? "a value"}`, node) };
  const sent = sentAs(type);
  if (sent !== undefined) return { of: sent, what: named(`type of ${nameOf(sent.name) ?? "the request"}`, node) };
  if (ts.isFunctionLike(parent) && parent.type === type) return { of: parent, what: named("type of the result", node) };
  return undefined;
}

/** The type of a member: `interface Command { user: { name: string } }`, or of a route: `app.post<{ Body: { name: string } }>`. */
function memberOf({ name, parent: owner }: ts.PropertySignature, node: ts.TypeLiteralNode): InlineType | undefined {
  const member = nameOf(name) ?? "";
  const what = named(`type of the member ${member}`.trimEnd(), node);
  if (ts.isInterfaceDeclaration(owner)) return { of: owner, what };
  if (!ts.isTypeLiteralNode(owner)) return undefined;
  if (aliasOf(owner) !== undefined) return { of: owner, what };
  if (ts.isCallExpression(owner.parent)) return member === "Body" ? { of: owner.parent, what } : undefined;
  const outer = inlineTypeOf(owner);
  return outer && { of: outer.of, what };
}

/** `body` of `const body = (await req.json()) as { name: string }` and of `const body = await req.json<{ name: string }>()`. */
function sentAs({ parent }: ts.Node): ts.VariableDeclaration | undefined {
  const value = ts.isAsExpression(parent) ? parent.expression : ts.isCallExpression(parent) ? parent : undefined;
  const owner = value && wrapperOf(value).parent;
  return value && owner && ts.isVariableDeclaration(owner) && isOfRequest(value) ? owner : undefined;
}

/** A list, a promise, a part of a type, a type argument. */
function isAround(type: ts.Node): boolean {
  return isPartOf(type) || ts.isArrayTypeNode(type) || ts.isTypeReferenceNode(type);
}

function isPartOf(type: ts.Node): boolean {
  return ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type) || ts.isParenthesizedTypeNode(type);
}

/** The alias of a type literal, or of the type that contains it: `type NewUser = { name: string } | { email: string }`. */
export function aliasOf(node: ts.TypeLiteralNode): ts.TypeAliasDeclaration | undefined {
  let type: ts.Node = node;
  while (isPartOf(type.parent)) type = type.parent;
  return ts.isTypeAliasDeclaration(type.parent) ? type.parent : undefined;
}

/** Whether a type literal is part of a type: of a member, a union, or a type argument. */
export function isPartOfType(node: ts.Node): boolean {
  if (!ts.isTypeLiteralNode(node)) return false;
  let type: ts.Node = node;
  for (; isAround(type.parent); type = type.parent) {
    const { parent } = type;
    if (ts.isIntersectionTypeNode(parent) || (ts.isTypeReferenceNode(parent) && !isTransparent(parent))) return true;
  }
  return ts.isPropertySignature(type.parent) || (type !== node && ts.isTypeAliasDeclaration(type.parent));
}

function isTransparent({ typeName }: ts.TypeReferenceNode): boolean {
  return /^(?:Array|ReadonlyArray|Promise|Readonly)$/.test(typeName.getText());
}

function parameterName({ name }: ts.ParameterDeclaration): string {
  return ts.isIdentifier(name) ? `the parameter ${name.text}` : "a parameter";
}

function named(what: string, node: ts.Node): string {
  const name = enclosingName(node);
  return name === undefined ? what : `${what} of ${name}`;
}
