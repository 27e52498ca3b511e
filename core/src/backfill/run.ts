import { handledElsewhere } from "../base/expected-errors.js";
import type { TableStorage } from "../dialect/batches.js";
import { tableLabel } from "../model/names.js";
import type { BackfillRecord } from "../target/ledger/backfills.js";
import type { Control } from "../target/ledger/control.js";
import type { WorkerReport } from "../target/ledger/workers.js";
import type { BackfillEvent } from "./events.js";
import type { RunSettings } from "./input.js";
import { Observer } from "./observer.js";
import type { OthersState } from "./other-writers.js";
import { Pace } from "./pace.js";
import { Pacing } from "./pacing.js";
import type { RefusedRow } from "./row-refused.js";
import type { Arrival, BackfillSession } from "./session.js";
import type { LastBatch } from "./signals/signal.js";
import { cancelText } from "./state.js";
import { type Gauges, Telemetry } from "./telemetry.js";

/** What the workers of one process share: when they may go on, what people want, how far the backfill is. */
export class Run {
  readonly settings: RunSettings;
  readonly pacing: Pacing;
  /** Of this process. */
  readonly pace: Pace;
  /** Of all that work on the backfill: what is left ends as fast as they are together. */
  readonly #paceOfAll: Pace;
  #rowsOfAll: number | undefined;
  readonly telemetry: Telemetry;
  /** Estimated rows of the table; undefined until it is known. */
  total: number | undefined;
  /** Rows that this process could not give a value. */
  readonly refused: RefusedRow[] = [];
  /** Rows passed, and rows that got a value since this process began: by every worker, as the ledger counts them. */
  rows = 0;
  filled = 0;
  /** Batches of this process. */
  batches = 0;
  /** The fills were tried on all rows by this process, or by one before it. */
  isTried = false;
  /** Before the first batch. */
  storage: TableStorage | undefined;
  readonly arrival: Arrival = {};
  /** Why it ends although nobody has stopped this process. */
  ended: string | undefined;
  #filledBefore: number | undefined;
  readonly #abort = new AbortController();
  #observer: Observer | undefined;
  /** As the ledger knew it a second ago. */
  #atWork: readonly string[] = [];
  /** Every worker of this process, also those that have left. */
  readonly #own = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(given: RunSettings) {
    // Everything that waits ends when somebody cancels the run, as it does when this process is stopped.
    const signal = AbortSignal.any([given.signal, this.#abort.signal]);
    const emit = (event: BackfillEvent) => {
      this.telemetry.event(event);
      given.emit(event);
    };
    this.settings = { ...given, signal, emit };
    this.pacing = new Pacing(this.settings);
    this.pace = new Pace(given.clock.now());
    this.#paceOfAll = new Pace(given.clock.now());
    const { plan, target, spec } = given;
    this.telemetry = new Telemetry({ plan, target: target ?? "target", table: tableLabel(spec.table) }, () =>
      this.#gauges(),
    );
  }

  /** One of its workers was connected before. */
  get isAtWork(): boolean {
    return this.#filledBefore !== undefined;
  }
  get isStopped(): boolean {
    return this.settings.signal.aborted;
  }

  /** A worker is connected; again after its connection broke. */
  enter(worker: string, session: () => BackfillSession): void {
    const { id, record, atWork } = session();
    this.#own.add(worker);
    this.#filledBefore ??= record.rowsFilled;
    this.#rowsOfAll ??= record.rowsDone;
    this.total = record.rowsEstimated;
    this.count(record);
    this.#observer ??= new Observer(
      this.settings.url,
      id,
      this.settings.clock,
      (control, all) => this.#hear(control, all),
      record.rowsDone,
    );
    const { columns } = this.settings.spec;
    const computed = columns.filter(({ compute }) => compute !== undefined).length;
    // One UPDATE for all expressions, and one for each function.
    if (computed + Number(computed < columns.length) > 1) this.writesUncounted();
    this.#observer.start(worker, () => session().connection.pid);
    this.#hear(record.control, atWork);
  }

  leave(worker: string): void {
    this.#observer?.stop(worker);
    this.#share();
  }

  async close(): Promise<void> {
    await this.telemetry.end();
    await this.#observer?.close();
    await this.pacing.close();
  }

