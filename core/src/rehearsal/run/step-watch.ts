import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../../dialect/connection.js";
import type { Rehearsing, SeenWait } from "../../dialect/rehearsing.js";
import type { TableLock } from "../../model/index.js";
import type { LockWait } from "../results/rehearsal.js";

/** Interval between two probes of the server's locks, and between two probes of a replica. */
const everyMs = 25;
const lagEveryMs = 500;

interface Lag {
  readonly at: number;
  readonly ms: number;
  readonly bytes: number;
}

/** Probes the server while a step runs: which sessions wait for it, which locks it holds, and the lag of a replica. */
export class StepWatch {
  readonly #locks = new Map<string, TableLock>();
  readonly #waits = new Map<string, { wait: SeenWait; pids: Set<number>; longestMs: number }>();
  readonly #lag: Lag[] = [];
  readonly #looking: Promise<void>;
  #isOver = false;

  /** @param pid the session of the step. Undefined: no locks are probed */
  constructor(
    private readonly observer: Connection,
    private readonly rehearsing: Rehearsing,
    private readonly pid: number | undefined,
    private readonly hasReplica: boolean,
  ) {
    this.#looking = this.#look();
  }

  /** @throws the server's error if it rejects the probes */
  async end(): Promise<{
    readonly locks: readonly TableLock[];
    readonly waits: readonly LockWait[];
    readonly lag: readonly Lag[];
  }> {
    this.#isOver = true;
    await this.#looking;
    const waits = [...this.#waits.values()].map(({ wait: { table, wanted, held }, pids, longestMs }) => ({
      table,
      wanted,
      held,
      sessions: pids.size,
      longestMs: Math.round(longestMs),
    }));
    return { locks: [...this.#locks.values()], waits, lag: this.#lag };
  }

  async #look(): Promise<void> {
    let lagDue = 0;
    while (!this.#isOver) {
      if (this.pid !== undefined) await this.#glance(this.pid);
      if (this.hasReplica && Date.now() >= lagDue) {
        lagDue = Date.now() + lagEveryMs;
        await this.#askReplicas();
      }
      await sleep(everyMs);
    }
  }

  async #glance(pid: number): Promise<void> {
    const { locks, waits } = await this.rehearsing.glance(this.observer, pid);
    for (const lock of locks) this.#locks.set(`${lock.table.schema}.${lock.table.name} ${lock.mode}`, lock);
    for (const wait of waits) {
      const key = `${wait.table.schema}.${wait.table.name} ${wait.wanted} ${wait.held}`;
      const known = this.#waits.get(key) ?? { wait, pids: new Set<number>(), longestMs: 0 };
      this.#waits.set(key, known);
      known.pids.add(wait.pid);
      known.longestMs = Math.max(known.longestMs, wait.ms);
    }
  }

  async #askReplicas(): Promise<void> {
    const replicas = await this.observer.dialect.live.loadSignals.replicas(this.observer);
    if (!Array.isArray(replicas)) return;
    const at = performance.timeOrigin + performance.now();
    for (const { bytes, seconds = 0 } of replicas) this.#lag.push({ at, bytes, ms: seconds * 1000 });
  }
}
