import {
  type CommaList,
  commaListOf,
  insertItem,
  removeItem,
  type SourceFile,
  type Splice,
  ts,
} from "@lockstep/core/codemods";
import type { Entities } from "../entities.js";
import { changed } from "./changes.js";

/** The names that a piece of a file uses. */
export function namesIn(node: ts.Node): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (child: ts.Node): void => {
    if (ts.isIdentifier(child)) names.add(child.text);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return names;
}

/** Removes imports of the given names that are now unused. */
export function dropUnusedImports(entities: Entities, removed: ReadonlyMap<string, ReadonlySet<string>>): Entities {
  let state = entities;
  for (const [path, names] of removed) {
    for (const name of names) {
      const file = state.project.files.find((each) => each.file === path);
      const splices = file === undefined ? [] : unusedImport(name, file);
      if (file !== undefined && splices.length > 0) state = changed(state, [{ file, splices }]);
    }
  }
  return state;
}

function unusedImport(name: string, file: SourceFile): readonly Splice[] {
  const uses = file.identifiers(name).filter((use) => !isImported(use) && !isPropertyName(use));
  if (uses.length > 0) return [];
  for (const statement of file.ast.statements) {
    if (!ts.isImportDeclaration(statement) || statement.importClause === undefined) continue;
    const clause = statement.importClause;
    const bindings = clause.namedBindings;
    const isNamespace = bindings !== undefined && ts.isNamespaceImport(bindings) && bindings.name.text === name;
    if (isNamespace || (clause.name?.text === name && bindings === undefined)) return [statementLine(statement, file)];
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
    const element = bindings.elements.find((each) => each.name.text === name);
    if (element === undefined) continue;
    if (bindings.elements.length === 1 && clause.name === undefined) return [statementLine(statement, file)];
    const list = commaListOf(bindings, file) as CommaList;
    return removeItem(list, element, file);
  }
  return [];
}

/** Imports a name of TypeORM in a file that does not import it yet. */
export function importOrm(name: string, file: SourceFile): readonly Splice[] {
  const imports = file.ast.statements.filter(ts.isImportDeclaration);
  const own = imports.find(
    ({ moduleSpecifier, importClause }) =>
      ts.isStringLiteral(moduleSpecifier) &&
      moduleSpecifier.text === "typeorm" &&
      importClause !== undefined &&
      !importClause.isTypeOnly &&
      importClause.namedBindings !== undefined &&
      ts.isNamedImports(importClause.namedBindings),
  );
  const bindings = own?.importClause?.namedBindings;
  if (bindings !== undefined && ts.isNamedImports(bindings)) {
    // In alphabetical order, if the list is.
    const names = bindings.elements.map((element) => (element.propertyName ?? element.name).text);
    const isSorted = names.every((each, index) => index === 0 || (names[index - 1] as string) <= each);
    const index = isSorted ? names.findIndex((each) => each > name) : -1;
    const list = commaListOf(bindings, file);
    return (list && insertItem(list, name, file, index === -1 ? undefined : index)) ?? [];
  }
  const at = imports.at(-1)?.end ?? 0;
  const { quote, eol } = file.style;
  const statement = `import { ${name} } from ${quote}typeorm${quote};`;
  return [{ start: at, end: at, text: at === 0 ? `${statement}${eol}` : `${eol}${statement}` }];
}

function statementLine(statement: ts.ImportDeclaration, { text, ast }: SourceFile): Splice {
  const start = statement.getStart(ast);
  const rest = /^[ \t]*\r?\n/.exec(text.slice(statement.end))?.[0].length ?? 0;
  return { start, end: statement.end + rest, text: "" };
}

function isImported(node: ts.Identifier): boolean {
  return ts.isImportSpecifier(node.parent) || ts.isImportClause(node.parent) || ts.isNamespaceImport(node.parent);
}

/** `user.Role` and `{ Role: 1 }` name a property, not the import. */
function isPropertyName({ parent, text }: ts.Identifier): boolean {
  if (ts.isPropertyAccessExpression(parent)) return parent.name.text === text && !ts.isIdentifier(parent.expression);
  return false;
}
