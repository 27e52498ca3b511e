import type { PlannedTable } from "../dialect/check.js";

/** OIDs of the existing tables, for `= ANY ($1)`. */
export function oidsOf(tables: readonly PlannedTable[]): number[] {
  return tables.flatMap(({ oid }) => oid ?? []);
}

/** The label of a table by its OID. */
export function labelOf(tables: readonly PlannedTable[], oid: number): string {
  return tables.find((table) => table.oid === oid)?.label ?? String(oid);
}
