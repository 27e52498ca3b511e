/**
 * A backfill of a size that nobody has at hand: the signals of a run decide as they do in production, by a clock, a replica, and an
 * autovacuum that are computed from measured figures.
 */
import type { RunSettings } from "../../../core/src/backfill/input.js";
import { resolveRunSettings } from "../../../core/src/backfill/input.js";
import { Pacing } from "../../../core/src/backfill/pacing.js";
import type { BackfillSession } from "../../../core/src/backfill/session.js";
import type { LastBatch } from "../../../core/src/backfill/signals/signal.js";
import type { DeadRows, KnownReplica } from "../../../core/src/dialect/load-signals.js";

/** Measured, or set by whoever asks. */
export interface Site {
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly logBytesPerRow: number;
  /** WAL that the replica replays in a second. */
  readonly replayBytesPerSecond: number;
  /** Dead rows that autovacuum takes away in a second while it is at work on the table. */
  readonly vacuumRowsPerSecond: number;
  /** As `--window`. */
  readonly window?: string;
}

export interface Simulated {
  readonly days: number;
  /** At work: neither outside of its windows nor waiting. */
  readonly hoursAtWork: number;
  /** Waited for, by signal. */
  readonly hoursWaited: Readonly<Record<string, number>>;
  readonly logBytes: number;
  readonly mostLagBytes: number;
  readonly mostDeadRows: number;
}

const batchMs = 100;
const autovacuumThreshold = 0.2;

export async function simulate(site: Site): Promise<Simulated> {
  let nowMs = 0;
  let [lag, dead, passed, log, atWorkMs] = [0, 0, 0, 0, 0];
  let [mostLag, mostDead, rounds, isVacuuming] = [0, 0, 0, false];
  const pass = (ms: number) => {
    nowMs += ms;
    lag = Math.max(0, lag - (site.replayBytesPerSecond * ms) / 1000);
    isVacuuming = dead > 0 && (isVacuuming || dead > site.rows * autovacuumThreshold);
    if (isVacuuming) dead = Math.max(0, dead - (site.vacuumRowsPerSecond * ms) / 1000);
    if (isVacuuming && dead === 0) rounds += 1;
  };
  const loadSignals = {
    replicas: async (): Promise<readonly KnownReplica[]> => [{ name: "replica", isLogical: false, bytes: lag }],
    deadRows: async (): Promise<DeadRows> => ({ dead, live: site.rows, rounds, progress: String(dead) }),
    slots: async () => [],
    archive: async () => undefined,
  };
  const waited: Record<string, number> = {};
  const settings: RunSettings = resolveRunSettings({
    url: "",
    plan: "scale",
    spec: { table: { name: "t" }, key: [], columns: [], uniqueKeys: [] },
    random: () => 0,
    clock: { now: () => nowMs, sleep: async (ms) => pass(ms) },
    now: () => new Date(nowMs),
    options: site.window === undefined ? {} : { window: site.window },
    onEvent: (event) => {
      if (event.kind === "released") waited[event.signal] = (waited[event.signal] ?? 0) + event.forMs;
    },
  });
  const pacing = new Pacing(settings);
  const session = {
    connection: { dialect: { live: { loadSignals } } },
    table: { name: "t" },
  } as unknown as BackfillSession;
  const rows = (site.rowsPerSecond * batchMs) / 1000;
  let last: LastBatch | undefined;
  while (passed < site.rows) {
    await pacing.beforeBatch(session, last);
    passed += rows;
    dead += rows;
    lag += rows * site.logBytesPerRow;
    log += rows * site.logBytesPerRow;
    [mostLag, mostDead] = [Math.max(mostLag, lag), Math.max(mostDead, dead)];
    pass(batchMs);
    atWorkMs += batchMs;
    last = { rows, ms: batchMs, commitMs: 1, waitedMs: 0, endedMs: nowMs };
  }
  const hours = (ms: number) => ms / 3_600_000;
  return {
    days: hours(nowMs) / 24,
    hoursAtWork: hours(atWorkMs),
    hoursWaited: Object.fromEntries(Object.entries(waited).map(([signal, ms]) => [signal, hours(ms)])),
    logBytes: log,
    mostLagBytes: mostLag,
    mostDeadRows: mostDead,
  };
}
