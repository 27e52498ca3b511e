import { declarationOf, type SourceFile, ts, unwrap } from "@lockstep/core/codemods";
import { type ClientImport, clientImports, localName } from "./client-module.js";

/** A place where a PrismaClient gets its options. */
export interface ClientSite {
  /** `new PrismaClient(…)` or the `super(…)` of a class that extends it. */
  readonly node: ts.NewExpression | ts.CallExpression | ts.ClassDeclaration;
  readonly what: string;
  /** The literal with the options. */
  readonly options: ts.ObjectLiteralExpression | undefined;
  /** There are no options yet; these are the empty parentheses. */
  readonly emptyAt: number | undefined;
}

/** Every construction of a generated client in a file. */
export function* clientSites(file: SourceFile): Iterable<ClientSite> {
  const imports = clientImports(file);
  for (const node of file.nodes(ts.SyntaxKind.NewExpression)) {
    if (isClientClass(node.expression, imports)) yield site(node, node.arguments, "new PrismaClient", file);
  }
  for (const node of file.nodes(ts.SyntaxKind.ClassDeclaration)) {
    const base = node.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
    if (base === undefined || !isClientClass(base.expression, imports)) continue;
    const what = `class ${node.name?.text ?? ""} extends PrismaClient`.replace("  ", " ");
    const call = superCallOf(node);
    if (call === undefined) yield { node, what, options: undefined, emptyAt: undefined };
    else yield site(call, call.arguments, what, file);
  }
}

function site(
  node: ts.NewExpression | ts.CallExpression,
  args: ts.NodeArray<ts.Expression> | undefined,
  what: string,
  file: SourceFile,
): ClientSite {
  const [argument] = args ?? [];
  if (argument === undefined) {
    // `new PrismaClient` without parentheses has no place for options.
    const isEmpty = args !== undefined && file.text.slice(node.end - 2, node.end) === "()";
    return { node, what, options: undefined, emptyAt: isEmpty ? node.end - 1 : undefined };
  }
  const inner = unwrap(argument);
  return {
    node,
    what,
    options: ts.isObjectLiteralExpression(inner) ? inner : optionsOf(inner, file),
    emptyAt: undefined,
  };
}

/** The literal of `const options = { … }` where the client is its only user. */
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
    if (localName(imports, "PrismaClient") === expression.text) return true;
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
