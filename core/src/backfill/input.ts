import type { Clock } from "../dialect/db/clock.js";
import type { LedgerTable } from "../dialect/ledger-store.js";
import type { BackfillSpec } from "../model/plan.js";
import { type BatchLimits, defaultBatchLimits } from "./batch-size.js";
import type { Functions } from "./computer.js";
import type { BackfillEvent } from "./events.js";
import type { Growth } from "./growth.js";
import { signals } from "./signals/index.js";
import type { Signal } from "./signals/signal.js";

/** What becomes of NULLs that code may have chosen. */
export type NullAnswer = "fill" | "keep";

export interface BackfillInput {
  /** The target. Prisma's `?schema=` is understood. */
  readonly url: string;
  readonly plan: string;
  /** What the target is called in the config, for telemetry and for commands in hints. Default: it is in no config. */
  readonly target?: string;
  readonly spec: BackfillSpec;
  readonly clock: Clock;
  /** The moment, for windows. Default: the system's. */
  readonly now?: () => Date;
  /** Where options that name variables find them. Default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Between 0 and 1. Pauses are scattered with it, and the runner is named by it. */
  readonly random: () => number;
  /** Aborted: the batch that is running is finished, the cursor is kept, the result is `stopped`. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: BackfillEvent) => void;
  /** Default: `defaultBatchLimits`, and `batchTargetMs` by whether others write to the table. */
  readonly batch?: Partial<BatchLimits>;
  /** So many sessions share the work. Default: 1. */
  readonly workers?: number;
  /** A worker that was not heard of for so long loses its range to another, in milliseconds. Default: one minute. */
  readonly leaseMs?: number;
  /** Another process may be at it: then this one works with it, and takes over when it ends early. Default: false. */
  readonly isJoining?: boolean;
  /** Options of signals and batches, by name, as they are typed. Default: none. */
  readonly options?: Readonly<Record<string, string>>;
  /** Asked between batches. Default: every one. */
  readonly signals?: readonly Signal[];
  /** The user agrees that their own triggers fire for each row. Default: false. */
  readonly allowTriggers?: boolean;
  /**
   * Of columns that stay optional, where a NULL may be what code has chosen and nobody else can tell: `fill` gives such rows a value,
   * `keep` leaves them and takes the pass as made. Default: a run that comes to such rows ends with LS5009 or LS5010.
   */
  readonly nulls?: NullAnswer;
  /** A later phase of the plan is released: the pass over columns that stay optional was done when its gate was asked. Default: false. */
  readonly isPastBackfill?: boolean;
  /** Default: true. False for fills that no trigger can compute: then rows that writers add meanwhile are swept up. */
  readonly needsFillTrigger?: boolean;
  /** The functions of lockstep.config.ts, by `Model.field`. Default: none. */
  readonly functions?: Functions;
  /** How long one call of a function should take: batches are sized by it, too. Nothing is locked meanwhile. Default: 2000. */
  readonly functionMs?: number;
  /** A call that takes longer is told to stop, and made with fewer rows. Default: 60 000. */
  readonly functionTimeoutMs?: number;
  /** How long a batch waits for a row that a writer holds, while its own rows are locked. Default: 500. */
  readonly lockTimeoutMs?: number;
  /** A batch that takes longer is rolled back and made smaller. Default: 30 000. */
  readonly batchTimeoutMs?: number;
  /** For reading the whole table, before the first and after the last batch. Default: one hour. */
  readonly scanTimeoutMs?: number;
  /** How long no answer may come until the server is asked over a second connection whether it is at it. Default: 30 000. */
  readonly silenceMs?: number;
  /** How long rows may stay locked at the end before the run gives up. Default: five minutes. */
  readonly lockPatienceMs?: number;
}

export interface BackfillResult {
  /** `stopped`: by the signal, or `ended`. The same call goes on at the cursor. */
  readonly status: "done" | "stopped";
  readonly table: LedgerTable;
  /** Rows passed, by earlier runs too. */
  readonly rows: number;
  /** Rows that this run has given a value. */
  readonly filled: number;
  readonly batches: number;
  /** Why it ended although nobody has stopped this process: somebody cancelled it, or its time was over. */
  readonly ended?: string;
  /** What it has done to the table; absent: nothing, or another process led. */
  readonly growth?: Growth;
  /** The last key of a pass that is made once, as in `id=20`. */
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
  // Nobody knows how slow a function is: the first batch is small.
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
