import {
  declarationFrom,
  lookUp,
  lookUpExport,
  type Project,
  type Resolved,
  type SourceFile,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { type ClientOwner, clientOwnerOf, hasNamesake, mayUseOthers } from "./client-module.js";

/** Whose module a top-level name of a file comes from. */
export function moduleOwner(
  name: ts.Identifier,
  file: SourceFile,
  project: Project,
  depth = 0,
): ClientOwner | undefined {
  // Constants can lead in circles.
  if (depth > 4) return undefined;
  const declaration = declarationFrom(name, name.text) ?? declarationFrom(file.ast, name.text);
  if (declaration === undefined) return undefined;
  if (ts.isNamespaceImport(declaration)) {
    const { moduleSpecifier } = declaration.parent.parent;
    return ts.isStringLiteral(moduleSpecifier) ? clientOwnerOf(moduleSpecifier.text, file, project) : undefined;
  }
  if (ts.isImportSpecifier(declaration) || ts.isImportClause(declaration)) {
    const found = lookUp(project, file, name.text, "type") ?? lookUp(project, file, name.text, "value");
    return found?.kind === "external" ? clientOwnerOf(found.specifier, found.file, project) : undefined;
  }
  // `const { PrismaClient } = require("./generated/analytics")`, and from a name that is required so.
  const owner = ts.isBindingElement(declaration) ? declaration.parent.parent : declaration;
  const given = ts.isVariableDeclaration(owner) && owner.initializer ? unwrap(owner.initializer) : undefined;
  if (given !== undefined && ts.isIdentifier(given) && given.text !== name.text)
    return moduleOwner(given, file, project, depth + 1);
  const specifier = given && requiredBy(given);
  return specifier === undefined ? undefined : clientOwnerOf(specifier, file, project);
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
  if (!mayUseOthers(file, project)) return true;
  const root = firstName(name);
  const origin = root && moduleOwner(root, file, project);
  return origin === "own" || (origin !== "other" && !hasNamesake(model, file, project));
}

/** What a file exports under a name that is taken from `import * as clients`. */
export function exportOf(root: ts.Identifier, name: string, file: SourceFile, project: Project): Resolved | undefined {
  const declaration = declarationFrom(root, root.text);
  if (declaration === undefined || !ts.isNamespaceImport(declaration)) return undefined;
  const { moduleSpecifier } = declaration.parent.parent;
  const target = ts.isStringLiteral(moduleSpecifier) ? project.resolve(file, moduleSpecifier.text) : undefined;
  return target && lookUpExport(project, target, name, "value");
}

/** What `require("./clients")` gives: the value of `module.exports = …` in that file. */
export function requiredValue(
  call: ts.Expression,
  file: SourceFile,
  project: Project,
): { readonly value: ts.Expression; readonly file: SourceFile } | undefined {
  const specifier = requiredBy(call);
  const target = specifier === undefined ? undefined : project.resolve(file, specifier);
  for (const statement of target?.ast.statements ?? []) {
    const set = ts.isExpressionStatement(statement) ? statement.expression : undefined;
    if (target === undefined || set === undefined || !ts.isBinaryExpression(set)) continue;
    if (set.left.getText() === "module.exports") return { value: set.right, file: target };
  }
  return undefined;
}

/** `Prisma` of `Prisma.TransactionClient`. */
export function firstName(name: ts.Node): ts.Identifier | undefined {
  if (ts.isIdentifier(name)) return name;
  if (ts.isQualifiedName(name)) return firstName(name.left);
  return ts.isPropertyAccessExpression(name) ? firstName(name.expression) : undefined;
}
