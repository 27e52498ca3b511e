import { ts } from "./compiler.js";
import { initializerOf, propertiesOf } from "./expressions.js";
import { keyStyles } from "./key-styles.js";
import { rowShapeOfParameter, rowShapeOfValue } from "./row-values.js";
import { declarationOf } from "./scope.js";
import type { SourceFile } from "./source-file.js";
import { type Target, targetOf } from "./target-type.js";
import type { TransformContext } from "./transform.js";
import { type FieldText, textsOfNames, textsOfRow } from "./value-text.js";

/** A literal that copies all columns of a row: `{ id: user.id, email: user.email, … }`. */
export interface Mapper {
  readonly literal: ts.ObjectLiteralExpression;
  readonly file: SourceFile;
  readonly target: Target;
  /** The key of the new property, in the style of the others: `user_name` beside `created_at`. */
  readonly key: string;
  /** How the new field is read: `user.handle`. */
  readonly read: string;
  readonly texts: FieldText;
  /** The pattern that takes the row apart, `({ id, email }: User)`: the field must be added to it too. */
  readonly pattern: ts.ObjectBindingPattern | undefined;
  /** The literal is given back, kept in a constant or sent as a response: not just an argument of something. */
  readonly isResult: boolean;
}

/** All mappers of a file. */
export function* mappersIn(file: SourceFile, context: TransformContext): Iterable<Mapper> {
  if (context.columns.length < 3) return;
  for (const literal of file.nodes(ts.SyntaxKind.ObjectLiteralExpression)) {
    if (literal.properties.length < context.columns.length) continue;
    const mapper = readMapper(literal, file, context);
    if (mapper !== undefined) yield mapper;
  }
}

function readMapper(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): Mapper | undefined {
  const keys = keysOf(literal, context);
  if (keys === undefined) return undefined;
  const copies = context.columns.map((column) => copyIn(keys.values.get(column.name), column.name));
  const [first] = copies;
  if (first === undefined || copies.some((copy) => copy === undefined || copy.row !== first.row)) return undefined;
  if (first.pattern === undefined && !(first.source && isRow(first.source, file, context))) return undefined;
  if (first.pattern !== undefined && !isRowPattern(first.pattern, file, context)) return undefined;

  const target = targetOf(literal, file, context);
  const base = {
    literal,
    file,
    target,
    key: keys.keyOf(context.field.name),
    pattern: first.pattern,
    isResult: isResult(target),
  };
  if (first.pattern === undefined) {
    return { ...base, read: `${first.row}.${context.field.name}`, texts: textsOfRow(first.row) };
  }
  const names = new Map(
    context.columns.flatMap((column, at) => [[column.name, copies[at]?.name ?? column.name] as const]),
  );
  return { ...base, read: context.field.name, texts: textsOfNames(names) };
}

export interface Copy {
  /** The text of the row, or an identity for the pattern: all columns must come from the same one. */
  readonly row: string;
  readonly source: ts.Identifier | undefined;
  readonly pattern: ts.ObjectBindingPattern | undefined;
  readonly name: string;
}

/** The column that a value is made of: `user.createdAt.toISOString()` copies `createdAt` of `user`. */
export function copyIn(value: ts.Expression | undefined, column: string): Copy | undefined {
  let found: Copy | undefined;
  const visit = (node: ts.Node): void => {
    if (found !== undefined) return;
    if (ts.isPropertyAccessExpression(node) && node.name.text === column && ts.isIdentifier(node.expression)) {
      found = { row: node.expression.text, source: node.expression, pattern: undefined, name: column };
    } else if (ts.isIdentifier(node) && !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node)) {
      const bound = declarationOf(node);
      if (bound !== undefined && ts.isBindingElement(bound) && ts.isObjectBindingPattern(bound.parent)) {
        const original = bound.propertyName ?? bound.name;
        if (ts.isIdentifier(original) && original.text === column) {
          found = { row: `{}${bound.parent.pos}`, source: undefined, pattern: bound.parent, name: node.text };
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  if (value !== undefined) visit(value);
  return found;
}

export function isRow(source: ts.Identifier, file: SourceFile, context: TransformContext): boolean {
  return rowShapeOfValue(source, file, context) === "row";
}

/** `({ id, email }: User) =>` and `const { id, email } = user`. */
export function isRowPattern(pattern: ts.ObjectBindingPattern, file: SourceFile, context: TransformContext): boolean {
  const owner = pattern.parent;
  if (ts.isParameter(owner)) return rowShapeOfParameter(owner, file, context) === "row";
  if (!ts.isVariableDeclaration(owner) || owner.initializer === undefined) return false;
  return rowShapeOfValue(owner.initializer, file, context) === "row";
}

/** The columns by name, whether the literal's keys are written `createdAt` or `created_at`. */
function keysOf(
  literal: ts.ObjectLiteralExpression,
  { columns }: TransformContext,
): { values: ReadonlyMap<string, ts.Expression>; keyOf: (field: string) => string } | undefined {
  const properties = propertiesOf(literal);
  for (const keyOf of keyStyles) {
    const found = columns.map((column) => [column.name, initializerOf(properties.get(keyOf(column.name)))] as const);
    if (found.every(([, value]) => value !== undefined)) {
      return { values: new Map(found as [string, ts.Expression][]), keyOf };
    }
  }
  return undefined;
}

function isResult(target: Target): boolean {
  if (target.kind === "typed" || target.kind === "free") return true;
  if (target.kind !== "argument") return false;
  // `res.json({ … })`, `reply.send({ … })`, `c.json({ … })`, `Response.json({ … })`
  const [owner] = target.path.slice(-2);
  const isSent = /^(?:json|jsonp|send)$/.test(target.path.at(-1) ?? "");
  return isSent && /^(?:res|response|reply|ctx|c|context|Response|NextResponse|…)$/.test(owner ?? "");
}
