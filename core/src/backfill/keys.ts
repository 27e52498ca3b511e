import type { KeyColumn } from "../model/plan.js";

/**
 * The key of one row, as text, one item a column. The database orders and compares keys itself, so big integers and
 * collations are its own; JavaScript only carries them.
 */
export type KeyValues = readonly string[];

/** How messages name a row: `tenantId=1, id=5`. */
export function keyLabel(key: readonly KeyColumn[], values: KeyValues): string {
  return key.map(({ column }, at) => `${column}=${values[at]}`).join(", ");
}
