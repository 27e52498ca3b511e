import type { Connection } from "../dialects/connection.js";
import { isSameTable, type Plan, tableLabel } from "../model/index.js";
import { migrationOf } from "../plan/migration-of.js";
import { isOpen } from "../plan/store.js";
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
        const oid = (await connection.dialect.catalogue.identity(connection, table))?.oid;
        const label = `"${tableLabel(table)}"`;
        tables.push({ table, label, oid, plans: [plan], columns: [name] });
      } else {
        const plansOf = known.plans.includes(plan) ? known.plans : [...known.plans, plan];
        tables[at] = { ...known, plans: plansOf, columns: [...known.columns, name] };
      }
    }
  return tables;
}