  /** How long others have waited for a worker's batches since this was last asked. */
  takeWaitedMs(worker: string): number {
    return this.#observer?.takeWaitedMs(worker) ?? 0;
  }

  /** Whether others write to the table: seen once a second. */
  get others(): OthersState {
    return this.#observer?.others.state(this.settings.clock.now()) ?? "unknown";
  }

  /** It writes rows more than once, or without filling them. */
  writesUncounted(): void {
    this.#observer?.others.cannotTell();
  }

  /** As the ledger has it: a batch may have been kept whose answer got lost, and other processes work on it, too. */
  count({ rowsDone, rowsFilled }: Pick<BackfillRecord, "rowsDone" | "rowsFilled">): void {
    this.rows = rowsDone;
    this.filled = rowsFilled - (this.#filledBefore ?? 0);
  }

  /**
   * A batch of this process has ended.
   * @param rows it passed, counted as the pass counts them
   */
  passed(rows: number): void {
    const now = this.settings.clock.now();
    this.pace.add(rows, now);
    this.#paceOfAll.add(Math.max(this.rows - (this.#rowsOfAll ?? 0), 0), now);
    this.#rowsOfAll = this.rows;
  }

  /** Until the estimated number of rows is passed, by whomever, in milliseconds. */
  get etaMs(): number {
    const left = (this.total ?? 0) - this.rows;
    // A limit that was just set is no part of the pace yet.
    const most = this.pacing.limitOfAll;
    return Math.max(this.#paceOfAll.restMs(left), most === undefined ? 0 : (left / most) * 1000);
  }

  /**
   * Waits until a batch may begin; workers ask one after the other.
   * @returns something was under pressure: batches get smaller
   */
  async untilFree(worker: string, session: () => BackfillSession, last: LastBatch | undefined): Promise<boolean> {
    const turn = this.#turn.then(() => this.pacing.beforeBatch(session(), last, (event) => this.tell(worker, event)));
    this.#turn = turn.catch(handledElsewhere);
    const { isEased, end } = await turn;
    if (end !== undefined) this.#end(end);
    return isEased === true;
  }

  /** What is told to whoever watches is kept for the ledger, too. */
  tell(worker: string, event: BackfillEvent): void {
    this.settings.emit(event);
    const reports = this.#observer?.reports;
    if (reports === undefined) return;
    const report = reportOf(event, reports.get(worker) ?? {});
    if (report === undefined) return;
    const blind = [...this.pacing.blind].map(([signal, reason]) => ({ signal, reason }));
    reports.set(worker, { ...report, ...(blind.length > 0 && { blind }) });
  }

  #gauges(): Gauges {
    const { waiting, workers } = this.pacing;
    return {
      rate: this.pace.rowsPerSecond,
      done: this.rows,
      total: this.total === undefined ? undefined : Math.max(this.total, this.rows),
      workers: workers.own + workers.others,
      waiting: waiting && { ...waiting, forMs: this.settings.clock.now() - waiting.sinceMs },
    };
  }

  #hear(control: Control, atWork: readonly string[]): void {
    this.pacing.control = control;
    this.#atWork = atWork;
    this.#share();
    if (control.cancelled !== undefined) this.#end(cancelText(control.cancelled));
  }

  /** A limit of all is shared by all who are at work. */
  #share(): void {
    // Those of ours that have left are still heard of for a second.
    const others = this.#atWork.filter((worker) => !this.#own.has(worker)).length;
    this.pacing.workers = { own: Math.max(this.#observer?.reports.size ?? 0, 1), others };
  }

  #end(reason: string): void {
    this.ended ??= reason;
    this.#abort.abort();
  }
}

/** What a worker does after an event; undefined: the same as before. */
function reportOf(event: BackfillEvent, { waiting: _, ...before }: WorkerReport): WorkerReport | undefined {
  switch (event.kind) {
    case "progress": {
      const { rowsPerSecond, etaMs, batchRows, batchMs, others } = event;
      return { state: "filling", rowsPerSecond, etaMs, batchRows, batchMs, ...(others && { others }) };
    }
    case "waiting": {
      const { signal, reason, forMs } = event;
      return { ...before, state: "waiting", waiting: { signal, reason, forMs } };
    }
    case "released":
      return { ...before, state: "filling" };
    case "reading":
      return { state: "reading" };
    case "sweep":
      return { state: "sweeping" };
    default:
      return undefined;
  }
}
