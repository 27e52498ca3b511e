import type { OtherWork } from "../dialect/load-signals.js";

/** How long a server must have been idle, at first and at the longest. The time doubles whenever another session starts to work. */
const idleMs = { first: 4000, longest: 256_000 } as const;

/** A sample is valid for this long. */
const freshMs = 3000;

/** More transactions of others per second mean that an application works on the server. Lockstep's own may be counted a second late. */
export const mostPerSecond = 3;

/** The transactions per second are an average over this time. */
const overMs = 4000;

/**
 * Detects a server on which other sessions do not work, from a sample once a second. Sessions that work for less than a few percent of the
 * time may be missed for a while.
 */
export class IdleServer {
  #samples: readonly { readonly ended: number; readonly atMs: number }[] = [];
  #sinceMs: number | undefined;
  #neededMs: number = idleMs.first;

  /** @param work undefined: not visible */
  look(work: OtherWork | undefined, atMs: number): void {
    const wasIdle = this.isIdle(atMs);
    const before = this.#samples.findLast((sample) => atMs - sample.atMs >= overMs) ?? this.#samples[0];
    this.#samples = work === undefined ? [] : [...this.#samples.slice(-10), { ended: work.ended, atMs }];
    const isIdle =
      work?.isAtWork === false &&
      (before === undefined || (work.ended - before.ended) * 1000 <= mostPerSecond * (atMs - before.atMs));
    if (wasIdle && !isIdle) this.#neededMs = Math.min(this.#neededMs * 2, idleMs.longest);
    this.#sinceMs = isIdle ? (this.#sinceMs ?? atMs) : undefined;
  }

  isIdle(atMs: number): boolean {
    const last = this.#samples.at(-1);
    if (this.#sinceMs === undefined || last === undefined) return false;
    return atMs - this.#sinceMs >= this.#neededMs && atMs - last.atMs < freshMs;
  }
}
