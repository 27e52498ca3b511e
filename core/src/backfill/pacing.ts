import { LockstepError } from "../base/errors.js";
import { duringCleanUp } from "../base/expected-errors.js";
import { isDatabaseError } from "../dialect/db/retry.js";
import type { Control } from "../target/ledger/control.js";
import type { RunSettings } from "./input.js";
import { type RunOption, readOption } from "./run-option.js";
import { type batchOptions, runOptions } from "./run-options.js";
import type { BackfillSession } from "./session.js";
import type { Answer, LastBatch, Signal, SignalContext, Workers } from "./signals/signal.js";
import { cancelText } from "./state.js";

/** Why no batch starts. */
export interface Waiting {
  readonly signal: string;
  readonly reason: string;
  /** By the run's clock. */
  readonly sinceMs: number;
}

type Probe = ReturnType<Signal["start"]>;

/** A privilege, function, view or setting is missing, or the server does not implement it. */
const unseen = /^(?:0A000|42501|42704|42703|42883|42P01)$/;

/** Maximum time before a signal that holds the run is probed again. */
const lookMs = 1000;

/** Decides before each batch whether it may start: probes the signals, and applies user commands. */
export class Pacing {
  control: Control = { settings: {} };
  waiting: Waiting | undefined;
  /** Workers of the backfill, in this process and in others. */
  workers: Workers = { own: 1, others: 0 };
  /** Why signals cannot be measured, by signal. */
  readonly blind = new Map<string, string>();
  readonly #settings: RunSettings;
  readonly #signals: readonly {
    readonly signal: Signal;
    readonly probe: Probe;
    lookedMs: number;
    isHeld: boolean;
  }[];
  readonly #options: ReadonlyMap<string, RunOption<unknown>>;
  readonly #read = new Map<string, unknown>();
  readonly #startedMs: number;
  readonly #closers: (() => Promise<void>)[] = [];

  constructor(settings: RunSettings) {
    this.#settings = settings;
    this.#startedMs = settings.clock.now();
    this.#options = runOptions(settings.signals);
    this.#signals = [...settings.signals]
      .sort((one, other) => one.rank - other.rank)
      .map((signal) => ({
        signal,
        probe: signal.start((close) => this.#closers.push(close)),
        lookedMs: Number.NEGATIVE_INFINITY,
        isHeld: false,
      }));
    for (const name of Object.keys(settings.options)) this.#value(name);
  }

  /** The current value of an option. `backfill set` overrides the value from the start of the run. */
  option<N extends keyof typeof batchOptions>(
    name: N,
  ): ((typeof batchOptions)[N] extends RunOption<infer T> ? T : never) | undefined {
    return this.#value(name) as never;
  }

  /** The rate limit for all workers together. */
  get limitOfAll(): number | undefined {
    return this.#options.has("maxRowsPerSecond") ? (this.#value("maxRowsPerSecond") as number | undefined) : undefined;
  }

  /** The rate limit for each worker: its share of the common limit. */
  get rowsPerSecond(): number | undefined {
    const { own, others } = this.workers;
    return this.limitOfAll === undefined ? undefined : this.limitOfAll / (own + others);
  }

  async close(): Promise<void> {
    for (const close of this.#closers) await close().catch(duringCleanUp);
  }

  /**
   * Waits until every signal allows a batch.
   * @returns `isEased`: a signal reported pressure. `end`: why the run must end, also undefined if aborted
   */
  async beforeBatch(
    session: BackfillSession,
    last: LastBatch | undefined,
    emit: RunSettings["emit"] = this.#settings.emit,
  ): Promise<{ readonly isEased?: true; readonly end?: string }> {
    const { clock, signal: abort } = this.#settings;
    let isEased = false;
    // After a hold, probe all signals again, because another one may hold by now.
    for (let at = 0; at < this.#signals.length && !abort.aborted; at++) {
      const each = this.#signals[at]!;
      const { signal } = each;
      const { cancelled } = this.control;
      if (cancelled !== undefined) return { end: cancelText(cancelled) };
      if (!each.isHeld && clock.now() - each.lookedMs < signal.everyMs) continue;
      const answer = await this.#ask(each, this.#context(signal, session, last, each.isHeld));
      each.lookedMs = clock.now();
      each.isHeld = answer?.kind === "hold";
      if (answer?.kind === "end") return { end: answer.reason };
      if (answer?.kind !== "hold") {
        this.#noteBlind(signal, answer, emit);
        if (this.waiting?.signal === signal.id) this.#letGo(emit);
        continue;
      }
      isEased ||= signal.isPressure;
      const { reason, pauseMs = lookMs } = answer;
      if (this.waiting !== undefined && this.waiting.signal !== signal.id) this.#letGo(emit);
      this.waiting = { signal: signal.id, reason, sinceMs: this.waiting?.sinceMs ?? clock.now() };
      emit({ kind: "waiting", signal: signal.id, reason, pauseMs, forMs: clock.now() - this.waiting.sinceMs });
      // User commands arrive once a second, so a long pause is split.
      await clock.sleep(Math.min(pauseMs, lookMs), abort);
      at = -1;
    }
    return isEased ? { isEased: true } : {};
  }

  /** A managed or related server may lack what a signal reads. That does not end the run. */
  async #ask({ probe }: { readonly probe: Probe }, context: SignalContext<never>): Promise<Answer | undefined> {
    try {
      return await probe(context);
    } catch (error) {
      if (!isDatabaseError(error) || !unseen.test(error.code)) throw error;
      return { kind: "blind", reason: `the server does not provide it: ${error.message}` };
    }
  }

  #letGo(emit: RunSettings["emit"]): void {
    const { signal, reason, sinceMs } = this.waiting!;
    this.waiting = undefined;
    emit({ kind: "released", signal, reason, forMs: this.#settings.clock.now() - sinceMs });
  }

  #noteBlind({ id }: Signal, answer: Extract<Answer, { kind: "blind" }> | undefined, emit: RunSettings["emit"]): void {
    if (answer === undefined) {
      this.blind.delete(id);
      return;
    }
    if (this.blind.get(id) === answer.reason) return;
    this.blind.set(id, answer.reason);
    emit({ kind: "blind", signal: id, reason: answer.reason });
  }

  #context(
    { options }: Signal,
    { connection, table, work }: BackfillSession,
    last: LastBatch | undefined,
    isHeld: boolean,
  ): SignalContext<never> {
    const { clock, now, env, signal } = this.#settings;
    return {
      connection,
      table,
      columns: work.columns,
      clock,
      now,
      env,
      signal,
      control: this.control,
      options: Object.fromEntries(Object.keys(options).map((name) => [name, this.#value(name)])) as never,
      ...(last === undefined ? {} : { last }),
      startedMs: this.#startedMs,
      workers: this.workers,
      isHeld,
    };
  }

  #value(name: string): unknown {
    const option = this.#options.get(name);
    if (option === undefined) throw new LockstepError("LS8002", `There is no run option "${name}".`);
    const text = this.control.settings[name] ?? this.#settings.options[name] ?? option.initial;
    if (text === undefined) return undefined;
    const key = `${name} ${text}`;
    if (!this.#read.has(key)) this.#read.set(key, readOption(name, option, text));
    return this.#read.get(key);
  }
}
