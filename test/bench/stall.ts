/** The longest that a query of the application has to wait: a required unique column, by hand and by Lockstep, on a busy table. */
import { setTimeout as sleep } from "node:timers/promises";
import { median, milliseconds, quantile, whole } from "./figures.js";
import { Load, type PhaseFigures } from "./load.js";
import type { Options } from "./options.js";
import type { BenchReport } from "./report.js";
import {
  backfill,
  changeByHand,
  changeByLockstep,
  changeInBatches,
  filesOf,
  noChange,
  type Run,
  updateInBatches,
} from "./stall-ways.js";
import type { BenchServer, BenchSystem } from "./systems/system.js";

/** Of the rows that one UPDATE of all of them fills in a second, on the same table. */
const leastBackfillRatio = 0.85;
/** Below the noise of any machine: stalls beyond the baseline that are shorter, or negative, count as this. */
const leastBeyondMs = 1;
const warmUpMs = 2_000;

/** What the application saw in one run. */
interface Seen {
  readonly longestMs: number;
  readonly p99Ms: number;
  readonly operations: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly longestMsByPhase: Readonly<Record<string, number>>;
  readonly durationMs: number;
}

export interface Round {
  readonly lockstep: Seen;
  readonly baseline: Seen;
  readonly naive: Seen;
  /** Absent for a change that has no such way. */
  readonly batches: Seen | undefined;
  readonly lockstepBeyondMs: number;
  readonly naiveBeyondMs: number;
  readonly ratio: number;
}

export interface Bench {
  readonly system: BenchSystem;
  readonly server: BenchServer;
  readonly options: Options["stall"];
}

export async function benchStall(
  system: BenchSystem,
  options: Options["stall"],
  progress: (text: string) => void,
): Promise<BenchReport> {
  progress(`making ${whole(options.rows)} rows`);
  const server = await system.start(options.rows);
  const bench = { system, server, options };
  try {
    const rounds: Round[] = [];
    for (let round = 1; round <= options.rounds; round++) {
      const tell = (way: string) => progress(`round ${round} of ${options.rounds}, ${way}`);
      rounds.push(await runRound(bench, tell));
    }
    progress("the backfill, idle");
    return report(bench, rounds, await backfillRates(bench));
  } finally {
    await server.stop();
  }
}

/** The longest of many waits grows with their number: the baseline lasts as long as Lockstep's run. */
export async function runRound(bench: Bench, tell: (way: string) => void): Promise<Round> {
  tell("Lockstep");
  const lockstep = await watch(bench, changeByLockstep, true);
  tell("no change");
  const baseline = await watch(bench, (run) => noChange(run, lockstep.durationMs), false);
  tell("by hand");
  const naive = await watch(bench, changeByHand, true);
  const { byBatches } = bench.system;
  if (byBatches !== undefined) tell("by hand in batches");
  const batches = byBatches && (await watch(bench, (run) => changeInBatches(run, byBatches), true));
  const lockstepBeyondMs = lockstep.longestMs - baseline.longestMs;
  const naiveBeyondMs = naive.longestMs - baseline.longestMs;
  const ratio = naiveBeyondMs / Math.max(lockstepBeyondMs, leastBeyondMs);
  return { lockstep, baseline, naive, batches, lockstepBeyondMs, naiveBeyondMs, ratio };
}

/** One run on a fresh table. */
async function watch(
  { system, server, options }: Bench,
  way: (run: Run) => Promise<void>,
  changes: boolean,
): Promise<Seen> {
  const { rows, rate, readerMs } = options;
  const database = "bench_run";
  const url = await server.copy(database);
  const load = await Load.start({ url, rows, rate });
  try {
    await sleep(warmUpMs);
    const begin = performance.now();
    await way({ system, url, load, readerMs });
    const durationMs = performance.now() - begin;
    const phases = await load.stop();
    if (changes && !(await system.isChanged(url))) throw new Error("The change is not there as it should be");
    return summary(phases, durationMs);
  } finally {
    load.kill();
    await server.drop(database);
  }
}

