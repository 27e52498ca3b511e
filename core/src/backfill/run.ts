import { handledElsewhere } from "../base/expected-errors.js";
import type { TableStorage } from "../dialect/batches.js";
import { tableLabel } from "../model/names.js";
import type { BackfillRecord } from "../target/ledger/backfills.js";
import type { Control } from "../target/ledger/control.js";
import type { WorkerReport } from "../target/ledger/workers.js";
import type { BackfillEvent } from "./events.js";
import { IdleServer } from "./idle-server.js";
import type { RunSettings } from "./input.js";
import { Observer } from "./observer.js";
import type { OthersState } from "./other-writers.js";
import { Pace, stops } from "./pace.js";
import { Pacing } from "./pacing.js";
import type { RefusedRow } from "./row-refused.js";
import { flagOf } from "./run-option.js";
import type { Arrival, BackfillSession } from "./session.js";
import type { LastBatch } from "./signals/signal.js";
import { cancelText } from "./state.js";
import { type Gauges, Telemetry } from "./telemetry.js";

/** State that the workers of one process share: pacing, user commands, progress. */
export class Run {
  readonly settings: RunSettings;
  readonly pacing: Pacing;
  /** Pace of this process. */
  readonly pace: Pace;
  /** Pace of all workers of the backfill together, which determines the remaining time. */
  readonly #paceOfAll: Pace;
  #rowsOfAll: number | undefined;
  readonly telemetry: Telemetry;
  /** Estimated rows of the table. Undefined until known. */
  total: number | undefined;
  /** Rows that this process could not give a value. */
  readonly refused: RefusedRow[] = [];
  /** Rows passed, and rows filled since this process started: by all workers, as the ledger counts them. */
  rows = 0;
  filled = 0;
  /** Batches of this process. */
  batches = 0;
  /** This process, or an earlier one, has tested the fills on all rows. */
  isTried = false;
  /** Before the first batch. */
  storage: TableStorage | undefined;
  readonly arrival: Arrival = {};
  /** Why it ends although this process was not stopped. */
  ended: string | undefined;
  #filledBefore: number | undefined;
  readonly #abort = new AbortController();
  #observer: Observer | undefined;
  /** As the ledger listed them a second ago. */
  #atWork: readonly string[] = [];
  /** All workers of this process, including those that have left. */
  readonly #own = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(given: RunSettings) {
    // Every wait ends if the run is cancelled, as it does if this process is stopped.
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

  /** One of its workers has connected before. */
  get isAtWork(): boolean {
    return this.#filledBefore !== undefined;
  }
  get isStopped(): boolean {
    return this.settings.signal.aborted;
  }

  /** A worker has connected, or reconnected. */
  enter(worker: string, session: () => BackfillSession): void {
    const { id, record, atWork } = session();
    this.#own.add(worker);
    if (this.#filledBefore === undefined) this.#reportOverridden(record.control);
    this.#filledBefore ??= record.rowsFilled;
    this.#rowsOfAll ??= record.rowsDone;
    this.total = record.rowsEstimated;
    this.count(record);
    this.#observer ??= new Observer(
      this.settings.url,
      id,
      this.settings.clock,
      (control, all) => this.#hear(control, all),
      this.settings.workers === "idle" ? new IdleServer() : undefined,
      record.rowsDone,
    );
    const { columns } = this.settings.spec;
    const computed = columns.filter(({ compute }) => compute !== undefined).length;
    // One UPDATE for all expressions, and one for each function.
    if (computed + Number(computed < columns.length) > 1) this.writesUncounted();
    this.#observer.start(worker, () => session().connection.pid);
    this.#hear(record.control, atWork);
  }

  /** `backfill set` also applies to later runs. A run started with another value must not appear to use it. */
  #reportOverridden({ settings: set }: Control): void {
    const { options, plan } = this.settings;
    for (const [name, text] of Object.entries(options)) {
      const holds = set[name];
      if (holds === undefined || holds === text) continue;
      const flag = flagOf(name);
      const message = `${flag} ${holds} holds, from \`backfill set\`, instead of ${text}. To use ${text}: npx lockstep backfill set ${plan} --unset ${flag.slice(2)}`;
      this.settings.emit({ kind: "notice", message });
    }
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

