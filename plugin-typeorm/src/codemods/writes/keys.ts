import type { EntityModel } from "@lockstep/core";
import { pathOf, type TransformContext, ts, unwrap } from "@lockstep/core/codemods";

/** What is set of a row: the value of each field, as far as it is written down. */
export type Given = ReadonlyMap<string, ts.Expression | undefined>;

/**
 * Whether a row that is created or saved with its key may exist already: TypeORM then updates it.
 *
 * @param isSaved `save`, which also updates rows whose key the app makes up
 */
export function mayExist(model: EntityModel, given: Given, isSaved: boolean): boolean {
  const keys = model.fields.filter((field) => field.isId || model.primaryKey.includes(field.column));
  const named = keys.filter((field) => given.has(field.name));
  if (named.length === 0 || named.some((field) => isFresh(given.get(field.name)))) return false;
  // A key that the database makes is only named where the row is there.
  return isSaved || named.some((field) => field.hasDefault && !field.isForeignKey);
}

/** Whether a row has its key: inside of another one it is then only referred to. */
export function hasKey(model: EntityModel, given: Given): boolean {
  return model.fields.some((field) => (field.isId || model.primaryKey.includes(field.column)) && given.has(field.name));
}

/** Whether all is there that a new row needs: it may be one after all. */
export function isComplete(given: Given, context: TransformContext): boolean {
  const needed = context.core.filter((field) => !field.isOptional && !field.hasDefault && !field.isUpdatedAt);
  return needed.every((field) => given.has(field.name) || given.has(field.name.split(".")[0] ?? ""));
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
