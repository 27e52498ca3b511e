import { ts } from "./compiler.js";

/** The declarations that a name in an expression can refer to. */
export type Declaration =
  | ts.VariableDeclaration
  | ts.ParameterDeclaration
  | ts.BindingElement
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.EnumDeclaration
  | ts.ImportSpecifier
  | ts.ImportClause
  | ts.NamespaceImport;

/** The declaration that a name refers to, found by walking up the blocks: no type checker, no other file. */
export function declarationOf(identifier: ts.Identifier): Declaration | undefined {
  return declarationFrom(identifier, identifier.text);
}

/** The declaration that a name refers to at a node: the nearest one around it in the file. */
export function declarationFrom(node: ts.Node, name: string): Declaration | undefined {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    const found = declaredIn(at, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function declaredIn(scope: ts.Node, name: string): Declaration | undefined {
  if (ts.isFunctionLike(scope)) return first(scope.parameters, (parameter) => bound(parameter, name));
  if (ts.isBlock(scope) || ts.isSourceFile(scope) || ts.isModuleBlock(scope) || ts.isCaseOrDefaultClause(scope)) {
    return first(scope.statements, (statement) => declaredBy(statement, name));
  }
  if (ts.isForOfStatement(scope) || ts.isForInStatement(scope) || ts.isForStatement(scope)) {
    const { initializer } = scope;
    if (initializer === undefined || !ts.isVariableDeclarationList(initializer)) return undefined;
    return first(initializer.declarations, (declaration) => bound(declaration, name));
  }
  if (ts.isCatchClause(scope) && scope.variableDeclaration !== undefined) return bound(scope.variableDeclaration, name);
  return undefined;
}

function declaredBy(statement: ts.Statement, name: string): Declaration | undefined {
  if (ts.isVariableStatement(statement)) {
    return first(statement.declarationList.declarations, (declaration) => bound(declaration, name));
  }
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)) {
    return statement.name?.text === name ? statement : undefined;
  }
  if (!ts.isImportDeclaration(statement) || statement.importClause === undefined) return undefined;
  const clause = statement.importClause;
  if (clause.name?.text === name) return clause;
  const named = clause.namedBindings;
  if (named === undefined) return undefined;
  if (ts.isNamespaceImport(named)) return named.name.text === name ? named : undefined;
  return named.elements.find((element) => element.name.text === name);
}

function bound(
  declaration: ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement,
  name: string,
): Declaration | undefined {
  if (ts.isIdentifier(declaration.name)) return declaration.name.text === name ? declaration : undefined;
  return first(declaration.name.elements, (element) =>
    ts.isBindingElement(element) ? bound(element, name) : undefined,
  );
}

function first<T, R>(items: Iterable<T>, find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
