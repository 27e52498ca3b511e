import {
  declarationFrom,
  fileOf,
  type InView,
  inViewOf,
  lookUp,
  memberOf,
  nameOf,
  type Project,
  pathOf,
  returnedBy,
  type SourceFile,
  settle,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { hasNamesake, type Origin, originOf } from "./client-module.js";

/** Constants and types can lead in circles; nobody nests them this deep. */
const deepest = 12;

/**
 * Whose client a value is, or the delegate of a client, followed through what the code in view says: constants, members, classes that
 * extend a client, what functions return, callbacks of transactions, declared types. Undefined where that leads nowhere.
 *
 * @example clientBehind(receiver, file, project); // "other" for `analytics` of `export const analytics = new AnalyticsClient()`
 */
export function clientBehind(value: ts.Expression, file: SourceFile, project: Project, depth = 0): Origin | undefined {
  if (depth > deepest) return undefined;
  const next = (inner: ts.Expression) => clientBehind(inner, file, project, depth + 1);
  if (ts.isAsExpression(value) || ts.isTypeAssertionExpression(value))
    return clientOfType(value.type, file, project, depth + 1) ?? next(value.expression);
  const inner = unwrap(value);
  if (inner !== value) return next(inner);
  if (ts.isAwaitExpression(inner)) return next(inner.expression);
  if (ts.isBinaryExpression(inner)) return agreed([next(inner.left), next(inner.right)]);
  if (ts.isConditionalExpression(inner)) return agreed([next(inner.whenTrue), next(inner.whenFalse)]);
  if (ts.isIdentifier(inner)) return ofName(inner, file, project, depth);
  if (inner.kind === ts.SyntaxKind.ThisKeyword) {
    const owner = ts.findAncestor(inner, ts.isClassLike);
    return owner && ofClass(owner, file, project, depth + 1);
  }
  if (ts.isNewExpression(inner)) return agreed([next(inner.expression), ...ofArguments(inner, file, project, depth)]);
  if (ts.isCallExpression(inner)) return ofCall(inner, file, project, depth);
  return ts.isPropertyAccessExpression(inner) ? ofMember(inner, file, project, depth) : undefined;
}

/** Whose client a type is, or is made of: `PrismaClient`, `Prisma.TransactionClient`, `Omit<PrismaClient, "$on">`, `typeof prisma`. */
export function clientOfType(type: ts.Node, file: SourceFile, project: Project, depth = 0): Origin | undefined {
  if (depth > deepest) return undefined;
  const found: (Origin | undefined)[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeLiteralNode(node) || ts.isFunctionTypeNode(node)) return;
    if (ts.isTypeQueryNode(node)) found.push(ofTypeQuery(node, file, project, depth));
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const { literal } = node.argument;
      if (ts.isStringLiteral(literal)) found.push(originOf(literal.text, file, project));
    } else if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const name = firstName(ts.isTypeReferenceNode(node) ? node.typeName : node.expression);
      if (name !== undefined) found.push(ofTypeName(name, file, project, depth));
      for (const each of node.typeArguments ?? []) visit(each);
    } else ts.forEachChild(node, visit);
  };
  visit(type);
  return agreed(found);
}

/** Whose module a top-level name of a file comes from. */
export function moduleOrigin(name: ts.Identifier, file: SourceFile, project: Project): Origin | undefined {
  const declaration = declarationFrom(name, name.text) ?? declarationFrom(file.ast, name.text);
  if (declaration === undefined) return undefined;
  if (ts.isNamespaceImport(declaration)) {
    const { moduleSpecifier } = declaration.parent.parent;
    return ts.isStringLiteral(moduleSpecifier) ? originOf(moduleSpecifier.text, file, project) : undefined;
  }
  if (ts.isImportSpecifier(declaration) || ts.isImportClause(declaration)) {
    const found = lookUp(project, file, name.text, "type") ?? lookUp(project, file, name.text, "value");
    return found?.kind === "external" ? originOf(found.specifier, found.file, project) : undefined;
  }
  // `const { PrismaClient } = require("./generated/analytics")`, and from a name that is required so.
  const owner = ts.isBindingElement(declaration) ? declaration.parent.parent : declaration;
  const given = ts.isVariableDeclaration(owner) && owner.initializer ? unwrap(owner.initializer) : undefined;
  if (given !== undefined && ts.isIdentifier(given) && given.text !== name.text)
    return moduleOrigin(given, file, project);
  const specifier = given && requiredBy(given);
  return specifier === undefined ? undefined : originOf(specifier, file, project);
}