function summary(phases: readonly PhaseFigures[], durationMs: number): Seen {
  const counted = phases.filter((phase) => phase.name !== "warm-up");
  const latencies = counted.flatMap((phase) => phase.latencies);
  const failures: Record<string, number> = {};
  for (const [what, count] of counted.flatMap((phase) => Object.entries(phase.failures)))
    failures[what] = (failures[what] ?? 0) + count;
  return {
    longestMs: Math.max(...latencies),
    p99Ms: quantile(latencies, 0.99),
    operations: latencies.length,
    failures,
    longestMsByPhase: Object.fromEntries(counted.map(({ name, latencies: own }) => [name, Math.max(0, ...own)])),
    durationMs,
  };
}

interface Rates {
  /** Rows a second. */
  readonly update: number;
  readonly backfill: number;
  readonly batches: number | undefined;
}

/** Without an application: the table after expand, filled in each way, until the server has finished its own work on it. */
async function backfillRates({ system, server, options: { rows } }: Bench): Promise<Rates> {
  const plan = await system.plan();
  const timed = async (fill: (url: string) => Promise<unknown>) => {
    const url = await server.copy("bench_fill");
    try {
      await system.migrate(url, filesOf(plan, "expand"));
      await server.settle();
      const begin = performance.now();
      await fill(url);
      // Batches are cleaned up after while they run, one statement when it is over.
      await server.settle();
      return (rows * 1000) / (performance.now() - begin);
    } finally {
      await server.drop("bench_fill");
    }
  };
  const { byBatches } = system;
  return {
    update: await timed((url) => system.query(url, system.fillSql)),
    backfill: await timed((url) => backfill(plan, url)),
    batches: byBatches && (await timed((url) => updateInBatches(system, url, byBatches))),
  };
}

function report({ system, options }: Bench, rounds: readonly Round[], rates: Rates): BenchReport {
  const { rows, rate, readerMs } = options;
  const { leastRatio, mostBeyondMs } = system;
  const filled = rates.backfill / rates.update;
  const middle = (of: (round: Round) => number) => median(rounds.map(of));
  const line = (name: string, of: (pick: (round: Round) => number) => number) => [
    name,
    milliseconds(of((round) => round.baseline.longestMs)),
    milliseconds(of((round) => round.naive.longestMs)),
    milliseconds(of((round) => round.naiveBeyondMs)),
    milliseconds(of((round) => round.lockstep.longestMs)),
    milliseconds(of((round) => round.lockstepBeyondMs)),
    `${whole(of((round) => round.ratio))} x`,
    whole(of((round) => failed(round.naive))),
    whole(of((round) => failed(round.lockstep))),
  ];
  const ratio = middle((round) => round.ratio);
  const beyond = middle((round) => round.lockstepBeyondMs);
  const lockstepFailures = rounds.reduce((sum, round) => sum + failed(round.lockstep), 0);
  const failures = lockstepFailures === 0 ? "no query failed" : `but ${lockstepFailures} queries failed`;
  return {
    name: system.id === "postgresql" ? "stall" : `stall-${system.id}`,
    title: `${system.label}: longest wait of an application's query: ${whole(rows)} rows, ${rate} operations a second`,
    table: [
      ["round", "no change", "by hand", "beyond", "Lockstep", "beyond", "ratio", "failed by hand", "failed Lockstep"],
      ...rounds.map((round, index) => line(String(index + 1), (pick) => pick(round))),
      line("median", middle),
    ],
    notes: notes(rounds, readerMs),
    bounds: [
      {
        promise: `${system.label}: longest stall beyond a run without a change: at least ${leastRatio} times shorter than by hand`,
        measured: `${whole(ratio)} times, ${failures}`,
        isMet: ratio >= leastRatio && lockstepFailures === 0,
      },
      {
        promise: `${system.label}: longest stall: at most ${mostBeyondMs} ms beyond a run without a change`,
        measured: `${milliseconds(beyond)} (median of ${rounds.length})`,
        isMet: beyond <= mostBeyondMs,
      },
      {
        promise: `${system.label}: the backfill fills at least ${leastBackfillRatio} of the rows that one UPDATE fills in the same time`,
        measured: `${filled.toFixed(2)} (${whole(rates.backfill)} rows a second)`,
        isMet: filled >= leastBackfillRatio,
      },
    ],
    measurements: { rounds, rates },
    summary: summaryOf(system.label, options, rounds, rates),
  };
}

