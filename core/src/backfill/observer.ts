import { duringCleanUp, ignoring } from "../base/expected-errors.js";
import { connect } from "../databases/connect.js";
import type { Connection } from "../dialect/connection.js";
import type { Clock } from "../dialect/db/clock.js";
import { isDatabaseError } from "../dialect/db/retry.js";
import { type BackfillId, isSameLedgerTable } from "../dialect/ledger-store.js";
import { isBlind } from "../dialect/load-signals.js";
import { type BackfillRecord, readBackfill } from "../target/ledger/backfills.js";
import type { Control } from "../target/ledger/control.js";
import type { ProgressPoint } from "../target/ledger/progress-history.js";
import { keepProgressHistory, type ProgressHistory, readProgressHistories } from "../target/ledger/progress-history.js";
import { type WorkerReport, workersAt } from "../target/ledger/workers.js";
import type { IdleServer } from "./idle-server.js";
import { OtherWriters } from "./other-writers.js";

/** How often the workers of a process send a heartbeat and read user commands. */
const beatMs = 1000;
/** How often the progress history of a run is saved. */
const keepMs = 10_000;

/**
 * Reports a run to the ledger and reads user commands from it, over its own connection, even during a long batch, function call or table
 * scan. It never stops a run by itself: a failed report is repeated a second later.
 */
export class Observer {
  /** Whether others write to the table. */
  readonly others = new OtherWriters();
  /** The next report to the ledger, by worker. */
  readonly reports = new Map<string, WorkerReport>();
  /** The server process that runs a worker's batches. It changes after a reconnect. */
  readonly #pids = new Map<string, () => number>();
  readonly #waitedMs = new Map<string, number>();
  #connection: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** All workers of this process, including those that have left. */
  readonly #own = new Set<string>();
  #cannotKeep = false;
  /** The state at the start of the run. Undefined after the first sample. */
  #begun: { at: number; rows: number } | undefined;
  /** In the leading process: the history so far, and the state at the last sample. */
  #history: { history: ProgressHistory; at: number; rows: number; keptAt: number } | undefined;

  constructor(
    readonly url: string,
    readonly id: BackfillId,
    readonly clock: Clock,
    /** Called after each read, with the user commands and the active workers. */
    readonly onHeard: (control: Control, atWork: readonly string[]) => void,
    /** Whether others work on the server. Undefined: not needed. */
    readonly idle: IdleServer | undefined,
    /** Rows passed before this run. */
    rows = 0,
  ) {
    this.#begun = { at: Date.now(), rows };
  }

  /** Includes this worker from now on. */
  start(worker: string, pid: () => number): void {
    this.#pids.set(worker, pid);
    this.#own.add(worker);
    this.reports.set(worker, this.reports.get(worker) ?? {});
    this.#next();
  }

  stop(worker: string): void {
    this.reports.delete(worker);
    this.#pids.delete(worker);
  }

