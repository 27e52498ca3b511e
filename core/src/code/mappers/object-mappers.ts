import { ts } from "../ast/compiler.js";
import { hasKey, valuesOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import { isTestFile } from "../candidates/candidate-for.js";
import { memoizedBy } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import type { Copies, Copy, RowAccess } from "../flow/copied-columns.js";
import { selectionsOfCopy } from "../flow/selected-fields.js";
import { convertedRead } from "../inputs/sibling-source.js";
import { isResult } from "../shapes/result-types.js";
import { type LiteralTarget, targetOf } from "../types/target-type.js";
import { type FieldText, textsOfMissingRow, textsOfNames, textsOfRow } from "../values/value-text.js";
import { nameIn } from "../write/destructuring.js";
import { wholeCopyOf } from "./mapper-of-all.js";
import { partialCopyIn } from "./mapper-of-some.js";

/** A literal that copies columns of a row: `{ id: user.id, email: user.email, … }`. */
export interface Mapper {
  readonly literal: ts.ObjectLiteralExpression;
  readonly file: SourceFile;
  readonly target: LiteralTarget;
  /** The keys that copy columns, and the new one if it exists. */
  readonly names: readonly string[];
  readonly isWhole: boolean;
  /** Whether it is known to copy a row of the model, or only has a matching name. */
  readonly tie: Copies["tie"];
  /** The key of the new property, in the style of the others: `user_name` beside `created_at`. */
  readonly key: string;
  /** How to read the new field: `user.handle`. */
  readonly read: string;
  /** Whether the read converts it like other columns of its type. */
  readonly isConverted: boolean;
  readonly texts: FieldText;
  /** Whether the row may be missing where its columns are copied. */
  readonly access: RowAccess;
  /** The row, as the first column names it; undefined if a pattern destructures the row. */
  readonly source: ts.Identifier | undefined;
  /** The pattern that destructures the row, `({ id, email }: User)`: the field must be added to it too. */
  readonly pattern: ts.ObjectBindingPattern | undefined;
  /** The literal is returned, stored in a constant or sent as a response: not just an argument of a call. */
  readonly isResult: boolean;
}

/** All mappers of a file: those of all columns, and outside tests also those of some. */
export const mappersIn = memoizedBy((file: SourceFile, context): readonly Mapper[] =>
  file.nodes(ts.SyntaxKind.ObjectLiteralExpression).flatMap((literal) => readMapper(literal, file, context) ?? []),
);

function readMapper(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): Mapper | undefined {
  if (literal.properties.length < 2) return undefined;
  const whole = wholeCopyOf(valuesOf(literal), file, context);
  const found = whole ?? (isTestFile(file) ? undefined : partialCopyIn(literal, file, context));
  if (found === undefined) return undefined;
  const { copies, keyOf, tie } = found;
  const read = readOfField(found, file, context);
  if (read === undefined) return undefined;
  const converted = convertedRead(valuesOf(literal), file, context);
  const target = targetOf(literal, file, context);
  const key = keyOf(context.field.name);
  const isDone = hasKey(literal, key);
  return {
    literal,
    file,
    target,
    names: [...copies.keys(), ...(isDone ? [context.field.name] : [])],
    isWhole: whole !== undefined,
    tie,
    key,
    isResult: isResult(target),
    ...read,
    read: converted ?? read.read,
    isConverted: converted !== undefined,
  };
}

/** How to read the new field next to copied columns: from the row, or under a name of its own. */
export function readOfField(
  { copies }: Copies,
  file: SourceFile,
  context: TransformContext,
): Pick<Mapper, "read" | "texts" | "access" | "source" | "pattern"> | undefined {
  const [first] = copies.values();
  if (first === undefined) return undefined;
  const { field } = context;
  const { pattern, row, source } = first;
  if (pattern === undefined) {
    const access = accessOf([...copies.values()]);
    const read = access === "sure" ? `${row}.${field.name}` : `${row}?.${field.name}`;
    return { read, texts: textsOfPart(first, access, file, context), access, source, pattern };
  }
  const names = new Map([...copies].map(([column, copy]) => [column, copy.name] as const));
  const read = nameIn(pattern, file, context);
  return read === undefined ? undefined : { read, texts: textsOfNames(names), access: "sure", source, pattern };
}

/** If one column is read without a check, the row exists. */
function accessOf(copies: readonly Copy[]): RowAccess {
  if (copies.some(({ access }) => access === "sure")) return "sure";
  return copies.every(({ access }) => access === "chain") ? "chain" : "other";
}

/** The fields of a row, without those that a `select` or a `Pick` excludes. */
function textsOfPart(copy: Copy, access: RowAccess, file: SourceFile, context: TransformContext): FieldText {
  const named = selectionsOfCopy(copy, file, context).flatMap(({ names }) => names ?? []);
  const texts = access === "sure" ? textsOfRow(copy.row) : textsOfMissingRow(copy.row);
  return (field) => (named.every((names) => names.has(field.name)) ? texts(field) : undefined);
}
