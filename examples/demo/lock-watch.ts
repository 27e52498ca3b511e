import { setTimeout as sleep } from "node:timers/promises";

/** A lock on the shop's table, or a wait for one, as the server showed it at one moment. */
export interface SeenLock {
  readonly pid: number;
  /** `ACCESS EXCLUSIVE` */
  readonly mode: string;
  /** How long it has been waiting; undefined: it has the lock. */
  readonly waitedMs?: number;
}

/** What was seen of the locks of a phase. The form of `measured.json`, without the table. */
export interface LocksOfPhase {
  readonly locks: readonly { readonly mode: string; readonly heldMs: number }[];
  readonly waits: readonly {
    readonly wanted: string;
    readonly held: string;
    readonly sessions: number;
    readonly longestMs: number;
  }[];
}

/** From weak to strong, those that stop writes or more. */
const strong = ["SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"];
/** Shorter locks may be missed. */
const everyMs = 20;

/** Looks at the locks of the shop's table, phase by phase. */
export class LockWatch {
  readonly #phases = new Map<string, { longest: Map<string, number>; waits: Map<string, Wait> }>();
  /** When each lock that is held now was first seen, by session and mode. */
  #held = new Map<string, number>();
  #phase: string | undefined;
  #isOver = false;
  readonly #looking: Promise<void>;

  /** @param look throws once the server has been stopped */
  constructor(look: () => Promise<readonly SeenLock[]>) {
    this.#looking = this.#watch(look);
  }

  /** From now on everything belongs to this phase. */
  phase(name: string): void {
    this.#phase = name;
    this.#phases.set(name, { longest: new Map(), waits: new Map() });
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#looking;
  }

  of(name: string): LocksOfPhase | undefined {
    const phase = this.#phases.get(name);
    if (phase === undefined) return undefined;
    return {
      locks: [...phase.longest].map(([mode, heldMs]) => ({ mode, heldMs: Math.round(heldMs) })),
      waits: [...phase.waits.values()].map(({ pids, longestMs, ...wait }) => ({
        ...wait,
        sessions: pids.size,
        longestMs: Math.round(longestMs),
      })),
    };
  }

  async #watch(look: () => Promise<readonly SeenLock[]>): Promise<void> {
    while (!this.#isOver) {
      const seen = await look().catch(() => undefined);
      if (seen === undefined) return;
      this.#count(seen);
      await sleep(everyMs);
    }
  }

  #count(seen: readonly SeenLock[]): void {
    const phase = this.#phases.get(this.#phase ?? "");
    if (phase === undefined) return;
    const now = performance.now();
    const held = seen.filter(({ mode, waitedMs }) => waitedMs === undefined && strong.includes(mode));
    // A lock that a retry takes again is another one.
    this.#held = new Map(held.map(({ pid, mode }) => [`${pid} ${mode}`, this.#held.get(`${pid} ${mode}`) ?? now]));
    for (const { pid, mode } of held)
      phase.longest.set(mode, Math.max(phase.longest.get(mode) ?? 0, now - this.#held.get(`${pid} ${mode}`)!));
    const queued = seen.filter(({ mode, waitedMs }) => waitedMs !== undefined && strong.includes(mode));
    // Others wait for who has the lock, or behind who has asked for it before them.
    const first = [...held, ...queued].sort((a, b) => strong.indexOf(b.mode) - strong.indexOf(a.mode))[0];
    if (first === undefined) return;
    for (const { pid, mode, waitedMs } of seen) {
      if (waitedMs === undefined || pid === first.pid || strong.includes(mode)) continue;
      const known = phase.waits.get(mode) ?? { wanted: mode, held: first.mode, pids: new Set(), longestMs: 0 };
      known.pids.add(pid);
      phase.waits.set(mode, { ...known, longestMs: Math.max(known.longestMs, waitedMs) });
    }
  }
}

interface Wait {
  readonly wanted: string;
  readonly held: string;
  readonly pids: Set<number>;
  readonly longestMs: number;
}
