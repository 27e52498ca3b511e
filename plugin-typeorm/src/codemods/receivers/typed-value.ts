import type { EntityModel } from "@lockstep/core";
import { packageOf, type Type, type TypeSymbol, type Types, ts } from "@lockstep/core/codemods";
import { entityOfDeclaration } from "./entities.js";
import { ofOrm } from "./evaluate-type.js";
import { type LookupContext, once } from "./lookup-context.js";
import { isTypeorm } from "./modules.js";
import { type Members, nothingBound, type OrmValue } from "./orm-value.js";

/**
 * What an expression is by its type: the compiler follows base classes, type parameters, factories and injected members wherever they
 * are. Undefined where it knows no type, or one that has nothing to do with TypeORM.
 */
export function typedValue(expression: ts.Expression, where: LookupContext): OrmValue | undefined {
  const { types } = where.project;
  const type = types?.of(expression);
  if (types === undefined || type === undefined) return undefined;
  const known = once(where, "typeorm values by type", () => new Map<Type, OrmValue | undefined>());
  if (!known.has(type)) known.set(type, valueOfType(type, types, where));
  return known.get(type);
}

function valueOfType(type: Type, types: Types, where: LookupContext): OrmValue | undefined {
  const parts = type.isUnion() ? type.types.map((each) => valueOfType(each, types, where)) : undefined;
  if (parts !== undefined) return parts.every((each) => isSame(each, parts[0])) ? parts[0] : undefined;
  const entity = entityOfRepository(type, types);
  if (entity !== undefined) {
    const model = modelOfRows(entity, types, where);
    if (model !== undefined) return { kind: "repository", model, own: ownMembers(type, types) };
    // Of an entity that is out of view names say more.
    const isInView = entity.getSymbol()?.declarations?.some((each) => types.fileOf(each) !== undefined);
    return isInView && !entity.isTypeParameter() ? { kind: "other" } : undefined;
  }
  return named(type, types);
}

/** Whether a value is a repository of which its type does not say the entity: `Repository<T>`, `Repository<any>`. */
export function isOfAnyEntity(expression: ts.Expression, types: Types): boolean {
  const type = types.of(expression);
  const rows = type && entityOfRepository(type, types);
  if (rows === undefined) return false;
  const isOpen = (rows.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter)) !== 0;
  return isOpen || rows.getSymbol()?.name === "ObjectLiteral";
}

/** The rows of a repository: what its `create()` makes, whatever class of the app extends it. */
function entityOfRepository(type: Type, types: Types): Type | undefined {
  const create = types.checker.getPropertyOfType(type, "create");
  const declaration = create?.declarations?.find((each) => isOfTypeorm(each) && /Repository$/.test(ownerName(each)));
  if (declaration === undefined) {
    // A method of the app's own may hide it.
    const target = types.checker.getPropertyOfType(type, "target");
    const isRepository = target?.declarations?.some((each) => isOfTypeorm(each) && /Repository$/.test(ownerName(each)));
    const find = isRepository ? types.checker.getPropertyOfType(type, "findOneByOrFail") : undefined;
    return find && resultOf(find, types);
  }
  return create && resultOf(create, types);
}

function resultOf(method: TypeSymbol, types: Types): Type | undefined {
  const [signature] = types.checker.getSignaturesOfType(types.checker.getTypeOfSymbol(method), ts.SignatureKind.Call);
  return signature && types.settled(signature.getReturnType());
}

/** The model whose rows are instances of a type. */
export function modelOfRows(type: Type, types: Types, where: LookupContext): EntityModel | undefined {
  const present = type.isTypeParameter() ? (types.checker.getBaseConstraintOfType(type) ?? type) : type;
  for (const declaration of present.getSymbol()?.declarations ?? []) {
    const file = types.fileOf(declaration);
    const model = file && entityOfDeclaration(declaration, file, where);
    if (model !== undefined) return model;
  }
  return undefined;
}

/** What the app adds to TypeORM's repository, the nearest first. */
function ownMembers(type: Type, types: Types): readonly Members[] {
  const own: Members[] = [];
  const visit = (each: Type, depth: number): void => {
    if (each.isIntersection()) for (const part of each.types) visit(part, depth);
    for (const node of each.getSymbol()?.declarations ?? []) {
      const file = types.fileOf(node);
      const hasMembers = ts.isClassLike(node) || ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node);
      if (file !== undefined && (hasMembers || ts.isObjectLiteralExpression(node)))
        own.push({ kind: "members", node: node as Members["node"], file, bound: nothingBound });
    }
    if (depth < 8 && each.isClassOrInterface())
      for (const base of types.checker.getBaseTypes(each)) visit(base, depth + 1);
  };
  visit(type, 0);
  return own;
}

function named(type: Type, types: Types): OrmValue | undefined {
  const seen = new Set<Type>();
  const visit = (each: Type): OrmValue | undefined => {
    if (seen.has(each)) return undefined;
    seen.add(each);
    const symbol = each.getSymbol();
    if (symbol?.declarations?.some(isOfTypeorm)) {
      const found = ofOrm(symbol.name, undefined);
      if (found?.kind === "manager" || found?.kind === "source") return found;
    }
    const target = (each as { readonly target?: Type }).target ?? each;
    if (!target.isClassOrInterface()) return undefined;
    for (const base of types.checker.getBaseTypes(target)) {
      const found = visit(base);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(type);
}

/** Whether TypeORM declares it. */
export function isOfTypeorm(node: ts.Node): boolean {
  return isTypeorm(packageOf(node.getSourceFile().fileName) ?? "");
}

function ownerName(node: ts.Node): string {
  const { parent } = node;
  return (ts.isClassLike(parent) || ts.isInterfaceDeclaration(parent) ? parent.name?.text : undefined) ?? "";
}

function isSame(one: OrmValue | undefined, other: OrmValue | undefined): boolean {
  if (one?.kind === "repository" && other?.kind === "repository") return one.model === other.model;
  return one?.kind === other?.kind;
}