  /** Returns the longest wait of other sessions for locks of a worker's batches since the last call. */
  takeWaitedMs(worker: string): number {
    const waited = this.#waitedMs.get(worker) ?? 0;
    this.#waitedMs.delete(worker);
    return waited;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#beating;
    if (this.#connection !== undefined && this.#history !== undefined) await this.#follow(this.#connection);
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
      const { ledger, loadSignals } = this.#connection.dialect.live;
      for (const [worker, report] of this.reports) {
        const waitedMs = await loadSignals.longestWaitMs(this.#connection, this.#pids.get(worker)!());
        this.#waitedMs.set(worker, Math.max(this.#waitedMs.get(worker) ?? 0, waitedMs));
        if (waitedMs > 0) this.others.met(this.clock.now());
        await ledger.beat(this.#connection, worker, report);
      }
      const written = await loadSignals.writtenRows?.(this.#connection, this.id.table);
      const record = await readBackfill(this.#connection, this.id);
      this.others.look(written, record?.rowsFilled ?? 0, this.clock.now());
      // Without these views, there is no second session, but the run must still read user commands.
      const work = this.idle && (await loadSignals.otherWork?.(this.#connection).catch(ignoring(isDatabaseError)));
      this.idle?.look(work, this.clock.now());
      const atWork = await workersAt(this.#connection, this.id);
      if (record !== undefined && !this.#isClosed) this.onHeard(record.control, atWork);
      if (record !== undefined && this.#own.has(record.runner)) await this.#follow(this.#connection, record);
      else this.#history = this.#begun = undefined;
    } catch {
      // Whatever failed, the run continues: it has its own connections, and reports an unreachable server itself.
      const broken = this.#connection;
      this.#connection = undefined;
      await broken?.close().catch(duringCleanUp);
    }
  }

  /**
   * Continues the progress history of the run, which one process keeps for all. If that fails, the run continues without it.
   *
   * @param found undefined: reads the record, and saves the history at once
   */
  async #follow(connection: Connection, found?: BackfillRecord): Promise<void> {
    if (this.#cannotKeep) return;
    try {
      const record = found ?? (await readBackfill(connection, this.id));
      if (record !== undefined) await this.#goOn(connection, record, found === undefined);
    } catch {
      // The run continues without its progress history.
      this.#cannotKeep = !connection.isLost;
    }
  }

  async #goOn(connection: Connection, record: BackfillRecord, isLast: boolean): Promise<void> {
    const at = Date.now();
    if (this.#history === undefined) {
      const { once = false, table, plan } = this.id;
      const all = await readProgressHistories(connection, plan);
      const kept = all.find((each) => each.once === once && isSameLedgerTable(each.table, table));
      const since = this.#begun ?? { at, rows: record.rowsDone };
      this.#history = { history: kept?.history ?? emptyHistory, ...since, keptAt: at };
    }
    this.#begun = undefined;
    const { history, at: before, rows, keptAt } = this.#history;
    if (at === before) return;
    const replicas = await connection.dialect.live.loadSignals.replicas(connection);
    const lags = isBlind(replicas)
      ? []
      : replicas.flatMap(({ seconds }) => (seconds === undefined ? [] : [seconds * 1000]));
    const waiting = [...this.reports.values()].find((report) => report.waiting !== undefined)?.waiting;
    const next = withSample(history, {
      at: before,
      forMs: Math.max(at - before, 0),
      rows: Math.max(record.rowsDone - rows, 0),
      ...(lags.length > 0 && { lagMs: Math.round(Math.max(...lags)) }),
      ...(waiting !== undefined && { waiting: { signal: waiting.signal, reason: waiting.reason } }),
    });
    const isDue = isLast || at - keptAt >= keepMs;
    this.#history = { history: next, at, rows: record.rowsDone, keptAt: isDue ? at : keptAt };
    if (isDue) await keepProgressHistory(connection, this.id, next);
  }
}

/** Maximum number of points: a chart is not wider. */
const mostPoints = 500;

const firstWidthMs = 1000;

/** The state of a run at one moment. */
interface ProgressSample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Time since the previous sample. */
  readonly forMs: number;
  readonly rows: number;
  readonly lagMs?: number;
  readonly waiting?: { readonly signal: string; readonly reason: string };
}

export const emptyHistory: ProgressHistory = { widthMs: firstWidthMs, points: [] };

/** Adds a sample to the history. However long the run, the history has at most 500 intervals. */
export function withSample(
  { widthMs, points }: ProgressHistory,
  { waiting, ...sample }: ProgressSample,
): ProgressHistory {
  const next: ProgressPoint = {
    ...sample,
    ...(waiting !== undefined && { waits: [{ ...waiting, ms: sample.forMs }] }),
  };
  const last = points.at(-1);
  // A resumed run starts a new interval.
  const isSame = last !== undefined && last.forMs < widthMs && next.at - (last.at + last.forMs) < widthMs;
  const all = isSame ? [...points.slice(0, -1), together(last, next)] : [...points, next];
  if (all.length <= mostPoints) return { widthMs, points: all };
  const pairs = Array.from({ length: Math.ceil(all.length / 2) }, (_, at) => {
    const [one, other] = [all[at * 2]!, all[at * 2 + 1]];
    return other === undefined ? one : together(one, other);
  });
  return { widthMs: widthMs * 2, points: pairs };
}

function together(one: ProgressPoint, other: ProgressPoint): ProgressPoint {
  const waits = new Map((one.waits ?? []).map((wait) => [wait.signal, wait]));
  for (const wait of other.waits ?? [])
    waits.set(wait.signal, { ...wait, ms: wait.ms + (waits.get(wait.signal)?.ms ?? 0) });
  const lags = [one.lagMs, other.lagMs].filter((each) => each !== undefined);
  return {
    at: one.at,
    forMs: one.forMs + other.forMs,
    rows: one.rows + other.rows,
    ...(lags.length > 0 && { lagMs: Math.max(...lags) }),
    ...(waits.size > 0 && { waits: [...waits.values()] }),
  };
}
