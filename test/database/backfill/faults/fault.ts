import type { SystemName } from "../fault-runs/table.js";
import type { World } from "../fault-runs/world.js";

/** Something that goes wrong while a backfill runs. */
export interface Fault {
  readonly id: string;
  readonly systems: readonly SystemName[];
  /** Processes are killed or suspended, so they have to be others than the test's. */
  readonly needsChildren?: boolean;
  /** It breaks the server: one of its own. */
  readonly needsServer?: boolean;
  /** Nobody writes meanwhile: the fault is one for the application, too. */
  readonly isAlone?: boolean;
  /** What a process may end with because of it: codes, `stopped`, `killed`. Default: nothing, every process has to end well. */
  readonly endings?: readonly string[];
  /** Everybody has to end with one of these: the cause has to be taken away first. */
  readonly isStop?: boolean;
  /** Before the processes start. */
  prepare?(world: World): Promise<void>;
  inject(world: World, random: () => number): Promise<void>;
  /** Takes the cause away. */
  mend?(world: World): Promise<void>;
}

export const everySystem: readonly SystemName[] = ["PostgreSQL", "MariaDB"];

export function pick<T>(from: readonly T[], random: () => number): T | undefined {
  return from[Math.floor(random() * from.length)];
}
