import {
  declarationFrom,
  lookUp,
  nameOf,
  type Project,
  pathOf,
  type ResolvedExpression,
  resolveDeclared,
  resolveExpression,
  resolveMember,
  returnedBy,
  type SourceFile,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { requiredValue } from "./module-owner.js";

/** Constants and types can lead in circles; nobody nests them this deep. */
const deepest = 8;

/** A member of an object or a class, also one that the class inherits, gets or sets in its constructor. */
export function memberIn(
  owner: ResolvedExpression,
  name: string,
  project: Project,
  depth = 0,
): ResolvedExpression | undefined {
  const found = resolveMember(owner, name, project);
  const settled = found === undefined && depth <= deepest ? resolveDeclared(owner, project) : undefined;
  if (settled?.kind === "external") return augmented(settled, name, project);
  if (settled?.kind !== "object" || !ts.isClassLike(settled.node)) return found;
  const { node, file } = settled;
  const own = setIn(node, name, file, project) ?? gottenIn(node, name, file, project);
  if (own !== undefined) return own;
  const base = baseOf(node);
  const local =
    base && ts.isIdentifier(base.expression) ? lookUp(project, file, base.expression.text, "value") : undefined;
  if (local?.kind !== "declaration" || !ts.isClassDeclaration(local.node)) return undefined;
  return memberIn({ kind: "object", node: local.node, file: local.file }, name, project, depth + 1);
}

/** `this.db = analytics` in the constructor. */
function setIn(
  node: ts.ClassLikeDeclaration,
  name: string,
  file: SourceFile,
  project: Project,
): ResolvedExpression | undefined {
  const set = node.members.filter(ts.isConstructorDeclaration).flatMap(({ body }) =>
    (body?.statements ?? []).flatMap((statement) => {
      const value = ts.isExpressionStatement(statement) ? statement.expression : undefined;
      const isSet =
        value !== undefined && ts.isBinaryExpression(value) && pathOf(value.left).join(".") === `this.${name}`;
      return isSet ? (resolveExpression(value.right, file, project) ?? []) : [];
    }),
  );
  return set[0];
}

/** `get db() { return analytics; }` */
function gottenIn(
  node: ts.ClassLikeDeclaration,
  name: string,
  file: SourceFile,
  project: Project,
): ResolvedExpression | undefined {
  const getter = node.members.find((each) => ts.isGetAccessorDeclaration(each) && nameOf(each.name) === name);
  const [returned, ...others] = getter !== undefined && ts.isGetAccessorDeclaration(getter) ? returnedBy(getter) : [];
  return returned === undefined || others.length > 0 ? undefined : resolveExpression(returned, file, project);
}

/** `declare module "fastify" { interface FastifyInstance { prisma: PrismaClient } }` */
function augmented(
  { specifier, name: owner, madeBy }: Extract<ResolvedExpression, { kind: "external" }>,
  name: string,
  project: Project,
): ResolvedExpression | undefined {
  if (madeBy !== undefined) return undefined;
  for (const file of project.files) {
    if (!file.text.includes("declare module")) continue;
    for (const node of file.nodes(ts.SyntaxKind.InterfaceDeclaration)) {
      const module = ts.findAncestor(node, ts.isModuleDeclaration);
      if (node.name.text !== owner || module?.name.text !== specifier) continue;
      const found = resolveMember({ kind: "object", node, file }, name, project);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The object that a value is, also where a function without a declared type gives it back. */
export function objectOf(
  value: ts.Expression,
  file: SourceFile,
  project: Project,
  depth = 0,
): ResolvedExpression | undefined {
  if (depth > deepest) return undefined;
  const inner = unwrap(value);
  const found = resolveExpression(value, file, project);
  if (found !== undefined) return found.kind === "typed" ? (resultOf(found.type, found.file, project) ?? found) : found;
  const required = requiredValue(inner, file, project);
  if (required !== undefined) return objectOf(required.value, required.file, project, depth + 1);
  const call = ts.isAwaitExpression(inner) ? unwrap(inner.expression) : inner;
  if (ts.isCallExpression(call)) return returnedObject(resolveExpression(call.expression, file, project), project);
  const declaration = ts.isIdentifier(inner) ? declarationFrom(inner, inner.text) : undefined;
  const given = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return given && objectOf(given, file, project, depth + 1);
}

/** `Awaited<ReturnType<typeof createContext>>` */
function resultOf(type: ts.TypeNode, file: SourceFile, project: Project, depth = 0): ResolvedExpression | undefined {
  if (depth > deepest || !ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return undefined;
  const [first] = type.typeArguments ?? [];
  if (first === undefined) {
    const found = lookUp(project, file, type.typeName.text, "type");
    const alias = found?.kind === "declaration" && ts.isTypeAliasDeclaration(found.node) ? found.node : undefined;
    return alias && found && resultOf(alias.type, found.file, project, depth + 1);
  }
  if (!/^(?:Awaited|ReturnType|infer(?:Async)?ReturnType)$/.test(type.typeName.text)) return undefined;
  if (!ts.isTypeQueryNode(first) || !ts.isIdentifier(first.exprName)) return resultOf(first, file, project, depth + 1);
  const found = lookUp(project, file, first.exprName.text, "value");
  if (found?.kind !== "declaration") return undefined;
  const { node } = found;
  if (ts.isFunctionDeclaration(node)) return returnedObject({ kind: "function", node, file: found.file }, project);
  const value = ts.isVariableDeclaration(node) ? node.initializer : undefined;
  return value && returnedObject(resolveExpression(value, found.file, project), project);
}

function returnedObject(called: ResolvedExpression | undefined, project: Project): ResolvedExpression | undefined {
  if (called?.kind !== "function" || called.node.type !== undefined || !("body" in called.node)) return undefined;
  const [returned, ...others] = returnedBy(called.node as ts.FunctionLikeDeclaration);
  return returned === undefined || others.length > 0 ? undefined : resolveExpression(returned, called.file, project);
}

/** What a class extends. */
export function baseOf({ heritageClauses }: ts.ClassLikeDeclaration): ts.ExpressionWithTypeArguments | undefined {
  return heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
}
