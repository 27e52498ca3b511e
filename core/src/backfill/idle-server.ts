import type { OtherWork } from "../dialect/load-signals.js";

/** How long a server must have been idle, at first and at most. The time doubles whenever another session starts to work. */
const idleMs = { first: 4000, most: 256_000 } as const;

/** A sample is valid for this long. */
const freshMs = 3000;

/**
 * More transactions per second than this, on average over some seconds, mean that an application works on the server. The server counts
 * those of Lockstep up to a second late.
 */
const most = { perSecond: 3, overMs: 4000 } as const;

/**
 * Detects a server on which only Lockstep works, from a sample once a second. It may miss sessions that work for less than a few percent of
 * the time. A session that is seen once counts for a while.
 */
export class IdleServer {
  #samples: readonly { readonly ended: number; readonly atMs: number }[] = [];
  #sinceMs: number | undefined;
  #neededMs: number = idleMs.first;

  /** @param work undefined: not visible */
  look(work: OtherWork | undefined, atMs: number): void {
    const wasIdle = this.isIdle(atMs);
    const before = this.#samples.findLast((sample) => atMs - sample.atMs >= most.overMs) ?? this.#samples[0];
    this.#samples = work === undefined ? [] : [...this.#samples.slice(-10), { ended: work.ended, atMs }];
    const isIdle =
      work?.isInTransaction === false &&
      (before === undefined || (work.ended - before.ended) * 1000 <= most.perSecond * (atMs - before.atMs));
    if (wasIdle && !isIdle) this.#neededMs = Math.min(this.#neededMs * 2, idleMs.most);
    this.#sinceMs = isIdle ? (this.#sinceMs ?? atMs) : undefined;
  }

  isIdle(atMs: number): boolean {
    const last = this.#samples.at(-1);
    if (this.#sinceMs === undefined || last === undefined) return false;
    return atMs - this.#sinceMs >= this.#neededMs && atMs - last.atMs < freshMs;
  }
}
