import { declarationOf, type Project, type SourceFile, ts, unwrap } from "@lockstep/core/codemods";
import { type ClientImport, type ClientOwner, clientImports, localName, mayUseOthers } from "./client-module.js";
import { ownerOfClient } from "./client-owner.js";

/** A construction of a PrismaClient. */
export interface ClientSite {
  /** `new PrismaClient(…)` or the `super(…)` of a class that extends it. */
  readonly node: ts.NewExpression | ts.CallExpression | ts.ClassDeclaration;
  readonly what: string;
  /** The owner of the client. */
  readonly origin: Exclude<ClientOwner, "other">;
  /** The literal with the options. */
  readonly options: ts.ObjectLiteralExpression | undefined;
  /** The position of the empty parentheses if there are no options. */
  readonly emptyAt: number | undefined;
  /** The argument if it is no literal. Default: none. */
  readonly argument?: ts.Expression;
}

/** Every construction of a generated client in a file, except those of clients known to belong to another schema. */
export function* clientSites(file: SourceFile, project: Project): Iterable<ClientSite> {
  const imports = clientImports(file, project);
  for (const node of file.nodes(ts.SyntaxKind.NewExpression)) {
    if (!isClientClass(node.expression, imports)) continue;
    const origin = originOfClass(node.expression, file, project);
    if (origin !== "other") yield { ...site(node, node.arguments, file), what: "new PrismaClient", origin };
  }
  for (const node of file.nodes(ts.SyntaxKind.ClassDeclaration)) {
    const base = node.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
    if (base === undefined || !isClientClass(base.expression, imports)) continue;
    const origin = originOfClass(base.expression, file, project);
    if (origin === "other") continue;
    const what = `class ${node.name?.text ?? ""} extends PrismaClient`.replace("  ", " ");
    const call = superCallOf(node);
    const options =
      call === undefined ? { node, options: undefined, emptyAt: undefined } : site(call, call.arguments, file);
    yield { ...options, what, origin };
  }
}

function originOfClass(expression: ts.Expression, file: SourceFile, project: Project): ClientOwner {
  return mayUseOthers(file, project) ? (ownerOfClient(expression, file, project) ?? "unknown") : "own";
}

function site(
  node: ts.NewExpression | ts.CallExpression,
  args: ts.NodeArray<ts.Expression> | undefined,
  file: SourceFile,
): Pick<ClientSite, "node" | "options" | "emptyAt" | "argument"> {
  const [argument] = args ?? [];
  if (argument === undefined) {
    // `new PrismaClient` without parentheses has no position for options.
    const isEmpty = args !== undefined && file.text.slice(node.end - 2, node.end) === "()";
    return { node, options: undefined, emptyAt: isEmpty ? node.end - 1 : undefined };
  }
  const inner = unwrap(argument);
  const options = ts.isObjectLiteralExpression(inner) ? inner : optionsOf(inner, file);
  return { node, options, emptyAt: undefined, ...(options === undefined && { argument }) };
}

/** The literal of `const options = { … }` if the client is its only user. */
function optionsOf(value: ts.Expression, file: SourceFile): ts.ObjectLiteralExpression | undefined {
  if (!ts.isIdentifier(value)) return undefined;
  const declaration = declarationOf(value);
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return undefined;
  const literal = declaration.initializer && unwrap(declaration.initializer);
  const isConstant = (declaration.parent.flags & ts.NodeFlags.Const) !== 0;
  const isShared = file.identifiers(value.text).some((name) => name !== value && name !== declaration.name);
  if (literal === undefined || !isConstant || isShared) return undefined;
  return ts.isObjectLiteralExpression(literal) ? literal : undefined;
}

function isClientClass(expression: ts.Expression, imports: readonly ClientImport[]): boolean {
  if (ts.isIdentifier(expression)) {
    if (imports.some((each) => localName([each], "PrismaClient") === expression.text)) return true;
    // `const { PrismaClient } = require("@prisma/client")` and imports of a wrapper that re-exports it.
    return expression.text === "PrismaClient" && declarationOf(expression) !== undefined && !isOwnClass(expression);
  }
  if (!ts.isPropertyAccessExpression(expression) || expression.name.text !== "PrismaClient") return false;
  return ts.isIdentifier(expression.expression);
}

function isOwnClass(name: ts.Identifier): boolean {
  const declaration = declarationOf(name);
  return declaration !== undefined && ts.isClassDeclaration(declaration);
}

function superCallOf(node: ts.ClassDeclaration): ts.CallExpression | undefined {
  const maker = node.members.find(ts.isConstructorDeclaration);
  const visit = (child: ts.Node): ts.CallExpression | undefined => {
    if (ts.isCallExpression(child) && child.expression.kind === ts.SyntaxKind.SuperKeyword) return child;
    return ts.forEachChild(child, visit);
  };
  return maker?.body === undefined ? undefined : visit(maker.body);
}