/** The module of `require("…")` and of `await import("…")`. */
function requiredBy(value: ts.Expression): string | undefined {
  const call = ts.isAwaitExpression(value) ? unwrap(value.expression) : value;
  const [specifier] = ts.isCallExpression(call) ? call.arguments : [];
  if (!ts.isCallExpression(call) || specifier === undefined || !ts.isStringLiteral(specifier)) return undefined;
  const isRequire = call.expression.kind === ts.SyntaxKind.ImportKeyword || call.expression.getText() === "require";
  return isRequire ? specifier.text : undefined;
}

/** Whether `Prisma` of `Prisma.UserSelect` is the namespace of the planned models' client. */
export function isOwnNamespace(name: ts.EntityName, model: string, file: SourceFile, project: Project): boolean {
  if (project.clients === undefined) return true;
  const root = firstName(name);
  const origin = root && moduleOrigin(root, file, project);
  return origin === "own" || (origin !== "other" && !hasNamesake(model, project));
}

/** Whether SQL is given to another schema's client: `analytics.$queryRaw`. */
export function isSentElsewhere(sql: ts.Expression, file: SourceFile, project: Project): boolean {
  if (project.clients === undefined) return false;
  for (let at: ts.Node = sql; !ts.isStatement(at) && !ts.isFunctionLike(at); at = at.parent) {
    const taker = ts.isTaggedTemplateExpression(at) ? at.tag : ts.isCallExpression(at) ? at.expression : undefined;
    if (taker === undefined || !ts.isPropertyAccessExpression(taker)) continue;
    if (/^\$(?:query|execute)Raw/.test(taker.name.text))
      return clientBehind(taker.expression, file, project) === "other";
  }
  return false;
}

/** What all say that say something; nobody can tell where they differ. */
function agreed(origins: readonly (Origin | undefined)[]): Origin | undefined {
  const [first, ...others] = new Set(origins.filter((origin) => origin !== undefined));
  return others.length === 0 ? first : "unknown";
}

function ofName(name: ts.Identifier, file: SourceFile, project: Project, depth: number): Origin | undefined {
  const declaration = declarationFrom(name, name.text);
  if (declaration === undefined) return undefined;
  if (ts.isVariableDeclaration(declaration)) {
    const origin = ofVariable(declaration, file, project, depth);
    return origin ?? moduleOrigin(name, file, project);
  }
  if (ts.isParameter(declaration)) return ofParameter(declaration, file, project, depth);
  if (ts.isClassDeclaration(declaration)) return ofClass(declaration, file, project, depth + 1);
  if (ts.isFunctionDeclaration(declaration)) return ofFunction(declaration, file, project, depth + 1);
  if (ts.isBindingElement(declaration)) {
    const key = nameOf((declaration.propertyName ?? declaration.name) as ts.PropertyName);
    const found = inViewOf(name, file, project) ?? heldBy(declaration.parent.parent, key, file, project);
    return (found && ofView(found, project, depth)) ?? moduleOrigin(name, file, project);
  }
  const found = lookUp(project, file, name.text, "value");
  if (found?.kind !== "declaration")
    return moduleOrigin(name, file, project) ?? ofDefault(declaration, file, project, depth);
  if (ts.isVariableDeclaration(found.node)) return ofVariable(found.node, found.file, project, depth);
  if (ts.isClassDeclaration(found.node)) return ofClass(found.node, found.file, project, depth + 1);
  return ts.isFunctionDeclaration(found.node) ? ofFunction(found.node, found.file, project, depth + 1) : undefined;
}

