import type { Clock } from "../dialect/db/clock.js";
import type { LedgerTable } from "../dialect/ledger-store.js";
import type { BackfillSpec } from "../model/plan.js";
import { type BatchLimits, defaultBatchLimits } from "./batch-size.js";
import type { Functions } from "./computer.js";
import type { BackfillEvent } from "./events.js";
import type { Growth } from "./growth.js";
import { signals } from "./signals/index.js";
import type { Signal } from "./signals/signal.js";

/** What to do with NULLs that the application may have set. */
export type NullAnswer = "fill" | "keep";

export interface BackfillInput {
  /** URL of the target. Supports Prisma's `?schema=`. */
  readonly url: string;
  readonly plan: string;
  /** The target's name in the config, for telemetry and for commands in hints. Default: not in the config. */
  readonly target?: string;
  readonly spec: BackfillSpec;
  readonly clock: Clock;
  /** The current time, for windows. Default: the system's. */
  readonly now?: () => Date;
  /** Environment for options that name variables. Default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Returns a number between 0 and 1, for random pauses and for the runner's name. */
  readonly random: () => number;
  /** If aborted, the current batch completes, the cursor is saved, and the result is `stopped`. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: BackfillEvent) => void;
  /** Default: `defaultBatchLimits`, and `batchTargetMs` depending on whether others write to the table. */
  readonly batch?: Partial<BatchLimits>;
  /** Number of sessions that share the work. `idle`: one, and a second one while other sessions of the server are idle. Default: 1. */
  readonly workers?: number | "idle";
  /** A worker that is silent for this long loses its range to another, in milliseconds. Default: one minute. */
  readonly leaseMs?: number;
  /** Joins a process that already runs the backfill, and takes over if that ends early. Default: false. */
  readonly isJoining?: boolean;
  /** Options of signals and batches, by name, as typed. Default: none. */
  readonly options?: Readonly<Record<string, string>>;
  /** Signals to probe between batches. Default: all. */
  readonly signals?: readonly Signal[];
  /** The user agrees that their own triggers fire for each row. Default: false. */
  readonly allowTriggers?: boolean;
  /**
   * For columns that stay optional, where only a person can decide whether a NULL is intended: `fill` fills such rows, `keep` leaves them
   * and counts the pass as done. Default: a run that reaches such rows fails with LS5009 or LS5010.
   */
  readonly nulls?: NullAnswer;
  /**
   * A later phase of the plan is released, so the pass over columns that stay optional was done when its gate was checked. Default: false.
   */
  readonly isPastBackfill?: boolean;
  /** Default: true. False for fills that no trigger can compute: the sweep then fills rows that writers add meanwhile. */
  readonly needsFillTrigger?: boolean;
  /** The functions of lockstep.config.ts, by `Model.field`. Default: none. */
  readonly functions?: Functions;
  /** Target duration of one function call, which also limits the batch size. Nothing is locked meanwhile. Default: 2000. */
  readonly functionMs?: number;
  /** Timeout of a function call. It is aborted, and retried with fewer rows. Default: 60 000. */
  readonly functionTimeoutMs?: number;
  /** How long a batch waits for a row lock while its own rows are locked. Default: 500. */
  readonly lockTimeoutMs?: number;
  /** Timeout of a batch. It is rolled back, and retried with fewer rows. Default: 30 000. */
  readonly batchTimeoutMs?: number;
  /** Timeout for reading the whole table, before the first and after the last batch. Default: one hour. */
  readonly scanTimeoutMs?: number;
  /** After this time without an answer, a second connection checks whether the server is still working. Default: 30 000. */
  readonly silenceMs?: number;
  /** How long rows may stay locked at the end before the run fails. Default: five minutes. */
  readonly lockPatienceMs?: number;
}

export interface BackfillResult {
  /** `stopped`: by the signal, or `ended`. The same call resumes at the cursor. */
  readonly status: "done" | "stopped";
  readonly table: LedgerTable;
  /** Rows passed, including earlier runs. */
  readonly rows: number;
  /** Rows that this run has filled. */
  readonly filled: number;
  readonly batches: number;
  /** Why it ended although this process was not stopped: it was cancelled, or its time limit was reached. */
  readonly ended?: string;
  /** How the table changed. Absent: not at all, or another process led. */
  readonly growth?: Growth;
  /** The last key of a single pass, such as `id=20`. */
  readonly upTo?: string;
}

/** The input with every default filled in. */
export type RunSettings = Required<Omit<BackfillInput, "signal" | "onEvent" | "batch" | "nulls" | "target">> & {
  readonly target?: string;
  readonly nulls?: NullAnswer;
  readonly signal: AbortSignal;
  readonly limits: typeof defaultBatchLimits & Partial<BatchLimits>;
  readonly emit: (event: BackfillEvent) => void;
};

export function resolveRunSettings(input: BackfillInput): RunSettings {
  const { signal, onEvent, batch, ...rest } = input;
  // The speed of a function is unknown, so the first batch is small.
  const isComputed = input.spec.columns.some(({ compute }) => compute !== undefined);
  return {
    now: () => new Date(),
    env: process.env,
    workers: 1,
    isJoining: false,
    leaseMs: 60_000,
    options: {},
    signals,
    allowTriggers: false,
    isPastBackfill: false,
    needsFillTrigger: true,
    functions: new Map(),
    functionMs: 2000,
    functionTimeoutMs: 60_000,
    lockTimeoutMs: 500,
    batchTimeoutMs: 30_000,
    scanTimeoutMs: 3_600_000,
    silenceMs: 30_000,
    lockPatienceMs: 300_000,
    ...rest,
    signal: signal ?? new AbortController().signal,
    limits: { ...defaultBatchLimits, ...(isComputed ? { startRows: 100 } : {}), ...batch },
    emit: onEvent ?? (() => undefined),
  };
}
