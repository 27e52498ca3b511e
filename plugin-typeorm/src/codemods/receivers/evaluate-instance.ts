import type { EntityModel } from "@lockstep/core";
import { lookUp, nameOf, pathOf, returnedBy, type SourceFile, ts } from "@lockstep/core/codemods";
import { entityOfValue } from "./entities.js";
import { evaluateExpression } from "./evaluate.js";
import { bind, entityOfType, evaluateType, ofOrm } from "./evaluate-type.js";
import type { LookupContext } from "./lookup-context.js";
import type { Bound, Members, OrmValue, TypeIn } from "./orm-value.js";

/** Declarations can lead in circles; nobody nests them this deep. */
export function mayRecur(depth: number): boolean {
  return depth < 16;
}

/** What an instance of a class, or an object with an interface, is: a repository where it extends one. */
export function evaluateInstance(
  node: ts.ClassLikeDeclaration | ts.InterfaceDeclaration,
  file: SourceFile,
  bound: Bound,
  where: LookupContext,
  depth = 0,
): OrmValue | undefined {
  const own: Members = { kind: "members", node, file, bound };
  const declared = entityRepositoryOf(node, file, where);
  if (declared !== undefined) return { kind: "repository", model: declared, own: [own] };
  const base = evaluateBase(own, where, depth);
  return base?.kind === "repository" ? { ...base, own: [own, ...base.own] } : own;
}

/** What a class inherits from. */
export function evaluateBase(
  { node, file, bound }: Members,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  const base = baseOf(node);
  if (base === undefined || !mayRecur(depth)) return undefined;
  const found = lookUp(where.project, file, pathOf(base.expression)[0] ?? "", "type");
  if (found?.kind === "declaration") {
    if (!ts.isClassDeclaration(found.node) && !ts.isInterfaceDeclaration(found.node)) return undefined;
    const inside = bind(found.node.typeParameters, base.typeArguments, file, bound);
    return evaluateInstance(found.node, found.file, inside, where, depth + 1);
  }
  const name = found?.kind === "external" ? found.name : (pathOf(base.expression).at(-1) ?? "");
  return ofOrm(name, entityArgument(base, file, bound, where));
}

/** What a member of an object in view is. */
export function ownMember(owner: Members, name: string, where: LookupContext, depth: number): OrmValue | undefined {
  const { node, file, bound } = owner;
  if (!mayRecur(depth)) return undefined;
  const typed = (type: ts.TypeNode | undefined): OrmValue | undefined =>
    type && evaluateType({ type, file, bound } satisfies TypeIn, where, depth + 1);
  const valued = (value: ts.Expression | undefined): OrmValue | undefined =>
    value && evaluateExpression(value, file, where, depth + 1);
  if (ts.isObjectLiteralExpression(node)) return memberOfLiteral(node, name, owner, where, depth);
  if (ts.isClassLike(node)) {
    const given = node.members.find(ts.isConstructorDeclaration)?.parameters.find((each) => nameOf(each.name) === name);
    if (given?.modifiers?.some((each) => !ts.isDecorator(each)))
      return typed(given.type) ?? injected(given, file, where);
  }
  const member = [...node.members].find((each) => each.name !== undefined && textOfName(each.name) === name);
  if (member === undefined) return assigned(node, name, valued) ?? inherited(owner, name, where, depth);
  if (ts.isMethodSignature(member) || ts.isMethodDeclaration(member)) {
    return { kind: "function", node: member, file, bound };
  }
  if (ts.isPropertySignature(member)) return typed(member.type);
  if (ts.isGetAccessorDeclaration(member)) return typed(member.type) ?? first(returnedBy(member), valued);
  if (!ts.isPropertyDeclaration(member)) return undefined;
  return (
    typed(member.type) ??
    injected(member, file, where) ??
    (member.type === undefined ? (valued(member.initializer) ?? assigned(node, name, valued)) : undefined)
  );
}

