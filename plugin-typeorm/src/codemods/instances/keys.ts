import type { EntityField, EntityModel } from "@lockstep/core";
import {
  declarationOf,
  initializerOf,
  keysOfSpread,
  pathOf,
  propertiesOf,
  type SourceFile,
  spreadsOf,
  type TransformContext,
  ts,
  unwrap,
  wrapperOf,
} from "@lockstep/core/codemods";
import { assignedMember, assignedTo, assignedValue } from "./instance-uses.js";

/** The fields that code sets on a row, with their values if those are in the text. */
export type Given = ReadonlyMap<string, ts.Expression | undefined>;

/**
 * Whether a row that is created or saved with its key may exist already: TypeORM then updates it.
 *
 * @param isSaved `save`, which also updates rows whose key the app generates
 */
export function mayExist(model: EntityModel, given: Given, isSaved: boolean): boolean {
  const named = keysOf(model).filter((field) => given.has(field.name));
  if (named.length === 0 || named.some((field) => isFresh(given.get(field.name)))) return false;
  // Code sets a generated key only for an existing row.
  return isSaved || named.some((field) => field.hasDefault && !field.isForeignKey);
}

/**
 * The same for a key that a row has only under a condition, or gets later: `if (found) user.id = found.id;`. A foreign key is no evidence
 * there: new rows have it as well.
 */
export function mayExistToo(model: EntityModel, elsewhere: Given): boolean {
  return keysOf(model).some(
    ({ name, isForeignKey }) => !isForeignKey && elsewhere.has(name) && !isFresh(elsewhere.get(name)),
  );
}

/** The fields that a literal gets besides its own properties: from spreads, and from later assignments to its constant. */
export function givenElsewhere(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): Given {
  const found = new Map<string, ts.Expression | undefined>();
  const own = propertiesOf(literal);
  for (const { name } of keysOf(context.model)) {
    const isSpread = spreadsOf(literal).some(
      (spread) => (own.get(name)?.pos ?? 0) < spread.pos && mayHold(spread, name, context),
    );
    if (isSpread) found.set(name, undefined);
  }
  for (const [name, value] of assignedLater(literal, file, context)) addElsewhere(found, name, value);
  return found;
}

/** Adds a value to those that are set elsewhere: of several, the one that indicates an existing row. */
export function addElsewhere(
  elsewhere: Map<string, ts.Expression | undefined>,
  name: string,
  value: ts.Expression | undefined,
): void {
  if (!elsewhere.has(name) || !isFresh(value)) elsewhere.set(name, value);
}

/** `...(dto.id && { id: dto.id })`, and `...dto` whose type has an `id`. */
function mayHold(spread: ts.SpreadAssignment, name: string, { project: { types } }: TransformContext): boolean {
  const keys = keysOfSpread(spread);
  if (keys !== undefined) return keys.has(name);
  const type = types?.of(spread.expression);
  const parts = type?.isUnion() ? type.types : type === undefined ? [] : [type];
  return parts.some((part) => types?.checker.getPropertyOfType(part, name) !== undefined);
}

/** `user.id = found.id` after `const user = { … }` or `const user = users.create({ … })`. */
function* assignedLater(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): Iterable<readonly [string, ts.Expression | undefined]> {
  const own = wrapperOf(literal);
  const { parent } = ts.isCallExpression(own.parent) ? wrapperOf(own.parent) : own;
  const name = ts.isVariableDeclaration(parent) ? parent.name : ts.isBinaryExpression(parent) ? parent.left : undefined;
  if (name === undefined || !ts.isIdentifier(name)) return;
  for (const use of file.identifiers(name.text)) {
    if (use.pos < literal.end || declarationOf(use) !== declarationOf(name)) continue;
    const member = assignedMember(use);
    if (member !== undefined) yield [member, assignedValue(use)];
    for (const value of assignedTo(use, file, context).map(unwrap)) {
      if (!ts.isObjectLiteralExpression(value)) continue;
      for (const [key, property] of propertiesOf(value)) yield [key, initializerOf(property)];
    }
  }
}

function keysOf({ fields, primaryKey }: EntityModel): readonly EntityField[] {
  return fields.filter((field) => field.isId || primaryKey.includes(field.column));
}

/** Whether a row has its key: inside another row it is then only a reference. */
export function hasKey(model: EntityModel, given: Given): boolean {
  return keysOf(model).some((field) => given.has(field.name));
}

/**
 * Whether a value with its whole key refers to an existing row. `role: { id }` cannot be inserted if roles also require a name.
 *
 * @returns undefined: it can be a new row; `unsure`: a hook may still set what is missing, or the key may be all that a row needs
 */
export function referenceIn(
  model: EntityModel,
  given: Given,
  context: TransformContext,
): "sure" | "unsure" | undefined {
  const keys = keysOf(model);
  const isKeyed = keys.every(({ name }) => given.has(name) && !isFresh(given.get(name)));
  if (keys.length === 0 || !isKeyed) return undefined;
  const others = context.columns.filter((field) => !keys.some(({ name }) => name === field.name));
  const isGiven = ({ name }: EntityField) =>
    given.has(name) ||
    given.has(name.split(".")[0] ?? "") ||
    model.relations.some((relation) => relation.fields?.includes(name) && given.has(relation.name));
  const isOnlyKey = !others.some(isGiven);
  const lacks = others.some((field) => isNeeded(field) && !isGiven(field));
  if (lacks) return isOnlyKey ? "sure" : "unsure";
  return isOnlyKey && others.length > 0 ? "unsure" : undefined;
}

/** Whether a row gets a newly generated key. */
export function hasFreshKey(model: EntityModel, given: Given): boolean {
  return keysOf(model).some(({ name }) => isFresh(given.get(name)));
}

/** Whether it has everything that a new row requires: it may be one after all. */
export function isComplete(given: Given, context: TransformContext): boolean {
  return context.core
    .filter(isNeeded)
    .every((field) => given.has(field.name) || given.has(field.name.split(".")[0] ?? ""));
}

/** Whether every new row must set the field. */
function isNeeded({ isOptional, hasDefault, isUpdatedAt }: EntityField): boolean {
  return !isOptional && !hasDefault && !isUpdatedAt;
}

/** `randomUUID()`, `undefined`: a key that no row has. */
function isFresh(value: ts.Expression | undefined): boolean {
  const inner = value && unwrap(value);
  if (inner === undefined) return false;
  if (inner.kind === ts.SyntaxKind.NullKeyword) return true;
  if (ts.isIdentifier(inner)) return inner.text === "undefined";
  if (!ts.isCallExpression(inner) && !ts.isNewExpression(inner)) return false;
  return /uuid|ulid|nanoid|cuid|snowflake|objectid|next|generate|create|make|new/i.test(
    pathOf(inner.expression).join("."),
  );
}
