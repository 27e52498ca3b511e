import type { Connection } from "../../dialect/connection.js";
import type { Clock } from "../../dialect/db/clock.js";
import type { Blind } from "../../dialect/load-signals.js";
import type { TableFacts } from "../../dialect/table.js";
import type { Control } from "../../target/ledger/control.js";
import type { RunOption } from "../run-option.js";

/** The batch that has just ended. */
export interface LastBatch {
  readonly rows: number;
  /** From its BEGIN to the answer to its COMMIT, without functions. */
  readonly ms: number;
  /** The COMMIT alone. */
  readonly commitMs: number;
  /** The longest wait of another session for its locks, sampled once a second. */
  readonly waitedMs: number;
  /** When it ended, by the run's clock. */
  readonly endedMs: number;
}

/** Sessions that work on one backfill now. Those of other processes are from the ledger, at most a second old. */
export interface Workers {
  readonly own: number;
  readonly others: number;
}

/** Input of a signal. */
export interface SignalContext<O> {
  /** The worker's connection, without an open transaction. */
  readonly connection: Connection;
  readonly table: TableFacts;
  /** The columns that the run fills. */
  readonly columns: readonly string[];
  readonly clock: Clock;
  /** Wall-clock time; `clock` is relative. */
  readonly now: () => Date;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly control: Control;
  /** Current values, including those of `backfill set`. */
  readonly options: O;
  /** Absent before the first batch. */
  readonly last?: LastBatch;
  /** When this process began, by the run's clock. */
  readonly startedMs: number;
  readonly workers: Workers;
  /** Whether this signal holds the run already. The limit to resume may be lower than the limit to wait. */
  readonly isHeld: boolean;
}

/**
 * Result of a signal between two batches. `hold`: no batch until the next probe, `pauseMs` later (default: a second). `end`: the run ends.
 * `blind`: the signal cannot be measured; the run continues and reports the reason once.
 */
export type Answer =
  | { readonly kind: "hold"; readonly reason: string; readonly pauseMs?: number }
  | { readonly kind: "end"; readonly reason: string }
  | Blind;

/** Values of options; undefined if an option is not set and has no default. */
export type OptionValues<O> = { readonly [K in keyof O]: O[K] extends RunOption<infer T> ? T | undefined : never };

/**
 * A reason for a run to wait; one per file of this folder. Probed between batches, in the order of `rank`, at most every `everyMs`.
 * Database errors end the run, except a missing privilege or an unsupported server, which make the signal `blind`.
 */
export interface Signal<
  O extends Readonly<Record<string, RunOption<unknown>>> = Readonly<Record<string, RunOption<unknown>>>,
> {
  readonly id: string;
  /** One line, for the docs. */
  readonly summary: string;
  /** Order of probes: user commands (0), free checks (1), queries of the server (2), requests to other systems (3). */
  readonly rank: 0 | 1 | 2 | 3;
  /** Options of `backfill run`, `backfill set` and `lockstep.config.ts`. */
  readonly options: O;
  /** Least time between two probes while it does not hold, in milliseconds. */
  readonly everyMs: number;
  /** The database or its replicas are under pressure: batches get smaller, too. */
  readonly isPressure: boolean;
  /**
   * Called once per run. State between probes belongs to the returned function.
   * @param atEnd registers a function to call when the run ends
   */
  start(
    atEnd: (close: () => Promise<void>) => void,
  ): (context: SignalContext<OptionValues<O>>) => Promise<Answer | undefined> | Answer | undefined;
}

export function defineSignal<const O extends Readonly<Record<string, RunOption<unknown>>>>(
  signal: Signal<O>,
): Signal<O> {
  return signal;
}
