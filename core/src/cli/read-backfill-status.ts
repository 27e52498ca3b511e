import { specMadeAgain } from "../backfill/made-again.js";
import { stateOf, workersOf } from "../backfill/state.js";
import { type BackfillSpec, type Plan, tableLabel } from "../model/index.js";
import { againText, type BackfillStatus } from "../review/backfill-status.js";
import { readWorkers } from "../target/ledger/workers.js";
import type { Invocation } from "./command.js";
import { eachBackfill } from "./each-backfill.js";

/** Every backfill of the plan, on every target. */
export async function readBackfillStatus(
  invocation: Invocation,
): Promise<{ readonly plan: Plan; readonly statuses: readonly BackfillStatus[] }> {
  const { plan, results, notBegun } = await eachBackfill(
    invocation,
    async ({ target, group, spec, connection, id, record }): Promise<BackfillStatus> => {
      const workers = workersOf(await readWorkers(connection, id.plan), id);
      const status = { target, ...(group !== undefined && { group }), label: label(spec), workers };
      // A running backfill decides this itself.
      const isWorking = ["running", "waiting"].includes(stateOf({ ...status, record }));
      const again = isWorking ? undefined : await specMadeAgain(connection, record, spec, { scanTimeoutMs: 10_000 });
      return again === undefined ? { ...status, record } : { ...status, again: againText(record, again) };
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
