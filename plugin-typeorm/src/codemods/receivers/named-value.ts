import type { EntityModel } from "@lockstep/core";
import {
  declarationOf,
  fileOf,
  isNullish,
  lookUp,
  nameOf,
  pathOf,
  resolveToCall,
  returnedBy,
  type SourceFile,
  ts,
  unwrap,
  type WithMembers,
} from "@lockstep/core/codemods";
import { builderAfter, startBuilder } from "./builders.js";
import { classOf, entityOfTypeName, entityOfValue } from "./entities.js";
import { basesOf, isActiveRecord } from "./heritage.js";
import type { LookupContext } from "./lookup-context.js";
import { isForeign, isTypeorm } from "./modules.js";
import { type OrmValue, ormTypeOf } from "./orm-value.js";
import { argumentBehind, assignedTo, elementOf, setOfThis } from "./set-values.js";

/** Types that resolve to their first argument: `jest.Mocked<Repository<User>>` is called like a repository. */
const transparent = new Set(
  (
    "Promise PromiseLike Awaited Readonly Required Partial NonNullable Pick Omit Mocked MockedObject MockedClass " +
    "DeepMocked DeepMockProxy MockProxy MockType SinonStubbedInstance"
  ).split(" "),
);

/** Resolves an expression without compiler types: by its type annotation, the decorator that injects it, or the call that creates it. */
export function namedValue(
  expression: ts.Expression,
  file: SourceFile,
  where: LookupContext,
  within: (inner: ts.Expression, its: SourceFile) => OrmValue | undefined,
): OrmValue | undefined {
  const value = unwrap(expression);
  if (ts.isBinaryExpression(value)) return eitherOf(value.left, value.right);
  if (ts.isConditionalExpression(value)) return eitherOf(value.whenTrue, value.whenFalse);
  const found = resolveToCall(expression, file, where.project);
  switch (found?.kind) {
    case undefined:
      return ofMember(value);
    case "typed": {
      const known = ofType(found.type, found.file, where);
      // For a call of a generic function, the arguments are better evidence.
      const asked = known?.kind === "any" && ts.isCallExpression(value) ? ofCall(value, file) : undefined;
      return asked ?? known ?? injected(found.type.parent, found.file, where) ?? ofAny(found.type, found.file);
    }
    case "call":
      return ofCall(found.node, found.file);
    case "external":
      return (
        (found.madeBy && ofCall(found.madeBy, fileOf(found.madeBy, where.project) ?? file)) ??
        (isForeign(found.specifier, found.name) ? { kind: "foreign", specifier: found.specifier } : undefined)
      );
    case "object":
      return ofMembers(found.node, found.file, where);
    case "function":
      return { kind: "own" };
    default:
      return found satisfies never;
  }

  /** `source.manager`, `sdk.users`, and `User` if it is an active record. */
  function ofMember(inner: ts.Expression): OrmValue | undefined {
    const later = ts.isIdentifier(inner) ? (assignedTo(inner, file) ?? elementOf(inner)) : undefined;
    if (later !== undefined) return within(later, file);
    if (inner.kind === ts.SyntaxKind.ThisKeyword) return extendedAround(inner);
    if (ts.isElementAccessExpression(inner)) return ofEntries(inner.expression, file);
    if (!ts.isPropertyAccessExpression(inner)) {
      const model = entityOfValue(inner, file, where);
      const owner = (model && classOf(model, where)) ?? classNamed(inner, file, where);
      if (owner === undefined) return undefined;
      const isRecord = model !== undefined && isActiveRecord(owner.node, owner.file, where);
      return isRecord
        ? { kind: "activeRecord", model, isOwn: (method) => declares(owner.node, method) }
        : { kind: "own" };
    }
    const owner = within(inner.expression, file);
    const name = inner.name.text;
    if (owner?.kind === "foreign") return owner;
    if (owner?.kind === "source" || owner?.kind === "repository")
      return /manager$/i.test(name) ? { kind: "manager" } : undefined;
    if (owner?.kind === "manager" && /^(?:connection|dataSource|queryRunner)$/.test(name)) return { kind: "source" };
    if (inner.expression.kind !== ts.SyntaxKind.ThisKeyword) return undefined;
    const around = ts.findAncestor(inner, ts.isClassLike);
    const set = setOfThis(name, around, file);
    if (set !== undefined) return within(set, file);
    return around && (declaredByBase(name, around, file, where) ?? inheritedBy(name, around, file, where));
  }

  /** `source.getRepository(User) as any`, `const users: any = source.getRepository(User)`: resolves the value before the cast. */
  function ofAny(type: ts.TypeNode, its: SourceFile): OrmValue | undefined {
    if (type.kind !== ts.SyntaxKind.AnyKeyword && type.kind !== ts.SyntaxKind.UnknownKeyword) return undefined;
    const { parent } = type;
    if (ts.isAsExpression(parent)) return within(parent.expression, its);
    return ts.isVariableDeclaration(parent) && parent.initializer ? within(parent.initializer, its) : undefined;
  }

  /** `this` of a method in `source.getRepository(User).extend({ … })`. */
  function extendedAround(node: ts.Node): OrmValue | undefined {
    const method = ts.findAncestor(node, (at) => ts.isFunctionLike(at) && !ts.isArrowFunction(at));
    const literal = method && ts.findAncestor(method, ts.isObjectLiteralExpression);
    const call = literal?.parent;
    if (call === undefined || !ts.isCallExpression(call) || pathOf(call.expression).at(-1) !== "extend")
      return undefined;
    return ts.isPropertyAccessExpression(call.expression) ? within(call.expression.expression, file) : undefined;
  }

  /** The values of a `Map` or a `Record`. */
  function ofEntries(kept: ts.Expression, its: SourceFile): OrmValue | undefined {
    const known = resolveToCall(kept, its, where.project);
    if (known?.kind === "typed") {
      const { type } = known;
      const isKeyed = ts.isTypeReferenceNode(type) && /^(?:ReadonlyMap|Map|Record)$/.test(type.typeName.getText());
      const entry = isKeyed ? type.typeArguments?.[1] : undefined;
      return entry && ofType(entry, known.file, where);
    }
    if (known?.kind !== "call" || pathOf(known.node.expression).at(-1) !== "Map") return undefined;
    const [, entry] = known.node.typeArguments ?? [];
    if (entry !== undefined) return ofType(entry, known.file, where);
    const [pairs] = known.node.arguments ?? [];
    const values = pairs && ts.isArrayLiteralExpression(pairs) ? pairs.elements : [];
    const found = values.map((pair) => {
      const [, value] = ts.isArrayLiteralExpression(pair) ? pair.elements : [];
      return value && within(value, known.file);
    });
    const [first, ...others] = found;
    const isOne = others.every(
      (each) => each?.kind === "repository" && first?.kind === "repository" && each.model === first.model,
    );
    return isOne ? first : undefined;
  }

  /** `store.get("users") ?? source.getRepository(User)`: the operand that resolves. */
  function eitherOf(...values: readonly ts.Expression[]): OrmValue | undefined {
    const [left, right] = values.map((each) => within(each, file));
    return left === undefined || left.kind === "foreign" ? (right ?? left) : left;
  }

  function ofCall(call: ts.CallExpression | ts.NewExpression, its: SourceFile): OrmValue | undefined {
    const callee = unwrap(call.expression);
    const name = pathOf(callee).at(-1) ?? "";
    const [argument] = call.arguments ?? [];
    const [type] = call.typeArguments ?? [];
    const model = argument && /repository$/i.test(name) ? entityAskedFor(argument, its, where) : undefined;
    if (model !== undefined) return repositoryOf(model);
    const isGiven = argument !== undefined && ts.isIdentifier(argument) && isParameter(argument);
    if (isGiven && name === "getRepository") return { kind: "any" };
    if (ts.isNewExpression(call)) return ofOrm(name, undefined);
    const isMethod = ts.isPropertyAccessExpression(callee) || ts.isElementAccessExpression(callee);
    const owner = isMethod ? within(callee.expression, its) : undefined;
    if (name === "createQueryBuilder") return startBuilder(call, owner, its, where);
    if (owner?.kind === "builder") return builderAfter(owner, name, call, its, where);
    // `container.get<Repository<User>>("users")`, `createMock<Repository<User>>()`
    const made = type && ofType(type, its, where);
    if (made !== undefined && made.kind !== "own") return made;
    if (/^(?:get|resolve)|repository$/i.test(name) && argument !== undefined) {
      const asked = askedFor(unwrap(argument), its, where);
      if (asked !== undefined) return asked;
    }
    // `const users = () => source.getRepository("User")`
    const called = resolveToCall(callee, its, where.project);
    if (called?.kind === "function" && "body" in called.node) {
      const [returned] = returnedBy(called.node as ts.FunctionLikeDeclaration);
      const given = returned && argumentBehind(returned, called.node, call);
      const asked = given && entityOfValue(given, its, where);
      if (asked !== undefined) return repositoryOf(asked);
      if (returned !== undefined) return within(returned, called.file);
    }
    if (name === "get" && isMethod) {
      const entry = ofEntries(callee.expression, its);
      if (entry !== undefined) return entry;
    }
    if (name === "getRepository" && owner?.kind === "activeRecord") return repositoryOf(owner.model);
    if (name === "extend" && owner?.kind === "repository") return owner;
    if (/^(?:createQueryRunner|getConnection|getDataSource)$/.test(name)) return { kind: "source" };
    if (/^(?:createEntityManager|getManager)$/.test(name)) return { kind: "manager" };
    return owner?.kind === "foreign" || (owner?.kind === "source" && name === "initialize") ? owner : undefined;
  }
}

