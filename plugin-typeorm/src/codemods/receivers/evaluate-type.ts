import type { EntityModel } from "@lockstep/core";
import { isNullish, lookUp, type SourceFile, ts } from "@lockstep/core/codemods";
import { entityOfTypeName } from "./entities.js";
import { evaluateExpression } from "./evaluate.js";
import { evaluateInstance, mayRecur } from "./evaluate-instance.js";
import type { LookupContext } from "./lookup-context.js";
import { isForeign, isTypeorm } from "./modules.js";
import { type Bound, manager, nothingBound, type OrmValue, source, type TypeIn } from "./orm-value.js";
import { isShadowedType } from "./shadowed-types.js";

/** Types that are what their first argument is; `jest.Mocked<Repository<User>>` is called as one. */
const transparent = new Set(
  (
    "Promise PromiseLike Awaited Readonly Required Partial NonNullable Pick Omit Mocked MockedObject MockedClass " +
    "DeepMocked DeepMockProxy MockProxy MockType SinonStubbedInstance"
  ).split(" "),
);

/** What a value of a declared type is. */
export function evaluateType({ type, file, bound }: TypeIn, where: LookupContext, depth = 0): OrmValue | undefined {
  if (!mayRecur(depth)) return undefined;
  const next = (inner: ts.TypeNode | undefined): OrmValue | undefined =>
    inner && evaluateType({ type: inner, file, bound }, where, depth + 1);
  if (ts.isParenthesizedTypeNode(type) || ts.isTypeOperatorNode(type)) return next(type.type);
  if (ts.isTypeLiteralNode(type)) return { kind: "members", node: type, file, bound };
  if (ts.isFunctionTypeNode(type)) return { kind: "function", node: type, file, bound };
  if (ts.isUnionTypeNode(type)) {
    const rest = type.types.filter((each) => !isNullish(each)).map(next);
    return rest.length === 1 ? rest[0] : undefined;
  }
  if (ts.isIntersectionTypeNode(type)) return ofIntersection(type.types.map(next));
  if (ts.isTypeQueryNode(type))
    return ts.isIdentifier(type.exprName) ? evaluateExpression(type.exprName, file, where, depth + 1) : undefined;
  if (!ts.isTypeReferenceNode(type)) return undefined;

  const { typeName, typeArguments } = type;
  const [first] = typeArguments ?? [];
  const name = ts.isIdentifier(typeName) ? typeName.text : typeName.right.text;
  if (transparent.has(name)) return next(first);
  const entity = first && entityOfType({ type: first, file, bound }, where);
  if (!ts.isIdentifier(typeName)) return ofOrm(name, entity);
  const given = bound.get(name);
  if (given !== undefined) return evaluateType(given, where, depth + 1);
  if (isShadowedType(typeName)) return undefined;

  const found = lookUp(where.project, file, name, "type");
  if (found === undefined) return undefined;
  if (found.kind === "external") {
    const isOrm = isTypeorm(found.specifier);
    // A repository of rows that are no model, or of whatever a type parameter is.
    if (isOrm && entity === undefined && /Repository$/.test(found.name) && first?.kind !== ts.SyntaxKind.AnyKeyword)
      return { kind: "other" };
    const known = isOrm || entity !== undefined ? ofOrm(found.name, entity) : undefined;
    if (known !== undefined) return known;
    return isForeign(found.specifier, found.name) ? { kind: "foreign", specifier: found.specifier } : undefined;
  }
  const { node } = found;
  if (ts.isTypeAliasDeclaration(node)) {
    const inside = bind(node.typeParameters, typeArguments, file, bound);
    return evaluateType({ type: node.type, file: found.file, bound: inside }, where, depth + 1);
  }
  if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node)) return undefined;
  const inside = bind(node.typeParameters, typeArguments, file, bound);
  return evaluateInstance(node, found.file, inside, where, depth + 1);
}

/** The entity that a type argument names. */
export function entityOfType({ type, file, bound }: TypeIn, where: LookupContext, depth = 0): EntityModel | undefined {
  if (!ts.isTypeReferenceNode(type) || depth > 8) return undefined;
  const given = ts.isIdentifier(type.typeName) ? bound.get(type.typeName.text) : undefined;
  if (given !== undefined) return entityOfType(given, where, depth + 1);
  return entityOfTypeName(type.typeName, file, where);
}

/** What TypeORM's own types are. */
export function ofOrm(name: string, entity: EntityModel | undefined): OrmValue | undefined {
  if (/Repository$/.test(name)) return entity && { kind: "repository", model: entity, own: [] };
  if (/EntityManager$/.test(name)) return manager;
  if (/^(?:DataSource|Connection|QueryRunner)$/.test(name)) return source;
  const verb = /^(Select|Insert|Update|Delete|)QueryBuilder$/.exec(name)?.[1]?.toLowerCase();
  if (verb === undefined) return undefined;
  const known = (["insert", "update", "delete"] as const).find((each) => each === verb) ?? "select";
  return { kind: "builder", verb: known, model: entity, aliases: new Map() };
}

/** What type parameters stand for where a declaration is used with these arguments. */
export function bind(
  parameters: readonly ts.TypeParameterDeclaration[] | undefined,
  given: readonly ts.TypeNode[] | undefined,
  file: SourceFile,
  bound: Bound,
): Bound {
  if (parameters === undefined || given === undefined) return nothingBound;
  return new Map(
    parameters.flatMap(({ name }, at) => {
      const type = given[at];
      return type === undefined ? [] : [[name.text, { type, file, bound }] as const];
    }),
  );
}

/** `Repository<User> & { findActive(): … }`: TypeORM's repository, with methods of the app's own. */
function ofIntersection(parts: readonly (OrmValue | undefined)[]): OrmValue | undefined {
  const repository = parts.find((part) => part?.kind === "repository");
  if (repository?.kind !== "repository") return parts.find((part) => part !== undefined);
  const own = parts.flatMap((part) => (part?.kind === "members" ? [part] : []));
  return { ...repository, own: [...own, ...repository.own] };
}
