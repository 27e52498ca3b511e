import {
  declarationFrom,
  fileOf,
  initializerOf,
  lookUp,
  nameOf,
  type Project,
  propertiesOf,
  type Resolved,
  type ResolvedExpression,
  resolveExpression,
  returnedBy,
  type SourceFile,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { type ClientOwner, clientOwnerOf } from "./client-module.js";
import { baseOf, memberIn, objectOf } from "./members.js";
import { exportOf, firstName, moduleOwner, requiredValue } from "./module-owner.js";

/** Constants and types can lead in circles; nobody nests them this deep. */
const deepest = 12;

/**
 * Whose client a value is, or the delegate of a client, followed through what the code in view says: constants, members, classes that
 * extend a client, what functions return, callbacks of transactions, declared types. Undefined where that leads nowhere.
 *
 * @example clientOfExpression(receiver, file, project); // "other" for `analytics` of `export const analytics = new AnalyticsClient()`
 */
export function clientOfExpression(
  value: ts.Expression,
  file: SourceFile,
  project: Project,
  depth = 0,
): ClientOwner | undefined {
  if (depth > deepest) return undefined;
  const next = (inner: ts.Expression) => clientOfExpression(inner, file, project, depth + 1);
  if (ts.isAsExpression(value) || ts.isTypeAssertionExpression(value))
    return clientOfType(value.type, file, project, depth + 1) ?? next(value.expression);
  const inner = unwrap(value);
  if (inner !== value) return next(inner);
  if (ts.isAwaitExpression(inner)) return next(inner.expression);
  if (ts.isBinaryExpression(inner)) return agreed([next(inner.left), next(inner.right)]);
  if (ts.isConditionalExpression(inner)) return agreed([next(inner.whenTrue), next(inner.whenFalse)]);
  if (ts.isIdentifier(inner)) return ofName(inner, file, project, depth);
  if (inner.kind === ts.SyntaxKind.ThisKeyword || inner.kind === ts.SyntaxKind.SuperKeyword) {
    const owner = ts.findAncestor(inner, ts.isClassLike);
    return owner && ofClass(owner, file, project, depth + 1);
  }
  if (ts.isNewExpression(inner)) return next(inner.expression) ?? agreed(ofArguments(inner, file, project, depth));
  if (ts.isCallExpression(inner)) return ofCall(inner, file, project, depth);
  return ts.isPropertyAccessExpression(inner) ? ofMember(inner, file, project, depth) : undefined;
}

/** Whose client a type is, or is made of: `PrismaClient`, `Prisma.TransactionClient`, `Omit<PrismaClient, "$on">`, `typeof prisma`. */
export function clientOfType(type: ts.Node, file: SourceFile, project: Project, depth = 0): ClientOwner | undefined {
  if (depth > deepest) return undefined;
  const found: (ClientOwner | undefined)[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeLiteralNode(node) || ts.isFunctionTypeNode(node)) return;
    if (ts.isTypeQueryNode(node)) found.push(ofTypeQuery(node, file, project, depth));
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const { literal } = node.argument;
      if (ts.isStringLiteral(literal)) found.push(clientOwnerOf(literal.text, file, project));
    } else if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const name = firstName(ts.isTypeReferenceNode(node) ? node.typeName : node.expression);
      if (name !== undefined) found.push(ofTypeName(name, file, project, depth));
      for (const each of node.typeArguments ?? []) visit(each);
    } else ts.forEachChild(node, visit);
  };
  visit(type);
  return agreed(found);
}

/** Whether SQL is given to another schema's client: `analytics.$queryRaw`. */
export function isSentElsewhere(sql: ts.Expression, file: SourceFile, project: Project): boolean {
  if (project.clients === undefined) return false;
  for (let at: ts.Node = sql; !ts.isStatement(at) && !ts.isFunctionLike(at); at = at.parent) {
    const taker = ts.isTaggedTemplateExpression(at) ? at.tag : ts.isCallExpression(at) ? at.expression : undefined;
    if (taker === undefined || !ts.isPropertyAccessExpression(taker)) continue;
    if (/^\$(?:query|execute)Raw/.test(taker.name.text))
      return clientOfExpression(taker.expression, file, project) === "other";
  }
  return false;
}

/** What all say that say something; nobody can tell where they differ. */
function agreed(origins: readonly (ClientOwner | undefined)[]): ClientOwner | undefined {
  const [first, ...others] = new Set(origins.filter((origin) => origin !== undefined));
  return others.length === 0 ? first : "unknown";
}

