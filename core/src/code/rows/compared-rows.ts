import { ts } from "../ast/compiler.js";
import { initializerOf, isAssertion, propertiesOf, returnedBy, unwrap } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import { isTestFile } from "../candidates/candidate-for.js";
import { memoizedBy } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import { resolveFunction } from "../flow/rows-in-expression.js";
import { lookUp } from "../project/project.js";
import { producersOf } from "../responses/producers.js";
import { namesColumns } from "../types/row-literals.js";
import { literalOf } from "../values/fixture-value.js";
import { sourcesOf } from "../values/value-text.js";

/** A literal of a test that is built like a row: `Object.assign(new User(), { id: 1, email: "Ada@example.com" })`. */
export interface TestRow {
  readonly literal: ts.ObjectLiteralExpression;
  readonly file: SourceFile;
}

/** The rows of tests behind a value that an assertion compares. */
export interface ComparedRows {
  /** They have the values that the assertion expects. */
  readonly same: readonly TestRow[];
  /** What builds a row that lacks the field, where Lockstep cannot compare the values. */
  readonly unclear: ts.Node | undefined;
}

/** The literals of a test file that name most columns, without assertions and copies of rows. */
export const testRowsIn = memoizedBy((file: SourceFile, context): readonly TestRow[] => {
  if (!isTestFile(file)) return [];
  const least = Math.max(3, Math.ceil(context.columns.length * 0.75));
  const copies = new Set(
    producersOf(file, context).flatMap(({ kind, mapper }) => (kind === "literal" ? [mapper.literal] : [])),
  );
  return file
    .nodes(ts.SyntaxKind.ObjectLiteralExpression)
    .filter((each) => namesColumns(each, least, context) && !isExpected(each) && !copies.has(each))
    .map((literal) => ({ literal, file }));
});

/** Whether a literal is an argument of an assertion itself, not of a function inside it: `expect(toResponse({ … }))`. */
function isExpected(literal: ts.Node): boolean {
  const call = ts.findAncestor(literal.parent, (at) => ts.isCallExpression(at) || ts.isFunctionLike(at));
  return call !== undefined && ts.isCallExpression(call) && isAssertion(call);
}

/**
 * Finds the rows that an assertion compares with, among the literals of its file and of the test files that it imports from.
 *
 * @param keyOf the assertion's spelling of a column
 */
export function comparedRows(
  { literal, actual }: { readonly literal: ts.ObjectLiteralExpression; readonly actual: ts.Expression },
  keyOf: (name: string) => string,
  file: SourceFile,
  context: TransformContext,
): ComparedRows {
  const built = builtBehind(actual, file, context);
  const rows = [file, ...importedTests(file, context)].flatMap((each) => testRowsIn(each, context));
  const overOf = (row: TestRow) => built.find(({ node }) => node === row.literal)?.over ?? [];
  const same = rows.filter((row) => agree(literal, keyOf, [row.literal, ...overOf(row)], context));
  const isUnclear = ({ node, file: its }: Built) =>
    ts.isObjectLiteralExpression(node)
      ? testRowsIn(its, context).some((row) => row.literal === node) && !same.some((row) => row.literal === node)
      : !isSet(node, context.field.name, its);
  return { same, unclear: built.find(isUnclear)?.node };
}

/**
 * Whether the constants of both agree, among them one that identifies a row or that the new column is computed from.
 *
 * @param row later literals override earlier ones
 */
function agree(
  asserted: ts.ObjectLiteralExpression,
  keyOf: (name: string) => string,
  row: readonly ts.ObjectLiteralExpression[],
  context: TransformContext,
): boolean {
  const expected = propertiesOf(asserted);
  const given = new Map(row.flatMap((each) => [...propertiesOf(each)]));
  const sources = new Set(sourcesOf(context).map(({ name }) => name));
  let equal = 0;
  let isIdentified = false;
  for (const { name, isId, isUnique } of context.columns) {
    const one = literalOf(initializerOf(expected.get(keyOf(name))));
    const other = literalOf(initializerOf(given.get(name)));
    if (one === undefined || other === undefined) continue;
    if (one !== other) return false;
    equal += 1;
    if (isId || isUnique || sources.has(name)) isIdentified = true;
  }
  return equal >= 2 && isIdentified;
}

/** The test files that a file imports values from. */
const importedTests = memoizedBy((file: SourceFile, context): readonly SourceFile[] => {
  const names = file.ast.statements.filter(ts.isImportDeclaration).flatMap(({ importClause }) => {
    const bindings = importClause?.namedBindings;
    return bindings && ts.isNamedImports(bindings) ? bindings.elements.map((each) => each.name.text) : [];
  });
  const found = names.flatMap((name) => lookUp(context.project, file, name, "value") ?? []);
  const files = found.flatMap((each) => (each.kind === "declaration" && each.file !== file ? [each.file] : []));
  return [...new Set(files)].filter(isTestFile);
});

interface Built {
  readonly node: ts.Node;
  readonly file: SourceFile;
  /** The overrides that a factory gets. */
  readonly over: readonly ts.ObjectLiteralExpression[];
}

/** What tests build behind a value: the literals that their factories return, and variables of `new User()`. */
function builtBehind(value: ts.Expression, file: SourceFile, context: TransformContext): readonly Built[] {
  const found: Built[] = [];
  const seen = new Set<ts.Node>();
  const visit = (node: ts.Node, its: SourceFile, over: Built["over"]): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (ts.isObjectLiteralExpression(node)) found.push({ node, file: its, over });
    if (ts.isIdentifier(node)) {
      const declaration = declarationOf(node);
      const initializer = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
      if (declaration && initializer && isNewModel(unwrap(initializer), its, context))
        found.push({ node: declaration, file: its, over });
      else if (initializer !== undefined) visit(initializer, its, over);
    }
    if (ts.isCallExpression(node)) {
      const called = resolveFunction(node.expression, its, context);
      if (called !== undefined && "body" in called.node && isTestFile(called.file))
        for (const each of returnedBy(called.node as ts.FunctionLikeDeclaration))
          visit(each, called.file, node.arguments.filter(ts.isObjectLiteralExpression));
    }
    ts.forEachChild(node, (child) => visit(child, its, over));
  };
  visit(value, file, []);
  return found;
}

/** `new User()` of an entity, whose columns are set afterwards. */
function isNewModel(value: ts.Expression, file: SourceFile, context: TransformContext): boolean {
  if (!ts.isNewExpression(value) || !ts.isIdentifier(value.expression) || value.arguments?.length) return false;
  const found = lookUp(context.project, file, value.expression.text, "value");
  return (
    found?.kind === "declaration" &&
    ts.isClassDeclaration(found.node) &&
    found.node.name?.text === context.model.name &&
    context.orm.isModel?.(found.node, found.file, context) === true
  );
}

/** Whether a file sets a member of a variable. */
function isSet(declaration: ts.Node, member: string, file: SourceFile): boolean {
  return file.identifiers(member).some(({ parent }) => {
    const isMember = ts.isPropertyAccessExpression(parent) && ts.isIdentifier(parent.expression);
    return isMember && declarationOf(parent.expression) === declaration;
  });
}
