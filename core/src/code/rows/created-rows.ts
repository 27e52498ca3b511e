import type { ts } from "../ast/compiler.js";
import { enclosingName, propertiesOf, spreadsOf, valuesOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import { candidateFor } from "../candidates/candidate-for.js";
import { memoized } from "../contract/memoized.js";
import type { EditFinding, Finding, TransformContext } from "../contract/transform.js";
import { literalOfSpread } from "../flow/literals-of-variable.js";
import { callerValueAmong, withCallerValue } from "../inputs/caller-value.js";
import { isComplete, siblingSourceAmong } from "../inputs/sibling-source.js";
import { withSourcePattern } from "../inputs/source-pattern.js";
import { addProperty } from "../write/property-edit.js";
import { isConnected } from "./new-rows.js";

/** A new row in any notation. */
export interface NewRow {
  readonly node: ts.Node;
  readonly what: string;
  /** The values that it sets, by field name. */
  readonly given: ReadonlyMap<string, ts.Expression>;
  readonly names: readonly string[];
  /** Why a person must decide; see `Candidate.caution`. */
  readonly caution?: string | undefined;
  written(value: string): string;
  edit(text: string): EditFinding | undefined;
}

/**
 * A new row for a column without a known value: a chosen one reads the value from the source of its other values, the others are ranked.
 */
export function* createRow(
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const { name } = context.field;
  if (isConnected(literal, context)) return;
  const row: NewRow = {
    node: literal,
    what,
    given: valuesOf(literal),
    names: [...propertiesOf(literal).keys()],
    written: (value) => (value === name ? name : `${name}: ${value}`),
    edit: (text) => addProperty(literal, text, what, file),
  };
  yield* offerNewRow(row, file, context);
  for (const part of partsOf(literal, file, context)) yield* createRow(part, what, file, context);
}

/** Like `createRow`, for a row that is filled in another way: `user.name = input.name; await users.save(user);` */
export function* offerNewRow(row: NewRow, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { node, what, given, names, caution } = row;
  const { name } = context.field;
  const sent = callerValueAmong([...given], file, context);
  // The column that it is like shows how to treat request values.
  const isLike = (context.intent.like?.length ?? 0) > 0;
  const source = sent === undefined || isLike ? siblingSourceAmong(given, file, context) : undefined;
  const value = (isLike ? source : undefined) ?? sent ?? source;
  const text = value && row.written(value.text);
  const isTaken = context.takes(node, "create") && isComplete(source) && !names.includes(name);
  const edit = isTaken && text !== undefined ? row.edit(text) : undefined;
  if (edit !== undefined) {
    yield* withCallerValue(edit, value, file, context);
    return;
  }
  const place = { family: "create", tie: "orm", node, what, anchor: enclosingName(node), names, caution } as const;
  const advice = text === undefined ? `set ${name} if new rows have it` : `add \`${text}\` if new rows have it`;
  yield* withSourcePattern(candidateFor({ ...place, text, advice }, file, context), source, file, context);
}

/** The parts of a row that no earlier row contained: each gets the value once. */
function partsOf(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): readonly ts.ObjectLiteralExpression[] {
  const seen = partsSeen(context);
  const parts = spreadConstants(literal, file).filter((part) => !seen.has(part));
  for (const part of parts) seen.add(part);
  return parts;
}

const partsSeen = memoized(() => new Set<ts.Node>());

/** The literals of constants that are only spread into one row. */
export function spreadConstants(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
): readonly ts.ObjectLiteralExpression[] {
  return spreadsOf(literal).flatMap((spread) => literalOfSpread(spread, file) ?? []);
}