function ofName(name: ts.Identifier, file: SourceFile, project: Project, depth: number): ClientOwner | undefined {
  const declaration = declarationFrom(name, name.text);
  if (declaration === undefined) return undefined;
  if (ts.isVariableDeclaration(declaration)) {
    const origin = ofVariable(declaration, file, project, depth);
    return origin ?? moduleOwner(name, file, project);
  }
  if (ts.isParameter(declaration)) return ofParameter(declaration, file, project, depth);
  if (ts.isClassDeclaration(declaration)) return ofClass(declaration, file, project, depth + 1);
  if (ts.isFunctionDeclaration(declaration)) return ofFunction(declaration, file, project, depth + 1);
  if (ts.isBindingElement(declaration)) {
    const key = nameOf((declaration.propertyName ?? declaration.name) as ts.PropertyName);
    const found = resolveExpression(name, file, project);
    const origin = found === undefined ? heldBy(declaration.parent.parent, key, file, project, depth) : undefined;
    return (found && ofView(found, project, depth)) ?? origin ?? moduleOwner(name, file, project);
  }
  const found = lookUp(project, file, name.text, "value");
  if (found?.kind !== "declaration")
    return moduleOwner(name, file, project) ?? ofDefault(declaration, file, project, depth);
  return ofDeclared(found, project, depth);
}

function ofDeclared(
  { node, file }: Extract<Resolved, { kind: "declaration" }>,
  project: Project,
  depth: number,
): ClientOwner | undefined {
  if (ts.isVariableDeclaration(node)) return ofVariable(node, file, project, depth);
  if (ts.isClassDeclaration(node)) return ofClass(node, file, project, depth + 1);
  return ts.isFunctionDeclaration(node) ? ofFunction(node, file, project, depth + 1) : undefined;
}

/** What `export default prisma` gives to `import db from "./db"`. */
function ofDefault(declaration: ts.Node, file: SourceFile, project: Project, depth: number): ClientOwner | undefined {
  const statement = ts.findAncestor(declaration, ts.isImportDeclaration);
  const specifier = statement?.moduleSpecifier;
  const isDefault = ts.isImportClause(declaration) || /^default\b/.test(declaration.getText());
  if (!isDefault || specifier === undefined || !ts.isStringLiteral(specifier)) return undefined;
  const target = project.resolve(file, specifier.text);
  for (const each of target?.ast.statements ?? []) {
    if (target === undefined) break;
    if (ts.isExportAssignment(each)) return clientOfExpression(each.expression, target, project, depth + 1);
    const isExported =
      ts.canHaveModifiers(each) && each.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
    if (isExported && ts.isClassDeclaration(each)) return ofClass(each, target, project, depth + 1);
    if (isExported && ts.isFunctionDeclaration(each)) return ofFunction(each, target, project, depth + 1);
  }
  return undefined;
}

/** What a pattern takes out of what a function or a module gives: `const { analytics } = createContext()`. */
function heldBy(
  owner: ts.Node,
  key: string | undefined,
  file: SourceFile,
  project: Project,
  depth: number,
): ClientOwner | undefined {
  const value = ts.isVariableDeclaration(owner) ? owner.initializer : undefined;
  const whole = value && objectOf(value, file, project);
  return whole && key !== undefined ? ofMemberOf(whole, key, project, depth) : undefined;
}

function ofMemberOf(owner: ResolvedExpression, name: string, project: Project, depth: number): ClientOwner | undefined {
  if (depth > deepest) return undefined;
  if (owner.kind === "object" && ts.isObjectLiteralExpression(owner.node)) {
    const value = valueNamed(owner.node, name);
    return value && clientOfExpression(value, owner.file, project, depth + 1);
  }
  const member = memberIn(owner, name, project);
  return member && ofView(member, project, depth);
}

/** The value of a property; of `{ analytics }` its own name, which stands for the constant. */
function valueNamed(literal: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const property = propertiesOf(literal).get(name);
  if (property === undefined || literal.properties.some(ts.isSpreadAssignment)) return undefined;
  return ts.isShorthandPropertyAssignment(property) ? property.name : initializerOf(property);
}

function ofVariable(
  { type, initializer }: ts.VariableDeclaration,
  file: SourceFile,
  project: Project,
  depth: number,
): ClientOwner | undefined {
  if (type !== undefined) return clientOfType(type, file, project, depth + 1);
  return initializer && clientOfExpression(initializer, file, project, depth + 1);
}

function ofParameter(
  parameter: ts.ParameterDeclaration,
  file: SourceFile,
  project: Project,
  depth: number,
): ClientOwner | undefined {
  const { type, initializer, parent } = parameter;
  if (type !== undefined) return clientOfType(type, file, project, depth + 1);
  if (initializer !== undefined) return clientOfExpression(initializer, file, project, depth + 1);
  // `analytics.$transaction(async (tx) => …)`
  const call = parent.parent;
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return undefined;
  const isTransaction = call.expression.name.text === "$transaction" && parent.parameters[0] === parameter;
  return isTransaction ? clientOfExpression(call.expression.expression, file, project, depth + 1) : undefined;
}

