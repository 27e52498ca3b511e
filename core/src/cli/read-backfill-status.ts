import { isSameLedgerTable } from "../dialects/ledger-store.js";
import { readWorkers } from "../ledger/workers.js";
import { type BackfillSpec, type Plan, tableLabel } from "../model/index.js";
import type { BackfillStatus } from "../review/backfill-status.js";
import type { Invocation } from "./command.js";
import { eachBackfill } from "./each-backfill.js";

/** Every backfill of the plan, on every target. */
export async function readBackfillStatus(
  invocation: Invocation,
): Promise<{ readonly plan: Plan; readonly statuses: readonly BackfillStatus[] }> {
  const { plan, results, notBegun } = await eachBackfill(
    invocation,
    async ({ target, group, spec, connection, id, record }): Promise<BackfillStatus> => {
      const all = await readWorkers(connection, id.plan);
      // MySQL's tables have no number, and one plan has one pass over a table.
      const workers = all.filter(
        (worker) =>
          worker.once === id.once &&
          isSameLedgerTable({ ...worker.table, name: worker.table.name || id.table.name }, id.table),
      );
      return { target, ...(group !== undefined && { group }), label: label(spec), record, workers };
    },
  );
  const waiting = notBegun.map(
    ({ spec, ...target }): BackfillStatus => ({ ...target, label: label(spec), workers: [] }),
  );
  return { plan, statuses: [...results, ...waiting] };
}

function label({ table, columns }: BackfillSpec): string {
  return `"${tableLabel(table)}".${columns.map(({ name }) => `"${name}"`).join(", ")}`;
}
