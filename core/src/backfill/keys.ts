import type { KeyValues } from "../dialect/batches.js";
import type { KeyColumn } from "../model/plan.js";

/** Formats the key of a row for messages: `tenantId=1, id=5`. */
export function keyLabel(key: readonly KeyColumn[], values: KeyValues): string {
  return key.map(({ column }, at) => `${column}=${values[at]}`).join(", ");
}
