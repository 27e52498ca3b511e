import type { CodeSql, SqlStatements } from "../../dialect/code-sql.js";
import { ts } from "../ast/compiler.js";
import { pathOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import { namesTable } from "./names-table.js";

/** A string in code that looks like SQL. */
export interface SqlText {
  /** The literal, or the whole concatenation with `+`. */
  readonly node: ts.Expression;
  /** With `$901` and so on for each inserted value. */
  readonly text: string;
  /** Undefined if it is not SQL under any reading of its holes. */
  readonly statements: SqlStatements | undefined;
}

/** Text that may precede the first keyword. */
const lead = String.raw`^(?:\s+|--[^\n]*\n|/\*[\s\S]*?\*/|\()*`;

const known = new WeakMap<SourceFile, Map<string, readonly SqlText[]>>();

/** The SQL in a file that names a table. Requires the loaded parser. */
export function sqlTextsIn(file: SourceFile, table: string, sql: CodeSql): readonly SqlText[] {
  if (!namesTable(file.text, table)) return [];
  const ofFile = known.get(file) ?? new Map<string, readonly SqlText[]>();
  known.set(file, ofFile);
  const found = ofFile.get(table) ?? findIn(file, table, sql);
  ofFile.set(table, found);
  return found;
}

function findIn(file: SourceFile, table: string, sql: CodeSql): readonly SqlText[] {
  const begins = new RegExp(`${lead}(?:${sql.verbs})\\b`, "i");
  const { StringLiteral, NoSubstitutionTemplateLiteral, TemplateExpression } = ts.SyntaxKind;
  const literals: readonly ts.Expression[] = [
    ...file.nodes(StringLiteral),
    ...file.nodes(NoSubstitutionTemplateLiteral),
    ...file.nodes(TemplateExpression),
  ];
  return literals.flatMap((literal) => {
    const node = whole(literal);
    const pieces = piecesOf(node);
    const [first] = pieces;
    // A concatenation is read once, from its first literal.
    if (node !== literal && leftmost(node) !== literal) return [];
    if (first === undefined || !begins.test(first)) return [];
    const text = join(pieces, (hole) => `$${hole}`);
    if (!namesTable(text, table)) return [];
    const statements = read(pieces, sql);
    return statements === undefined && !isGivenAsSql(node) ? [] : [{ node, text, statements }];
  });
}

/** The text between the holes. */
function piecesOf(node: ts.Expression): readonly string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  if (isSum(node)) {
    const [left, right] = [piecesOf(node.left), piecesOf(node.right)];
    return [...left.slice(0, -1), `${left.at(-1)}${right[0]}`, ...right.slice(1)];
  }
  return ["", ""];
}

/** An inserted part is a value, a list of values, a name, or a clause: the first reading that is valid SQL counts. */
function read(pieces: readonly string[], sql: CodeSql): SqlStatements | undefined {
  const asValue = (hole: number) => sql.parameter(hole);
  const asList = (hole: number, before: string) =>
    /\b(?:values|in)\s*$/i.test(before) ? `(${asValue(hole)})` : asValue(hole);
  const readings = [asValue, asList, (hole: number) => `hole_${hole}`, () => " "];
  for (const reading of pieces.length === 1 ? readings.slice(0, 1) : readings) {
    const statements = sql.statements(join(pieces, reading));
    if (statements !== undefined) return statements;
  }
  return undefined;
}

function join(pieces: readonly string[], reading: (hole: number, before: string) => string): string {
  // Numbers that no real statement uses.
  return pieces.reduce((text, piece, index) => `${text}${reading(900 + index, text)}${piece}`);
}

/** Whether the receiver of the text expects SQL: prose also starts with these words. */
function isGivenAsSql(node: ts.Expression): boolean {
  const { parent } = node;
  const isTag = ts.isTaggedTemplateExpression(parent);
  if (!isTag && !(ts.isCallExpression(parent) && parent.arguments.includes(node))) return false;
  const taker = pathOf(isTag ? parent.tag : parent.expression).at(-1) ?? "";
  return /sql|quer|raw|execute|unsafe/i.test(taker);
}

function whole(literal: ts.Expression): ts.Expression {
  let node = literal;
  while (isSum(node.parent)) node = node.parent;
  return node;
}

function leftmost(node: ts.Expression): ts.Expression {
  return isSum(node) ? leftmost(node.left) : node;
}

function isSum(node: ts.Node): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
}
