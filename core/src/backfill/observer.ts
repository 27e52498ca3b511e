import { connect } from "../connect.js";
import type { Connection } from "../dialects/connection.js";
import type { BackfillId } from "../dialects/ledger-store.js";
import { type Control, readControl } from "../ledger/control.js";
import type { WorkerReport } from "../ledger/workers.js";

/** How often a worker tells that it is alive, and asks what people want of it. */
const beatMs = 1000;

/**
 * Tells the ledger how a run goes, and hears from it what people want, over a connection of its own: also while a batch, a function or a
 * read of the whole table takes its time. It never stops a run by itself: what cannot be told now is told a second later.
 */
export class Observer {
  /** What the ledger is told next. */
  report: WorkerReport = {};
  #waitedMs = 0;
  #connection: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(
    readonly url: string,
    readonly id: BackfillId,
    readonly worker: string,
    /** The server process that runs the batches: another one after a reconnect. */
    readonly pid: () => number,
    /** Called with what people want, whenever it was read. */
    readonly onControl: (control: Control) => void,
  ) {}

  start(): void {
    this.#timer ??= setTimeout(() => {
      this.#beating = this.#beat().finally(() => {
        this.#timer = undefined;
        if (!this.#isClosed) this.start();
      });
    }, beatMs);
  }

  /** The longest that others have been seen to wait for locks of the batches since this was last asked. */
  takeWaitedMs(): number {
    const waited = this.#waitedMs;
    this.#waitedMs = 0;
    return waited;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#beating;
    await this.#connection?.close();
  }

  async #beat(): Promise<void> {
    try {
      this.#connection ??= await connect(this.url, {
        applicationName: `lockstep backfill ${this.id.plan} observer`,
        needsSession: false,
        statementTimeoutMs: 5000,
      });
      const { ledger, pressure } = this.#connection.dialect;
      this.#waitedMs = Math.max(this.#waitedMs, await pressure.longestWaitMs(this.#connection, this.pid()));
      await ledger.beat(this.#connection, this.worker, this.report);
      const control = await readControl(this.#connection, this.id);
      if (control !== undefined && !this.#isClosed) this.onControl(control);
    } catch {
      // The run has its own connection, and its own words for a server that is away.
      const broken = this.#connection;
      this.#connection = undefined;
      await broken?.close().catch(() => undefined);
    }
  }
}
