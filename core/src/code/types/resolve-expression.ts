import { ts } from "../ast/compiler.js";
import { isNullish, nameOf, returnedBy, unwrap } from "../ast/expressions.js";
import { type Declaration, declarationFrom } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import { lookUp, lookUpMember, type Project, type Resolved } from "../project/project.js";

/** The resolution of an expression, by names and imports alone: no type checker, no packages. */
export type ResolvedExpression =
  /** A value with a declared type. */
  | { readonly kind: "typed"; readonly type: ts.TypeNode; readonly file: SourceFile }
  /** An object with listed members. */
  | { readonly kind: "object"; readonly node: WithMembers; readonly file: SourceFile }
  | { readonly kind: "function"; readonly node: ts.SignatureDeclaration; readonly file: SourceFile }
  /** It comes from a module that is not a candidate, directly or as the result of a call into it. */
  | {
      readonly kind: "external";
      /** The file that names the module. */
      readonly file: SourceFile;
      readonly specifier: string;
      /** The exported name; `*` for the whole module. */
      readonly name: string;
      readonly madeBy: ts.CallExpression | ts.NewExpression | undefined;
    };

/** A call whose result no declaration of the project defines. */
export interface OpenCall {
  readonly kind: "call";
  readonly node: ts.CallExpression | ts.NewExpression;
  readonly file: SourceFile;
}

/** A node that declares members. */
export type WithMembers =
  | ts.ObjectLiteralExpression
  | ts.TypeLiteralNode
  | ts.InterfaceDeclaration
  | ts.ClassLikeDeclaration;

/** Types that resolve to their type argument. */
const transparent = new Set(["Promise", "PromiseLike", "Awaited", "Readonly", "Required", "NonNullable"]);

/** Resolves an expression; undefined if the project's own code does not define it. */
export function resolveExpression(
  expression: ts.Expression,
  file: SourceFile,
  project: Project,
): ResolvedExpression | undefined {
  return known(resolveToCall(expression, file, project));
}

/** Like `resolveExpression`, but returns the call that creates the value if there is nothing else: `source.getRepository(User)`. */
export function resolveToCall(
  expression: ts.Expression,
  file: SourceFile,
  project: Project,
  depth = 0,
): ResolvedExpression | OpenCall | undefined {
  // Constants can be circular.
  if (depth > 8) return undefined;
  const next = (inner: ts.Expression): ResolvedExpression | OpenCall | undefined =>
    resolveToCall(inner, file, project, depth + 1);
  if (ts.isAsExpression(expression) || ts.isTypeAssertionExpression(expression)) {
    const isConst = ts.isTypeReferenceNode(expression.type) && expression.type.typeName.getText() === "const";
    return isConst ? next(expression.expression) : { kind: "typed", type: expression.type, file };
  }
  if (
    ts.isParenthesizedExpression(expression) ||
    ts.isNonNullExpression(expression) ||
    ts.isSatisfiesExpression(expression) ||
    ts.isAwaitExpression(expression)
  ) {
    return next(expression.expression);
  }
  // `globalThis.prisma ?? new PrismaClient()`
  const either = [ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.BarBarToken];
  if (ts.isBinaryExpression(expression) && either.includes(expression.operatorToken.kind)) {
    // A resolved declaration takes precedence over the result of a package.
    const sides = [next(expression.left), next(expression.right)];
    return sides.find((each) => known(each) !== undefined && each?.kind !== "external") ?? sides[0] ?? sides[1];
  }
  if (ts.isIdentifier(expression)) return ofName(expression, expression.text, file, project, depth);
  if (ts.isObjectLiteralExpression(expression)) return { kind: "object", node: expression, file };
  if (ts.isArrowFunction(expression) || ts.isFunctionExpression(expression)) {
    return { kind: "function", node: expression, file };
  }
  if (expression.kind === ts.SyntaxKind.ThisKeyword) {
    const owner = classAround(expression);
    return owner && { kind: "object", node: owner, file };
  }
  if (ts.isPropertyAccessExpression(expression)) {
    const { name } = expression;
    const exported = lookUpMember(project, file, expression.expression, name.text, "value");
    if (exported !== undefined) return ofResolved(exported, project, depth);
    const owner = next(expression.expression);
    return owner && memberOf(owner, name.text, project, depth + 1);
  }
  if (ts.isElementAccessExpression(expression) && ts.isStringLiteralLike(expression.argumentExpression)) {
    const owner = next(expression.expression);
    return owner && memberOf(owner, expression.argumentExpression.text, project, depth + 1);
  }
  return ts.isNewExpression(expression) || ts.isCallExpression(expression)
    ? madeBy(expression, file, project, depth)
    : undefined;
}

/** Resolves a member. Does not follow inherited, spread or computed members. */
export function resolveMember(
  owner: ResolvedExpression,
  name: string,
  project: Project,
): ResolvedExpression | undefined {
  return known(memberOf(owner, name, project, 0));
}

