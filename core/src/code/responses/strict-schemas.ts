import { memoized } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import type { ShapeNode } from "../shapes/shape-types.js";
import { namesField, type ParsedRows, parsedRowsIn, placeOf } from "./parsed-rows.js";
import { isLedByBase } from "./shape-roles.js";

/**
 * Why a zod object throws from switch on, when reads bring the field: whole rows go through it, or through what extends it, and that
 * is strict. Undefined where it names the field, and where nobody can say that it throws.
 */
export function whyThrows({ node }: ShapeNode, context: TransformContext): string | undefined {
  const all = throwingIn(context).filter(({ part }) => part.picked === undefined);
  const found =
    all.find(({ part: { shape } }) => shape.node === node) ??
    all.find(
      ({ part: { shape } }) => shape.bases.some((base) => base === node) && isLedByBase(shape, "response", context),
    );
  const { name } = context.field;
  return found && `throws on unknown keys from switch on, when reads bring ${name} to ${placeOf(found)}`;
}

/** What strict schemas read whole rows with, that do not name the field. */
export const throwingIn = memoized((context): readonly ParsedRows[] =>
  parsedRowsIn(context).filter(
    ({ part, rows }) => part.isStrict && rows.select === undefined && !rows.isAssumed && !namesField(part, context),
  ),
);
