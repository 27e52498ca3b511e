import { ts } from "./compiler.js";
import { type Copies, type Copy, copyIn, isOfRow } from "./copies.js";
import { hasKey, initializerOf, propertiesOf } from "./expressions.js";
import { keyStyles } from "./key-styles.js";
import { partialCopyIn } from "./partial-copies.js";
import { isTestFile } from "./places/listing.js";
import type { SourceFile } from "./source-file.js";
import { type Target, targetOf } from "./target-type.js";
import type { TransformContext } from "./transform.js";
import { type FieldText, textsOfNames, textsOfRow } from "./value-text.js";

/** A literal that copies columns of a row: `{ id: user.id, email: user.email, … }`. */
export interface Mapper {
  readonly literal: ts.ObjectLiteralExpression;
  readonly file: SourceFile;
  readonly target: Target;
  /** The keys that copy columns, and the new one where it is there. */
  readonly names: readonly string[];
  readonly isWhole: boolean;
  /** Whether it is known to copy a row of the model, or only called like one. */
  readonly tie: "type" | "names";
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

/** All mappers of a file: those of all columns, and outside of tests those of some. */
export function mappersIn(file: SourceFile, context: TransformContext): readonly Mapper[] {
  return context.memo(`mappers in ${file.file}`, () =>
    file.nodes(ts.SyntaxKind.ObjectLiteralExpression).flatMap((literal) => readMapper(literal, file, context) ?? []),
  );
}

function readMapper(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): Mapper | undefined {
  if (literal.properties.length < 2) return undefined;
  const whole = wholeCopyIn(literal, file, context);
  const found = whole ?? (isTestFile(file) ? undefined : partialCopyIn(literal, file, context));
  if (found === undefined) return undefined;
  const { copies, keyOf, tie } = found;
  const [first] = [...copies.values()];
  if (first === undefined) return undefined;
  const target = targetOf(literal, file, context);
  const key = keyOf(context.field.name);
  const isDone = hasKey(literal, key);
  const base = {
    literal,
    file,
    target,
    names: [...copies.keys(), ...(isDone ? [context.field.name] : [])],
    isWhole: whole !== undefined,
    tie,
    key,
    pattern: first.pattern,
    isResult: isResult(target),
  };
  if (first.pattern === undefined) {
    return { ...base, read: `${first.row}.${context.field.name}`, texts: textsOfRow(first.row) };
  }
  const names = new Map([...copies].map(([column, copy]) => [column, copy.name] as const));
  return { ...base, read: context.field.name, texts: textsOfNames(names) };
}

/** A literal that copies every column, each under its own name. */
function wholeCopyIn(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): Copies | undefined {
  if (context.columns.length < 3 || literal.properties.length < context.columns.length) return undefined;
  const keys = keysOf(literal, context);
  if (keys === undefined) return undefined;
  const copies = new Map<string, Copy>();
  for (const { name } of context.columns) {
    const copy = copyIn(keys.values.get(name), name);
    const [first] = copies.values();
    if (copy === undefined || (first !== undefined && copy.row !== first.row)) return undefined;
    copies.set(name, copy);
  }
  const [first] = copies.values();
  return first !== undefined && isOfRow(first, file, context) ? { copies, keyOf: keys.keyOf, tie: "type" } : undefined;
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
