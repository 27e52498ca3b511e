import type { Connection } from "../dialects/connection.js";
import { isSameTable, type Plan, tableLabel } from "../model/index.js";
import { migrationOf } from "../plan/migration-of.js";
import { isOpen } from "../plan/store.js";
import { quoteTable } from "../sql/postgres/quote.js";
import type { PlannedTable } from "./check.js";

/** The plans that still have something to do on a target: phases to come, or released migrations that it has not applied. */
export function openPlansOn(
  plans: readonly Plan[],
  applied: readonly string[],
  inRepository: readonly string[],
): Plan[] {
  return plans.filter((plan) => {
    if (isOpen(plan)) return true;
    const names = plan.state.written.map(({ file }) => migrationOf(file));
    return names.some((name) => inRepository.includes(name) && !applied.includes(name));
  });
}

/** The tables that plans change, with their OID on the target. */
export async function plannedTables(connection: Connection, plans: readonly Plan[]): Promise<PlannedTable[]> {
  const tables: PlannedTable[] = [];
  for (const plan of plans)
    for (const { table, name } of plan.columns) {
      const at = tables.findIndex((known) => isSameTable(known.table, table));
      const known = tables[at];
      if (known === undefined) {
        const { rows } = await connection.query<{ oid: number | null }>("SELECT to_regclass($1)::oid AS oid", [
          quoteTable(table),
        ]);
        const label = `"${tableLabel(table)}"`;
        tables.push({ table, label, oid: rows[0]?.oid ?? undefined, plans: [plan], columns: [name] });
      } else {
        const plansOf = known.plans.includes(plan) ? known.plans : [...known.plans, plan];
        tables[at] = { ...known, plans: plansOf, columns: [...known.columns, name] };
      }
    }
  return tables;
}

/** OIDs of the tables that are there, for `= ANY ($1)`. */
export function oidsOf(tables: readonly PlannedTable[]): number[] {
  return tables.flatMap(({ oid }) => oid ?? []);
}

/** The label of a table that was found by its OID. */
export function labelOf(tables: readonly PlannedTable[], oid: number): string {
  return tables.find((table) => table.oid === oid)?.label ?? String(oid);
}
