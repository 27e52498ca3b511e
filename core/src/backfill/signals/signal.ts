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
  /** The longest that others were seen to wait for its locks. Looked at once a second. */
  readonly waitedMs: number;
  /** When it ended, by the run's clock. */
  readonly endedMs: number;
}

/** Sessions that work on one backfill now. Those of other processes as the ledger knew them a second ago. */
export interface Workers {
  readonly own: number;
  readonly others: number;
}

/** What a signal may look at. */
export interface SignalContext<O> {
  /** Of the worker: no transaction is open. */
  readonly connection: Connection;
  readonly table: TableFacts;
  /** Those that it fills. */
  readonly columns: readonly string[];
  readonly clock: Clock;
  /** The moment: the clock counts from none that is known. */
  readonly now: () => Date;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly control: Control;
  /** As they are now: `backfill set` may have changed them. */
  readonly options: O;
  /** Absent before the first batch. */
  readonly last?: LastBatch;
  /** When this process began, by the run's clock. */
  readonly startedMs: number;
  readonly workers: Workers;
  /** Whether this signal holds the run already: what it lets go at may lie below what it held at. */
  readonly isHeld: boolean;
}

/**
 * What a signal says between two batches. `hold`: no batch before it has looked again, `pauseMs` later (default: a second). `end`: no batch
 * any more in this run. `blind`: it cannot look, and why; the run goes on and says so once.
 */
export type Answer =
  | { readonly kind: "hold"; readonly reason: string; readonly pauseMs?: number }
  | { readonly kind: "end"; readonly reason: string }
  | Blind;

/** The values of options; undefined where nobody has given one and there is no default. */
export type OptionValues<O> = { readonly [K in keyof O]: O[K] extends RunOption<infer T> ? T | undefined : never };

/**
 * Something that a run gives way to: a file of this folder. Asked between batches, in the order of `rank`, no more often than `everyMs`.
 * An error of the database is the run's; whoever lacks a right, or a server that lacks what is asked for, is `blind`.
 */
export interface Signal<
  O extends Readonly<Record<string, RunOption<unknown>>> = Readonly<Record<string, RunOption<unknown>>>,
> {
  readonly id: string;
  /** One line, for the docs. */
  readonly summary: string;
  /** Wishes of people come first (0), then what costs nothing to look at (1), then what asks the server (2), then what asks others (3). */
  readonly rank: 0 | 1 | 2 | 3;
  /** Options that `backfill run`, `backfill set` and `lockstep.config.ts` know it by. */
  readonly options: O;
  /** Least time between two looks while it does not hold, in milliseconds. */
  readonly everyMs: number;
  /** The database or its replicas are under pressure: batches get smaller, too. */
  readonly isPressure: boolean;
  /**
   * Called once a run: what it remembers from look to look is its own.
   * @param atEnd takes what has to be closed when the run ends
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
