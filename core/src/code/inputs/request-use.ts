import { ts } from "../ast/compiler.js";
import { pathOf } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { lineAt, type SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { isOfRequest } from "../names/request-names.js";
import { derivationAt, isParsing, isRequestKey } from "../shapes/derived-shapes.js";
import type { ClassShape, ShapeNode } from "../shapes/shape-types.js";
import { type Reference, referencesTo } from "../types/references.js";

/** Whether a name looks like a request. */
export function isRequestName(name: string): boolean {
  return /create|update|upsert|input|body|params|query|request|form|filter|patch|insert/i.test(name);
}

/** A schema or class that is derived from the shape, or the shape itself. */
interface Holder {
  readonly references: readonly Reference[];
  /** `src/users.ts:12 derives CreateBody from it`; undefined for the shape itself. */
  readonly made: string | undefined;
}

/**
 * Why requests may also use a zod object or a DTO class, directly or through derived ones: an additional required key would reject them.
 *
 * @param key the new key; derived shapes that omit it do not count
 */
export function requestUse(
  shape: Extract<ShapeNode, { kind: "zod" }> | ClassShape,
  key: string,
  context: TransformContext,
): string | undefined {
  const holders: Holder[] = [{ references: referencesTo(shape, context), made: undefined }];
  const seen = new Set<ts.Node>();
  const suspicions: string[] = [];
  for (const { references, made } of holders) {
    for (const { node, file } of references) {
      const at = `${file.file}:${lineAt(file.text, node.getStart(file.ast))}`;
      const derivation = derivationAt(node, key);
      if (derivation === undefined) continue;
      if (readsRequests(derivation.node)) {
        if (made !== undefined) return `${made}, and ${at} reads requests with that`;
        const isItself = derivation.node === node || derivation.node === node.parent;
        return `${at} reads requests with ${isItself ? "it" : "what it derives from it"}`;
      }
      if (derivation.isReshaped)
        suspicions.push(`${at} derives another ${shape.kind === "zod" ? "schema" : "class"} from it`);
      const holder = holderOf(derivation.node);
      if (holder === undefined || seen.has(holder)) continue;
      seen.add(holder);
      const derives = `${at} derives ${holder.text} from it`;
      if (isRequestName(holder.text) && !/response|result|output/i.test(holder.text))
        suspicions.push(`${derives}, which is named like a request`);
      holders.push({ references: referencesToHolder(holder, file, context), made: derives });
    }
  }
  return suspicions[0];
}

/** The name of the constant or class that holds the derived shape. */
function holderOf(node: ts.Node): ts.Identifier | undefined {
  const owner = node.parent;
  if (ts.isVariableDeclaration(owner) && owner.initializer === node) {
    const name = ts.isObjectBindingPattern(owner.name)
      ? owner.name.elements.find((each) => each.dotDotDotToken)?.name
      : owner.name;
    return name !== undefined && ts.isIdentifier(name) ? name : undefined;
  }
  const clause = ts.isExpressionWithTypeArguments(owner) ? owner.parent : undefined;
  if (clause === undefined || !ts.isHeritageClause(clause) || !ts.isClassDeclaration(clause.parent)) return undefined;
  return clause.token === ts.SyntaxKind.ExtendsKeyword ? clause.parent.name : undefined;
}

function referencesToHolder(name: ts.Identifier, file: SourceFile, context: TransformContext): readonly Reference[] {
  const isTop = ts.findAncestor(name, ts.isStatement)?.parent === file.ast;
  if (isTop) return referencesTo({ name: name.text, file }, context);
  const declared = declarationOf(name);
  const inside = file.identifiers(name.text).filter((node) => declarationOf(node) === declared);
  return inside.map((node) => ({ node, file }));
}

/** Whether this node validates requests. */
export function readsRequests(node: ts.Node): boolean {
  const { parent } = node;
  if (!ts.isPropertyAccessExpression(parent) || parent.expression !== node)
    return isRequestSlot(node) || isParameterOfRequest(node);
  const call = parent.parent;
  const argument = ts.isCallExpression(call) && call.expression === parent ? call.arguments[0] : undefined;
  return argument !== undefined && isParsing(parent.name.text) && isOfRequest(argument);
}

/** `schema: { body: UserSchema }`, `validate(UserSchema)`, `.input(UserSchema)` */
function isRequestSlot(node: ts.Node): boolean {
  let from = node;
  for (let at = node, depth = 0; at !== undefined && depth < 5; from = at, at = at.parent, depth += 1) {
    if (isRequestKey(at)) return true;
    // `.output(UserResponse).input(CreateBody)`: the receiver of a call is not one of its arguments.
    if (!ts.isCallExpression(at) || at.arguments.length === 0 || at.expression === from) continue;
    if (/(?:^|\.)(?:input|zValidator|validate\w*|parseBody)$/i.test(at.expression.getText())) return true;
  }
  return false;
}

/** `@Body() body: UserDto` */
function isParameterOfRequest(node: ts.Node): boolean {
  let type = node;
  while (ts.isTypeNode(type.parent) || ts.isQualifiedName(type.parent)) type = type.parent;
  const owner = type.parent;
  if (!ts.isParameter(owner) || owner.type !== type) return false;
  const decorators = ts.getDecorators(owner) ?? [];
  return decorators.some(({ expression }) => {
    const callee = ts.isCallExpression(expression) ? expression.expression : expression;
    return /^(?:Body|Query|Param|Args|Payload|MessageBody)$/.test(pathOf(callee).at(-1) ?? "");
  });
}
