import { connect } from "../connect.js";
import type { Clock } from "../db/clock.js";
import type { Connection } from "../dialects/connection.js";
import type { BackfillId } from "../dialects/ledger-store.js";
import { readBackfill } from "../ledger/backfills.js";
import type { Control } from "../ledger/control.js";
import { type WorkerReport, workersAt } from "../ledger/workers.js";
import { OtherWriters } from "./other-writers.js";

/** How often the workers of a process tell that they are alive, and ask what people want of them. */
const beatMs = 1000;

/**
 * Tells the ledger how a run goes, and hears from it what people want, over a connection of its own: also while a batch, a function or a
 * read of the whole table takes its time. It never stops a run by itself: what cannot be told now is told a second later.
 */
export class Observer {
  /** Whether others write to the table. */
  readonly others = new OtherWriters();
  /** What the ledger is told next, by worker. */
  readonly reports = new Map<string, WorkerReport>();
  /** The server process that runs a worker's batches: another one after a reconnect. */
  readonly #pids = new Map<string, () => number>();
  readonly #waitedMs = new Map<string, number>();
  #connection: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(
    readonly url: string,
    readonly id: BackfillId,
    readonly clock: Clock,
    /** Called with what people want and who is at work, whenever it was read. */
    readonly onHeard: (control: Control, atWork: readonly string[]) => void,
  ) {}

  /** From here on for this worker, too. */
  start(worker: string, pid: () => number): void {
    this.#pids.set(worker, pid);
    this.reports.set(worker, this.reports.get(worker) ?? {});
    this.#next();
  }

  stop(worker: string): void {
    this.reports.delete(worker);
    this.#pids.delete(worker);
  }

  /** The longest that others have been seen to wait for locks of a worker's batches since this was last asked. */
  takeWaitedMs(worker: string): number {
    const waited = this.#waitedMs.get(worker) ?? 0;
    this.#waitedMs.delete(worker);
    return waited;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#beating;
    await this.#connection?.close();
  }

  #next(): void {
    this.#timer ??= setTimeout(() => {
      this.#beating = this.#beat().finally(() => {
        this.#timer = undefined;
        if (!this.#isClosed) this.#next();
      });
    }, beatMs);
  }

  async #beat(): Promise<void> {
    try {
      this.#connection ??= await connect(this.url, {
        applicationName: `lockstep backfill ${this.id.plan} observer`,
        needsSession: false,
        statementTimeoutMs: 5000,
      });
      const { ledger, pressure } = this.#connection.dialect;
      for (const [worker, report] of this.reports) {
        const waitedMs = await pressure.longestWaitMs(this.#connection, this.#pids.get(worker)!());
        this.#waitedMs.set(worker, Math.max(this.#waitedMs.get(worker) ?? 0, waitedMs));
        if (waitedMs > 0) this.others.met(this.clock.now());
        await ledger.beat(this.#connection, worker, report);
      }
      const written = await pressure.writtenRows?.(this.#connection, this.id.table);
      const record = await readBackfill(this.#connection, this.id);
      this.others.look(written, record?.rowsFilled ?? 0, this.clock.now());
      const atWork = await workersAt(this.#connection, this.id);
      if (record !== undefined && !this.#isClosed) this.onHeard(record.control, atWork);
    } catch {
      // The run has its own connections, and its own words for a server that is away.
      const broken = this.#connection;
      this.#connection = undefined;
      await broken?.close().catch(() => undefined);
    }
  }
}
