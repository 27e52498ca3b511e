import { LockstepError } from "../../base/errors.js";
import type { Connection } from "../../dialect/connection.js";
import { isBlind } from "../../dialect/load-signals.js";
import { type DeployedPhase, isSameTable, type Plan, type TableName } from "../../model/index.js";
import { nameWord } from "../../sql/statement-words.js";
import { readTable } from "../../target/facts/table.js";
import { keepBaseline, readBaselines } from "../../target/ledger/baselines.js";
import { compareStatements, leastCalls } from "./compare-statements.js";
import { readStatistics, shapedIn } from "./read-statistics.js";

/**
 * Keeps the server's statistics for reads of the plan's tables, for the gate reads-steady: before the code that reads the new columns is
 * deployed. If the statistics are not visible, it keeps nothing, and the gate reports that. It never stops the user's command. For
 * contract, it keeps the statistics of the gate's last check.
 *
 * @param evidence the key of the plan in the ledger
 * @param isRelease the phase is being released: replaces another baseline, unless its columns are read already
 */
export async function keepBaselines(
  connection: Connection,
  plan: Plan,
  {
    phase,
    evidence,
    isRelease,
  }: { readonly phase: DeployedPhase; readonly evidence: string; readonly isRelease: boolean },
): Promise<void> {
  const steps = plan.gates.contract.filter(({ gate }) => gate === "reads-steady");
  const tables = steps.map(({ table }) => table);
  const distinct = tables.filter((table, at) => tables.findIndex((each) => isSameTable(each, table)) === at);
  for (const table of distinct) {
    const columns = steps.filter((step) => isSameTable(step.table, table)).map(({ column }) => column);
    try {
      await keepOne(connection, table, columns, { plan: evidence, phase, isRelease });
    } catch (error) {
      if (connection.isLost || !(error instanceof LockstepError)) throw error;
    }
  }
}

async function keepOne(
  connection: Connection,
  name: TableName,
  columns: readonly string[],
  { plan, phase, isRelease }: { readonly plan: string; readonly phase: DeployedPhase; readonly isRelease: boolean },
): Promise<void> {
  const table = await readTable(connection, name);
  if (table === undefined) return;
  const all = await readBaselines(connection, { plan, table });
  const of = (wanted: DeployedPhase) => all.find((each) => each.phase === wanted)?.statistics;
  const kept = of(phase);
  if (phase !== "contract" && kept !== undefined && !isRelease) return;
  const baseline = phase === "contract" ? of("switch") : undefined;
  if (phase === "contract" && baseline === undefined) return;
  const statistics = await readStatistics(connection, table, shapedIn(baseline));
  if (isBlind(statistics)) return;
  if (baseline !== undefined) {
    const look = { earlier: of("expand"), baseline, last: kept, now: statistics };
    const found = columns.map((column) => compareStatements({ ...look, column }));
    // Only the kept statistics contain these earlier findings.
    if (found.some(({ slower, replanned }) => [...slower, ...replanned].some(({ former }) => former !== undefined)))
      return;
  }
  const reading = statistics.statements.filter(({ words }) =>
    columns.some((column) => words.includes(nameWord(column))),
  );
  const calls = reading.reduce((sum, each) => sum + each.calls, 0);
  // Once reads of the column have started, the statistics are no baseline.
  if (phase === "switch" && calls >= leastCalls && (kept !== undefined || !isRelease)) return;
  await keepBaseline(connection, { plan, phase, table }, statistics);
}
