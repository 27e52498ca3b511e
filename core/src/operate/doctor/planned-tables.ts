import type { PlannedTable } from "../../dialect/check.js";
import type { Connection } from "../../dialect/connection.js";
import { isSameTable, type Plan, tableLabel } from "../../model/index.js";
import { migrationOf } from "../../plan/migration-of.js";
import { isOpen } from "../../plan/store.js";
import type { AddedColumn } from "../../sql/verdicts/new-defaults.js";

/** The plans with pending work on a target: further phases, or released migrations that it has not applied. */
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

/**
 * The tables that get columns, with their OID on the target.
 *
 * @param plans the plans that add columns
 * @param added the columns that the user's own statements add
 */
export async function plannedTables(
  connection: Connection,
  plans: readonly Plan[],
  added: readonly AddedColumn[] = [],
): Promise<PlannedTable[]> {
  const tables: PlannedTable[] = [];
  const all = [
    ...plans.flatMap((plan) => plan.columns.map(({ table, name }) => ({ table, name, plans: [plan] }))),
    ...added.map((each) => ({ ...each, plans: [] })),
  ];
  for (const { table, name, plans: its } of all) {
    const at = tables.findIndex((known) => isSameTable(known.table, table));
    const known = tables[at];
    if (known === undefined) {
      const oid = (await connection.dialect.live.systemCatalog.identity(connection, table))?.oid;
      tables.push({ table, label: `"${tableLabel(table)}"`, oid, plans: its, columns: [name] });
    } else
      tables[at] = {
        ...known,
        plans: [...new Set([...known.plans, ...its])],
        columns: [...new Set([...known.columns, name])],
      };
  }
  return tables;
}
