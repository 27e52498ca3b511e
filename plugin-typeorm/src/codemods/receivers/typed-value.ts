import type { EntityModel } from "@lockstep/core";
import { packageOf, type Type, type TypeSymbol, type Types, ts } from "@lockstep/core/codemods";
import { constraintOf, modelOfRows } from "./entities.js";
import { type LookupContext, once } from "./lookup-context.js";
import { isTypeorm } from "./modules.js";
import { type OrmValue, ormTypeOf } from "./orm-value.js";

/**
 * Resolves an expression by its type: the compiler follows base classes, type parameters, factories and injected members. Undefined if it
 * knows no type, or not which entity the type belongs to.
 */
export function typedValue(expression: ts.Expression, where: LookupContext): OrmValue | undefined {
  const { types } = where.project;
  const type = types?.of(expression);
  if (types === undefined || type === undefined) return undefined;
  return once(where, typedValue, type, () => valueOfType(type, types, where));
}

function valueOfType(type: Type, types: Types, where: LookupContext): OrmValue | undefined {
  if (type.isUnion()) {
    const [first, ...others] = type.types.map((each) => valueOfType(each, types, where));
    return others.every((each) => isSame(each, first)) ? first : undefined;
  }
  const member = types.checker.getPropertiesOfType(type).find((each) => ownerIn(each) !== undefined);
  if (member === undefined) return isInView(type, types) && !isOpen(type, types) ? { kind: "own" } : undefined;
  const owner = ownerIn(member) as string;
  const isOwn = (method: string) => isOfApp(types.checker.getPropertyOfType(type, method));
  if (owner === "BaseEntity") {
    const model = isStatic(member) ? modelOfRows(type, types, where) : undefined;
    return model ? { kind: "activeRecord", model, isOwn } : { kind: "own" };
  }
  const kind = ormTypeOf(owner);
  switch (kind) {
    case undefined:
      return { kind: "own" };
    case "manager":
    case "source":
      return { kind };
    case "repository": {
      const rows = rowsOf(type, types);
      const model = modelAmong(rows, types, where);
      if (model !== undefined) return { kind, model, isOwn };
      if (rows[0]?.isTypeParameter()) return { kind: "any" };
      // For an entity that is out of view, names are better evidence.
      return rows.some((each) => isInView(each, types)) ? { kind: "other" } : undefined;
    }
    default: {
      const [rows] = types.checker.getTypeArguments(type as never);
      const model = rows && modelOfRows(rows, types, where);
      return { kind: "builder", verb: kind, model, aliases: new Map() };
    }
  }
}

/** Whether a value is a repository whose type does not identify the entity: `Repository<T>`, `Repository<any>`. */
export function isOfAnyEntity(expression: ts.Expression, types: Types): boolean {
  const type = types.of(expression);
  const [rows] = type === undefined ? [] : rowsOf(type, types);
  if (rows === undefined) return false;
  const isOfAny = (rows.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter)) !== 0;
  return isOfAny || rows.getSymbol()?.name === "ObjectLiteral";
}

/** The row types of a repository, including app classes that extend it: what its methods return and accept. */
function rowsOf(type: Type, types: Types): readonly Type[] {
  if (type.isIntersection()) return type.types.flatMap((each) => rowsOf(each, types));
  const { checker } = types;
  // If a part was picked, or the app hides a method, the other methods have the type.
  return ["create", "findOneByOrFail", "findOne", "find", "insert", "save"].flatMap((name) => {
    const method = checker.getPropertyOfType(type, name);
    if (method === undefined || ormTypeOf(ownerIn(method) ?? "") !== "repository") return [];
    const [signature] = checker.getSignaturesOfType(checker.getTypeOfSymbol(method), ts.SignatureKind.Call);
    const [taken] = signature?.getParameters() ?? [];
    const given = signature === undefined ? [] : [types.awaitedNonNullable(signature.getReturnType())];
    return name === "insert" || name === "save"
      ? [...given, ...(taken ? [checker.getTypeOfSymbol(taken)] : [])]
      : given;
  });
}

function modelAmong(rows: readonly Type[], types: Types, where: LookupContext): EntityModel | undefined {
  for (const each of rows) {
    const model = modelOfRows(each, types, where) ?? modelOfPart(each, types, where);
    if (model !== undefined) return model;
  }
  return undefined;
}

/** The model of `DeepPartial<User>`, also in a list or a union. */
export function modelOfPart(type: Type, types: Types, where: LookupContext): EntityModel | undefined {
  const { aliasSymbol, aliasTypeArguments } = type;
  const isPart = /^(?:DeepPartial|QueryDeepPartialEntity)$/.test(aliasSymbol?.name ?? "");
  const [part] = isPart && aliasSymbol?.declarations?.some(isOfTypeorm) ? (aliasTypeArguments ?? []) : [];
  const own = part && modelOfRows(part, types, where);
  if (own !== undefined) return own;
  const present = constraintOf(type, types);
  const isList = types.checker.isArrayType(present);
  const parts = isList ? types.checker.getTypeArguments(present as never) : present.isUnion() ? present.types : [];
  for (const each of present === type ? parts : [present]) {
    const found = modelOfPart(each, types, where);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isInView(type: Type, types: Types): boolean {
  return type.getSymbol()?.declarations?.some((each) => types.fileOf(each) !== undefined) === true;
}

/** Whether a class has unknown members: it extends a class of a package that is not read. */
function isOpen(type: Type, types: Types): boolean {
  const declared = type.getSymbol()?.declarations ?? [];
  return declared.some((node) => {
    if (!ts.isClassLike(node) && !ts.isInterfaceDeclaration(node)) return false;
    const bases = (node.heritageClauses ?? []).filter(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
    return bases
      .flatMap((clause) => [...clause.types])
      .some((each) => {
        const base = types.of(each);
        return base === undefined || isOpen(base, types);
      });
  });
}

/** Whether TypeORM declares it. */
export function isOfTypeorm(node: ts.Node): boolean {
  return isTypeorm(packageOf(node.getSourceFile().fileName) ?? "");
}

/** The class of TypeORM that declares a member. */
function ownerIn(member: TypeSymbol): string | undefined {
  const declaration = member.declarations?.find(isOfTypeorm);
  const parent = declaration?.parent;
  return parent && (ts.isClassLike(parent) || ts.isInterfaceDeclaration(parent)) ? parent.name?.text : undefined;
}

/** Whether the app declares a member. A method without a body only refines TypeORM's declaration. */
function isOfApp(member: TypeSymbol | undefined): boolean {
  return (member?.declarations ?? []).some((each) => {
    return !isOfTypeorm(each) && !(ts.isMethodDeclaration(each) && each.body === undefined);
  });
}

function isStatic(member: TypeSymbol): boolean {
  return (member.declarations ?? []).some((each) => {
    return (ts.getCombinedModifierFlags(each) & ts.ModifierFlags.Static) !== 0;
  });
}

function isSame(one: OrmValue | undefined, other: OrmValue | undefined): boolean {
  const isModel = !(one && "model" in one && other && "model" in other) || one.model === other.model;
  return one?.kind === other?.kind && isModel;
}
