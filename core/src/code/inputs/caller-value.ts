import { ts } from "../ast/compiler.js";
import { settableValuesOf } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { memoized } from "../contract/memoized.js";
import type { EditFinding, TransformContext } from "../contract/transform.js";
import { addToPattern, boundAs, nameIn, restOf } from "../write/destructuring.js";
import { destructuredKeys } from "./input-shape.js";
import { inputTypeOf } from "./input-type.js";
import { inOrder, memberText, ownersOf, patternOfValues, withChoice } from "./value-origins.js";

/** How a row reads the value that callers choose: `body.handle`, or `handle` of `const { email, handle } = body`. */
export interface CallerValue {
  readonly text: string;
  /** The pattern that must destructure the field from the request; undefined if none is needed. */
  readonly pattern?: ts.ObjectBindingPattern | undefined;
  /** The name that the pattern must bind it to, if the text does more with it. */
  readonly local?: string | undefined;
}

/**
 * `body.handle` for a row built from `body.email` and `body.name`, or from a destructured body, if requests may have the field. The fill is
 * then the default for callers that do not send it.
 */
export function callerValueForRow(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): CallerValue | undefined {
  return callerValueAmong([...settableValuesOf(literal)], file, context, context.sources);
}

/**
 * Like `callerValueForRow`, for fields that are set in another way: `user.email = body.email`.
 *
 * @param sources gets the declarations of the values. Default: none is kept
 */
export function callerValueAmong(
  given: readonly (readonly [name: string | undefined, value: ts.Expression | undefined])[],
  file: SourceFile,
  context: TransformContext,
  sources?: Set<ts.Node>,
): CallerValue | undefined {
  if (context.intent.exposure === "internal") return undefined;
  const names = new Set(context.columns.map(({ name }) => name));
  const entries = given.flatMap(([name, value]) =>
    name !== undefined && names.has(name) ? [[name, value] as const] : [],
  );
  const owners = withChoice(ownersOf(entries), context).map(({ owner }) => owner);
  for (const owner of inOrder(owners, (each) => textOf(each, file))) {
    const input = inputTypeOf(owner, file, context);
    for (const { node } of input?.declared ?? []) sources?.add(node);
    if (input?.has(input.key)) return callerValueOf(owner, input.key, file);
  }
  const pattern = patternOfValues(entries);
  const sent = pattern && inputTypeOf(pattern, file, context);
  for (const { node } of sent?.declared ?? []) sources?.add(node);
  // A pattern uses the column's name.
  const isSent = sent?.has(context.field.name);
  return pattern !== undefined && isSent ? callerValueIn(pattern, file, context) : undefined;
}

/** `body.handle`. If a pattern destructures the field and the owner is its rest, the name that the pattern binds it to. */
export function callerValueOf(owner: ts.Expression, key: string, file: SourceFile): CallerValue | undefined {
  const taken = destructuredKeys(owner).get(key);
  return taken === "" ? undefined : { text: taken ?? memberText(owner, key, file) };
}

/** The field's name in a destructuring pattern; undefined if no name is available. */
export function callerValueIn(
  pattern: ts.ObjectBindingPattern,
  file: SourceFile,
  context: TransformContext,
): CallerValue | undefined {
  const { name } = context.field;
  const bound = boundAs(pattern, name);
  if (bound !== undefined) return { text: bound };
  const rest = restOf(pattern);
  if (rest !== undefined) return { text: `${rest}.${name}` };
  // Several patterns of one function must not bind the same name.
  const given = namesGiven(context);
  const local =
    given.get(pattern) ??
    nameIn(
      pattern,
      file,
      context,
      [...given].flatMap(([other, name]) => (isAround(other, pattern) ? name : [])),
    );
  if (local === undefined) return undefined;
  given.set(pattern, local);
  return { text: local, pattern };
}

/** The names that the edits of this pass bind the field to, by pattern. */
const namesGiven = memoized(() => new Map<ts.ObjectBindingPattern, string>());

/** Whether the names of one pattern may be in the scope of the other. */
function isAround(one: ts.Node, other: ts.Node): boolean {
  const [a, b] = [one, other].map((each) => ts.findAncestor(each, ts.isFunctionLike) ?? each.getSourceFile());
  if (a === undefined || b === undefined || a.getSourceFile() !== b.getSourceFile()) return false;
  return (a.pos <= b.pos && b.end <= a.end) || (b.pos <= a.pos && a.end <= b.end);
}

/** The edit of a row together with the edit of the pattern that it reads from: neither works without the other. */
export function* withCallerValue(
  edit: EditFinding,
  choice: CallerValue | undefined,
  file: SourceFile,
  context: TransformContext,
): Iterable<EditFinding> {
  yield edit;
  const taken = choice?.pattern && addToPattern(choice.pattern, edit.what, file, context, choice.local ?? choice.text);
  if (taken !== undefined && taken !== "there") yield taken;
}
