import {
  constantOf,
  lookUp,
  type Project,
  type ResolvedExpression,
  resolveDeclared,
  resolveExpression,
  type SourceFile,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { type ClientOwner, clientOwnerOf, hasNamesake, mayUseOthers, originOfPath } from "./client-module.js";
import { declaredIn, typedClient } from "./typed-delegate.js";

/**
 * The schema that owns a client value or client class, by its type, or by names where the compiler knows no type. Undefined if neither
 * resolves it.
 *
 * @example ownerOfClient(receiver, file, project); // "other" for `analytics` of `export const analytics = new AnalyticsClient()`
 */
export function ownerOfClient(value: ts.Expression, file: SourceFile, project: Project): ClientOwner | undefined {
  return originOfPath(typedClient(value, project.types), project) ?? ownerByNames(value, file, project);
}

/** The same by the module that a client, its class or its declared type is imported from, or by the argument of a package's function. */
export function ownerByNames(value: ts.Expression, file: SourceFile, project: Project): ClientOwner | undefined {
  return ownerOfResolved(resolveExpression(value, file, project), project) ?? ownerOfGiven(value, file, project);
}

/** `enhance(prisma)` of a package, and `app.get(PrismaService)` of a container that returns what is requested. */
function ownerOfGiven(value: ts.Expression, file: SourceFile, project: Project): ClientOwner | undefined {
  const made = ts.isIdentifier(value) ? constantOf(value, file, project) : { value, file };
  const call = made && unwrap(made.value);
  if (made === undefined || call === undefined || !ts.isCallExpression(call)) return undefined;
  const callee = resolveExpression(call.expression, made.file, project);
  // A function in view may turn a client into another one.
  if (callee !== undefined && callee.kind !== "external") return undefined;
  const isClass = (each: ts.Expression) => project.types?.of(each)?.getConstructSignatures().length;
  const owners = call.arguments.flatMap((each) =>
    callee === undefined && !isClass(each)
      ? []
      : (originOfPath(typedClient(each, project.types), project) ??
        ownerOfResolved(resolveExpression(each, made.file, project), project) ??
        []),
  );
  const [first, ...others] = new Set(owners);
  return others.length === 0 ? first : "unknown";
}

/** Classes can extend one another in circles. Real code does not nest deeper. */
const deepest = 5;

function ownerOfResolved(found: ResolvedExpression | undefined, project: Project, depth = 0): ClientOwner | undefined {
  const settled = resolveDeclared(found, project);
  if (settled?.kind === "external") {
    const { specifier, file, madeBy } = settled;
    // A function may return the client that it receives.
    const isGiven = madeBy !== undefined && ts.isCallExpression(madeBy) && madeBy.arguments.length > 0;
    return isGiven ? undefined : clientOwnerOf(specifier, file, project);
  }
  if (settled?.kind !== "object" || !ts.isClassLike(settled.node) || depth > deepest) return undefined;
  const base = baseOf(settled.node);
  const known = base && lookUp(project, settled.file, base.getText(), "value");
  if (known?.kind === "external") return ownerOfResolved({ ...known, madeBy: undefined }, project);
  if (known === undefined || !ts.isClassDeclaration(known.node)) return undefined;
  return ownerOfResolved({ kind: "object", node: known.node, file: known.file }, project, depth + 1);
}

/** The base class expression. */
function baseOf({ heritageClauses }: ts.ClassLikeDeclaration): ts.Expression | undefined {
  return heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0]?.expression;
}

/** Whether SQL is sent by another schema's client: `analytics.$queryRaw`. */
export function isSentElsewhere(sql: ts.Expression, file: SourceFile, project: Project): boolean {
  if (project.clients === undefined) return false;
  for (let at: ts.Node = sql; !ts.isStatement(at) && !ts.isFunctionLike(at); at = at.parent) {
    const taker = ts.isTaggedTemplateExpression(at) ? at.tag : ts.isCallExpression(at) ? at.expression : undefined;
    if (taker === undefined || !ts.isPropertyAccessExpression(taker)) continue;
    if (/^\$(?:query|execute)Raw/.test(taker.name.text))
      return ownerOfClient(taker.expression, file, project) === "other";
  }
  return false;
}

/** Whether `Prisma.UserSelect` names a type of the planned models' client. */
export function isOwnName(name: ts.QualifiedName, model: string, file: SourceFile, project: Project): boolean {
  if (!mayUseOthers(file, project)) return true;
  const root = ts.isIdentifier(name.left) ? lookUp(project, file, name.left.text, "type") : undefined;
  const imported = root?.kind === "external" ? clientOwnerOf(root.specifier, root.file, project) : undefined;
  const path = imported ? undefined : declaredIn(project.types?.of(name.parent), project.types);
  const owner = imported ?? originOfPath(path, project);
  return owner === "own" || (owner !== "other" && !hasNamesake(model, file, project));
}
