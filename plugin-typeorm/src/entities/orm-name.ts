import { lookUp, type Project, type SourceFile, ts, unwrap } from "@lockstep/core/codemods";

/**
 * TypeORM's name of an expression: `Column` for `Column`, `Col` (imported under that name), `orm.Column`, and for re-exports by a file of
 * the project. Undefined for everything else.
 */
export function ormName(expression: ts.Expression, file: SourceFile, project: Project): string | undefined {
  const inner = unwrap(expression);
  if (ts.isIdentifier(inner)) return named(inner.text, file, project);
  if (!ts.isPropertyAccessExpression(inner) || !ts.isIdentifier(inner.expression)) return undefined;
  return isNamespace(inner.expression.text, file) ? inner.name.text : undefined;
}

/** Called for every decorator of every class: cached by file. */
const known = new WeakMap<SourceFile, Map<string, string | undefined>>();

function named(name: string, file: SourceFile, project: Project): string | undefined {
  let names = known.get(file);
  if (names === undefined) {
    names = new Map();
    known.set(file, names);
  }
  if (!names.has(name)) {
    const found = lookUp(project, file, name, "value");
    const isOrm = found?.kind === "external" && isTypeorm(found.specifier);
    names.set(name, isOrm ? found.name : required(name, file));
  }
  return names.get(name);
}

/** `const { Column: Col } = require("typeorm")`. */
function required(name: string, file: SourceFile): string | undefined {
  for (const statement of file.ast.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name: binding, initializer } of statement.declarationList.declarations) {
      if (!ts.isObjectBindingPattern(binding) || !isRequire(initializer)) continue;
      for (const element of binding.elements) {
        if (!ts.isIdentifier(element.name) || element.name.text !== name) continue;
        return element.propertyName !== undefined && ts.isIdentifier(element.propertyName)
          ? element.propertyName.text
          : name;
      }
    }
  }
  return undefined;
}

/** `import * as orm`, `import orm`, `import orm = require(…)` and `const orm = require(…)`. */
function isNamespace(name: string, file: SourceFile): boolean {
  return file.ast.statements.some((statement) => {
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.some(
        (each) => ts.isIdentifier(each.name) && each.name.text === name && isRequire(each.initializer),
      );
    if (ts.isImportEqualsDeclaration(statement)) {
      const { moduleReference: module } = statement;
      return statement.name.text === name && ts.isExternalModuleReference(module) && isOwn(module.expression);
    }
    if (!ts.isImportDeclaration(statement) || !isOwn(statement.moduleSpecifier)) return false;
    const { importClause: clause } = statement;
    if (clause?.name?.text === name) return true;
    const bindings = clause?.namedBindings;
    return bindings !== undefined && ts.isNamespaceImport(bindings) && bindings.name.text === name;
  });
}

function isRequire(value: ts.Expression | undefined): boolean {
  if (value === undefined || !ts.isCallExpression(value)) return false;
  return ts.isIdentifier(value.expression) && value.expression.text === "require" && isOwn(value.arguments[0]);
}

function isOwn(specifier: ts.Expression | undefined): boolean {
  return specifier !== undefined && ts.isStringLiteral(specifier) && isTypeorm(specifier.text);
}

/** Deep imports count: `typeorm/decorator/columns/Column`. */
function isTypeorm(specifier: string): boolean {
  return specifier === "typeorm" || specifier.startsWith("typeorm/");
}