/** Whether a method of this name is written down in the app: then it is not TypeORM's. */
export function declares(owners: readonly Members[], name: string): boolean {
  return owners.some(({ node }) => {
    const members: readonly ts.Node[] = ts.isObjectLiteralExpression(node) ? node.properties : [...node.members];
    return members.some((each) => {
      const key = (each as ts.ClassElement).name;
      const isOverload = ts.isMethodDeclaration(each) && each.body === undefined;
      return key !== undefined && textOfName(key) === name && !isOverload;
    });
  });
}

/** The entity of the argument of a decorator: `@InjectRepository(User)`. */
function injected(node: ts.Node, file: SourceFile, where: LookupContext): OrmValue | undefined {
  const model = decoratorArgument(node, "InjectRepository", file, where);
  return model && { kind: "repository", model, own: [] };
}

function entityRepositoryOf(node: ts.Node, file: SourceFile, where: LookupContext): EntityModel | undefined {
  return decoratorArgument(node, "EntityRepository", file, where);
}

function decoratorArgument(
  node: ts.Node,
  name: string,
  file: SourceFile,
  where: LookupContext,
): EntityModel | undefined {
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
  for (const { expression } of decorators) {
    if (!ts.isCallExpression(expression) || pathOf(expression.expression).at(-1) !== name) continue;
    const [argument] = expression.arguments;
    return argument && entityOfValue(argument, file, where);
  }
  return undefined;
}

/** A member that a base class has; of one out of view only that it keeps a repository: `this.repo` of `TypeOrmCrudService<User>`. */
function inherited(owner: Members, name: string, where: LookupContext, depth: number): OrmValue | undefined {
  const base = evaluateBase(owner, where, depth);
  if (base?.kind === "members") return ownMember(base, name, where, depth + 1);
  if (base !== undefined || !/^_?repo(?:sitory)?$/.test(name)) return undefined;
  const clause = baseOf(owner.node);
  const model = clause && entityArgument(clause, owner.file, owner.bound, where);
  return model && { kind: "repository", model, own: [] };
}

function entityArgument(
  base: ts.ExpressionWithTypeArguments,
  file: SourceFile,
  bound: Bound,
  where: LookupContext,
): EntityModel | undefined {
  const [type] = base.typeArguments ?? [];
  return type && entityOfType({ type, file, bound }, where);
}

function baseOf(node: ts.Node): ts.ExpressionWithTypeArguments | undefined {
  if (!ts.isClassLike(node) && !ts.isInterfaceDeclaration(node)) return undefined;
  return node.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
}

/** `this.users = dataSource.getRepository(User)` in the constructor. */
function assigned(
  node: Members["node"],
  name: string,
  valued: (value: ts.Expression) => OrmValue | undefined,
): OrmValue | undefined {
  if (!ts.isClassLike(node)) return undefined;
  const body = node.members.find(ts.isConstructorDeclaration)?.body;
  for (const statement of body?.statements ?? []) {
    if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) continue;
    const { left, right } = statement.expression;
    if (pathOf(left).join(".") === `this.${name}`) return valued(right);
  }
  return undefined;
}

function memberOfLiteral(
  node: ts.ObjectLiteralExpression,
  name: string,
  { file, bound }: Members,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  const property = node.properties.find((each) => nameOf(each.name) === name);
  if (property === undefined) return undefined;
  if (ts.isMethodDeclaration(property)) return { kind: "function", node: property, file, bound };
  if (ts.isPropertyAssignment(property)) return evaluateExpression(property.initializer, file, where, depth + 1);
  return ts.isShorthandPropertyAssignment(property)
    ? evaluateExpression(property.name, file, where, depth + 1)
    : undefined;
}

function textOfName(name: ts.PropertyName): string | undefined {
  return ts.isPrivateIdentifier(name) ? name.text : nameOf(name);
}

export function first<T, R>(items: Iterable<T>, find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
