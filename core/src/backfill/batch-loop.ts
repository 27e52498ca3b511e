import { LockstepError } from "../base/errors.js";
import { duringCleanUp } from "../base/expected-errors.js";
import type { Scope } from "../dialect/batches.js";
import { cancelledBy } from "../dialect/db/cancelled-by.js";
import type { Cursor, Lease } from "../dialect/ledger-store.js";
import { advanceBackfill, readBackfill } from "../target/ledger/backfills.js";
import { advanceLease, type Claim, claimLease, countedRows, isSameLease } from "../target/ledger/leases.js";
import { BatchFailure, type BatchResult, type BatchWork, type Done, runBatch } from "./batch.js";
import { BatchSizing } from "./batch-sizing.js";
import { Computer } from "./computer.js";
import type { BackfillEvent } from "./events.js";
import type { RunSettings } from "./input.js";
import { openWithRetry } from "./open-with-retry.js";
import { Retries } from "./retries.js";
import type { RefusedRow } from "./row-refused.js";
import type { Run } from "./run.js";
import { type BackfillSession, isSameWork, type WorkerRole } from "./session.js";
import { isConnectionLost, type SetbackReason, setbackReason } from "./setback.js";
import type { LastBatch } from "./signals/signal.js";
import { skipRow } from "./skip-row.js";

/** Runs one batch after another on one target: sizes them, pauses between them, and recovers from locks and lost connections. */
export class BatchLoop {
  readonly run: Run;
  readonly role: WorkerRole;
  readonly #computer: Computer;
  #opened: BackfillSession | undefined;
  readonly #sizing: BatchSizing;
  readonly #retries: Retries;
  #last: LastBatch | undefined;
  /** Ledger values of the current batch. They apply once it is committed. */
  #kept:
    | {
        readonly lease: Lease | undefined;
        readonly rowsDone: number;
        /** Absent: only this batch's `filled` is known. */
        readonly rowsFilled?: number;
        readonly filled: number;
      }
    | undefined;

  constructor(run: Run, role: WorkerRole) {
    this.run = run;
    this.role = role;
    this.#sizing = new BatchSizing(run);
    this.#computer = new Computer(run.settings);
    this.#retries = new Retries(this, this.#sizing, () => this.#reconnect());
  }

  get settings(): RunSettings {
    return this.run.settings;
  }
  get refused(): RefusedRow[] {
    return this.run.refused;
  }
  get rows(): number {
    return this.run.rows;
  }
  get filled(): number {
    return this.run.filled;
  }
  /** A reconnect replaces the session, so read it each time. */
  get session(): BackfillSession {
    return this.#opened!;
  }
  get isOpen(): boolean {
    return this.#opened !== undefined && !this.#opened.connection.isLost;
  }
  get isStopped(): boolean {
    return this.run.isStopped;
  }
  /** Estimated rows of the table, at least the rows passed. */
  get total(): number {
    return Math.max(this.session.record.rowsEstimated, this.rows);
  }

  /** @param isPatient the server may be away for minutes. By default, only if the process has connected to it before */
  async open(isPatient = this.run.isAtWork): Promise<void> {
    this.#opened = await openWithRetry(this, undefined, isPatient);
    this.run.enter(this.role.worker, () => this.session);
  }

  async close(): Promise<void> {
    const { worker } = this.role;
    this.run.leave(worker);
    if (this.isOpen) {
      const { connection } = this.session;
      await connection.dialect.live.ledger.strikeOff(connection, worker).catch(duringCleanUp);
    }
    await this.#opened?.connection.close();
  }

  /**
   * Claims a range of the pass, if the worker has none.
   * @returns the kind of claim. Undefined if aborted
   */
  async claim(): Promise<Claim["kind"] | undefined> {
    if (this.session.lease !== undefined) return "lease";
    const claimed = await this.#ask(({ connection }) => this.#inShort(() => claimLease(connection, this.#claiming())));
    if (claimed === undefined) return undefined;
    const { claim, record } = claimed;
    if (record !== undefined) this.run.count(record);
    if (claim.kind === "lease") this.session.lease = claim.lease;
    return claim.kind;
  }

