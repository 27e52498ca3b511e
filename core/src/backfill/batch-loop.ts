import { isDatabaseError, pauseBeforeRetry, type RetryPolicy, retryReason, withRetry } from "../db/retry.js";
import type { KeyValues, Scope } from "../dialects/batches.js";
import type { Cursor } from "../dialects/ledger-store.js";
import { LockstepError } from "../errors.js";
import { advanceBackfill } from "../ledger/backfills.js";
import type { Control } from "../ledger/control.js";
import { BatchFailure, type BatchResult, type BatchWork, runBatch } from "./batch.js";
import { type BatchLimits, nextBatchRows, smallerBatchRows } from "./batch-size.js";
import { Computer } from "./computer.js";
import type { BackfillEvent } from "./events.js";
import type { RunSettings } from "./input.js";
import { Observer } from "./observer.js";
import { Pace } from "./pace.js";
import { Pacing } from "./pacing.js";
import { type RefusedRow, rowRefused, rowsRefused, shownRefusals } from "./row-refused.js";
import { type BackfillSession, openSession } from "./session.js";
import { type SetbackReason, setbackReason } from "./setback.js";
import type { LastBatch } from "./signals/signal.js";
import { rowsPerScan } from "./sweep.js";

const reconnecting: RetryPolicy = { attempts: 12, firstPauseMs: 500, maxPauseMs: 30_000 };

/** Pauses of a batch that gives way to others. */
export const givingWay: RetryPolicy = { attempts: 30, firstPauseMs: 50, maxPauseMs: 5000 };

/** Calls of a function that throws: what it depends on may be away for a moment. */
const calling: RetryPolicy = { attempts: 4, firstPauseMs: 1000, maxPauseMs: 10_000 };

/** Runs batch after batch on one target: sizes them, rests between them, and gets over locks and broken connections. */
export class BatchLoop {
  readonly settings: RunSettings;
  readonly runner: string;
  /** Rows passed, by earlier runs too. */
  rows = 0;
  /** Rows that this run has given a value. */
  filled = 0;
  batches = 0;
  /** Rows that this run could not give a value. */
  readonly refused: RefusedRow[] = [];
  /** Why the run ends although nobody has stopped this process. */
  ended: string | undefined;
  readonly pacing: Pacing;
  readonly #pace: Pace;
  readonly #abort = new AbortController();
  #observer: Observer | undefined;
  #last: LastBatch | undefined;
  readonly #computer: Computer;
  #opened: BackfillSession | undefined;
  /** Rows filled by earlier runs. */
  #filledBefore = 0;
  #batchRows: number;
  /** How often a function has thrown for the batch in hand. */
  #thrown = 0;
  /** Rows that are left of a batch which holds a row that the database refuses. */
  #isolating = 0;

  constructor(given: RunSettings) {
    // Everything that waits ends when somebody cancels the run, as it does when this process is stopped.
    const signal = AbortSignal.any([given.signal, this.#abort.signal]);
    const settings = { ...given, signal, emit: (event: BackfillEvent) => this.#tell(event, given.emit) };
    this.settings = settings;
    this.pacing = new Pacing(settings);
    this.#batchRows = this.#limits.startRows;
    this.#computer = new Computer(settings);
    this.#pace = new Pace(settings.clock.now());
    const hex = () =>
      Math.floor(settings.random() * 0x1_0000_0000)
        .toString(16)
        .padStart(8, "0");
    this.runner = hex() + hex();
  }

  /** Another one after a reconnect: ask for it each time. */
  get session(): BackfillSession {
    return this.#opened!;
  }
  get isOpen(): boolean {
    return this.#opened !== undefined && !this.#opened.connection.isLost;
  }
  get isStopped(): boolean {
    return this.settings.signal.aborted;
  }
  /** As they are now. */
  get #limits(): BatchLimits {
    const { limits } = this.settings;
    const { rowsPerSecond } = this.pacing;
    // What a rate allows comes twice a second, and not in one batch a minute.
    const most = rowsPerSecond === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(rowsPerSecond / 2));
    const [startRows, minRows, maxRows] = [
      this.pacing.option("batchRows") ?? limits.startRows,
      limits.minRows,
      limits.maxRows,
    ].map((rows) => Math.min(rows, most)) as [number, number, number];
    return { ...limits, startRows, minRows, maxRows, targetMs: this.pacing.option("batchMs") ?? limits.targetMs };
  }
  /** Estimated rows of the table, never less than those passed. */
  get total(): number {
    return Math.max(this.session.record.rowsEstimated, this.rows);
  }

  async open(): Promise<void> {
    this.#opened = await this.#enter(3, (error) => ["busy", "locked"].includes(retryReason(error) ?? ""));
    this.#filledBefore = this.session.record.rowsFilled;
    this.#count();
    this.#hear(this.session.record.control);
    const pid = () => this.session.connection.pid;
    this.#observer = new Observer(this.settings.url, this.session.id, this.runner, pid, (control) =>
      this.#hear(control),
    );
    this.#observer.start();
  }

