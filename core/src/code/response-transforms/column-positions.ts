import { ts } from "../ast/compiler.js";
import { enclosingName, initializerOf, isAsserted, nameOf, pathOf, propertiesOf, unwrap } from "../ast/expressions.js";
import { lineAt, type SourceFile } from "../ast/source-file.js";
import { candidateFor, type FieldList, isTestFile } from "../candidates/candidate-for.js";
import { memoized, memoizedBy } from "../contract/memoized.js";
import type { Finding, Transform, TransformContext } from "../contract/transform.js";
import type { Copies } from "../flow/copied-columns.js";
import { partialCopyOf } from "../mappers/mapper-of-some.js";
import { keyStyles } from "../names/key-styles.js";

/**
 * Columns in an order that other code relies on: cells under a list of headers, definitions of a table's columns, and comparisons of two
 * rows. They are listed, not edited: a change to one list alone shifts every column after it.
 */
export const columnPositions: Transform = {
  id: "column-positions",
  intents: ["read"],

  *find(file, context) {
    if (isTestFile(file)) return;
    for (const cells of cellsIn(context)) if (cells.file === file) yield* placeOfCells(cells, context);
    for (const array of file.nodes(ts.SyntaxKind.ArrayLiteralExpression)) yield* definitions(array, file, context);
    for (const chain of file.nodes(ts.SyntaxKind.BinaryExpression)) yield* comparison(chain, file, context);
  },
};

/** A list of labels for cells, one for each. */
type Labels = ts.ArrayLiteralExpression | ts.StringLiteral | ts.NoSubstitutionTemplateLiteral;

interface Cells {
  readonly node: ts.ArrayLiteralExpression | ts.TemplateExpression;
  readonly file: SourceFile;
  readonly copies: Copies;
  readonly headers:
    | { readonly node: Labels; readonly file: SourceFile; readonly labels: readonly string[] }
    | undefined;
}

/** Whether a list of names is the header of cells that lack the field: then it does not get the field either. */
export function isHeaderOfCells(node: ts.Node, context: TransformContext): boolean {
  return cellsIn(context).some(({ headers, copies }) => headers?.node === node && !hasField(copies, context));
}

/** Adjacent values of a row: `[user.id, user.email]`, `` `${user.id};${user.email}` ``. A list of labels belongs to the nearest cells. */
const cellsIn = memoized((context): readonly Cells[] => {
  const all = context.project.files.flatMap((file) => (isTestFile(file) ? [] : cellsOf(file, context)));
  const distance = ({ node, file, headers }: Cells) =>
    headers?.file === file ? Math.abs(headers.node.pos - node.pos) : Number.POSITIVE_INFINITY;
  return all.map((each) => {
    const rivals = all.filter((other) => other.headers?.node === each.headers?.node);
    const [nearest] = rivals.toSorted((a, b) => distance(a) - distance(b));
    return nearest === each ? each : { ...each, headers: undefined };
  });
});

function cellsOf(file: SourceFile, context: TransformContext): readonly Cells[] {
  const { ArrayLiteralExpression, TemplateExpression } = ts.SyntaxKind;
  return [...file.nodes(ArrayLiteralExpression), ...file.nodes(TemplateExpression)].flatMap((node): Cells[] => {
    const values = valuesSideBySide(node);
    if (values === undefined) return [];
    const copies = partialCopyOf(new Map(values.map((value, at) => [String(at), value])), file, context);
    if (copies === undefined || copies.keys.length * 2 < values.length) return [];
    return [{ node, file, copies, headers: headersOf(copies, values.length, file, context) }];
  });
}