/** The entity of `getRepository(User)`. The module of the class does not matter: this argument is always an entity. */
function entityAskedFor(argument: ts.Expression, file: SourceFile, where: LookupContext): EntityModel | undefined {
  const known = entityOfValue(argument, file, where);
  const found =
    known === undefined && ts.isIdentifier(argument) ? lookUp(where.project, file, argument.text, "value") : undefined;
  return known ?? (found?.kind === "external" ? where.models.find(({ name }) => name === found.name) : undefined);
}

/** `this.repository` of `class UserService extends BaseService<User>`, whose base in view declares it as `Repository<T>`. */
function declaredByBase(
  name: string,
  owner: ts.ClassLikeDeclaration,
  file: SourceFile,
  where: LookupContext,
): OrmValue | undefined {
  for (const base of basesOf(owner, file, where)) {
    const declared =
      base.found?.kind === "declaration" && ts.isClassDeclaration(base.found.node) ? base.found : undefined;
    const members = declared ? [...(declared.node as ts.ClassDeclaration).members] : [];
    const given = members.find(ts.isConstructorDeclaration)?.parameters ?? [];
    const member = [...given, ...members.filter(ts.isPropertyDeclaration)].find(
      (each) => nameOf(each.name as ts.PropertyName) === name,
    );
    if (declared === undefined || member?.type === undefined) continue;
    const value = ofType(member.type, declared.file, where);
    const [argument] = base.type.typeArguments ?? [];
    const model = value?.kind === "any" && argument ? entityOfType(argument, base.file, where) : undefined;
    return model ? repositoryOf(model) : value;
  }
  return undefined;
}