  /** How long others have waited for a worker's batches since the last call. */
  takeWaitedMs(worker: string): number {
    return this.#observer?.takeWaitedMs(worker) ?? 0;
  }

  /** Whether others write to the table, updated once a second. */
  get others(): OthersState {
    return this.#observer?.others.state(this.settings.clock.now()) ?? "unknown";
  }

  /**
   * Whether a further session may help: other sessions of the server are idle, no limit of rows per second is set, and no other process works
   * on the backfill. Updated once a second.
   */
  get isServerIdle(): boolean {
    const { limitOfAll, waiting, workers } = this.pacing;
    const isFree = limitOfAll === undefined && waiting === undefined && workers.others === 0;
    return isFree && this.others === "quiet" && this.#observer?.idle?.isIdle(this.settings.clock.now()) === true;
  }

  /** The run writes rows more than once, or without filling them. */
  writesUncounted(): void {
    this.#observer?.others.cannotTell();
  }

  /** Uses the ledger's counts: the answer to a committed batch may be lost, and other processes also work on the backfill. */
  count({ rowsDone, rowsFilled }: Pick<BackfillRecord, "rowsDone" | "rowsFilled">): void {
    this.rows = rowsDone;
    this.filled = rowsFilled - (this.#filledBefore ?? 0);
  }

  /**
   * Records a completed batch of this process.
   * @param rows rows passed, as the pass counts them
   */
  passed(rows: number): void {
    const now = this.settings.clock.now();
    this.pace.add(rows, now);
    this.#paceOfAll.add(Math.max(this.rows - (this.#rowsOfAll ?? 0), 0), now);
    this.#rowsOfAll = this.rows;
  }

  /** Milliseconds until all workers together have passed the estimated number of rows. */
  get etaMs(): number {
    const left = (this.total ?? 0) - this.rows;
    // The pace does not yet reflect a limit that was just set.
    const most = this.pacing.limitOfAll;
    return Math.max(this.#paceOfAll.restMs(left), most === undefined ? 0 : (left / most) * 1000);
  }

  /**
   * Waits until a batch may start. Workers take turns.
   * @returns whether a signal reported pressure, so that batches get smaller
   */
  async untilFree(worker: string, session: () => BackfillSession, last: LastBatch | undefined): Promise<boolean> {
    const turn = this.#turn.then(() => this.pacing.beforeBatch(session(), last, (event) => this.tell(worker, event)));
    this.#turn = turn.catch(handledElsewhere);
    const { isEased, end } = await turn;
    if (end !== undefined) this.#end(end);
    return isEased === true;
  }

  /** Emits an event, and keeps it for the report to the ledger. */
  tell(worker: string, event: BackfillEvent): void {
    this.settings.emit(event);
    if (event.kind === "released" && stops.has(event.signal))
      for (const pace of [this.pace, this.#paceOfAll]) pace.rested(event.forMs, this.settings.clock.now());
    const reports = this.#observer?.reports;
    if (reports === undefined) return;
    const report = reportOf(event, reports.get(worker) ?? {});
    if (report === undefined) return;
    const blind = [...this.pacing.blind].map(([signal, reason]) => ({ signal, reason }));
    const { options } = this.settings;
    reports.set(worker, { ...report, options, ...(blind.length > 0 && { blind }) });
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

  /** All active workers share a common limit. */
  #share(): void {
    // The ledger lists own workers for another second after they have left.
    const others = this.#atWork.filter((worker) => !this.#own.has(worker)).length;
    this.pacing.workers = { own: Math.max(this.#observer?.reports.size ?? 0, 1), others };
  }

  #end(reason: string): void {
    this.ended ??= reason;
    this.#abort.abort();
  }
}

/** What a worker reports after an event. Undefined: unchanged. */
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
