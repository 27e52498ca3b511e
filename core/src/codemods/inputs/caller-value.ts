import { ts } from "../ast/compiler.js";
import { initializerOf, nameOf, unwrap } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { memoized } from "../contract/memoized.js";
import type { EditFinding, TransformContext } from "../contract/transform.js";
import { keyIn, keysOfShape } from "../shapes/shape-types.js";
import { addToPattern, boundAs, nameIn, restOf } from "../write/destructuring.js";
import { destructuredKeys, inputShapeOf, inputShapeOfPattern } from "./input-shape.js";

/** How a row takes what callers choose: `body.handle`, or `handle` of `const { email, handle } = body`. */
export interface CallerValue {
  readonly text: string;
  /** The pattern that has to take the field out of what callers send; undefined where nothing has to. */
  readonly pattern?: ts.ObjectBindingPattern | undefined;
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
  const owner = mostOf(
    entries.map(([name, value]) => ownerIn(value, name)),
    (each) => textOf(each, file),
  );
  const shape = owner && inputShapeOf(owner, file, context);
  if (owner !== undefined && shape !== undefined) {
    const key = keyIn(shape, context);
    if (keysOfShape(shape).has(key)) return callerValueOf(owner, key, file);
  }
  const pattern = patternOfValues(entries);
  const sent = pattern && inputShapeOfPattern(pattern, file, context);
  // A pattern has it by the name of the column.
  const isSent = sent !== undefined && keysOfShape(sent).has(context.field.name);
  return pattern !== undefined && isSent ? callerValueIn(pattern, file, context) : undefined;
}

/** `body.handle`; of the rest of a pattern that takes the field out, what it is called there. */
export function callerValueOf(owner: ts.Expression, key: string, file: SourceFile): CallerValue | undefined {
  const taken = destructuredKeys(owner).get(key);
  return taken === "" ? undefined : { text: taken ?? `${textOf(owner, file)}.${key}` };
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
  const taken = choice?.pattern && addToPattern(choice.pattern, edit.what, file, context, choice.text);
  if (taken !== undefined && taken !== "there") yield taken;
}

/** The pattern that most of the values come from, each under the name of the column that it is given to. */
export function patternOfValues(
  given: Iterable<readonly [string, ts.Expression | undefined]>,
  least = 1,
): ts.ObjectBindingPattern | undefined {
  const patterns = [...given].map(([name, value]) => patternIn(value, name));
  return mostOf(patterns, (pattern) => pattern, least);
}

function mostOf<T>(found: readonly (T | undefined)[], identity: (each: T) => unknown, least = 1): T | undefined {
  const counts = new Map<unknown, { readonly each: T; count: number }>();
  for (const each of found) {
    if (each === undefined) continue;
    const key = identity(each);
    counts.set(key, { each, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const [most] = [...counts.values()].sort((a, b) => b.count - a.count);
  return most !== undefined && most.count >= least ? most.each : undefined;
}

/** `dto`, `parsed.data`, `opts.input`, `this.dto`. */
export type Owner = ts.Identifier | ts.PropertyAccessExpression;

/** `dto` of `dto.email.trim().toLowerCase()`: what a member is taken from. */
export function ownerIn(value: ts.Expression | undefined, member: string): Owner | undefined {
  return heldIn(value, (inner) => {
    if (!ts.isPropertyAccessExpression(inner) || inner.name.text !== member) return undefined;
    const { expression: owner } = inner;
    return isOwner(owner) ? owner : undefined;
  });
}

/** Whether values may be taken from it again without a call. */
export function isOwner(value: ts.Expression): value is Owner {
  if (!ts.isPropertyAccessExpression(value)) return ts.isIdentifier(value);
  return value.expression.kind === ts.SyntaxKind.ThisKeyword || isOwner(value.expression);
}

/** The pattern of `mail.trim()` where `{ email: mail }` took it out of something. */
function patternIn(value: ts.Expression | undefined, member: string): ts.ObjectBindingPattern | undefined {
  return heldIn(value, (inner) => {
    const element = ts.isIdentifier(inner) ? declarationOf(inner) : undefined;
    if (element === undefined || !ts.isBindingElement(element) || !ts.isObjectBindingPattern(element.parent))
      return undefined;
    const key = element.propertyName ?? element.name;
    return ts.isIdentifier(key) && key.text === member && !element.dotDotDotToken ? element.parent : undefined;
  });
}

/** The first that is found in what a value is made of by calls of methods and functions, or falls back from. */
function heldIn<T>(value: ts.Expression | undefined, find: (inner: ts.Expression) => T | undefined): T | undefined {
  if (value === undefined) return undefined;
  const inner = unwrap(value);
  const found = find(inner);
  if (found !== undefined) return found;
  if (ts.isPropertyAccessExpression(inner)) return heldIn(inner.expression, find);
  if (ts.isCallExpression(inner)) return heldIn(inner.expression, find) ?? heldIn(inner.arguments[0], find);
  return ts.isBinaryExpression(inner) ? heldIn(inner.left, find) : undefined;
}
