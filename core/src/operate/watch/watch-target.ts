import { LockstepError } from "../../base/errors.js";
import { duringCleanUp, handledElsewhere } from "../../base/expected-errors.js";
import type { Connection } from "../../dialect/connection.js";
import { errorCode, pauseBeforeRetry, retryReason } from "../../dialect/db/retry.js";
import { textForLogs } from "../../dialect/db/without-values.js";
import { detectAnomaly, newSeries, type Series } from "./detect-anomaly.js";
import { type Measure, type MeasureUnit, measureRules } from "./measures.js";
import { probes as everyProbe } from "./probes/index.js";
import type { Point, Probe, Seen, WatchContext } from "./probes/probe.js";

/** A change from the baseline. `lost`: measuring is no longer possible. */
export type Anomaly =
  | {
      readonly kind: "measure";
      readonly target: string;
      readonly measure: Measure;
      readonly unit: MeasureUnit;
      readonly subject: string;
      /** When the first round that saw it began, and when the last one ended: ISO 8601. */
      readonly since: string;
      readonly at: string;
      readonly baseline: number;
      readonly limit: number;
      readonly value: number;
      readonly events?: number;
      readonly detail?: string;
    }
  | {
      readonly kind: "lost";
      readonly target: string;
      readonly since: string;
      readonly at: string;
      readonly looks: number;
      readonly detail: string;
    };

export type WatchEvent =
  | { readonly kind: "began"; readonly looks: readonly LookState[] }
  /** The baseline is complete: every later round is compared with it. */
  | { readonly kind: "baseline"; readonly series: number }
  | { readonly kind: "looked"; readonly look: number; readonly series: number; readonly passedMs: number }
  | { readonly kind: "high" | "calm"; readonly point: Point; readonly unit: MeasureUnit; readonly baseline: number }
  | { readonly kind: "state"; readonly state: LookState }
  | { readonly kind: "lost"; readonly reason: string }
  | { readonly kind: "back"; readonly afterMs: number };

/** Whether a probe works: it measures at least one thing, or nothing, for these reasons. */
export interface LookState {
  readonly look: string;
  readonly isLooking: boolean;
  readonly blind: readonly string[];
  readonly needless: readonly string[];
}

export interface WatchOutcome {
  readonly target: string;
  readonly looks: number;
  readonly passedMs: number;
  /** The worst first; empty: no anomaly during the whole watch. */
  readonly anomalies: readonly Anomaly[];
  /** The states at the end. */
  readonly states: readonly LookState[];
  /** How many series were compared with a reference. */
  readonly compared: number;
}

export interface WatchRequest {
  readonly context: WatchContext;
  readonly connect: () => Promise<Connection>;
  readonly forMs: number;
  /** The number of rounds for the baseline. */
  readonly baseline: number;
  readonly random: () => number;
  readonly on: (event: WatchEvent) => void;
  /** Default: all. */
  readonly probes?: readonly Probe[];
}

/** A connection that stays lost for this many rounds, and this long, is an anomaly. */
const mostLostLooks = 3;
const leastLostMs = 10_000;

/**
 * Watches one target until a metric leaves its baseline, its time limit is reached, or it is stopped.
 *
 * @throws LS6601 nothing can be measured there · LS8004 the target cannot be reached when it begins
 */
export async function watchTarget(request: WatchRequest): Promise<WatchOutcome> {
  const connection = await request.connect();
  return new TargetWatch(request, connection).run();
}

class TargetWatch {
  readonly #request: WatchRequest;
  readonly #probes: readonly { readonly probe: Probe; readonly ask: (connection: Connection) => Promise<Seen> }[];
  readonly #series = new Map<string, Series>();
  readonly #compared = new Set<string>();
  readonly #states = new Map<string, LookState>();
  readonly #atEnd: (() => Promise<void>)[] = [];
  #connection: Connection | undefined;
  #lost: { readonly sinceMs: number; readonly since: string; looks: number; reason: string } | undefined;
  #back: Promise<void> | undefined;
  #isOver = false;

