import { ts } from "@lockstep/core/codemods";

/** An export of a file that may be a data source. */
export interface ExportedValue {
  /** Its expression: an initialiser, or the value of `export default`, `export =` or `module.exports =`. */
  readonly value: ts.Expression;
  /** It is declared as one: by `new DataSource(…)`, its type or its name. */
  readonly isDataSource: boolean;
}

/** `DataSource`, under any import path. */
export function isNewDataSource(node: ts.Node): boolean {
  return ts.isNewExpression(node) && /^(?:\w+\.)?DataSource$/.test(node.expression.getText());
}

/** The exports of a file that may be a data source: created in place, by a call, awaited, one of two. */
export function exportedValues(source: ts.SourceFile): readonly ExportedValue[] {
  const declarations = new Map<string, ts.VariableDeclaration>();
  for (const statement of source.statements)
    if (ts.isVariableStatement(statement))
      for (const declaration of statement.declarationList.declarations)
        if (ts.isIdentifier(declaration.name)) declarations.set(declaration.name.text, declaration);

  const found = new Map<ts.Expression, ExportedValue>();
  const add = (value: ts.Expression | undefined, name: string, type?: ts.TypeNode): void => {
    const own = value !== undefined && ts.isIdentifier(value) ? declarations.get(value.text) : undefined;
    if (own?.initializer !== undefined) {
      add(own.initializer, name, own.type);
      return;
    }
    if (value === undefined || !mayBeOne(value)) return;
    const says = type !== undefined && /\bDataSource\b/.test(type.getText(source));
    const isDataSource = says || /data_?source|^(?:db|orm|connection)$/i.test(name) || makesOne(value, source);
    found.set(value, { value, isDataSource: isDataSource || found.get(value)?.isDataSource === true });
  };
  for (const statement of source.statements) {
    if (ts.isExportAssignment(statement)) add(statement.expression, "default");
    else if (ts.isVariableStatement(statement) && isExported(statement))
      for (const { name, initializer, type } of statement.declarationList.declarations)
        add(initializer, name.getText(source), type);
    else if (ts.isExportDeclaration(statement) && statement.moduleSpecifier === undefined) {
      const { exportClause } = statement;
      if (exportClause !== undefined && ts.isNamedExports(exportClause))
        for (const { name, propertyName } of exportClause.elements) {
          const declaration = declarations.get((propertyName ?? name).text);
          add(declaration?.initializer, (propertyName ?? name).text, declaration?.type);
        }
    } else if (ts.isExpressionStatement(statement)) addAssigned(statement.expression, source, add);
  }
  return [...found.values()];
}

/** `module.exports = …`, `exports.dataSource = …`, `module.exports = { dataSource }`. */
function addAssigned(
  expression: ts.Expression,
  source: ts.SourceFile,
  add: (value: ts.Expression | undefined, name: string) => void,
): void {
  if (!ts.isBinaryExpression(expression) || expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return;
  const [, name] = /^(?:module\.)?exports(?:\.(\w+))?$/.exec(expression.left.getText(source)) ?? [undefined, undefined];
  if (name === undefined && expression.left.getText(source) !== "module.exports") return;
  const { right } = expression;
  if (!ts.isObjectLiteralExpression(right)) {
    add(right, name ?? "default");
    return;
  }
  for (const property of right.properties) {
    if (ts.isPropertyAssignment(property)) add(property.initializer, property.name.getText(source));
    else if (ts.isShorthandPropertyAssignment(property)) add(property.name, property.name.text);
  }
}

/** A value that exists when the file is loaded: no function, class or plain data. */
function mayBeOne(value: ts.Expression): boolean {
  if (
    ts.isParenthesizedExpression(value) ||
    ts.isAsExpression(value) ||
    ts.isSatisfiesExpression(value) ||
    ts.isNonNullExpression(value) ||
    ts.isAwaitExpression(value)
  )
    return mayBeOne(value.expression);
  if (ts.isConditionalExpression(value)) return mayBeOne(value.whenTrue) && mayBeOne(value.whenFalse);
  if (ts.isBinaryExpression(value)) return mayBeOne(value.right);
  return (
    ts.isCallExpression(value) ||
    ts.isNewExpression(value) ||
    ts.isIdentifier(value) ||
    ts.isPropertyAccessExpression(value)
  );
}

function makesOne(value: ts.Node, source: ts.SourceFile): boolean {
  if (isNewDataSource(value) || (ts.isCallExpression(value) && /DataSource\b/i.test(value.expression.getText(source))))
    return true;
  return ts.forEachChild(value, (child) => makesOne(child, source) || undefined) === true;
}

function isExported(statement: ts.VariableStatement): boolean {
  return statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
}