/** What a container returns for a repository class or a repository token. */
function askedFor(argument: ts.Expression, file: SourceFile, where: LookupContext): OrmValue | undefined {
  if (ts.isCallExpression(argument)) {
    const [target] = pathOf(argument.expression).at(-1) === "getRepositoryToken" ? argument.arguments : [];
    const model = target && entityOfValue(target, file, where);
    return model && repositoryOf(model);
  }
  const found = classNamed(argument, file, where);
  const asked = found && ofMembers(found.node, found.file, where);
  return asked?.kind === "repository" ? asked : undefined;
}

function isParameter(name: ts.Identifier): boolean {
  const declaration = declarationOf(name);
  return declaration !== undefined && ts.isParameter(declaration);
}

function classNamed(name: ts.Expression, file: SourceFile, { project }: LookupContext) {
  const found = ts.isIdentifier(name) ? lookUp(project, file, name.text, "value") : undefined;
  const isClass = found?.kind === "declaration" && ts.isClassDeclaration(found.node);
  return isClass ? { node: found.node as ts.ClassDeclaration, file: found.file } : undefined;
}

/** Resolves a value by its type annotation. */
function ofType(type: ts.TypeNode, file: SourceFile, where: LookupContext, depth = 0): OrmValue | undefined {
  const next = (inner: ts.TypeNode | undefined) => inner && ofType(inner, file, where, depth + 1);
  if (depth > 8) return undefined;
  if (ts.isParenthesizedTypeNode(type) || ts.isTypeOperatorNode(type)) return next(type.type);
  if (ts.isTypeLiteralNode(type) || ts.isFunctionTypeNode(type)) return { kind: "own" };
  if (ts.isUnionTypeNode(type)) {
    const [only, ...others] = type.types.filter((each) => !isNullish(each));
    return others.length === 0 ? next(only) : undefined;
  }
  // `Repository<User> & { findActive(): … }`
  if (ts.isIntersectionTypeNode(type)) return type.types.map(next).find((each) => each && each.kind !== "own");
  if (!ts.isTypeReferenceNode(type)) return undefined;
  const { typeName, typeArguments } = type;
  const [argument] = typeArguments ?? [];
  const name = ts.isIdentifier(typeName) ? typeName.text : typeName.right.text;
  if (transparent.has(name)) return next(argument);
  const model = argument && entityOfType(argument, file, where);
  const found = ts.isIdentifier(typeName) ? lookUp(where.project, file, name, "type") : undefined;
  if (found === undefined) return ts.isQualifiedName(typeName) ? ofOrm(name, model) : undefined;
  if (found.kind === "external") {
    const isOrm = isTypeorm(found.specifier);
    const known = isOrm || model !== undefined ? ofOrm(found.name, model) : undefined;
    if (known !== undefined) return known;
    if (isOrm && ormTypeOf(found.name) === "repository") return ofRows(argument, file, where);
    return isForeign(found.specifier, found.name) ? { kind: "foreign", specifier: found.specifier } : undefined;
  }
  if (ts.isTypeAliasDeclaration(found.node)) return ofType(found.node.type, found.file, where, depth + 1);
  const hasMembers = ts.isClassDeclaration(found.node) || ts.isInterfaceDeclaration(found.node);
  return hasMembers ? ofMembers(found.node as WithMembers, found.file, where) : undefined;
}

