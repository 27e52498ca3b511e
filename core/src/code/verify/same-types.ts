import type { ts as compiler } from "@ts-morph/common";
import { patternOf } from "../../base/pattern-of.js";
import { ts } from "../ast/compiler.js";

/**
 * Whether two versions of a TypeScript file have the same types for the files that import it. They have if they only differ where a written
 * type decides: in the body of a function with a return type, in the value of a variable or property with a type, and in calls of statements.
 *
 * @example hasSameTypes('export const a: User = { id: 1 };', 'export const a: User = { id: 1, name: "" };') // true
 */
export function hasSameTypes(before: compiler.SourceFile, after: compiler.SourceFile): boolean {
  if (!/\.[cm]?tsx?$/.test(after.fileName)) return false;
  const [own, other] = [before, after].map((source) =>
    source.statements.filter((each) => !ts.isImportDeclaration(each)),
  );
  const texts = (statements: readonly compiler.Statement[] = []) => statements.map(textForOthers).filter(isText);
  return JSON.stringify(texts(own)) === JSON.stringify(texts(other)) && hasSameImports(before, after);
}

const isText = (text: string) => text !== "";

/** The imports of before are still there, and a new one takes the name of nothing that was used before. */
function hasSameImports(before: compiler.SourceFile, after: compiler.SourceFile): boolean {
  const [old, now] = [importsOf(before), importsOf(after)];
  const isNewName = (name: string) => !new RegExp(`(?<![\\w$])${patternOf(name)}(?![\\w$])`).test(before.text);
  return (
    [...old].every(([name, from]) => now.get(name) === from) &&
    [...now].every(([name]) => old.has(name) || isNewName(name))
  );
}

/** The module and export of each imported name. */
function importsOf(source: compiler.SourceFile): ReadonlyMap<string, string> {
  const imports = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const from = statement.moduleSpecifier.getText(source);
    const { name, namedBindings } = statement.importClause ?? {};
    if (name !== undefined) imports.set(name.text, `default of ${from}`);
    if (namedBindings === undefined) continue;
    if (ts.isNamespaceImport(namedBindings)) imports.set(namedBindings.name.text, `all of ${from}`);
    else
      for (const each of namedBindings.elements)
        imports.set(each.name.text, `${(each.propertyName ?? each.name).getText(source)} of ${from}`);
  }
  return imports;
}

/** A statement without the parts that importers do not see. Empty: they see nothing of it. */
function textForOthers(statement: compiler.Statement): string {
  if (ts.isExpressionStatement(statement)) {
    const { expression } = statement;
    // An assignment can declare a property of a function.
    return ts.isCallExpression(ts.isAwaitExpression(expression) ? expression.expression : expression)
      ? ""
      : statement.getText();
  }
  const hidden = hiddenIn(statement);
  const source = statement.getSourceFile();
  let [text, at] = ["", statement.getStart(source)];
  for (const node of hidden) {
    text += source.text.slice(at, node.getStart(source));
    at = node.end;
  }
  return text + source.text.slice(at, statement.end);
}

/** The parts with a written type. */
function hiddenIn(statement: compiler.Statement): readonly compiler.Node[] {
  if (ts.isFunctionDeclaration(statement)) return statement.type && statement.body ? [statement.body] : [];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ type, initializer }) =>
      type && initializer ? [initializer] : [],
    );
  if (!ts.isClassDeclaration(statement)) return [];
  return statement.members.flatMap((member): readonly compiler.Node[] => {
    if (ts.isMethodDeclaration(member) || ts.isGetAccessorDeclaration(member))
      return member.type && member.body ? [member.body] : [];
    return ts.isPropertyDeclaration(member) && member.type && member.initializer ? [member.initializer] : [];
  });
}
