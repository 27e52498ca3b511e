import type { EntityField } from "../../model/index.js";
import { keyStyles } from "../names/key-styles.js";
import { mostSimilar } from "../names/similar-name.js";
import type { TransformContext } from "./transform.js";

/** Whether two columns have the same type. */
export function isOfType(column: EntityField, field: EntityField): boolean {
  return (
    column.type === field.type &&
    column.codeType === field.codeType &&
    column.enumName === field.enumName &&
    column.isList === field.isList
  );
}

/** Whether the code treats a value of the column as missing where it only tests it: `false` and 0 are values. */
export function mayBeFalsy({ type, isList }: EntityField): boolean {
  return !isList && /^(?:boolean|int|float|bigint|decimal|json)$/.test(type);
}

/** The columns that the user named as similar to the new one. */
export function likeColumns({ intent: { like = [] }, columns }: TransformContext): readonly EntityField[] {
  return like.flatMap((name) => columns.find((column) => column.name === name) ?? []);
}

/**
 * The columns of the same type whose text is a pattern for the new one: first those that it is like, then all others. `keys` are their
 * spellings.
 */
export function patternColumns(
  context: TransformContext,
): readonly { readonly column: EntityField; readonly isLike: boolean; readonly keys: readonly string[] }[] {
  const like = new Set(likeColumns(context));
  const alike = [...like, ...context.columns.filter((column) => !like.has(column))].filter((column) =>
    isOfType(column, context.field),
  );
  return alike.map((column) => ({
    column,
    isLike: like.has(column),
    keys: keyStyles.map((keyOf) => keyOf(column.name)),
  }));
}

/** The columns of the same type, those with similar names first. */
export function nearestByName(context: TransformContext): readonly EntityField[] {
  const columns = patternColumns(context).map(({ column }) => column);
  const similar = new Set(
    mostSimilar(
      context.field.name,
      columns.map(({ name }) => name),
    ),
  );
  return columns.toSorted((a, b) => Number(similar.has(b.name)) - Number(similar.has(a.name)));
}