  async close(): Promise<void> {
    await this.#observer?.close();
    await this.pacing.close();
    if (this.isOpen)
      await this.session.connection.dialect.ledger
        .strikeOff(this.session.connection, this.runner)
        .catch(() => undefined);
    await this.#opened?.connection.close();
  }

  #hear(control: Control): void {
    this.pacing.control = control;
    if (control.cancelled !== undefined) this.#end(`cancelled by ${control.cancelled.who}`);
  }

  #end(reason: string): void {
    this.ended ??= reason;
    this.#abort.abort();
  }

  /**
   * One batch, tried until it gets through.
   * @param workOf asked for each try, because the size and, after a reconnect, the cursor may have changed; undefined: nothing to do any more
   * @returns undefined when there was nothing to do or the signal came
   */
  async batch(workOf: (rows: number) => BatchWork | undefined): Promise<BatchResult | undefined> {
    const { clock, lockTimeoutMs, batchTimeoutMs } = this.settings;
    let locked = 0;
    for (let attempt = 1; !this.isStopped; attempt++) {
      try {
        await this.#rest();
        const work = workOf(this.#batchRows);
        if (work === undefined || this.isStopped) return undefined;
        const { connection, target } = this.session;
        let startedMs = clock.now();
        const compute = async (scope: Scope) => {
          const computed = await this.#computer.compute(this.session, scope);
          // Rows are locked from here on.
          startedMs = clock.now();
          return computed;
        };
        const options = {
          rows: this.#batchRows,
          // Someone holds a row for long: the sweep comes back to it. A pass that is made once has none, and waits.
          skipLocked: locked >= 3 && this.settings.spec.once !== true,
          clock,
          lockTimeoutMs,
          statementTimeoutMs: batchTimeoutMs,
          ...(this.#computer.isNeeded ? { compute } : {}),
        };
        const result = await runBatch(connection, target, work, options, (advance) => this.#advance(advance));
        this.#account(result, clock.now() - startedMs);
        this.#computer.forget();
        this.#thrown = 0;
        return result;
      } catch (failure) {
        const passed = await this.#passOver(failure);
        if (passed !== undefined) return passed;
        if ((await this.#overcome(failure, attempt)) === "locked") locked++;
      }
    }
    return undefined;
  }

  /** Waits until every signal lets a batch begin. */
  async giveWay(): Promise<void> {
    for (let attempt = 1; !this.isStopped; attempt++) {
      try {
        return await this.#rest();
      } catch (error) {
        await this.#overcome(error, attempt);
      }
    }
  }

  /**
   * Reads the whole table. The signal ends it at once: there is nothing to finish.
   * @returns undefined when the signal came
   */
  async scan<T>(read: (session: BackfillSession) => Promise<T>): Promise<T | undefined> {
    const { signal } = this.settings;
    for (let attempt = 1; !this.isStopped; attempt++) {
      const session = this.session;
      const cancel = () => void session.connection.cancel().catch(() => undefined);
      signal.addEventListener("abort", cancel, { once: true });
      try {
        const result = await read(session);
        return this.isStopped ? undefined : result;
      } catch (error) {
        if (this.isStopped) return undefined;
        const reason = setbackReason(error, session.connection.isLost);
        // A scan that was too slow, or whose rows are at fault, ends the same way the next time.
        if (reason === "timeout" || reason === "data") throw error;
        await this.#overcome(error, attempt);
      } finally {
        signal.removeEventListener("abort", cancel);
      }
    }
    return undefined;
  }

  /** Writes down how the run ends. A connection that breaks just then is made anew; after the signal there may be nobody to tell. */
  async conclude(write: (session: BackfillSession) => Promise<void>): Promise<void> {
    for (let attempt = 1; this.isOpen || !this.isStopped; attempt++) {
      try {
        return await write(this.session);
      } catch (error) {
        if (this.isStopped) throw error;
        await this.#overcome(error, attempt);
      }
    }
  }

  /** Sets the cursor without a batch. */
  async moveTo(cursor: Cursor): Promise<void> {
    await this.scan(() => this.#advance({ cursor, rows: 0, filled: 0 }));
    if (!this.isStopped) this.session.cursor = cursor;
  }

  async gaveWay(message: string): Promise<LockstepError> {
    const { connection, id, table } = this.session;
    const found = await connection.dialect.batches.holders(connection, table);
    const holders = found.join("; ") || "nobody that can be seen";
    return new LockstepError("LS5007", `"${id.table.name}": ${message}. In the way: ${holders}`, {
      details: { holders },
    });
  }

  async #advance(advance: Parameters<typeof advanceBackfill>[3]): Promise<void> {
    const { connection, id } = this.session;
    if (await advanceBackfill(connection, id, this.runner, advance)) return;
    throw new LockstepError(
      "LS5003",
      `Another runner has taken over the backfill of ${id.plan} on ${connection.label}`,
    );
  }

  /** One row that is refused does not stop the others: it is noted, and the batches go on behind it. */
  async #passOver(failure: unknown): Promise<BatchResult | undefined> {
    const { connection, cursor } = this.session;
    // A pass that is made once does not come back: it waits at the row.
    if (!(failure instanceof BatchFailure) || failure.extent?.rows !== 1 || this.settings.spec.once) return undefined;
    if (setbackReason(failure.cause, connection.isLost) !== "data") return undefined;
    const key = failure.extent.upper;
    await this.#fillEach(key);
    // Who has the value already is looked up for those that a person will read.
    const error = this.refused.length < shownRefusals ? await rowRefused(this.session, key, failure.cause) : undefined;
    this.refused.push({ key, error });
    if (this.refused.length >= rowsPerScan) throw rowsRefused(this);
    const next: Cursor = cursor.phase === "pass" ? { ...cursor, after: key } : cursor;
    await this.scan(() => this.#advance({ cursor: next, rows: cursor.phase === "pass" ? 1 : 0, filled: 0 }));
    const result = { cursor: next, rows: cursor.phase === "pass" ? 1 : 0, filled: 0, empty: 0, size: 1, commitMs: 0 };
    this.#account(result, 0);
    this.#computer.forget();
    return result;
  }

  /** One column after the other, so that the one that a row is refused takes none of the others with it. */
  async #fillEach(key: KeyValues): Promise<void> {
    const { connection, target, cursor } = this.session;
    const { lockTimeoutMs, batchTimeoutMs: statementTimeoutMs } = this.settings;
    const columns = target.columns.filter(({ fill }) => fill !== undefined);
    if (columns.length === 1) return;
    for (const column of columns)
      try {
        const work = { kind: "sweep", keys: [key] } as const;
        const options = { rows: 1, skipLocked: false, clock: this.settings.clock, lockTimeoutMs, statementTimeoutMs };
        // A row that still lacks a value is not counted as filled.
        await runBatch(connection, { ...target, columns: [column] }, work, options, () =>
          this.#advance({ cursor, rows: 0, filled: 0 }),
        );
      } catch (failure) {
        const cause = failure instanceof BatchFailure ? failure.cause : failure;
        if (setbackReason(cause, connection.isLost) === undefined) throw failure;
      }
  }

  /** Makes the next try possible, or throws what stands in the way for good. */
  async #overcome(failure: unknown, attempt: number): Promise<SetbackReason> {
    const { cause, extent } = failure instanceof BatchFailure ? failure : { cause: failure, extent: undefined };
    const { clock, random, signal, emit } = this.settings;
    const limits = this.#limits;
    const reason = setbackReason(cause, this.session.connection.isLost);
    if (reason === undefined) {
      if (this.isStopped && cause instanceof LockstepError && cause.code === "LS5002") return "function";
      throw cause;
    }
    if (reason === "function") return this.#overcomeFunction(cause as LockstepError, extent?.rows ?? 1);
    const message = cause instanceof Error ? cause.message : String(cause);
    const pauseMs = reason === "data" ? 0 : pauseBeforeRetry(attempt, givingWay, random);
    emit({ kind: "retry", reason, message, pauseMs });
    switch (reason) {
      case "data":
        if (extent === undefined) throw cause;
        if (extent.rows <= 1) throw await rowRefused(this.session, extent.upper, cause);
        this.#isolating = extent.rows;
        this.#batchRows = smallerBatchRows(extent.rows, 1);
        break;
      case "timeout":
        if (this.#batchRows <= 1) throw cause;
        this.#batchRows = smallerBatchRows(this.#batchRows, 1);
        break;
      case "conflict":
      case "locked":
        if (attempt >= givingWay.attempts) throw await this.gaveWay(message);
        this.#batchRows = smallerBatchRows(this.#batchRows, Math.min(limits.minRows, this.#batchRows));
        break;
      case "connection":
      case "busy":
        await this.#reconnect();
        return reason;
      default:
        reason satisfies never;
    }
    await clock.sleep(pauseMs, signal);
    return reason;
  }

  /** Tries a function again, then with fewer rows, down to the one that it fails for. */
  async #overcomeFunction(cause: LockstepError, rows: number): Promise<SetbackReason> {
    const { clock, random, signal, emit } = this.settings;
    const isSlow = cause.code === "LS5055";
    this.#thrown += 1;
    const isLast = isSlow || this.#isolating > 0 || this.#thrown >= calling.attempts;
    if (isLast && rows <= 1) throw cause;
    const pauseMs = isLast ? 0 : pauseBeforeRetry(this.#thrown, calling, random);
    emit({ kind: "retry", reason: "function", message: cause.message, pauseMs });
    if (isLast) {
      if (!isSlow) this.#isolating = rows;
      this.#batchRows = smallerBatchRows(rows, 1);
    }
    await clock.sleep(pauseMs, signal);
    return "function";
  }

  async #reconnect(): Promise<void> {
    await this.session.connection.close();
    try {
      this.#opened = await this.#enter(reconnecting.attempts, isWorthAnotherTry);
      this.#count();
    } catch (error) {
      // Stopped while the server was away: the cursor is in the ledger, where the last batch left it.
      if (!this.isStopped) throw error;
    }
  }

  /** As the ledger has it: a batch may have been kept whose answer got lost, and a server that takes over may lack some. */
  #count(): void {
    const { rowsDone, rowsFilled } = this.session.record;
    this.rows = rowsDone;
    this.filled = rowsFilled - this.#filledBefore;
  }

  async #enter(attempts: number, shouldRetry: (error: unknown) => boolean): Promise<BackfillSession> {
    const { settings, runner } = this;
    return withRetry(
      () => openSession(settings, runner, this.#opened?.connection),
      (error) => {
        if (!shouldRetry(error)) return false;
        settings.emit({ kind: "retry", reason: "connection", message: (error as Error).message, pauseMs: 0 });
        return true;
      },
      { ...reconnecting, attempts },
      settings,
    );
  }

  /** Between two batches: nothing is locked. */
  async #rest(): Promise<void> {
    const { clock, signal } = this.settings;
    if (this.batches > 0) await clock.sleep(this.pacing.option("pauseMs") ?? 0, signal);
    const { isEased, end } = await this.pacing.beforeBatch(this.session, this.#last);
    if (end !== undefined) this.#end(end);
    // The rate may have been lowered meanwhile. The first batch may be larger than those that follow.
    if (this.pacing.rowsPerSecond !== undefined) this.#batchRows = Math.min(this.#batchRows, this.#limits.maxRows);
    if (isEased) this.#batchRows = smallerBatchRows(this.#batchRows, Math.min(this.#limits.minRows, this.#batchRows));
  }

  /** What is told to whoever watches is kept for the ledger, too. */
  #tell(event: BackfillEvent, emit: RunSettings["emit"]): void {
    emit(event);
    const observer = this.#observer;
    if (observer === undefined) return;
    const before = observer.report;
    switch (event.kind) {
      case "progress": {
        const { rowsPerSecond, etaMs, batchRows, batchMs } = event;
        const state = this.session.cursor.phase === "sweep" ? "sweeping" : "filling";
        observer.report = { state, rowsPerSecond, etaMs, batchRows, batchMs };
        break;
      }
      case "waiting": {
        const { signal, reason, forMs } = event;
        observer.report = { ...before, state: "waiting", waiting: { signal, reason, forMs } };
        break;
      }
      case "released":
        observer.report = { ...before, state: "filling" };
        break;
      case "reading":
        observer.report = { state: "reading" };
        break;
      default:
        return;
    }
    const { waiting: _, ...rest } = observer.report;
    const blind = [...this.pacing.blind].map(([signal, reason]) => ({ signal, reason }));
    observer.report = {
      ...(observer.report.state === "waiting" ? observer.report : rest),
      ...(blind.length > 0 && { blind }),
    };
  }

  #account(result: BatchResult, batchMs: number): void {
    const { clock, emit, functionMs: targetMs } = this.settings;
    const limits = this.#limits;
    const functionMs = this.#computer.lastMs;
    this.session.cursor = result.cursor;
    this.rows += result.rows;
    this.filled += result.filled;
    if (result.size === 0) return;
    this.batches += 1;
    const waitedMs = this.#observer?.takeWaitedMs() ?? 0;
    this.#last = { rows: result.size, ms: batchMs, commitMs: result.commitMs, waitedMs, endedMs: clock.now() };
    this.#pace.add(result.size, clock.now());
    emit({
      kind: "progress",
      rows: this.rows,
      total: this.total,
      filled: this.filled,
      rowsPerSecond: this.#pace.rowsPerSecond,
      etaMs: this.#pace.restMs(this.total - this.rows),
      batchRows: result.size,
      batchMs,
      ...(this.#computer.isNeeded ? { functionMs } : {}),
    });
    if (this.#isolating > 0) this.#isolating -= result.size;
    // The last batch of all is smaller and says nothing.
    else if (result.size >= this.#batchRows) {
      const byLocks = nextBatchRows(this.#batchRows, batchMs, limits);
      const byFunctions = nextBatchRows(this.#batchRows, functionMs, { ...limits, minRows: 1, targetMs });
      this.#batchRows = this.#computer.isNeeded ? Math.min(byLocks, byFunctions) : byLocks;
    }
  }
}

/** After a broken connection: the server restarts, fails over, or still has our old session. */
function isWorthAnotherTry(error: unknown): boolean {
  if (retryReason(error) !== undefined) return true;
  if (!(error instanceof LockstepError)) return false;
  return error.code === "LS5003" || (error.code === "LS8004" && !isDatabaseError(error.cause));
}
