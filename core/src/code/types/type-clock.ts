import { getHeapStatistics } from "node:v8";

/** Beyond this share of the memory that the process may have, nothing further is read. */
const mostOfMemory = 0.8;

/** The compiler answers no more: it took too long, or too much memory. */
class TypesEnded extends Error {}

/** What the compiler may take for its answers, all together. */
export class TypeClock {
  readonly #limitMs: number;
  #spentMs = 0;
  #since: number | undefined;
  isOver = false;

  /** @param limitMs default: as long as it takes */
  constructor(limitMs = Number.POSITIVE_INFINITY) {
    this.#limitMs = limitMs;
  }

  /** What a piece of work gives; undefined where time has run out, also in its midst. */
  run<T>(work: () => T): T | undefined {
    if (this.isOver) return undefined;
    if (this.#since !== undefined) return work();
    this.#since = performance.now();
    try {
      return work();
    } catch (error) {
      // Imports or types that are nested too deep end its stack.
      if (!(error instanceof TypesEnded || error instanceof RangeError)) throw error;
      this.isOver = true;
      return undefined;
    } finally {
      this.#spentMs += performance.now() - this.#since;
      this.#since = undefined;
      if (this.#spentMs > this.#limitMs) this.isOver = true;
    }
  }

  /** Asked wherever work can end half-way. */
  tick(): void {
    const spent = this.#spentMs + (this.#since === undefined ? 0 : performance.now() - this.#since);
    const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics();
    if (spent > this.#limitMs || used > most * mostOfMemory) throw new TypesEnded();
  }
}
