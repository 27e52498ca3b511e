import { getHeapStatistics } from "node:v8";

/** Above this share of the process's memory limit, no further file is read. */
const mostOfMemory = 0.8;

/** The compiler exceeded its time or memory limit. */
class TypesEnded extends Error {}

/** The compiler's limits for all types together. */
export class TypeClock {
  readonly #limitMs: number;
  #spentMs = 0;
  #since: number | undefined;
  isOver = false;

  /** @param limitMs default: none */
  constructor(limitMs = Number.POSITIVE_INFINITY) {
    this.#limitMs = limitMs;
  }

  /** The result of the work; undefined after the time limit, even if it is reached during the work. */
  run<T>(work: () => T): T | undefined {
    if (this.isOver) return undefined;
    if (this.#since !== undefined) return work();
    this.#since = performance.now();
    try {
      return work();
    } catch (error) {
      // Deeply nested imports or types overflow its stack.
      if (!(error instanceof TypesEnded || error instanceof RangeError)) throw error;
      this.isOver = true;
      return undefined;
    } finally {
      this.#spentMs += performance.now() - this.#since;
      this.#since = undefined;
      if (this.#spentMs > this.#limitMs) this.isOver = true;
    }
  }

  /** Checks the limits; called wherever work can stop. */
  tick(): void {
    const spent = this.#spentMs + (this.#since === undefined ? 0 : performance.now() - this.#since);
    const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics();
    if (spent > this.#limitMs || used > most * mostOfMemory) throw new TypesEnded();
  }
}
