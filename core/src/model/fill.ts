import type { ComputedFill, Fill, LookedUp } from "./column-schema.js";

export type { ComputedFill, Fill, LookedUp };

/** The source of a column's value: an expression, a function, or neither. */
export interface ValueSource {
  readonly fill?: Fill;
  readonly compute?: ComputedFill;
}

/** Whether existing rows get a value of their own. */
export function isFilled({ fill, compute }: ValueSource): boolean {
  return fill !== undefined || compute !== undefined;
}

/** The columns that a value is computed from. */
export function readsOf({ fill, compute }: ValueSource): readonly string[] {
  return [...(fill?.reads ?? []), ...(compute?.reads ?? []), ...(compute?.fallback?.reads ?? [])];
}

/** The rows of other tables that a value is computed from. */
export function lookUpsOf({ fill, compute }: ValueSource): readonly LookedUp[] {
  return [...(fill?.lookUps ?? []), ...(compute?.fallback?.lookUps ?? [])];
}

/** `function fills.User.handle of lockstep.config.ts` */
export function functionLabel({ name, source }: Pick<ComputedFill, "name" | "source">): string {
  return `function fills.${name} of ${source}`;
}

/** `lower(email)`, or the function by its name; empty when there is neither. */
export function valueLabel({ fill, compute }: ValueSource): string {
  return fill?.sql ?? (compute === undefined ? "" : functionLabel(compute));
}

/** The settings for evaluating an expression that depends on the session, for people. */
export const statedSettingsWords = "TimeZone UTC, DateStyle ISO and locale C";
