import {
  type CommaList,
  commaListOf,
  constantOf,
  lineAt,
  lookUp,
  lookUpExport,
  nameOf,
  type Project,
  pathOf,
  type SourceFile,
  startOf,
  ts,
  unwrap,
} from "@lockstep/core/codemods";

/** A migration class in the list of a data source. */
export interface ListedClass {
  readonly name: string;
  /** The file that declares it. */
  readonly file: string;
  /** The element of the list, or the statement that exports it. */
  readonly node: ts.Node;
}

/** Where classes are added: a literal, or a module whose exports are all used (`Object.values(migrations)`). */
export type Place = { readonly file: SourceFile; readonly classes: readonly ListedClass[] } & (
  | { readonly kind: "list"; readonly list: CommaList }
  | { readonly kind: "exports" }
);

/** The `migrations` of a data source. */
export interface Listing {
  /** The position of the property: `src/data-source.ts:12`. */
  readonly at: string;
  readonly places: readonly Place[];
}

/**
 * The lists that may be a data source's, those of its own file first: the values of properties called `migrations` in that file, else in
 * the files that it imports.
 *
 * @param file the one that exports the data source; from the root
 */
export function listingsFrom(project: Project, file: string): readonly Listing[] {
  const seen = new Set(project.files.filter((each) => each.file === file));
  for (const each of seen) {
    const found = listingsIn(each, project);
    if (found.length > 0) return found;
    for (const next of importedBy(each, project)) seen.add(next);
  }
  return [];
}

export function listingsIn(file: SourceFile, project: Project): readonly Listing[] {
  return propertiesIn(file).map((property) => {
    const value = ts.isShorthandPropertyAssignment(property) ? property.name : property.initializer;
    const at = `${file.file}:${lineAt(file.text, startOf(property, file))}`;
    return { at, places: placesOf(value, file, project) };
  });
}

function propertiesIn(file: SourceFile) {
  if (!/\bmigrations\b/.test(file.text)) return [];
  return file.nodes(ts.SyntaxKind.ObjectLiteralExpression).flatMap(({ properties }) =>
    properties.filter(
      (property): property is ts.PropertyAssignment | ts.ShorthandPropertyAssignment =>
        (ts.isPropertyAssignment(property) || ts.isShorthandPropertyAssignment(property)) &&
        nameOf(property.name) === "migrations" &&
        // Of the options of a CLI: `cli: { migrations: "src/migrations" }`.
        !(ts.isPropertyAssignment(property) && ts.isStringLiteralLike(property.initializer)),
    ),
  );
}

function importedBy(file: SourceFile, project: Project): readonly SourceFile[] {
  return file.ast.statements.flatMap((statement) => {
    const specifier = specifierOf(statement);
    return specifier === undefined ? [] : (project.resolve(file, specifier) ?? []);
  });
}

/** The module specifier of an import or export statement, as written. */
export function specifierOf(statement: ts.Node): string | undefined {
  if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement))
    return statement.moduleSpecifier && ts.isStringLiteral(statement.moduleSpecifier)
      ? statement.moduleSpecifier.text
      : undefined;
  if (!ts.isVariableStatement(statement)) return undefined;
  const [declaration] = statement.declarationList.declarations;
  return declaration?.initializer && requiredBy(unwrap(declaration.initializer));
}

/** The module of `require("./migrations")`. */
function requiredBy(call: ts.Node): string | undefined {
  if (!ts.isCallExpression(call) || pathOf(call.expression).join(".") !== "require") return undefined;
  const [argument] = call.arguments;
  return argument !== undefined && ts.isStringLiteral(argument) ? argument.text : undefined;
}

/** Where the classes of an expression are listed, as far as it can be resolved. */
function placesOf(given: ts.Expression, file: SourceFile, project: Project, depth = 0): readonly Place[] {
  const value = unwrap(given);
  if (depth > 8) return [];
  const follow = (next: ts.Expression, where = file) => placesOf(next, where, project, depth + 1);
  const followDefault = (module: SourceFile | undefined) => {
    const exported = module && defaultOf(module);
    return exported === undefined ? [] : follow(exported, module);
  };
  if (ts.isConditionalExpression(value)) return [...follow(value.whenTrue), ...follow(value.whenFalse)];
  if (ts.isBinaryExpression(value)) return [...follow(value.left), ...follow(value.right)];
  if (ts.isArrayLiteralExpression(value)) {
    const list = commaListOf(value, file);
    const spread = value.elements.flatMap((each) => (ts.isSpreadElement(each) ? follow(each.expression) : []));
    const own = value.elements.flatMap((each) => classAt(each, file, project) ?? []);
    // A literal that only spreads others is no list of its own.
    const isOwn = list !== undefined && (spread.length === 0 || own.length > 0);
    return [...(isOwn ? [{ kind: "list" as const, file, list, classes: own }] : []), ...spread];
  }
  if (ts.isObjectLiteralExpression(value)) {
    const list = commaListOf(value, file);
    const classes = value.properties.flatMap((each) => {
      const node = ts.isShorthandPropertyAssignment(each) ? each.name : undefined;
      const found = node && classAt(node, file, project);
      return found === undefined ? [] : { ...found, node: each };
    });
    return list === undefined ? [] : [{ kind: "list", file, list, classes }];
  }
  if (ts.isCallExpression(value)) {
    const required = requiredBy(value);
    if (required !== undefined) return followDefault(project.resolve(file, required));
    const [argument] = value.arguments;
    return pathOf(value.expression).join(".") === "Object.values" && argument !== undefined ? follow(argument) : [];
  }
  if (!ts.isIdentifier(value)) return [];
  const constant = constantOf(value, file, project);
  if (constant !== undefined) return follow(constant.value, constant.file);
  const statement = importOf(value.text, file);
  const target = statement && moduleOf(statement, file, project);
  if (statement === undefined || target === undefined) return [];
  const clause = ts.isImportDeclaration(statement) ? statement.importClause : undefined;
  if (clause?.name?.text === value.text) return followDefault(target);
  const isWhole = clause?.namedBindings !== undefined && ts.isNamespaceImport(clause.namedBindings);
  return isWhole ? [{ kind: "exports", file: target, classes: exportsOf(target, project) }] : [];
}

