import { ts } from "../ast/compiler.js";
import { valuesOf } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import type { ShapeNode } from "../shapes/shape-types.js";
import { callerValueIn } from "./caller-value.js";
import { followsModel, type InputType, inputTypeOf } from "./input-type.js";
import { memberText, type Owner, ownersOf, patternOfValues } from "./value-origins.js";

/** Where the values of a row come from, and how one more is taken from there. */
export interface SiblingSource {
  /** `input.handle`, or `handle` of `const { name, handle } = input`. */
  readonly text: string;
  /** The pattern that has to take the field out of what it takes apart. */
  readonly pattern: ts.ObjectBindingPattern | undefined;
  /** The declarations of what the values come from, where they lack the field: they have to get it. */
  readonly lacking: readonly ShapeNode[];
}

/** Whether nothing has to get the field before a row can take it from there. */
export function isComplete(source: SiblingSource | undefined): boolean {
  return source === undefined || source.lacking.length === 0;
}

/** So many values from one place are a habit of the code around them. */
const least = 2;

/**
 * `input.handle` of a row whose other columns are `input.name` and `input.email`; undefined where they have no origin in common, where
 * that has the column by another name, and where its type is in view and is no declaration that could get the field.
 */
export function siblingSource(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): SiblingSource | undefined {
  return siblingSourceAmong(valuesOf(literal), file, context);
}

/** The same for fields that are set in any other way: `user.name = input.name`. */
export function siblingSourceAmong(
  values: ReadonlyMap<string, ts.Expression>,
  file: SourceFile,
  context: TransformContext,
): SiblingSource | undefined {
  const names = new Set(context.columns.map(({ name }) => name));
  const given = [...values].filter(([name]) => names.has(name));
  return ofOwner(given, file, context) ?? ofPattern(given, file, context);
}

type Given = readonly (readonly [name: string, value: ts.Expression])[];

function ofOwner(given: Given, file: SourceFile, context: TransformContext): SiblingSource | undefined {
  const all = ownersOf(given).map(({ owner }) => owner);
  // What is taken from further in (`poll.user.name`) belongs to something else where most comes from `poll`.
  const near = all.filter(isNear);
  const owners = near.length >= least ? near : all;
  const [owner] = owners;
  if (owner === undefined || owners.length < least) return undefined;
  const text = textOf(owner, file);
  if (owners.some((each) => textOf(each, file) !== text)) return undefined;
  const input = inputTypeOf(owner, file, context);
  if (input === undefined && !isNear(owner)) return undefined;
  const found = keyOf(input, owner, context);
  return found && { text: memberText(owner, found.key, file), pattern: undefined, lacking: found.lacking };
}

/** `input`, `parsed.data`: of others only a type says that they may have the column. */
function isNear(owner: Owner): boolean {
  return ts.isIdentifier(owner) || (owner.name.text === "data" && ts.isIdentifier(owner.expression));
}

function ofPattern(given: Given, file: SourceFile, context: TransformContext): SiblingSource | undefined {
  const pattern = patternOfValues(given, least);
  if (pattern === undefined) return undefined;
  const found = keyOf(inputTypeOf(pattern, file, context), pattern, context);
  // A pattern takes it by the name of the column.
  const taken = found?.key === context.field.name ? callerValueIn(pattern, file, context) : undefined;
  return taken && found && { text: taken.text, pattern: taken.pattern, lacking: found.lacking };
}

/** What the field is called where the values come from; undefined where that cannot have it. */
function keyOf(
  input: InputType | undefined,
  value: ts.Node,
  context: TransformContext,
): { readonly key: string; readonly lacking: readonly ShapeNode[] } | undefined {
  const { name } = context.field;
  if (input !== undefined) return { key: input.key, lacking: input.has(input.key) ? [] : input.declared };
  const type = context.project.types?.of(value);
  // Of an unknown type, the compiler checks the edit before it is written.
  const mayHave = type === undefined || type.getProperty(name) !== undefined || followsModel(value, context);
  return mayHave ? { key: name, lacking: [] } : undefined;
}
