import { LockstepError } from "../base/errors.js";
import { pauseBeforeRetry, type RetryPolicy } from "../dialect/db/retry.js";
import { textForLogs, textWithoutValues } from "../dialect/db/without-values.js";
import { BatchFailure } from "./batch.js";
import type { BatchLoop } from "./batch-loop.js";
import type { BatchSizing } from "./batch-sizing.js";
import { rowRefused } from "./row-refused.js";
import { type SetbackReason, setbackReason } from "./setback.js";

/** Retry pauses of a batch that yields to others. */
export const yielding: RetryPolicy = { attempts: 30, firstPauseMs: 50, maxPauseMs: 5000 };

/** Retries of a function that throws, because its dependency may be unavailable for a moment. */
const calling: RetryPolicy = { attempts: 4, firstPauseMs: 1000, maxPauseMs: 10_000 };
/** Maximum number of sessions lost without progress in between. */
const mostLosses = 10;

/** Recovers a worker from failures: waits, reconnects, or takes fewer rows. */
export class Retries {
  readonly #loop: BatchLoop;
  readonly #sizing: BatchSizing;
  readonly #reconnect: () => Promise<void>;
  /** How often a function has thrown for the current batch. */
  #thrown = 0;
  /** Consecutive lost sessions with no completed batch or scan in between. */
  #losses = 0;
  /** Consecutive sessions lost in other statements, such as ledger reads, with no answer in between. */
  #lossesElsewhere = 0;

  constructor(loop: BatchLoop, sizing: BatchSizing, reconnect: () => Promise<void>) {
    this.#loop = loop;
    this.#sizing = sizing;
    this.#reconnect = reconnect;
  }

  /** Resets the counts after a successful batch. */
  forget(): void {
    this.#thrown = 0;
    this.succeeded(true);
  }

  /**
   * Resets a count after a successful statement.
   * @param isWork a scan. A ledger read does not reset the sessions lost in batches
   */
  succeeded(isWork: boolean): void {
    this.#lossesElsewhere = 0;
    if (isWork) this.#losses = 0;
  }

  /**
   * Makes the next try possible, or throws a permanent error.
   *
   * @param isWork a batch or a scan. A run that waits for others may lose any number of sessions over days
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
    // The server's message may quote the value.
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

  /**
   * Retries with fewer rows, but not forever, if every session that tries a batch is lost, for example by a fill that crashes the server.
   */
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

  /** Retries a function, then with fewer rows, down to the row for which it fails. */
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
