/** A request that takes longer has failed: its user has gone. */
export const patienceMs = 5_000;

/** One column of the picture of a phase. */
const sliceMs = 500;

/** One request: when it was due, since the demo began, and how long after that it was answered. */
export interface Answer {
  readonly dueMs: number;
  readonly latencyMs: number;
  readonly hasFailed: boolean;
}

/** What the users noticed during one phase. */
export class PhaseRecord {
  readonly #begin = performance.now();
  #end: number | undefined;
  readonly #answers: Answer[] = [];
  /** The slowest request of every half second, by the time it was due. */
  readonly #slices: number[] = [];
  readonly #failures = new Map<string, number>();
  readonly #waiting = new Set<number>();
  #halfFilled = 0;
  #latest = 0;

  constructor(
    readonly way: "naive" | "lockstep",
    readonly phase: string,
  ) {}

  /** A request was due at `time`, whether or not it could be sent. */
  due(time: number): void {
    this.#waiting.add(time);
    this.#latest = Math.max(this.#latest, performance.now() - time);
  }

  answered(time: number, failure: string | undefined, isHalfFilled: boolean): void {
    this.#waiting.delete(time);
    const latency = performance.now() - time;
    this.#slice(time, latency);
    const reason = failure ?? (latency > patienceMs ? `slower than ${patienceMs / 1000} s` : undefined);
    this.#answers.push({ dueMs: time, latencyMs: latency, hasFailed: reason !== undefined });
    if (reason !== undefined) this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
    if (isHalfFilled) this.#halfFilled++;
  }

  end(): void {
    this.#end ??= performance.now();
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get failed(): number {
    return [...this.#failures.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The last `count` half seconds; what waits now counts with the time it has waited. */
  picture(count: number): number[] {
    const now = performance.now();
    const slices = [...this.#slices];
    for (const time of this.#waiting) {
      const index = Math.floor((time - this.#begin) / sliceMs);
      slices[index] = Math.max(slices[index] ?? 0, now - time);
    }
    return Array.from(slices, (value) => value ?? 0).slice(-Math.min(count, slices.length));
  }

  get answers(): readonly Answer[] {
    return this.#answers;
  }

  numbers(): PhaseNumbers {
    const sorted = this.#answers.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
    const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
    return {
      way: this.way,
      phase: this.phase,
      beginMs: round(this.#begin),
      durationMs: round((this.#end ?? performance.now()) - this.#begin),
      requests: sorted.length,
      failed: this.failed,
      failures: Object.fromEntries(this.#failures),
      halfFilled: this.#halfFilled,
      longestMs: at(1),
      p99Ms: at(0.99),
      medianMs: at(0.5),
      sentLateMs: round(this.#latest),
      slowestMs: this.picture(Number.POSITIVE_INFINITY).map(Math.round),
    };
  }

  #slice(time: number, latency: number): void {
    const index = Math.floor((time - this.#begin) / sliceMs);
    this.#slices[index] = Math.max(this.#slices[index] ?? 0, latency);
  }
}

/** A row of the closing table, as `--json` writes it. */
export interface PhaseNumbers {
  readonly way: "naive" | "lockstep";
  readonly phase: string;
  /** Since the demo began. */
  readonly beginMs: number;
  readonly durationMs: number;
  readonly requests: number;
  /** No answer, not a 2xx, or slower than five seconds. */
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
  /** Answers that showed the new column without a value. */
  readonly halfFilled: number;
  /** The longest that a request took, from the moment it was due. */
  readonly longestMs: number;
  readonly p99Ms: number;
  readonly medianMs: number;
  /** How late the load itself was at worst: a machine that is busy with something else. Part of the latencies. */
  readonly sentLateMs: number;
  /** The slowest request of every half second. */
  readonly slowestMs: readonly number[];
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
