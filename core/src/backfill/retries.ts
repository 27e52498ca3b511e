import { LockstepError } from "../base/errors.js";
import { pauseBeforeRetry, type RetryPolicy } from "../dialect/db/retry.js";
import { textForLogs, textWithoutValues } from "../dialect/db/without-values.js";
import { BatchFailure } from "./batch.js";
import type { BatchLoop } from "./batch-loop.js";
import type { BatchSizing } from "./batch-sizing.js";
import { rowRefused } from "./row-refused.js";
import { type SetbackReason, setbackReason } from "./setback.js";

/** Pauses of a batch that gives way to others. */
export const yielding: RetryPolicy = { attempts: 30, firstPauseMs: 50, maxPauseMs: 5000 };

/** Calls of a function that throws: what it depends on may be away for a moment. */
const calling: RetryPolicy = { attempts: 4, firstPauseMs: 1000, maxPauseMs: 10_000 };
/** Sessions that may end with nothing done in between. */
const mostLosses = 10;

/** What stands in a worker's way, and what it does about it: it waits, connects again, or takes fewer rows. */
export class Retries {
  readonly #loop: BatchLoop;
  readonly #sizing: BatchSizing;
  readonly #reconnect: () => Promise<void>;
  /** How often a function has thrown for the batch in hand. */
  #thrown = 0;
  /** How many sessions have ended, one after the other, with no batch or scan done in between. */
  #losses = 0;
  /** The same of those that ended at anything else, such as a question to the ledger, with no answer in between. */
  #lossesElsewhere = 0;

  constructor(loop: BatchLoop, sizing: BatchSizing, reconnect: () => Promise<void>) {
    this.#loop = loop;
    this.#sizing = sizing;
    this.#reconnect = reconnect;
  }

  /** A batch has got through. */
  forget(): void {
    this.#thrown = 0;
    this.succeeded(true);
  }

  /**
   * A statement has got through.
   * @param isWork a scan. An answer of the ledger says nothing of a batch at which sessions end
   */
  succeeded(isWork: boolean): void {
    this.#lossesElsewhere = 0;
    if (isWork) this.#losses = 0;
  }

  /**
   * Makes the next try possible, or throws what stands in the way for good.
   *
   * @param isWork a batch, or a scan: who waits for others may lose any number of sessions over days
   */
  async recover(failure: unknown, attempt: number, isWork = failure instanceof BatchFailure): Promise<SetbackReason> {
    const { cause, extent } = failure instanceof BatchFailure ? failure : { cause: failure, extent: undefined };
    const { clock, random, signal } = this.#loop.settings;
    const reason = setbackReason(cause, this.#loop.session.connection.isLost);
    if (reason === undefined) {
      if (this.#loop.isStopped && cause instanceof LockstepError && cause.code === "LS5002") return "function";
      throw cause;
    }
    if (reason === "function") return this.#recoverFunction(cause as LockstepError, extent?.rows ?? 1);
    // What the server says against a value may quote it.
    const message =
      reason === "data" ? textWithoutValues(cause) : cause instanceof Error ? cause.message : String(cause);
    const pauseMs = reason === "data" ? 0 : pauseBeforeRetry(attempt, yielding, random);
    this.#loop.tell({ kind: "retry", reason, message, pauseMs });
    switch (reason) {
      case "data":
        if (extent === undefined) throw cause;
        if (extent.rows <= 1) throw await rowRefused(this.#loop.session, extent.upper, cause);
        this.#sizing.isolate(extent.rows);
        break;
      case "timeout":
        if (this.#sizing.rows <= 1) throw cause;
        this.#sizing.halve(this.#sizing.rows);
        break;
      case "conflict":
      case "locked":
        if (attempt >= yielding.attempts) throw await this.#loop.gaveWay(message);
        this.#sizing.giveWay();
        break;
      case "connection":
      case "busy":
        if (reason === "connection") this.#countLoss(message, isWork, extent?.rows);
        await clock.sleep(pauseMs, signal);
        await this.#reconnect();
        return reason;
      default:
        reason satisfies never;
    }
    await clock.sleep(pauseMs, signal);
    return reason;
  }

  /** What ends each session that tries it, a fill at which the server crashes for example, is tried with fewer rows, and not for ever. */
  #countLoss(message: string, isWork: boolean, rows: number | undefined): void {
    const losses = isWork ? ++this.#losses : ++this.#lossesElsewhere;
    if (losses > mostLosses)
      throw new LockstepError(
        "LS8004",
        `The session to ${this.#loop.session.connection.label} was lost ${losses} times without any progress in between: ${message}`,
        { hint: "Check the server's log for the cause. Then run the same command again: it resumes where it stopped." },
      );
    if (losses > 2 && rows !== undefined) this.#sizing.halve(rows);
  }

  /** Tries a function again, then with fewer rows, down to the one that it fails for. */
  async #recoverFunction(cause: LockstepError, rows: number): Promise<SetbackReason> {
    const { clock, random, signal } = this.#loop.settings;
    const isSlow = cause.code === "LS5055";
    this.#thrown += 1;
    const isLast = isSlow || this.#sizing.isIsolating || this.#thrown >= calling.attempts;
    if (isLast && rows <= 1) throw cause;
    const pauseMs = isLast ? 0 : pauseBeforeRetry(this.#thrown, calling, random);
    this.#loop.tell({ kind: "retry", reason: "function", message: textForLogs(cause), pauseMs });
    if (isLast && isSlow) this.#sizing.halve(rows);
    else if (isLast) this.#sizing.isolate(rows);
    await clock.sleep(pauseMs, signal);
    return "function";
  }
}