/** The ways side by side: what users of the application notice, and how long it takes. */
function summaryOf(
  label: string,
  { rows, rate, readerMs }: Options["stall"],
  rounds: readonly Round[],
  rates: Rates,
): NonNullable<BenchReport["summary"]> {
  const line = (name: string, seen: readonly Seen[], filled: number | undefined) => [
    name,
    milliseconds(median(seen.map(({ longestMs }) => longestMs))),
    whole(median(seen.map(failed))),
    // Without a change, nothing takes time and no row is filled.
    filled === undefined ? "" : `${whole(median(seen.map(({ durationMs }) => durationMs)) / 1000)} s`,
    filled === undefined ? "" : whole(filled),
  ];
  const batches = rounds.flatMap((round) => round.batches ?? []);
  return {
    title: `${label}: a required unique column on ${whole(rows)} rows, ${rate} requests a second, a report of ${readerMs / 1000} s before each deployment`,
    table: [
      ["", "longest wait", "failed requests", "takes", "rows filled a second, idle"],
      line(
        "no change",
        rounds.map(({ baseline }) => baseline),
        undefined,
      ),
      line(
        "by hand, one migration",
        rounds.map(({ naive }) => naive),
        rates.update,
      ),
      ...(batches.length > 0 ? [line("by hand, in batches", batches, rates.batches)] : []),
      line(
        "Lockstep",
        rounds.map(({ lockstep }) => lockstep),
        rates.backfill,
      ),
    ],
  };
}

function notes(rounds: readonly Round[], readerMs: number): string[] {
  const phases = Object.keys(rounds[0]?.lockstep.longestMsByPhase ?? {});
  const byPhase = phases.map((phase) => {
    const all = rounds.map((round) => round.lockstep.longestMsByPhase[phase] ?? 0);
    return `${phase} ${milliseconds(median(all))} (at most ${milliseconds(Math.max(...all))})`;
  });
  const kinds = new Set(rounds.flatMap((round) => Object.keys(round.naive.failures)));
  const atFloor = rounds.filter((round) => round.lockstepBeyondMs < leastBeyondMs).length;
  return [
    `Just before each deployment, a transaction reads the table and stays open for ${readerMs / 1000} s.`,
    `Lockstep's longest wait by step, median of the rounds: ${byPhase.join(", ")}.`,
    `Nothing subtracted, the longest wait is ${whole(median(rounds.map((round) => round.naive.longestMs / round.lockstep.longestMs)))} times shorter.`,
    `Lockstep took ${whole(median(rounds.map((round) => round.lockstep.durationMs)) / 1000)} s, by hand it took ${whole(median(rounds.map((round) => round.naive.durationMs)) / 1000)} s.`,
    ...(kinds.size > 0 ? [`Failed by hand, until new code is deployed 3 s later: ${[...kinds].join(", ")}.`] : []),
    ...(atFloor > 0
      ? [
          `In ${atFloor} of ${rounds.length} rounds Lockstep's stall was not longer than without a change: divided by ${leastBeyondMs} ms there.`,
        ]
      : []),
  ];
}

export function failed({ failures }: Seen): number {
  return Object.values(failures).reduce((sum, count) => sum + count, 0);
}
