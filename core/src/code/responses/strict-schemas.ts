import { memoized } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import type { ShapeNode } from "../shapes/shape-types.js";
import { namesField, type ParsedRows, parsedRowsIn, placeOf } from "./parsed-rows.js";
import { isLedByBase } from "./shape-roles.js";

/**
 * Why a zod object throws from switch on, when reads return the field: it, or a schema that extends it, is strict and parses whole rows.
 * Undefined if it names the field, or if it is not known to throw.
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

/** Strict schemas that parse whole rows and do not name the field. */
export const throwingIn = memoized((context): readonly ParsedRows[] =>
  parsedRowsIn(context).filter(
    ({ part, rows }) => part.isStrict && rows.select === undefined && !rows.isAssumed && !namesField(part, context),
  ),
);