  #claiming(): Parameters<typeof claimLease>[1] {
    const { id, work, target } = this.session;
    return { id, work, target, worker: this.role.worker, rows: this.#sizing.rows, leaseMs: this.settings.leaseMs };
  }

  /** Reads the ledger again: the pass may have ended or restarted. */
  async look(): Promise<void> {
    const record = await this.#ask(({ connection, id }) => readBackfill(connection, id));
    if (this.isStopped || record === undefined) return;
    if (!isSameWork(record, this.session.work)) throw this.#takenOver();
    this.session.cursor = record.cursor;
  }

  /**
   * Runs one batch, with retries until it succeeds.
   * @param workOf called for each try, because the size and, after a reconnect, the range can change. Undefined: no work is left
   * @returns undefined if there was no work, or if aborted
   */
  async batch(workOf: (rows: number) => BatchWork | undefined): Promise<BatchResult | undefined> {
    const { clock, lockTimeoutMs, batchTimeoutMs } = this.settings;
    let locked = 0;
    for (let attempt = 1; !this.isStopped; attempt++) {
      try {
        await this.#rest();
        const work = workOf(this.#sizing.rows);
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
          rows: this.#sizing.rows,
          // If a session holds a row for long, leave the row to the sweep. A single pass has no sweep, so it waits.
          skipLocked: locked >= 3 && this.settings.spec.once !== true,
          isOnce: this.settings.spec.once === true,
          clock,
          lockTimeoutMs,
          statementTimeoutMs: batchTimeoutMs,
          ...(this.#computer.isNeeded ? { compute } : {}),
        };
        const named = { "db.system.name": connection.dialect.id, "lockstep.backfill.worker": this.role.worker };
        const result = await this.run.telemetry.span("batch", named, async (span) => {
          const ran = await runBatch(connection, target, work, options, (done) => this.#keep(work, done));
          span.setAttributes({ "lockstep.backfill.rows": ran.size, "lockstep.backfill.rows.filled": ran.filled });
          return ran;
        });
        this.#settle();
        const batchMs = clock.now() - startedMs;
        if (result.size > 0) this.run.telemetry.batch(result, batchMs);
        this.#account(result, batchMs);
        this.#computer.forget();
        this.#retries.forget();
        return result;
      } catch (failure) {
        if (this.#isLost(failure)) return undefined;
        const passed = await this.#passOver(failure).catch((error: unknown) => {
          if (this.#isLost(error)) return "lost" as const;
          throw error;
        });
        if (passed === "lost") return undefined;
        if (passed !== undefined) return passed;
        if ((await this.#retries.recover(failure, attempt)) === "locked") locked++;
      }
    }
    return undefined;
  }

  /** Waits until every signal allows a batch. */
  async giveWay(): Promise<void> {
    for (let attempt = 1; !this.isStopped; attempt++) {
      try {
        await this.#rest();
        this.#retries.succeeded(false);
        return;
      } catch (error) {
        await this.#retries.recover(error, attempt);
      }
    }
  }

  /**
   * Reads the whole table. An abort ends it at once, because there is nothing to complete.
   * @returns undefined if aborted
   */
  scan<T>(read: (session: BackfillSession) => Promise<T>): Promise<T | undefined> {
    const isOver = (reason: SetbackReason | undefined) => reason === "timeout" || reason === "data";
    return this.#read(read, { isOver, isWork: true });
  }

  /** Reads the ledger. An abort ends it at once. Retries a cancelled statement. */
  #ask<T>(read: (session: BackfillSession) => Promise<T>): Promise<T | undefined> {
    return this.#read(read, { isOver: (reason) => reason === "data", isWork: false });
  }

  async #read<T>(
    read: (session: BackfillSession) => Promise<T>,
    { isOver, isWork }: { isOver(reason: SetbackReason | undefined): boolean; readonly isWork: boolean },
  ): Promise<T | undefined> {
    for (let attempt = 1; !this.isStopped; attempt++) {
      const session = this.session;
      try {
        const result = await cancelledBy(this.settings.signal, session.connection, () => read(session));
        this.#retries.succeeded(isWork);
        return this.isStopped ? undefined : result;
      } catch (error) {
        if (this.isStopped) return undefined;
        const reason = setbackReason(error, session.connection.isLost);
        // A scan that timed out, or failed because of its rows, would fail again.
        if (isOver(reason)) throw error;
        await this.#retries.recover(error, attempt, isWork);
      }
    }
    return undefined;
  }

  /**
   * Records the end of the run. Reconnects if the connection breaks.
   * @returns false if the run was stopped and the connection is lost
   */
  async conclude(write: (session: BackfillSession) => Promise<void>): Promise<boolean> {
    for (let attempt = 1; this.isOpen || !this.isStopped; attempt++) {
      try {
        await write(this.session);
        return true;
      } catch (error) {
        if (!this.isStopped) await this.#retries.recover(error, attempt);
        else if (!isConnectionLost(error)) throw error;
        else break;
      }
    }
    return false;
  }

  /** Sets the cursor without a batch. */
  async moveTo(cursor: Cursor): Promise<void> {
    await this.scan(() => this.#advance({ cursor, rows: 0, filled: 0 }));
    if (!this.isStopped) this.session.cursor = cursor;
  }

  async gaveWay(message: string): Promise<LockstepError> {
    const { connection, id, table } = this.session;
    const found = await connection.dialect.live.batches.holders(connection, table);
    const holders = found.join("; ") || "no visible session";
    return new LockstepError("LS5007", `"${id.table.name}": ${message}. Blocked by: ${holders}`, {
      details: { holders },
    });
  }

  /** Records what a batch has done. In a pass, the worker continues in its range or in the next one. */
  async #keep(work: BatchWork, done: Done): Promise<void> {
    const { connection, cursor, lease, target } = this.session;
    this.#kept = undefined;
    if (work.kind === "sweep") {
      await this.#advance({ cursor, rows: 0, filled: done.filled });
      this.#kept = { lease, rowsDone: this.rows, filled: done.filled };
      return;
    }
    const next = await advanceLease(connection, this.#claiming(), lease!, done);
    const { rowsDone, rowsFilled } = next.record;
    const passed = countedRows(target, done);
    this.#kept = { lease: next.lease, rowsDone: rowsDone + passed, rowsFilled: rowsFilled + done.filled, filled: 0 };
  }

  /** Applies the ledger values after the batch's transaction has committed. */
  #settle(): void {
    if (this.#kept === undefined) return;
    const { lease, rowsDone, rowsFilled, filled } = this.#kept;
    this.#kept = undefined;
    this.session.lease = lease;
    if (rowsFilled === undefined) this.run.filled += filled;
    else this.run.count({ rowsDone, rowsFilled });
  }

  /** Whether another worker has taken the range. The batch was then rolled back. */
  #isLost(failure: unknown): boolean {
    const cause = failure instanceof BatchFailure ? failure.cause : failure;
    if (!(cause instanceof LockstepError) || cause.code !== "LS5027") return false;
    this.tell({ kind: "notice", message: cause.message });
    this.session.lease = undefined;
    this.#computer.forget();
    return true;
  }

  readonly tell = (event: BackfillEvent): void => this.run.tell(this.role.worker, event);

  async #advance(advance: Parameters<typeof advanceBackfill>[3]): Promise<void> {
    const { connection, id } = this.session;
    if (await advanceBackfill(connection, id, this.role.worker, advance)) return;
    throw this.#takenOver();
  }

  #takenOver(): LockstepError {
    const { connection, id } = this.session;
    return new LockstepError("LS5003", `Another runner took over the backfill of ${id.plan} on ${connection.label}`);
  }