/** The default export of a module: `export default …`, `module.exports = …`. */
function defaultOf({ ast }: SourceFile): ts.Expression | undefined {
  for (const statement of ast.statements) {
    if (ts.isExportAssignment(statement)) return statement.expression;
    const assigned = ts.isExpressionStatement(statement) ? statement.expression : undefined;
    if (assigned && ts.isBinaryExpression(assigned) && pathOf(assigned.left).join(".") === "module.exports")
      return assigned.right;
  }
  return undefined;
}

/** The class that an element names. */
function classAt(node: ts.Node, file: SourceFile, project: Project): ListedClass | undefined {
  if (!ts.isIdentifier(node)) return undefined;
  const found = lookUp(project, file, node.text, "value");
  if (found?.kind === "declaration" && ts.isClassDeclaration(found.node))
    return { name: found.node.name?.text ?? node.text, file: found.file.file, node };
  const statement = importOf(node.text, file);
  const target = statement && moduleOf(statement, file, project);
  const declared = target && exportsOf(target, project);
  const only = declared?.find(({ name }) => name === node.text) ?? (declared?.length === 1 ? declared[0] : undefined);
  return only && { ...only, node };
}

/** The classes that a module exports. */
function exportsOf(file: SourceFile, project: Project, seen: ReadonlySet<SourceFile> = new Set()): ListedClass[] {
  if (seen.has(file)) return [];
  const within = new Set([...seen, file]);
  return file.ast.statements.flatMap((node): ListedClass[] => {
    if (ts.isClassDeclaration(node)) return [{ name: node.name?.text ?? "default", file: file.file, node }];
    // `module.exports = class …`
    const assigned = ts.isExpressionStatement(node) && ts.isBinaryExpression(node.expression) && node.expression.right;
    if (assigned && ts.isClassExpression(assigned))
      return [{ name: assigned.name?.text ?? "default", file: file.file, node }];
    if (!ts.isExportDeclaration(node)) return [];
    const target = moduleOf(node, file, project);
    if (target === undefined) return [];
    if (node.exportClause === undefined || !ts.isNamedExports(node.exportClause))
      return exportsOf(target, project, within).map((each) => ({ ...each, node }));
    return node.exportClause.elements.flatMap(({ name, propertyName = name }) => {
      const found = lookUpExport(project, target, propertyName.text, "value");
      if (found?.kind !== "declaration") return exportsOf(target, project, within).map((each) => ({ ...each, node }));
      return [{ name: nameOf(name as ts.Identifier) ?? "", file: found.file.file, node }];
    });
  });
}

/** The statement that imports a name into a file. */
export function importOf(name: string, { ast }: SourceFile): ts.ImportDeclaration | ts.VariableStatement | undefined {
  for (const statement of ast.statements) {
    if (ts.isImportDeclaration(statement)) {
      const { name: own, namedBindings: bindings } = statement.importClause ?? {};
      const names = bindings === undefined ? [] : ts.isNamespaceImport(bindings) ? [bindings] : [...bindings.elements];
      if (own?.text === name || names.some((each) => each.name.text === name)) return statement;
    }
    if (ts.isVariableStatement(statement) && specifierOf(statement) !== undefined) {
      const bound = statement.declarationList.declarations[0]?.name;
      const names = bound === undefined ? [] : ts.isIdentifier(bound) ? [bound] : bound.elements.map((each) => each);
      if (names.some((each) => each.getText(ast) === name)) return statement;
    }
  }
  return undefined;
}

/** The file that a statement imports or exports from. */
export function moduleOf(statement: ts.Node, file: SourceFile, project: Project): SourceFile | undefined {
  const specifier = specifierOf(statement);
  return specifier === undefined ? undefined : project.resolve(file, specifier);
}
