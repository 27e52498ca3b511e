import type { EntityModel } from "@lockstep/core";
import { lookUp, pathOf, type SourceFile, ts, unwrap } from "@lockstep/core/codemods";
import { builderAfter, isBuilderEnd } from "./builders.js";
import { entityOfDeclaration, entityOfValue } from "./entities.js";
import { evaluateExpression, evaluateMember, evaluateResult } from "./evaluate.js";
import { evaluateInstance } from "./evaluate-instance.js";
import { entityOfType, evaluateType } from "./evaluate-type.js";
import type { LookupContext } from "./lookup-context.js";
import { isTypeorm } from "./modules.js";
import { type Builder, manager, nothingBound, type OrmValue, source } from "./orm-value.js";

/** What a call gives back. */
export function evaluateCall(
  call: ts.CallExpression,
  file: SourceFile,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  const callee = unwrap(call.expression);
  const path = pathOf(callee);
  const name = path.at(-1) ?? "";
  const isMethod = ts.isPropertyAccessExpression(callee) || ts.isElementAccessExpression(callee);
  const owner = isMethod ? evaluateExpression(callee.expression, file, where, depth) : undefined;
  // `container.get<Repository<User>>("users")`, `container.resolve(UserRepository)`
  if (owner?.kind === "foreign") return made(call, file, where, depth) ?? instanceOf(call, file, where, depth) ?? owner;
  if (owner?.kind === "builder") return isBuilderEnd(name) ? undefined : builderAfter(owner, name, call, file, where);

  const called = isMethod ? evaluateMember(owner, name, where, depth) : evaluateExpression(callee, file, where, depth);
  const given = called?.kind === "function" ? evaluateResult(called.node, called.file, where, depth) : undefined;
  if (given !== undefined) return given;
  if (called?.kind === "foreign" && !/repository$/i.test(name)) return made(call, file, where, depth) ?? called;
  return ofTypeorm(call, name, owner, file, where, depth) ?? made(call, file, where, depth);
}

/** Calls that TypeORM's own classes have, and its functions, whoever hands them on. */
function ofTypeorm(
  call: ts.CallExpression,
  name: string,
  owner: OrmValue | undefined,
  file: SourceFile,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  const [argument] = call.arguments;
  const entity = argument && entityOfValue(argument, file, where);
  // `getRepository(User)`, and what apps call it: `useRepository(User)`. A token is a name only.
  if (/repository$/i.test(name)) {
    if (entity !== undefined) return { kind: "repository", model: entity, own: [] };
    if (name === "getRepository" && owner?.kind === "class") return repositoryOf(owner, where);
    const custom = argument && evaluateExpression(argument, file, where, depth);
    if (custom?.kind === "repository") return custom;
    return custom?.kind === "class"
      ? evaluateInstance(custom.node, custom.file, nothingBound, where, depth)
      : undefined;
  }
  switch (name) {
    case "createQueryBuilder":
      return startBuilder(call, owner, file, where);
    case "extend": {
      const literal = argument && unwrap(argument);
      if (owner?.kind !== "repository" || literal === undefined || !ts.isObjectLiteralExpression(literal)) return owner;
      return { ...owner, own: [{ kind: "members", node: literal, file, bound: nothingBound }, ...owner.own] };
    }
    case "createQueryRunner":
    case "getConnection":
    case "getDataSource":
      return source;
    case "createEntityManager":
    case "getManager":
      return manager;
    case "initialize":
    case "connect":
      return owner?.kind === "source" ? owner : undefined;
    case "get":
    case "resolve":
      return injectedBy(argument, file, where);
    default:
      return undefined;
  }
}

/** `module.get(getRepositoryToken(User))` */
function injectedBy(token: ts.Expression | undefined, file: SourceFile, where: LookupContext): OrmValue | undefined {
  const inner = token && unwrap(token);
  if (inner === undefined || !ts.isCallExpression(inner)) return undefined;
  if (pathOf(inner.expression).at(-1) !== "getRepositoryToken") return undefined;
  const [argument] = inner.arguments;
  const model = argument && entityOfValue(argument, file, where);
  return model && { kind: "repository", model, own: [] };
}

/** `createMock<Repository<User>>()`: what a type argument says, where the function is none of the app's. */
function made(call: ts.CallExpression, file: SourceFile, where: LookupContext, depth: number): OrmValue | undefined {
  const [type] = call.typeArguments ?? [];
  return type && evaluateType({ type, file, bound: nothingBound }, where, depth);
}

/** An instance of the repository class that a container is asked for. */
function instanceOf(
  call: ts.CallExpression,
  file: SourceFile,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  const [argument, ...more] = call.arguments;
  if (argument === undefined || more.length > 0 || !ts.isIdentifier(argument)) return undefined;
  const asked = evaluateExpression(argument, file, where, depth);
  const found =
    asked?.kind === "class" ? evaluateInstance(asked.node, asked.file, nothingBound, where, depth) : undefined;
  return found?.kind === "repository" ? found : undefined;
}

/** The repository of an active record. */
function repositoryOf(owner: Extract<OrmValue, { kind: "class" }>, where: LookupContext): OrmValue | undefined {
  const model = entityOfDeclaration(owner.node, owner.file, where);
  return model && { kind: "repository", model, own: [] };
}

function startBuilder(
  call: ts.CallExpression,
  owner: OrmValue | undefined,
  file: SourceFile,
  where: LookupContext,
): Builder | undefined {
  const [first, second] = call.arguments;
  const ofOwner =
    owner?.kind === "repository" ? owner.model : owner?.kind === "class" ? modelOf(owner, where) : undefined;
  const named = ofOwner === undefined && first !== undefined && second !== undefined;
  const model: EntityModel | undefined =
    ofOwner ?? (named ? entityOfValue(first, file, where) : typeArgument(call, file, where));
  const alias = ofOwner === undefined ? second : first;
  const aliases = new Map<string, EntityModel>();
  if (model !== undefined && alias !== undefined && ts.isStringLiteralLike(alias)) aliases.set(alias.text, model);
  // Other query builders are made by a function of this name too: only their calls tell.
  return { kind: "builder", verb: "select", model, aliases };
}

function modelOf(owner: Extract<OrmValue, { kind: "class" }>, where: LookupContext): EntityModel | undefined {
  return entityOfDeclaration(owner.node, owner.file, where);
}

function typeArgument(call: ts.CallExpression, file: SourceFile, where: LookupContext): EntityModel | undefined {
  const [type] = call.typeArguments ?? [];
  return type && entityOfType({ type, file, bound: nothingBound }, where);
}

/** Whether a class is an active record: it inherits `create`, `save` and the like from TypeORM's BaseEntity. */
export function isActiveRecord(node: ts.ClassDeclaration, file: SourceFile, where: LookupContext, depth = 0): boolean {
  const base = node.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
  if (base === undefined || depth > 8) return false;
  const found = lookUp(where.project, file, pathOf(base.expression)[0] ?? "", "value");
  if (found?.kind === "external") return found.name === "BaseEntity" && isTypeorm(found.specifier);
  return (
    found !== undefined && ts.isClassDeclaration(found.node) && isActiveRecord(found.node, found.file, where, depth + 1)
  );
}
