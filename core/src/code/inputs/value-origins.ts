import { ts } from "../ast/compiler.js";
import { pathOf, unwrap } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { sourcesOf } from "../values/value-text.js";

/** The pattern that most of the values come from, each under the name of its target column. */
export function patternOfValues(
  given: Iterable<readonly [string, ts.Expression | undefined]>,
  least = 1,
): ts.ObjectBindingPattern | undefined {
  const patterns = [...given].map(([name, value]) => patternIn(value, name));
  return mostOf(patterns, (pattern) => pattern, least);
}

function mostOf<T>(found: readonly (T | undefined)[], identity: (each: T) => unknown, least = 1): T | undefined {
  const present = found.filter((each) => each !== undefined);
  const [most] = inOrder(present, identity);
  return most !== undefined && present.filter((each) => identity(each) === identity(most)).length >= least
    ? most
    : undefined;
}

/** The first item of each identity, the most frequent first. */
export function inOrder<T>(found: readonly T[], identity: (each: T) => unknown): readonly T[] {
  const counts = new Map<unknown, { readonly each: T; count: number }>();
  for (const each of found) {
    const key = identity(each);
    counts.set(key, { each, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((one, other) => other.count - one.count).map(({ each }) => each);
}

/** `dto`, `parsed.data`, `opts.input`, `this.dto`. */
export type Owner = ts.Identifier | ts.PropertyAccessExpression;

/** The source of a value of a row. */
export interface Taken {
  readonly name: string;
  readonly owner: Owner;
}

/** The sources of a row's values, except the current user, whose fields are no choice for another row. */
export function ownersOf(given: Iterable<readonly [name: string, value: ts.Expression | undefined]>): readonly Taken[] {
  return [...given].flatMap(([name, value]) => {
    const owner = ownerIn(value, name);
    return owner === undefined || isCaller(owner) ? [] : [{ name, owner }];
  });
}

/**
 * The sources that may have the choice: if inputs of the fill have an owner, only that one. For `email: body.email` and `tenantId:
 * team.tenantId` the body.
 */
export function withChoice(owners: readonly Taken[], context: TransformContext): readonly Taken[] {
  const sources = new Set(sourcesOf(context).map(({ name }) => name));
  const ofSources = owners.filter(({ name }) => sources.has(name));
  return ofSources.length > 0 ? ofSources : owners;
}

/** `ctx.user`, `session`, `principal`: the current user, not the request. */
function isCaller(owner: Owner): boolean {
  const names = pathOf(owner);
  const [before, last] = names.slice(-2);
  const isOfRequest =
    /^(?:user|account|member)$/i.test(last ?? "") && /^(?:c|ctx|context|req|request|locals)$/i.test(before ?? "");
  return (
    isOfRequest ||
    names.some((name) => /^(?:session|auth|principal|actor|claims|viewer|me|jwt\w*|current\w+)$/i.test(name))
  );
}

/** `dto` of `dto.email.trim().toLowerCase()`: the owner of a member. */
function ownerIn(value: ts.Expression | undefined, member: string): Owner | undefined {
  return heldIn(value, (inner) => {
    if (!ts.isPropertyAccessExpression(inner) || inner.name.text !== member) return undefined;
    const { expression: owner } = inner;
    return isOwner(owner) ? owner : undefined;
  });
}

/** Whether values can be read from it again without a call. */
export function isOwner(value: ts.Expression): value is Owner {
  if (!ts.isPropertyAccessExpression(value)) return ts.isIdentifier(value);
  return value.expression.kind === ts.SyntaxKind.ThisKeyword || isOwner(value.expression);
}

/** Another member of the same owner: `body.handle` beside `body.email`, `body?.handle` beside `body?.email`. */
export function memberText(owner: ts.Expression, member: string, file: SourceFile): string {
  const { parent } = owner;
  const isMaybe = ts.isPropertyAccessExpression(parent) && parent.expression === owner && parent.questionDotToken;
  return `${textOf(owner, file)}${isMaybe ? "?." : "."}${member}`;
}

/** The pattern for `mail.trim()`, if `{ email: mail }` destructured it. */
function patternIn(value: ts.Expression | undefined, member: string): ts.ObjectBindingPattern | undefined {
  return heldIn(value, (inner) => {
    const element = ts.isIdentifier(inner) ? declarationOf(inner) : undefined;
    if (element === undefined || !ts.isBindingElement(element) || !ts.isObjectBindingPattern(element.parent))
      return undefined;
    const key = element.propertyName ?? element.name;
    return ts.isIdentifier(key) && key.text === member && !element.dotDotDotToken ? element.parent : undefined;
  });
}

/** The first match in a value, followed through method and function calls and fallbacks. */
function heldIn<T>(value: ts.Expression | undefined, find: (inner: ts.Expression) => T | undefined): T | undefined {
  if (value === undefined) return undefined;
  const inner = unwrap(value);
  const found = find(inner);
  if (found !== undefined) return found;
  const inside = (each: ts.Expression | undefined) => heldIn(each, find);
  if (ts.isPropertyAccessExpression(inner) || ts.isAwaitExpression(inner)) return inside(inner.expression);
  if (ts.isCallExpression(inner)) return inside(inner.expression) ?? inside(inner.arguments[0]);
  if (ts.isTemplateExpression(inner)) return firstOf(inner.templateSpans, ({ expression }) => inside(expression));
  return ts.isBinaryExpression(inner) ? (inside(inner.left) ?? inside(inner.right)) : undefined;
}

function firstOf<T, R>(all: Iterable<T>, find: (each: T) => R | undefined): R | undefined {
  for (const each of all) {
    const found = find(each);
    if (found !== undefined) return found;
  }
  return undefined;
}
