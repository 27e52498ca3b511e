import type { LedgerTable } from "../../dialect/ledger-store.js";
import { isBlind } from "../../dialect/load-signals.js";
import type { GateStep } from "../../model/plan.js";
import { nameWord } from "../../sql/statement-words.js";
import { readBaselines } from "../../target/ledger/baselines.js";
import type { GateFacts } from "../gate.js";
import { compareStatements, leastCalls, type StatementComparison } from "./compare-statements.js";
import { askOwnMeasures, type OwnMeasure } from "./own-measures.js";
import { readStatistics, shapedIn } from "./read-statistics.js";

/** How long to observe reads of the column: a deployment takes minutes, and caches are cold after it. */
const leastMinutes = 15;

/** The measurements of a table's reads, and what could not be measured. */
export interface ReadsMeasured {
  /** When switch was released; absent: no baseline was kept. */
  readonly baselineAt?: string;
  readonly statements?: StatementComparison;
  /** How long reads of the column were observed, and how long is required. */
  readonly minutes?: number;
  readonly watchMinutes?: number;
  /** Why the statements were not compared, or not long enough. */
  readonly unmeasured?: { readonly reason: Unmeasured; readonly detail?: string };
  /** Which statements the server never counts. */
  readonly uncounted?: string;
  /** Why query plans were not compared. */
  readonly unplanned?: string;
  /** Since the baseline, the server has evicted statements or not counted them. */
  readonly isIncomplete?: true;
  readonly measures: readonly OwnMeasure[];
}

export type Unmeasured = "blind" | "no-baseline" | "too-few" | "too-early";

/** Compares the server's statistics before and after the release of switch, and queries the user's measures. */
export async function measureReads(
  { column }: GateStep,
  { connection, plan, evidence = plan, measures = {}, target, watchMinutes = leastMinutes }: GateFacts,
  table: LedgerTable,
): Promise<ReadsMeasured> {
  const kept = await readBaselines(connection, { plan: evidence, table });
  const of = (phase: string) => kept.find((each) => each.phase === phase)?.statistics;
  const baseline = of("switch");
  const own = await askOwnMeasures(measures, target, baseline?.at);
  const about = { ...(baseline && { baselineAt: baseline.at }), measures: own };
  const now = await readStatistics(connection, table, shapedIn(baseline));
  if (isBlind(now)) return { ...about, unmeasured: { reason: "blind", detail: now.reason } };
  if (baseline === undefined) return { ...about, unmeasured: { reason: "no-baseline" } };
  const statements = compareStatements({ earlier: of("expand"), baseline, last: of("contract"), now, column });
  const begun = [baseline.at, statements.columnSince, now.since]
    .filter((at) => at !== undefined)
    .sort()
    .at(-1)!;
  const minutes = Math.max(0, (Date.parse(now.at) - Date.parse(begun)) / 60_000);
  const unplanned = now.unplanned ?? baseline.unplanned;
  // Many calls spread over many statements, each too rare, cannot be compared either.
  const isSeen = [...statements.compared, ...statements.unpaired].some(({ words }) => words.includes(nameWord(column)));
  const unmeasured =
    statements.columnCalls < leastCalls || !isSeen ? "too-few" : minutes < watchMinutes ? "too-early" : undefined;
  return {
    ...about,
    statements,
    minutes,
    watchMinutes,
    ...(unmeasured && { unmeasured: { reason: unmeasured } }),
    ...(now.uncounted === undefined ? {} : { uncounted: now.uncounted }),
    ...(unplanned === undefined ? {} : { unplanned }),
    ...(now.lost > baseline.lost || (statements.isReset && now.lost > 0) ? { isIncomplete: true as const } : {}),
  };
}
