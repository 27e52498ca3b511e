import { ts } from "../ast/compiler.js";
import { enclosingName, nameOf, wrapperOf } from "../ast/expressions.js";
import { isOfRequest } from "../names/request-names.js";

/** What a type literal without a name of its own is the type of. */
export interface InlineType {
  readonly of: ts.ParameterDeclaration | ts.VariableDeclaration | ts.SignatureDeclaration;
  /** `type of the parameter input of createUser` */
  readonly what: string;
}

/**
 * `({ name }: { name: string }) =>`, `const rows: Array<{ name: string }> = []`, `(): Promise<{ name: string }> =>`, and of what callers
 * send `const { name } = req.body as { name: string }`.
 */
export function inlineTypeOf(node: ts.TypeLiteralNode): InlineType | undefined {
  let type: ts.Node = node;
  while (isAround(type.parent)) type = type.parent;
  const { parent } = type;
  if (ts.isParameter(parent)) return { of: parent, what: named(`type of ${parameterName(parent)}`, node) };
  if (ts.isVariableDeclaration(parent))
    return { of: parent, what: named(`type of ${nameOf(parent.name) ?? "a value"}`, node) };
  const sent = sentAs(type);
  if (sent !== undefined) return { of: sent, what: named(`type of ${nameOf(sent.name) ?? "the request"}`, node) };
  if (ts.isFunctionLike(parent) && parent.type === type) return { of: parent, what: named("type of the result", node) };
  return undefined;
}

/** `body` of `const body = (await req.json()) as { name: string }` and of `const body = await req.json<{ name: string }>()`. */
function sentAs({ parent }: ts.Node): ts.VariableDeclaration | undefined {
  const value = ts.isAsExpression(parent) ? parent.expression : ts.isCallExpression(parent) ? parent : undefined;
  const owner = value && wrapperOf(value).parent;
  return value && owner && ts.isVariableDeclaration(owner) && isOfRequest(value) ? owner : undefined;
}

/** A list, a promise, or a union with nothing. */
function isAround(type: ts.Node): boolean {
  if (ts.isArrayTypeNode(type) || ts.isUnionTypeNode(type) || ts.isParenthesizedTypeNode(type)) return true;
  return ts.isTypeReferenceNode(type) && /^(?:Array|ReadonlyArray|Promise|Readonly)$/.test(type.typeName.getText());
}

function parameterName({ name }: ts.ParameterDeclaration): string {
  return ts.isIdentifier(name) ? `the parameter ${name.text}` : "a parameter";
}

function named(what: string, node: ts.Node): string {
  const name = enclosingName(node);
  return name === undefined ? what : `${what} of ${name}`;
}