/** What `export default prisma` gives to `import db from "./db"`. */
function ofDefault(declaration: ts.Node, file: SourceFile, project: Project, depth: number): Origin | undefined {
  const statement = ts.findAncestor(declaration, ts.isImportDeclaration);
  const specifier = statement?.moduleSpecifier;
  const isDefault = ts.isImportClause(declaration) || /^default\b/.test(declaration.getText());
  if (!isDefault || specifier === undefined || !ts.isStringLiteral(specifier)) return undefined;
  const target = project.resolve(file, specifier.text);
  for (const each of target?.ast.statements ?? []) {
    if (target === undefined) break;
    if (ts.isExportAssignment(each)) return clientBehind(each.expression, target, project, depth + 1);
    const isExported =
      ts.canHaveModifiers(each) && each.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
    if (isExported && ts.isClassDeclaration(each)) return ofClass(each, target, project, depth + 1);
    if (isExported && ts.isFunctionDeclaration(each)) return ofFunction(each, target, project, depth + 1);
  }
  return undefined;
}

/** What a pattern takes out of what a function or a callee gives back: `const { analytics } = createContext()`. */
function heldBy(owner: ts.Node, key: string | undefined, file: SourceFile, project: Project): InView | undefined {
  const value = ts.isVariableDeclaration(owner) ? owner.initializer : undefined;
  const whole = value && objectOf(value, file, project);
  return whole && key !== undefined ? memberOf(whole, key, project) : undefined;
}

function ofVariable(
  { type, initializer }: ts.VariableDeclaration,
  file: SourceFile,
  project: Project,
  depth: number,
): Origin | undefined {
  if (type !== undefined) return clientOfType(type, file, project, depth + 1);
  return initializer && clientBehind(initializer, file, project, depth + 1);
}

function ofParameter(
  parameter: ts.ParameterDeclaration,
  file: SourceFile,
  project: Project,
  depth: number,
): Origin | undefined {
  const { type, initializer, parent } = parameter;
  if (type !== undefined) return clientOfType(type, file, project, depth + 1);
  if (initializer !== undefined) return clientBehind(initializer, file, project, depth + 1);
  // `analytics.$transaction(async (tx) => …)`
  const call = parent.parent;
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return undefined;
  const isTransaction = call.expression.name.text === "$transaction" && parent.parameters[0] === parameter;
  return isTransaction ? clientBehind(call.expression.expression, file, project, depth + 1) : undefined;
}

/** `prisma.$extends({ … })`, `createClient()`, `enhance(prisma)`, `once("db", () => new PrismaClient())`, `app.get(PrismaService)` */
function ofCall(call: ts.CallExpression, file: SourceFile, project: Project, depth: number): Origin | undefined {
  const callee = unwrap(call.expression);
  if (ts.isPropertyAccessExpression(callee) && /^\$(?:extends|on|use)$/.test(callee.name.text))
    return clientBehind(callee.expression, file, project, depth + 1);
  const called = inViewOf(callee, file, project);
  const made = called?.kind === "function" ? ofFunction(called.node, called.file, project, depth + 1) : undefined;
  if (made !== undefined) return made;
  const given = agreed(ofArguments(call, file, project, depth));
  if (given !== undefined) return given;
  return ts.isPropertyAccessExpression(callee) ? undefined : clientBehind(callee, file, project, depth + 1);
}

function ofArguments(
  call: ts.CallExpression | ts.NewExpression,
  file: SourceFile,
  project: Project,
  depth: number,
): readonly (Origin | undefined)[] {
  const types = (call.typeArguments ?? []).map((type) => clientOfType(type, file, project, depth + 1));
  const values = (call.arguments ?? []).map((argument) => {
    const inner = unwrap(argument);
    const isFunction = ts.isArrowFunction(inner) || ts.isFunctionExpression(inner);
    return isFunction ? ofFunction(inner, file, project, depth + 1) : clientBehind(argument, file, project, depth + 1);
  });
  return [...types, ...values];
}