function valuesSideBySide(node: Cells["node"]): readonly ts.Expression[] | undefined {
  if (ts.isTemplateExpression(node)) {
    const between = node.templateSpans.slice(0, -1).map(({ literal }) => literal.text);
    return between.every((text) => /^["']?[,;|\t]["']?$/.test(text))
      ? node.templateSpans.map(({ expression }) => expression)
      : undefined;
  }
  const { parent } = node;
  if (node.elements.some((each) => !ts.isExpression(each) || ts.isSpreadElement(each)) || isAsserted(node))
    return undefined;
  if (ts.isCallExpression(parent)) {
    // Awaited values, dependencies of a hook and parameters of SQL are not cells.
    if (!/^(?:push|unshift|add\w*|write\w*|append\w*|concat|set\w*)$/i.test(pathOf(parent.expression).at(-1) ?? ""))
      return undefined;
  } else if (ts.isPropertyAccessExpression(parent)) {
    const [separator] = ts.isCallExpression(parent.parent) ? parent.parent.arguments : [];
    const isLine = separator !== undefined && ts.isStringLiteralLike(separator) && /[,;|\t]/.test(separator.text);
    if (parent.name.text === "join" && !isLine) return undefined;
  }
  return node.elements;
}

/** The list of labels with the same length that names the columns in the same positions: in the same file, or else in any. */
function headersOf(copies: Copies, count: number, file: SourceFile, context: TransformContext): Cells["headers"] {
  const columns = [...copies.copies.keys()].map((column, at) => ({ column, at: Number(copies.keys[at]) }));
  const found = context.project.files.flatMap((each) =>
    labelLists(each, context).flatMap(({ node, labels }) => {
      const named = columns.filter(({ column, at }) => plain(labels[at] ?? "") === plain(column)).length;
      const enough = each === file ? columns.length / 2 : Math.max(columns.length, 3);
      return labels.length === count && named >= enough ? [{ node, file: each, labels }] : [];
    }),
  );
  return found.find((each) => each.file === file) ?? found[0];
}

const labelLists = memoizedBy((file: SourceFile): readonly Omit<NonNullable<Cells["headers"]>, "file">[] => {
  const { ArrayLiteralExpression, StringLiteral, NoSubstitutionTemplateLiteral } = ts.SyntaxKind;
  const arrays = file.nodes(ArrayLiteralExpression).flatMap((node) => {
    const labels = node.elements.flatMap((each) => (ts.isStringLiteralLike(each) ? [each.text] : []));
    return labels.length > 1 && labels.length === node.elements.length ? [{ node, labels }] : [];
  });
  const lines = [...file.nodes(StringLiteral), ...file.nodes(NoSubstitutionTemplateLiteral)].flatMap((node) => {
    const [separator] = /[,;|\t]/.exec(node.text) ?? [];
    return separator === undefined ? [] : [{ node, labels: node.text.trim().split(separator) }];
  });
  return [...arrays, ...lines];
});

function plain(label: string): string {
  return label.replaceAll(/[^a-z\d]/gi, "").toLowerCase();
}

function* placeOfCells({ node, file, copies, headers }: Cells, context: TransformContext): Iterable<Finding> {
  const { field } = context;
  const anchor = enclosingName(node);
  const names = [...copies.copies.keys()];
  const [first] = copies.copies.values();
  const read = first?.source === undefined ? field.name : `${first.row}.${field.name}`;
  const at = headers && `${headers.file.file}:${lineAt(headers.file.text, headers.node.getStart(headers.file.ast))}`;
  const isHalfDone = headers?.labels.some((label) => plain(label) === plain(field.name)) === true;
  const advice =
    at === undefined
      ? `add \`${read}\` if it is shown there, and to whatever relies on the order`
      : isHalfDone
        ? `add \`${read}\` in the position of its header (${at})`
        : `add \`${read}\` here and its header at ${at}, in the same position, or neither`;
  const because =
    isHalfDone && !hasField(copies, context) ? `its headers have ${field.name}, its cells do not` : undefined;
  yield* listed(
    { node, names, tie: copies.tie, what: whatOf("cells by position", anchor), anchor, advice, because },
    file,
    context,
  );
}

/** `[{ key: "email", title: "Email" }, …]`, `[{ title: "Email", value: (user) => user.email }, …]` */
function* definitions(
  array: ts.ArrayLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const elements = array.elements
    .map((each) => (ts.isExpression(each) ? unwrap(each) : each))
    .filter(ts.isObjectLiteralExpression);
  if (elements.length < 2 || elements.length < array.elements.length) return;
  const columns = new Set(context.model.fields.flatMap(({ name }) => keyStyles.map((keyOf) => keyOf(name))));
  const byKey = new Map<string, string[]>();
  for (const element of elements)
    for (const [key, property] of propertiesOf(element)) {
      const named = namedBy(initializerOf(property));
      if (named !== undefined && columns.has(named)) byKey.set(key, [...(byKey.get(key) ?? []), named]);
    }
  const [names = []] = [...byKey.values()].sort((a, b) => b.length - a.length);
  if (new Set(names).size < 2 || names.length * 2 < elements.length) return;
  const anchor = nameOfArray(array) ?? enclosingName(array);
  const advice = `add a definition of ${context.field.name} if it is shown there`;
  yield* listed(
    { node: array, names, tie: "names", what: whatOf("column definitions", anchor), anchor, advice },
    file,
    context,
  );
}

/** The column of a definition: a text, or what a function reads from its parameter. */
function namedBy(value: ts.Expression | undefined): string | undefined {
  const inner = value && unwrap(value);
  if (inner === undefined) return undefined;
  if (ts.isStringLiteralLike(inner)) return inner.text;
  if (!ts.isArrowFunction(inner)) return undefined;
  const [parameter] = inner.parameters;
  const row = parameter !== undefined && ts.isIdentifier(parameter.name) ? parameter.name.text : undefined;
  const visit = (node: ts.Node): string | undefined =>
    ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === row
      ? node.name.text
      : ts.forEachChild(node, visit);
  return visit(inner.body);
}

/** `a.email === b.email && a.name === b.name`: two rows may only differ in the new column. */
function* comparison(chain: ts.BinaryExpression, file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (isLink(chain.parent)) return;
  const pairs = linksOf(chain).flatMap((each) => comparedIn(each) ?? []);
  const [first] = pairs;
  const own = pairs.filter((each) => each.left === first?.left && each.right === first?.right);
  const names = own.map(({ name }) => name);
  if (new Set(names).size < 2) return;
  const anchor = enclosingName(chain);
  const { name } = context.field;
  const advice = `compare \`${first?.left}.${name}\` with \`${first?.right}.${name}\` if a change of it matters there`;
  yield* listed(
    { node: chain, names, tie: "names", what: whatOf("comparison", anchor), anchor, advice },
    file,
    context,
  );
}

function isLink(node: ts.Node): boolean {
  if (ts.isParenthesizedExpression(node)) return isLink(node.parent);
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken;
}

function linksOf(node: ts.Expression): readonly ts.Expression[] {
  const inner = unwrap(node);
  return ts.isBinaryExpression(inner) && isLink(inner) ? [...linksOf(inner.left), ...linksOf(inner.right)] : [inner];
}

/** `a.email === b.email`, of two rows. */
function comparedIn(node: ts.Expression) {
  if (!ts.isBinaryExpression(node)) return undefined;
  const { EqualsEqualsEqualsToken, EqualsEqualsToken, ExclamationEqualsEqualsToken, ExclamationEqualsToken } =
    ts.SyntaxKind;
  const equals = [EqualsEqualsEqualsToken, EqualsEqualsToken, ExclamationEqualsEqualsToken, ExclamationEqualsToken];
  const [left, right] = [unwrap(node.left), unwrap(node.right)];
  if (!equals.some((kind) => kind === node.operatorToken.kind)) return undefined;
  if (!ts.isPropertyAccessExpression(left) || !ts.isPropertyAccessExpression(right)) return undefined;
  const name = left.name.text;
  if (name !== right.name.text) return undefined;
  return { name, left: left.expression.getText(), right: right.expression.getText() };
}

function hasField({ copies }: Copies, { field }: TransformContext): boolean {
  return copies.has(field.name);
}

function whatOf(kind: string, anchor: string | undefined): string {
  return anchor === undefined ? kind : `${anchor}: ${kind}`;
}

function nameOfArray({ parent }: ts.ArrayLiteralExpression): string | undefined {
  const isNamed =
    ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent);
  return isNamed ? nameOf(parent.name) : undefined;
}

function* listed(place: Omit<FieldList, "family">, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const candidate = candidateFor({ family: "names", ...place }, file, context);
  if (candidate !== undefined) yield candidate;
}
