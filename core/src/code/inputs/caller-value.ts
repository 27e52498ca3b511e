import { ts } from "../ast/compiler.js";
import { initializerOf, nameOf } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { memoized } from "../contract/memoized.js";
import type { EditFinding, TransformContext } from "../contract/transform.js";
import { addToPattern, boundAs, nameIn, restOf } from "../write/destructuring.js";
import { destructuredKeys } from "./input-shape.js";
import { inputTypeOf } from "./input-type.js";
import { inOrder, memberText, ownersOf, patternOfValues, withChoice } from "./value-origins.js";

/** How a row takes what callers choose: `body.handle`, or `handle` of `const { email, handle } = body`. */
export interface CallerValue {
  readonly text: string;
  /** The pattern that has to take the field out of what callers send; undefined where nothing has to. */
  readonly pattern?: ts.ObjectBindingPattern | undefined;
  /** What the pattern has to call it, where the text does more with it. */
  readonly local?: string | undefined;
}

/**
 * `body.handle` for a row that is made of `body.email` and `body.name`, or of what a pattern took out of it, where what callers send
 * may have the field: the fill is then what they get who do not choose.
 */
export function callerValueForRow(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): CallerValue | undefined {
  return callerValueAmong(
    literal.properties.map((property) => [nameOf(property.name), initializerOf(property)]),
    file,
    context,
  );
}

/** The same for fields that are set in any other way: `user.email = body.email`. */
export function callerValueAmong(
  given: readonly (readonly [name: string | undefined, value: ts.Expression | undefined])[],
  file: SourceFile,
  context: TransformContext,
): CallerValue | undefined {
  if (context.intent.exposure === "internal") return undefined;
  const names = new Set(context.columns.map(({ name }) => name));
  const entries = given.flatMap(([name, value]) =>
    name !== undefined && names.has(name) ? [[name, value] as const] : [],
  );
  const owners = withChoice(ownersOf(entries), context).map(({ owner }) => owner);
  for (const owner of inOrder(owners, (each) => textOf(each, file))) {
    const input = inputTypeOf(owner, file, context);
    if (input?.has(input.key)) return callerValueOf(owner, input.key, file);
  }
  const pattern = patternOfValues(entries);
  // A pattern has it by the name of the column.
  const isSent = pattern && inputTypeOf(pattern, file, context)?.has(context.field.name);
  return pattern !== undefined && isSent ? callerValueIn(pattern, file, context) : undefined;
}

/** `body.handle`; of the rest of a pattern that takes the field out, what it is called there. */
export function callerValueOf(owner: ts.Expression, key: string, file: SourceFile): CallerValue | undefined {
  const taken = destructuredKeys(owner).get(key);
  return taken === "" ? undefined : { text: taken ?? memberText(owner, key, file) };
}

/** How the field is called where a pattern takes apart what has it; undefined where it has no name to be had. */
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
  // Several patterns of one function cannot give it the same name.
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

/** The names that the edits of this pass give the field, by pattern. */
const namesGiven = memoized(() => new Map<ts.ObjectBindingPattern, string>());

/** Whether what one pattern names may be in the scope of the other. */
function isAround(one: ts.Node, other: ts.Node): boolean {
  const [a, b] = [one, other].map((each) => ts.findAncestor(each, ts.isFunctionLike) ?? each.getSourceFile());
  if (a === undefined || b === undefined || a.getSourceFile() !== b.getSourceFile()) return false;
  return (a.pos <= b.pos && b.end <= a.end) || (b.pos <= a.pos && a.end <= b.end);
}

/** The edit of a row with that of the pattern that it takes the choice from: neither is of use without the other. */
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