  constructor(request: WatchRequest, connection: Connection) {
    this.#request = request;
    this.#connection = connection;
    const context = { ...request.context, atEnd: (close: () => Promise<void>) => void this.#atEnd.push(close) };
    this.#probes = (request.probes ?? everyProbe).map((probe) => ({ probe, ask: probe.start(context) }));
  }

  async run(): Promise<WatchOutcome> {
    const { context, forMs, baseline, on } = this.#request;
    const { clock, everyMs, signal, target } = context;
    const startMs = clock.now();
    const passedMs = () => clock.now() - startMs;
    try {
      // Counters need a first reading before they can be compared.
      let anomalies = await this.#look(context.now().toISOString());
      const states = [...this.#states.values()];
      if (!states.some(({ isLooking }) => isLooking))
        throw new LockstepError("LS6601", `There is nothing to watch on ${target}: ${whyNot(states)}.`, {
          details: { target, looks: states },
        });
      on({ kind: "began", looks: states });
      let looked = 0;
      let began = context.now().toISOString();
      for (let at = 1; anomalies.length === 0 && at * everyMs <= forMs; at++) {
        await clock.sleep(startMs + at * everyMs - clock.now(), signal);
        if (signal.aborted) break;
        // After a round that took too long, skips the rounds that became due meanwhile: they would measure nothing new.
        at = Math.max(at, Math.floor(passedMs() / everyMs));
        const next = context.now().toISOString();
        anomalies = await this.#look(began);
        began = next;
        looked++;
        if (looked === baseline && anomalies.length === 0) on({ kind: "baseline", series: this.#series.size });
        on({ kind: "looked", look: looked, series: this.#compared.size, passedMs: passedMs() });
      }
      return {
        target,
        looks: looked,
        passedMs: passedMs(),
        anomalies,
        states: [...this.#states.values()],
        compared: this.#compared.size,
      };
    } finally {
      this.#isOver = true;
      await this.#connection?.close().catch(duringCleanUp);
      for (const close of this.#atEnd) await close().catch(duringCleanUp);
    }
  }

  /** @param began when the measured period began */
  async #look(began: string): Promise<readonly Anomaly[]> {
    const { context } = this.#request;
    const others = this.#probes
      .filter(({ probe }) => probe.asksOthers)
      .map(async ({ probe, ask }) => ({ probe, seen: await ask(this.#connection as Connection) }));
    const answers = [...(await this.#askTarget()), ...(await Promise.all(others))];
    answers.sort((one, other) => (one.probe.id < other.probe.id ? -1 : 1));
    if (context.signal.aborted) return [];
    const found = answers.flatMap(({ probe, seen }) => {
      this.#note(probe, seen);
      return seen.points.flatMap((point) => this.#compare(probe, point, began));
    });
    found.sort((one, other) => other.times - one.times);
    const lost = this.#lostForGood();
    return [...(lost === undefined ? [] : [lost]), ...found.map(({ anomaly }) => anomaly)];
  }

  async #askTarget(): Promise<readonly { readonly probe: Probe; readonly seen: Seen }[]> {
    const connection = this.#connection;
    if (connection === undefined) return [];
    const answers: { probe: Probe; seen: Seen }[] = [];
    for (const { probe, ask } of this.#probes.filter(({ probe }) => probe.asksOthers === undefined))
      try {
        answers.push({ probe, seen: await ask(connection) });
      } catch (error) {
        const reason = retryReason(error, connection.isLost);
        if (reason === "connection" || reason === "busy" || connection.isLost) {
          this.#lose(error);
          return answers;
        }
        if (errorCode(error) === undefined && !(error instanceof LockstepError)) throw error;
        answers.push({ probe, seen: { points: [], blind: [refusalText(error)] } });
      }
    return answers;
  }

  #lose(error: unknown): void {
    const { clock, now } = this.#request.context;
    const reason = textForLogs(error);
    this.#connection?.close().catch(duringCleanUp);
    this.#connection = undefined;
    this.#lost = { sinceMs: clock.now(), since: now().toISOString(), looks: 0, reason };
    this.#request.on({ kind: "lost", reason });
    this.#back = this.#reconnect();
    // The round continues without it.
    this.#back.catch(handledElsewhere);
  }

  async #reconnect(): Promise<void> {
    const { context, connect, random, on } = this.#request;
    const { clock, signal, everyMs } = context;
    const policy = { attempts: Number.POSITIVE_INFINITY, firstPauseMs: 250, maxPauseMs: everyMs };
    for (let attempt = 1; !this.#isOver && !signal.aborted; attempt++) {
      await clock.sleep(pauseBeforeRetry(attempt, policy, random), signal);
      if (this.#isOver || signal.aborted) return;
      try {
        const connection = await connect();
        if (this.#isOver) return await connection.close();
        on({ kind: "back", afterMs: clock.now() - (this.#lost?.sinceMs ?? clock.now()) });
        this.#lost = undefined;
        this.#connection = connection;
        return;
      } catch (error) {
        if (this.#lost !== undefined) this.#lost.reason = textForLogs(error);
      }
    }
  }

  #lostForGood(): Anomaly | undefined {
    const { target, clock, now } = this.#request.context;
    if (this.#lost === undefined) return undefined;
    const { sinceMs, since, reason } = this.#lost;
    const looks = ++this.#lost.looks;
    if (looks <= mostLostLooks || clock.now() - sinceMs < leastLostMs) return undefined;
    return { kind: "lost", target, since, at: now().toISOString(), looks, detail: reason };
  }

  #compare(probe: Probe, point: Point, at: string): readonly { readonly anomaly: Anomaly; readonly times: number }[] {
    const { context, baseline: least, on } = this.#request;
    const { measure, subject, value, events, detail, history } = point;
    const key = JSON.stringify([probe.id, measure, point.id ?? subject]);
    const { unit, ...rule } = measureRules(context.everyMs)[measure];
    const known = this.#series.get(key) ?? { ...newSeries, baseline: history ?? [] };
    const { series, state, center, limit } = detectAnomaly(known, { ...point, at }, rule, least);
    this.#series.set(key, series);
    if (center === undefined || limit === undefined) return [];
    this.#compared.add(key);
    if (state === "high") on({ kind: "high", point, unit, baseline: center });
    else if (state === "normal" && known.high > 0) on({ kind: "calm", point, unit, baseline: center });
    if (state !== "anomaly") return [];
    const anomaly: Anomaly = {
      kind: "measure",
      target: context.target,
      measure,
      unit,
      subject,
      since: series.since ?? at,
      at: context.now().toISOString(),
      baseline: center,
      limit,
      value,
      ...(events === undefined ? {} : { events }),
      ...(detail === undefined ? {} : { detail }),
    };
    return [{ anomaly, times: value / Math.max(limit, Number.EPSILON) }];
  }

  #note({ id }: Probe, { points, blind = [], needless = [] }: Seen): void {
    const before = this.#states.get(id);
    // Also works if no statement is called.
    const isLooking = points.length > 0 || (blind.length === 0 && needless.length === 0);
    const state = { look: id, isLooking, blind, needless };
    this.#states.set(id, state);
    if (before === undefined || this.#series.size === 0) return;
    if (JSON.stringify([before.blind, before.needless]) !== JSON.stringify([blind, needless]))
      this.#request.on({ kind: "state", state });
  }
}

function refusalText(error: unknown): string {
  const hint = error instanceof LockstepError ? ` ${error.hint}` : "";
  return `the server rejects it: ${textForLogs(error)}${hint}`;
}

function whyNot(states: readonly LookState[]): string {
  return states.flatMap(({ blind, needless }) => [...blind, ...needless]).join("; ");
}
