import { patternOf } from "../../base/pattern-of.js";
import { type EntityField, typeInCode } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { unwrap, valuesOf } from "../ast/expressions.js";
import { declarationFrom, declarationOf } from "../ast/scope.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { isOfType, likeColumns, nearestByName } from "../contract/pattern-columns.js";
import type { TransformContext } from "../contract/transform.js";
import { keyStyles } from "../names/key-styles.js";
import { renamed } from "../names/renamed.js";
import type { ShapeNode } from "../shapes/shape-types.js";
import { constantOf } from "../types/constants.js";
import { plainTypes } from "../types/plain-types.js";
import { callerValueIn } from "./caller-value.js";
import { followsModel, type InputType, inputTypeOf } from "./input-type.js";
import { siblingForm } from "./sibling-form.js";
import { isOwner, memberText, type Owner, ownersOf, patternOfValues } from "./value-origins.js";

/** The source of a row's values, and how to read one more from it. */
export interface SiblingSource {
  /** `input.handle`, or `handle` of `const { name, handle } = input`. */
  readonly text: string;
  /** The pattern that must destructure the field. */
  readonly pattern: ts.ObjectBindingPattern | undefined;
  /** See `CallerValue.local`. */
  readonly local?: string | undefined;
  /** The declarations of the source that lack the field and must get it. */
  readonly lacking: readonly ShapeNode[];
}

/** Whether the source needs no change before a row can read the field from it. */
export function isComplete(source: SiblingSource | undefined): boolean {
  return source === undefined || source.lacking.length === 0;
}

/** This many values from one source are a pattern of the surrounding code. */
const least = 2;

/**
 * `input.handle` for a row whose other columns are `input.name` and `input.email`. Undefined if they have no common source, if the source
 * has the column under another name, or if its type is resolved and is not a declaration that could get the field.
 */
export function siblingSource(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): SiblingSource | undefined {
  return siblingSourceAmong(valuesOf(literal), file, context);
}

/** Like `siblingSource`, for fields that are set in another way: `user.name = input.name`. */
export function siblingSourceAmong(
  values: ReadonlyMap<string, ts.Expression>,
  file: SourceFile,
  context: TransformContext,
): SiblingSource | undefined {
  const names = new Set(context.columns.map(({ name }) => name));
  const given = [...values].filter(([name]) => names.has(name));
  return (
    ofColumns(likeColumns(context), values, file, context) ??
    ofOwner(given, file, context) ??
    ofPattern(given, file, context) ??
    ofColumns(nearestByName(context), values, file, context)
  );
}

/**
 * How a copy of a row reads the new column if it converts another column of the same type, or the one that it is like:
 * `user.seenAt?.toISOString()`. Undefined if those are copied unchanged, and for a column with phases: contract could not remove it from
 * the text.
 */
export function convertedRead(
  values: ReadonlyMap<string, ts.Expression>,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const { staysOptional, neverNull } = context.intent;
  if (!staysOptional && !neverNull) return undefined;
  const isPlain = plainTypes[typeInCode(context.field)] !== undefined && !context.field.isList;
  const columns = isPlain ? likeColumns(context) : [...likeColumns(context), ...nearestByName(context)];
  const isConverted = (name: string) =>
    keyStyles.some((keyOf) => {
      const value = values.get(keyOf(name));
      return value !== undefined && !isReference(withoutFallback(value));
    });
  const source = ofColumns(
    columns.filter(({ name }) => isConverted(name)),
    values,
    file,
    context,
  );
  if (source === undefined || source.pattern !== undefined || source.lacking.length > 0) return undefined;
  // A value that always exists needs no optional chaining.
  const chained = new RegExp(`\\b${patternOf(context.field.name)}\\?\\.`, "g");
  const guarded = /^(\S+) === undefined \? undefined : /;
  const text = neverNull
    ? source.text.replace(guarded, "").replaceAll(chained, `${context.field.name}.`)
    : source.text.replace(guarded, "$1 === null ? null : ");
  // Types use null for a missing value, and an optional chain returns undefined.
  return text.includes("?.") && !text.includes("??") ? `${text} ?? null` : text;
}

/** The value of the first column whose value contains its name, with the new name instead: `row.bornAt?.toISOString()`. */
function ofColumns(
  columns: readonly EntityField[],
  values: ReadonlyMap<string, ts.Expression>,
  file: SourceFile,
  context: TransformContext,
): SiblingSource | undefined {
  for (const column of columns) {
    const value = keyStyles.map((keyOf) => values.get(keyOf(column.name))).find((each) => each !== undefined);
    const source = value && renamedValue(column, value, file, context);
    if (source !== undefined) return source;
  }
  return undefined;
}