function ofFunction(
  node: ts.SignatureDeclaration,
  file: SourceFile,
  project: Project,
  depth: number,
): Origin | undefined {
  if (depth > deepest) return undefined;
  if (node.type !== undefined) return clientOfType(node.type, file, project, depth + 1);
  const returned = "body" in node ? returnedBy(node as ts.FunctionLikeDeclaration) : [];
  return agreed(returned.map((value) => clientBehind(value, file, project, depth + 1)));
}

function ofMember(
  access: ts.PropertyAccessExpression,
  file: SourceFile,
  project: Project,
  depth: number,
): Origin | undefined {
  // `module.PrismaClient` after `import * as module` or `require`.
  const root = unwrap(access.expression);
  const module = ts.isIdentifier(root) ? moduleOrigin(root, file, project) : undefined;
  if (module !== undefined) return module;
  const owner = objectOf(access.expression, file, project);
  const member = owner && memberIn(owner, access.name.text, project, depth);
  return member && ofView(member, project, depth);
}

/** A member of an object or a class, also one that the class inherits or sets in its constructor. */
function memberIn(owner: InView, name: string, project: Project, depth: number): InView | undefined {
  const found = memberOf(owner, name, project);
  const settled = found === undefined && depth <= deepest ? settle(owner, project) : undefined;
  if (settled?.kind !== "object" || !ts.isClassLike(settled.node)) return found;
  const { node, file } = settled;
  const set = node.members.filter(ts.isConstructorDeclaration).flatMap(({ body }) =>
    (body?.statements ?? []).flatMap((statement) => {
      const value = ts.isExpressionStatement(statement) ? statement.expression : undefined;
      const isSet =
        value !== undefined && ts.isBinaryExpression(value) && pathOf(value.left).join(".") === `this.${name}`;
      return isSet ? (inViewOf(value.right, file, project) ?? []) : [];
    }),
  );
  if (set[0] !== undefined) return set[0];
  const base = baseOf(node);
  const local =
    base && ts.isIdentifier(base.expression) ? lookUp(project, file, base.expression.text, "value") : undefined;
  if (local?.kind !== "declaration" || !ts.isClassDeclaration(local.node)) return undefined;
  return memberIn({ kind: "object", node: local.node, file: local.file }, name, project, depth + 1);
}

/** The object that a value is, also where a function without a declared type gives it back. */
function objectOf(value: ts.Expression, file: SourceFile, project: Project): InView | undefined {
  const inner = unwrap(value);
  const found = inViewOf(value, file, project);
  if (found !== undefined) return found.kind === "typed" ? (resultOf(found.type, found.file, project) ?? found) : found;
  const call = ts.isAwaitExpression(inner) ? unwrap(inner.expression) : inner;
  if (ts.isCallExpression(call)) return returnedObject(inViewOf(call.expression, file, project), project);
  const declaration = ts.isIdentifier(inner) ? declarationFrom(inner, inner.text) : undefined;
  const given = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return given && objectOf(given, file, project);
}

/** `Awaited<ReturnType<typeof createContext>>` */
function resultOf(type: ts.TypeNode, file: SourceFile, project: Project): InView | undefined {
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return undefined;
  const [first] = type.typeArguments ?? [];
  if (first === undefined) {
    const found = lookUp(project, file, type.typeName.text, "type");
    const alias = found?.kind === "declaration" && ts.isTypeAliasDeclaration(found.node) ? found.node : undefined;
    return alias && found && resultOf(alias.type, found.file, project);
  }
  if (!/^(?:Awaited|ReturnType|infer(?:Async)?ReturnType)$/.test(type.typeName.text)) return undefined;
  if (!ts.isTypeQueryNode(first) || !ts.isIdentifier(first.exprName)) return resultOf(first, file, project);
  const found = lookUp(project, file, first.exprName.text, "value");
  if (found?.kind !== "declaration") return undefined;
  const { node } = found;
  if (ts.isFunctionDeclaration(node)) return returnedObject({ kind: "function", node, file: found.file }, project);
  const value = ts.isVariableDeclaration(node) ? node.initializer : undefined;
  return value && returnedObject(inViewOf(value, found.file, project), project);
}