function known(found: ResolvedExpression | OpenCall | undefined): ResolvedExpression | undefined {
  return found?.kind === "call" ? undefined : found;
}

function memberOf(
  owner: ResolvedExpression | OpenCall,
  name: string,
  project: Project,
  depth: number,
): ResolvedExpression | OpenCall | undefined {
  const made = owner.kind === "call" ? resultOf(owner, project, depth) : owner;
  const settled = resolveDeclared(made, project, depth);
  if (settled?.kind !== "object") return undefined;
  const { node, file } = settled;
  if (ts.isObjectLiteralExpression(node)) {
    if (node.properties.some(ts.isSpreadAssignment)) return undefined;
    const property = node.properties.find((each) => nameOf(each.name) === name);
    if (property === undefined) return undefined;
    if (ts.isMethodDeclaration(property)) return { kind: "function", node: property, file };
    if (ts.isPropertyAssignment(property)) return resolveToCall(property.initializer, file, project, depth + 1);
    // The name is inside the literal, so it is looked up from there.
    if (ts.isShorthandPropertyAssignment(property)) return ofName(node, name, file, project, depth);
    return undefined;
  }
  if (ts.isClassLike(node)) {
    const given = node.members.find(ts.isConstructorDeclaration)?.parameters.find((each) => nameOf(each.name) === name);
    if (given?.modifiers !== undefined) return ofBinding(given, file, project, depth);
  }
  const member = [...node.members].find((each) => each.name !== undefined && nameIn(each.name) === name);
  if (member === undefined) return undefined;
  if (ts.isMethodSignature(member) || ts.isMethodDeclaration(member)) return { kind: "function", node: member, file };
  if (ts.isGetAccessorDeclaration(member) && member.type === undefined) {
    const [returned, ...others] = returnedBy(member);
    return returned && others.length === 0 ? resolveToCall(returned, file, project, depth + 1) : undefined;
  }
  if (ts.isPropertySignature(member) || ts.isGetAccessorDeclaration(member)) {
    return member.type && { kind: "typed", type: member.type, file };
  }
  if (!ts.isPropertyDeclaration(member)) return undefined;
  if (member.type !== undefined) return { kind: "typed", type: member.type, file };
  return member.initializer && resolveToCall(member.initializer, file, project, depth + 1);
}

/** The result of a function of the project without a declared return type: `{ users }` of `db().users`. */
function resultOf({ node, file }: OpenCall, project: Project, depth: number): ResolvedExpression | undefined {
  const called = resolveToCall(node.expression, file, project, depth + 1);
  if (called?.kind !== "function" || !("body" in called.node)) return undefined;
  const [returned, ...others] = returnedBy(called.node as ts.FunctionLikeDeclaration);
  return returned && others.length === 0 ? known(resolveToCall(returned, called.file, project, depth + 1)) : undefined;
}

/** Resolves a declared type to its members or its signature, or to a module outside the candidates. */
export function resolveDeclared(
  found: ResolvedExpression | undefined,
  project: Project,
  depth = 0,
): ResolvedExpression | undefined {
  if (found?.kind !== "typed" || depth > 8) return found?.kind === "typed" ? undefined : found;
  const { type, file } = found;
  const next = (inner: ts.TypeNode | undefined): ResolvedExpression | undefined =>
    inner && resolveDeclared({ kind: "typed", type: inner, file }, project, depth + 1);
  if (ts.isParenthesizedTypeNode(type)) return next(type.type);
  if (ts.isTypeLiteralNode(type)) return { kind: "object", node: type, file };
  if (ts.isFunctionTypeNode(type)) return { kind: "function", node: type, file };
  if (ts.isUnionTypeNode(type)) {
    const rest = type.types.filter((each) => !isNullish(each));
    return rest.length === 1 ? next(rest[0]) : undefined;
  }
  if (ts.isTypeQueryNode(type)) {
    if (!ts.isIdentifier(type.exprName)) return undefined;
    return resolveDeclared(known(ofName(type, type.exprName.text, file, project, depth + 1)), project, depth + 1);
  }
  if (!ts.isTypeReferenceNode(type)) return undefined;
  const { typeName } = type;
  if (ts.isIdentifier(typeName) && transparent.has(typeName.text)) return next(type.typeArguments?.[0]);
  // `Stripe.Customers` belongs to the declaration of `Stripe`.
  const root = ts.isIdentifier(typeName) ? typeName : typeName.left;
  if (!ts.isIdentifier(root)) return undefined;
  const declared = lookUp(project, file, root.text, "type");
  if (declared === undefined) return fromNamespace(declarationFrom(file.ast, root.text), project, file);
  // A type argument may be the actual type: `DeepMockProxy<PrismaClient>`.
  if (type.typeArguments !== undefined) return undefined;
  if (declared.kind === "external") return { ...declared, madeBy: undefined };
  if (ts.isQualifiedName(typeName)) return undefined;
  if (ts.isTypeAliasDeclaration(declared.node)) {
    return resolveDeclared({ kind: "typed", type: declared.node.type, file: declared.file }, project, depth + 1);
  }
  const hasMembers = ts.isInterfaceDeclaration(declared.node) || ts.isClassDeclaration(declared.node);
  return hasMembers ? { kind: "object", node: declared.node as WithMembers, file: declared.file } : undefined;
}