function renamedValue(
  column: EntityField,
  value: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): SiblingSource | undefined {
  const { field } = context;
  const [before, after] = [column.name, field.name];
  // An expression that changes the type does not fit a column of this type, and null does not fit a column that is never null.
  const isAlike = isOfType(column, field) && (field.isOptional || !mayGiveNull(value, file, context));
  const source = isAlike ? value : withoutFallback(value);
  if (!isOfType(column, field) && !isReference(source)) return undefined;
  if (!field.isOptional && mayGiveNull(source, file, context)) return undefined;
  const references = identifiersIn(source).filter(({ text }) => renamed(text, before, after) !== text);
  if (references.length === 0) return undefined;
  const lacking: ShapeNode[] = [];
  const patterns = new Map<ts.ObjectBindingPattern, string>();
  for (const each of references) {
    const { parent } = each;
    if (ts.isPropertyAccessExpression(parent) && parent.name === each) {
      const found = keyOf(
        isOwner(parent.expression) ? inputTypeOf(parent.expression, file, context) : undefined,
        parent.expression,
        context,
      );
      if (found === undefined || found.key !== renamed(each.text, before, after)) return undefined;
      lacking.push(...found.lacking);
      continue;
    }
    if (declarationFrom(each, renamed(each.text, before, after)) !== undefined) continue;
    const element = declarationOf(each);
    const pattern = element && ts.isBindingElement(element) ? element.parent : undefined;
    if (pattern === undefined || !ts.isObjectBindingPattern(pattern) || each.text !== before) return undefined;
    const found = keyOf(inputTypeOf(pattern, file, context), pattern, context);
    const taken = found?.key === after ? callerValueIn(pattern, file, context) : undefined;
    if (found === undefined || taken?.text !== after) return undefined;
    lacking.push(...found.lacking);
    if (taken.pattern !== undefined) patterns.set(taken.pattern, taken.text);
  }
  const [taken, ...more] = patterns;
  if (more.length > 0) return undefined;
  const form = siblingForm(source, { column, field, rename: (text) => renamed(text, before, after) }, file);
  if (form === undefined) return undefined;
  const text = withNull(form, column, field).replaceAll(/\s+/g, " ");
  return { text, pattern: taken?.[0], local: taken?.[1], lacking };
}

/**
 * A value that may be missing gets optional chaining, `row.bornAt?.toISOString()` beside `row.createdAt.toISOString()`, and is not converted:
 * `Number(undefined)` is NaN, and `String(undefined)` is a text.
 */
function withNull(text: string, column: EntityField, { name, isOptional }: EntityField): string {
  if (!isOptional || column.isOptional) return text;
  const [converted] = /(?<=^(?:new )?[\w$]+\()[\w$.]+(?=\)$)/.exec(text) ?? [];
  if (converted?.endsWith(name)) return `${converted} === undefined ? undefined : ${text}`;
  return text.replaceAll(new RegExp(`\\b${patternOf(name)}\\.(?=[\\w$]+\\()`, "g"), `${name}?.`);
}

function identifiersIn(value: ts.Node): readonly ts.Identifier[] {
  if (ts.isIdentifier(value)) return [value];
  const found: ts.Identifier[] = [];
  ts.forEachChild(value, (child) => {
    found.push(...identifiersIn(child));
  });
  return found;
}

/** `row.email` of `row.email ?? null`. */
function withoutFallback(value: ts.Expression): ts.Expression {
  const inner = unwrap(value);
  const isEither =
    ts.isBinaryExpression(inner) &&
    (inner.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken ||
      inner.operatorToken.kind === ts.SyntaxKind.BarBarToken);
  return isEither ? withoutFallback(inner.left) : inner;
}

/** `row.email ?? null`, `row.email || fallback` of `const fallback = null`, `row.email ? row.email : null` */
function mayGiveNull(value: ts.Expression, file: SourceFile, context: TransformContext, depth = 0): boolean {
  const inner = unwrap(value);
  const mayBe = (each: ts.Expression, its = file) => mayGiveNull(each, its, context, depth + 1);
  if (inner.kind === ts.SyntaxKind.NullKeyword) return true;
  if (ts.isConditionalExpression(inner)) return mayBe(inner.whenTrue) || mayBe(inner.whenFalse);
  if (ts.isBinaryExpression(inner)) return withoutFallback(inner) !== inner && mayBe(inner.right);
  // A plain name belongs to the column, and gets another value with the new name. Constants can be circular.
  if (!ts.isIdentifier(inner) || depth === 0 || depth > 5) return false;
  const constant = constantOf(inner, file, context.project);
  if (constant !== undefined) return mayBe(constant.value, constant.file);
  return context.project.types?.mayBeMissing(inner) === true;
}

function isReference(value: ts.Expression): boolean {
  return ts.isIdentifier(value) || ts.isPropertyAccessExpression(value);
}

type Given = readonly (readonly [name: string, value: ts.Expression])[];

function ofOwner(given: Given, file: SourceFile, context: TransformContext): SiblingSource | undefined {
  const all = ownersOf(given).map(({ owner }) => owner);
  // Values from a nested object (`poll.user.name`) belong to something else if most values come from `poll`.
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

/** `input`, `parsed.data`. Other owners need a type as evidence that they may have the column. */
function isNear(owner: Owner): boolean {
  return ts.isIdentifier(owner) || (owner.name.text === "data" && ts.isIdentifier(owner.expression));
}

function ofPattern(given: Given, file: SourceFile, context: TransformContext): SiblingSource | undefined {
  const pattern = patternOfValues(given, least);
  if (pattern === undefined) return undefined;
  const found = keyOf(inputTypeOf(pattern, file, context), pattern, context);
  // A pattern uses the column's name.
  const taken = found?.key === context.field.name ? callerValueIn(pattern, file, context) : undefined;
  return taken && found && { text: taken.text, pattern: taken.pattern, lacking: found.lacking };
}

/** The field's key in the source of the values; undefined if the source cannot have it. */
function keyOf(
  input: InputType | undefined,
  value: ts.Node,
  context: TransformContext,
): { readonly key: string; readonly lacking: readonly ShapeNode[] } | undefined {
  const { name } = context.field;
  if (input !== undefined) return { key: input.key, lacking: input.has(input.key) ? [] : input.declared };
  const type = context.project.types?.of(value);
  // For an unknown type, the compiler checks the edit before it is written.
  const mayHave = type === undefined || type.getProperty(name) !== undefined || followsModel(value, context);
  return mayHave ? { key: name, lacking: [] } : undefined;
}