  /** Skips a single row that the database refuses: records it, and the batches continue after it. */
  async #passOver(failure: unknown): Promise<BatchResult | "lost" | undefined> {
    const { connection } = this.session;
    // A single pass does not return to a row, so it stops there.
    if (!(failure instanceof BatchFailure) || failure.extent?.rows !== 1 || this.settings.spec.once) return undefined;
    if (setbackReason(failure.cause, connection.isLost) !== "data") return undefined;
    const { lease } = this.session;
    const { upper } = failure.extent;
    await skipRow(this, upper, failure.cause);
    // After a reconnect the range may differ: this row may be passed, or belong to another worker.
    const isOther = () => !isSameLease(this.session.lease, lease);
    const done = { upper, rows: lease === undefined ? 0 : 1, filled: 0 };
    const work: BatchWork = lease === undefined ? { kind: "sweep", keys: [upper] } : { kind: "pass", range: lease };
    const kept = await this.scan(async () => {
      if (isOther()) return "lost" as const;
      await this.#inShort(() => this.#keep(work, done));
      return "kept" as const;
    });
    if (kept === "lost") return kept;
    this.#settle();
    this.run.telemetry.refused(done.rows);
    const result = { rows: done.rows, filled: 0, empty: 0, size: 1, beginMs: 0, commitMs: 0 };
    this.#account(result, 0);
    this.#computer.forget();
    return result;
  }

  /** Runs a transaction that writes only the ledger. */
  #inShort<T>(run: () => Promise<T>): Promise<T> {
    const { connection } = this.session;
    const { lockTimeoutMs, batchTimeoutMs: statementTimeoutMs } = this.settings;
    return connection.dialect.live.batches.inBatch(connection, { lockTimeoutMs, statementTimeoutMs }, run);
  }

  async #reconnect(): Promise<void> {
    await this.session.connection.close();
    try {
      this.#opened = await openWithRetry(this, this.session.connection, true);
      this.run.enter(this.role.worker, () => this.session);
      // After a failover or a crash, the server may lack the last write.
      const { connection, id, record } = this.session;
      if (this.role.leads && this.run.isTried && !record.isOpen)
        await connection.dialect.live.ledger.open(connection, id);
    } catch (error) {
      // Stopped while the server was unreachable: the ledger has the cursor of the last batch.
      if (!this.isStopped) throw error;
    }
  }

  /** Runs between two batches, when nothing is locked. */
  async #rest(): Promise<void> {
    const { clock, signal } = this.settings;
    const { pacing } = this.run;
    if (this.run.batches > 0) await clock.sleep(pacing.option("pauseMs") ?? 0, signal);
    const isEased = await this.run.untilFree(this.role.worker, () => this.session, this.#last);
    this.#sizing.adapt();
    if (isEased) this.#sizing.giveWay();
  }

  #account(result: BatchResult, batchMs: number): void {
    const { clock } = this.settings;
    const functionMs = this.#computer.lastMs;
    if (result.size === 0) return;
    this.run.batches += 1;
    if (result.empty > 0) this.run.writesUncounted();
    const waitedMs = this.run.takeWaitedMs(this.role.worker);
    this.#last = { rows: result.size, ms: batchMs, commitMs: result.commitMs, waitedMs, endedMs: clock.now() };
    const { others } = this.#sizing;
    this.run.passed(countedRows(this.session.target, { rows: result.size, filled: result.filled }));
    this.tell({
      kind: "progress",
      rows: this.rows,
      total: this.total,
      filled: this.filled,
      rowsPerSecond: this.run.pace.rowsPerSecond,
      etaMs: this.run.etaMs,
      batchRows: result.size,
      batchMs,
      ...(others && { others }),
      ...(this.#computer.isNeeded ? { functionMs } : {}),
    });
    this.#sizing.took(result, batchMs, this.#computer.isNeeded ? functionMs : undefined);
  }
}