function returnedObject(called: InView | undefined, project: Project): InView | undefined {
  if (called?.kind !== "function" || called.node.type !== undefined || !("body" in called.node)) return undefined;
  const [returned, ...others] = returnedBy(called.node as ts.FunctionLikeDeclaration);
  return returned === undefined || others.length > 0 ? undefined : inViewOf(returned, called.file, project);
}

function ofView(found: InView, project: Project, depth: number): Origin | undefined {
  if (depth > deepest) return undefined;
  switch (found.kind) {
    case "typed":
      return clientOfType(found.type, found.file, project, depth + 1);
    case "function":
      return ofFunction(found.node, found.file, project, depth + 1);
    case "external":
      return (
        originOf(found.specifier, found.file, project) ??
        (found.madeBy && clientBehind(found.madeBy, fileOf(found.madeBy, project) ?? found.file, project, depth + 1))
      );
    case "object":
      return ts.isClassLike(found.node) ? ofClass(found.node, found.file, project, depth + 1) : undefined;
    default:
      return found satisfies never;
  }
}

function ofClass(node: ts.ClassLikeDeclaration, file: SourceFile, project: Project, depth: number): Origin | undefined {
  if (depth > deepest) return undefined;
  const base = baseOf(node);
  return base && clientBehind(base.expression, file, project, depth + 1);
}

function baseOf({ heritageClauses }: ts.ClassLikeDeclaration): ts.ExpressionWithTypeArguments | undefined {
  return heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
}

function ofTypeQuery(node: ts.TypeQueryNode, file: SourceFile, project: Project, depth: number): Origin | undefined {
  const name = firstName(node.exprName);
  if (name === undefined) return undefined;
  const found = lookUp(project, file, name.text, "value");
  if (found?.kind !== "declaration") return ofName(name, file, project, depth + 1);
  if (ts.isVariableDeclaration(found.node)) {
    const value = found.node.initializer && unwrap(found.node.initializer);
    const isFunction = value !== undefined && (ts.isArrowFunction(value) || ts.isFunctionExpression(value));
    if (isFunction) return ofFunction(value, found.file, project, depth + 1);
  }
  return ofName(name, file, project, depth + 1);
}

function ofTypeName(name: ts.Identifier, file: SourceFile, project: Project, depth: number): Origin | undefined {
  const bound = typeParameterOf(name);
  if (bound !== undefined) return bound.constraint && clientOfType(bound.constraint, file, project, depth + 1);
  const found = lookUp(project, file, name.text, "type");
  if (found?.kind !== "declaration") return moduleOrigin(name, file, project);
  const { node, file: its } = found;
  if (ts.isTypeAliasDeclaration(node)) return clientOfType(node.type, its, project, depth + 1);
  if (ts.isClassDeclaration(node)) return ofClass(node, its, project, depth + 1);
  if (!ts.isInterfaceDeclaration(node)) return undefined;
  const bases = (node.heritageClauses ?? []).flatMap(({ types }) => [...types]);
  return agreed(bases.map((base) => clientOfType(base, its, project, depth + 1)));
}

function typeParameterOf(name: ts.Identifier): ts.TypeParameterDeclaration | undefined {
  for (let at: ts.Node | undefined = name.parent; at !== undefined; at = at.parent) {
    const parameters = ts.isFunctionLike(at) || ts.isClassLike(at) ? at.typeParameters : undefined;
    const found = parameters?.find((each) => each.name.text === name.text);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `Prisma` of `Prisma.TransactionClient`. */
function firstName(name: ts.Node): ts.Identifier | undefined {
  if (ts.isIdentifier(name)) return name;
  if (ts.isQualifiedName(name)) return firstName(name.left);
  return ts.isPropertyAccessExpression(name) ? firstName(name.expression) : undefined;
}