function ofName(
  from: ts.Node,
  name: string,
  file: SourceFile,
  project: Project,
  depth: number,
): ResolvedExpression | OpenCall | undefined {
  const declaration = declarationFrom(from, name);
  if (declaration === undefined) return undefined;
  if (ts.isVariableDeclaration(declaration) || ts.isParameter(declaration)) {
    return ofBinding(declaration, file, project, depth);
  }
  if (ts.isFunctionDeclaration(declaration)) return { kind: "function", node: declaration, file };
  if (ts.isBindingElement(declaration)) {
    const owner = declaration.parent.parent;
    const key = nameOf((declaration.propertyName ?? declaration.name) as ts.PropertyName);
    if (key === undefined || declaration.dotDotDotToken !== undefined || ts.isBindingElement(owner)) return undefined;
    const whole = ofBinding(owner, file, project, depth);
    return whole && memberOf(whole, key, project, depth + 1);
  }
  if (!ts.isImportSpecifier(declaration) && !ts.isImportClause(declaration)) {
    return fromNamespace(declaration, project, file);
  }
  const found = lookUp(project, file, name, "value");
  return found && ofResolved(found, project, depth);
}

function ofResolved(found: Resolved, project: Project, depth: number): ResolvedExpression | OpenCall | undefined {
  if (found.kind === "external") return { ...found, madeBy: undefined };
  const { node, file } = found;
  if (ts.isVariableDeclaration(node)) return ofBinding(node, file, project, depth);
  return ts.isFunctionDeclaration(node) ? { kind: "function", node, file } : undefined;
}

function ofBinding(
  { type, initializer }: ts.VariableDeclaration | ts.ParameterDeclaration,
  file: SourceFile,
  project: Project,
  depth: number,
): ResolvedExpression | OpenCall | undefined {
  if (type !== undefined) return { kind: "typed", type, file };
  return initializer && resolveToCall(initializer, file, project, depth + 1);
}

/** `new Sdk()`, `createSdk()`, `vi.fn()`: a resolved class, a declared return type, or something external. */
function madeBy(
  node: ts.NewExpression | ts.CallExpression,
  file: SourceFile,
  project: Project,
  depth: number,
): ResolvedExpression | OpenCall | undefined {
  const open = { kind: "call", node, file } as const;
  const maker = unwrap(node.expression);
  const owner = ts.isPropertyAccessExpression(maker) ? unwrap(maker.expression) : maker;
  if (!ts.isIdentifier(owner)) return open;
  if (ts.isNewExpression(node) && owner === maker) {
    const local = declarationFrom(owner, owner.text);
    if (local !== undefined && ts.isClassDeclaration(local)) return { kind: "object", node: local, file };
    const found = lookUp(project, file, owner.text, "value");
    if (found?.kind === "declaration" && ts.isClassDeclaration(found.node)) {
      return { kind: "object", node: found.node, file: found.file };
    }
  }
  const made = ofName(owner, owner.text, file, project, depth);
  if (made?.kind === "external") return { ...made, madeBy: node };
  if (made?.kind !== "function" || owner !== maker || made.node.type === undefined) return open;
  return { kind: "typed", type: made.node.type, file: made.file };
}

/** `import * as sdk from "…"` */
function fromNamespace(
  declaration: Declaration | undefined,
  project: Project,
  file: SourceFile,
): ResolvedExpression | undefined {
  if (declaration === undefined || !ts.isNamespaceImport(declaration)) return undefined;
  const { moduleSpecifier } = declaration.parent.parent as ts.ImportDeclaration;
  if (!ts.isStringLiteral(moduleSpecifier) || project.resolve(file, moduleSpecifier.text) !== undefined)
    return undefined;
  return { kind: "external", file, specifier: moduleSpecifier.text, name: "*", madeBy: undefined };
}

/** The class whose instance `this` is. Static members and functions other than methods have their own `this`. */
function classAround(node: ts.Node): ts.ClassLikeDeclaration | undefined {
  for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent) {
    if (ts.isClassLike(at)) return at;
    const isStatic = ts.isClassElement(at) && (ts.getCombinedModifierFlags(at) & ts.ModifierFlags.Static) !== 0;
    const isOther = isStatic || ts.isFunctionDeclaration(at) || ts.isFunctionExpression(at);
    if (isOther || (ts.isFunctionLike(at) && ts.isObjectLiteralExpression(at.parent))) return undefined;
  }
  return undefined;
}

function nameIn(name: ts.PropertyName): string | undefined {
  return ts.isPrivateIdentifier(name) ? name.text : nameOf(name);
}