/** A repository of rows that have no model, or of a type parameter. */
function ofRows(type: ts.TypeNode | undefined, file: SourceFile, { project }: LookupContext): OrmValue | undefined {
  if (type === undefined || !ts.isTypeReferenceNode(type)) return undefined;
  const name = ts.isIdentifier(type.typeName) ? type.typeName.text : "";
  return { kind: lookUp(project, file, name, "type") === undefined ? "any" : "other" };
}

/** Resolves an object by its declared members: a repository if its class extends one. */
function ofMembers(node: WithMembers, file: SourceFile, where: LookupContext): OrmValue {
  if (!ts.isClassLike(node) && !ts.isInterfaceDeclaration(node)) return { kind: "own" };
  const own: WithMembers[] = [node];
  let model: EntityModel | undefined;
  for (const { type, file: its, found } of basesOf(node, file, where)) {
    const [argument] = type.typeArguments ?? [];
    model ??= argument && entityOfType(argument, its, where);
    if (found?.kind === "declaration") own.push(found.node as WithMembers);
    const value =
      found?.kind === "declaration" ? undefined : ofOrm(found?.name ?? pathOf(type.expression).at(-1) ?? "", model);
    if (value?.kind === "repository")
      return { ...value, isOwn: (method) => own.some((each) => declares(each, method)) };
    if (value !== undefined) return value;
  }
  return { kind: "own" };
}

/** `this.repo` of `class UsersService extends CrudService<User>`, if a package has the base class. */
function inheritedBy(
  name: string,
  owner: ts.ClassLikeDeclaration,
  file: SourceFile,
  where: LookupContext,
): OrmValue | undefined {
  const base = /^_?repo(?:sitory)?$/.test(name) ? [...basesOf(owner, file, where)].at(-1) : undefined;
  const [argument] = base?.type.typeArguments ?? [];
  const model = base?.found?.kind === "external" && argument ? entityOfType(argument, base.file, where) : undefined;
  return model && repositoryOf(model);
}

/** Whether a method is implemented. One without a body only refines TypeORM's declaration. */
function declares(node: WithMembers, method: string): boolean {
  const members: readonly (ts.ClassElement | ts.TypeElement)[] = ts.isObjectLiteralExpression(node)
    ? []
    : [...node.members];
  return members.some((each) => {
    const isOverload = ts.isMethodDeclaration(each) && each.body === undefined;
    return each.name !== undefined && nameOf(each.name) === method && !isOverload;
  });
}

/** Resolves a value of TypeORM's own class. */
function ofOrm(name: string, model: EntityModel | undefined): OrmValue | undefined {
  const kind = ormTypeOf(name);
  if (kind === undefined) return undefined;
  if (kind === "manager" || kind === "source") return { kind };
  if (kind === "repository") return model && repositoryOf(model);
  return { kind: "builder", verb: kind, model, aliases: new Map() };
}

/** `@InjectRepository(User) users: any` */
function injected(node: ts.Node, file: SourceFile, where: LookupContext): OrmValue | undefined {
  for (const { expression } of ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : []) {
    if (!ts.isCallExpression(expression) || pathOf(expression.expression).at(-1) !== "InjectRepository") continue;
    const [argument] = expression.arguments;
    const model = argument && entityOfValue(argument, file, where);
    if (model !== undefined) return repositoryOf(model);
  }
  return undefined;
}

/** The entity that a type argument names. */
export function entityOfType(type: ts.TypeNode, file: SourceFile, where: LookupContext): EntityModel | undefined {
  return ts.isTypeReferenceNode(type) ? entityOfTypeName(type.typeName, file, where) : undefined;
}

function repositoryOf(model: EntityModel): OrmValue {
  return { kind: "repository", model, isOwn: () => false };
}