/** `prisma.$extends({ … })`, `createClient()`, `enhance(prisma)`, `once("db", () => new PrismaClient())`, `app.get(PrismaService)` */
function ofCall(call: ts.CallExpression, file: SourceFile, project: Project, depth: number): ClientOwner | undefined {
  const callee = unwrap(call.expression);
  if (ts.isPropertyAccessExpression(callee) && /^\$(?:extends|on|use)$/.test(callee.name.text))
    return clientOfExpression(callee.expression, file, project, depth + 1);
  const required = requiredValue(call, file, project);
  if (required !== undefined) return clientOfExpression(required.value, required.file, project, depth + 1);
  const called = resolveExpression(callee, file, project);
  const made = called?.kind === "function" ? ofFunction(called.node, called.file, project, depth + 1) : undefined;
  if (made !== undefined) return made;
  const given = agreed(ofArguments(call, file, project, depth));
  if (given !== undefined) return given;
  return ts.isPropertyAccessExpression(callee) ? undefined : clientOfExpression(callee, file, project, depth + 1);
}

function ofArguments(
  call: ts.CallExpression | ts.NewExpression,
  file: SourceFile,
  project: Project,
  depth: number,
): readonly (ClientOwner | undefined)[] {
  const types = (call.typeArguments ?? []).map((type) => clientOfType(type, file, project, depth + 1));
  const values = (call.arguments ?? []).map((argument) => {
    const inner = unwrap(argument);
    const isFunction = ts.isArrowFunction(inner) || ts.isFunctionExpression(inner);
    return isFunction
      ? ofFunction(inner, file, project, depth + 1)
      : clientOfExpression(argument, file, project, depth + 1);
  });
  return [...types, ...values];
}

function ofFunction(
  node: ts.SignatureDeclaration,
  file: SourceFile,
  project: Project,
  depth: number,
): ClientOwner | undefined {
  if (depth > deepest) return undefined;
  if (node.type !== undefined) return clientOfType(node.type, file, project, depth + 1);
  const returned = "body" in node ? returnedBy(node as ts.FunctionLikeDeclaration) : [];
  return agreed(returned.map((value) => clientOfExpression(value, file, project, depth + 1)));
}

function ofMember(
  access: ts.PropertyAccessExpression,
  file: SourceFile,
  project: Project,
  depth: number,
): ClientOwner | undefined {
  const root = unwrap(access.expression);
  const { text } = access.name;
  const exported = ts.isIdentifier(root) ? exportOf(root, text, file, project) : undefined;
  if (exported?.kind === "declaration") return ofDeclared(exported, project, depth);
  // `module.PrismaClient` after `import * as module` or `require`.
  const module = ts.isIdentifier(root) ? moduleOwner(root, file, project) : undefined;
  if (module !== undefined) return module;
  const owner = objectOf(access.expression, file, project);
  return owner && ofMemberOf(owner, text, project, depth);
}

function ofView(found: ResolvedExpression, project: Project, depth: number): ClientOwner | undefined {
  if (depth > deepest) return undefined;
  switch (found.kind) {
    case "typed":
      return clientOfType(found.type, found.file, project, depth + 1);
    case "function":
      return ofFunction(found.node, found.file, project, depth + 1);
    case "external":
      return (
        clientOwnerOf(found.specifier, found.file, project) ??
        (found.madeBy &&
          clientOfExpression(found.madeBy, fileOf(found.madeBy, project) ?? found.file, project, depth + 1))
      );
    case "object":
      return ts.isClassLike(found.node) ? ofClass(found.node, found.file, project, depth + 1) : undefined;
    default:
      return found satisfies never;
  }
}

function ofClass(
  node: ts.ClassLikeDeclaration,
  file: SourceFile,
  project: Project,
  depth: number,
): ClientOwner | undefined {
  if (depth > deepest) return undefined;
  const base = baseOf(node);
  return base && clientOfExpression(base.expression, file, project, depth + 1);
}

function ofTypeQuery(
  node: ts.TypeQueryNode,
  file: SourceFile,
  project: Project,
  depth: number,
): ClientOwner | undefined {
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

function ofTypeName(name: ts.Identifier, file: SourceFile, project: Project, depth: number): ClientOwner | undefined {
  const bound = typeParameterOf(name);
  if (bound !== undefined) return bound.constraint && clientOfType(bound.constraint, file, project, depth + 1);
  const found = lookUp(project, file, name.text, "type");
  if (found?.kind !== "declaration") return moduleOwner(name, file, project);
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
