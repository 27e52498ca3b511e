/** Everything that one run with faults consists of. */
import type { BackfillEvent } from "../../../../core/src/backfill/events.js";
import { connect } from "../../../../core/src/databases/connect.js";
import type { Connection } from "../../../../core/src/dialect/connection.js";
import type { Application } from "./application.js";
import type { ProcessInput } from "./process-input.js";
import { type Process, startChild, startHere } from "./processes.js";
import type { FilledTable, SystemName } from "./table.js";

/** A server that faults may break. It answers under one URL, whichever machine is behind it. */
export interface BreakableServer {
  url(database?: string): string;
  /** As if its machine lost its power, and was started again. */
  crash(): Promise<void>;
  /** Ends its sessions in order, and starts again. */
  restart(): Promise<void>;
  /** Its replica takes over. Absent: it has none. */
  readonly failOver?: (random: () => number) => Promise<void>;
  /** The table of a database has no room but for itself and some values more; and as much as it wants. */
  readonly shrink?: (url: string) => Promise<void>;
  readonly grow?: (url: string) => Promise<void>;
  stop(): Promise<void>;
}

export interface Drawn {
  readonly seed: number;
  readonly shape: string;
  readonly fill: "sql" | "function";
  readonly rows: number;
  readonly processes: number;
  readonly workers: number;
  readonly lanes: number;
}

export class World {
  readonly processes: Process[] = [];
  application: Application | undefined;
  /** What the run is done with, after a plan changed. */
  spec: FilledTable["spec"];
  /** Rows passed, as far as any process has said. */
  #passed = 0;
  #listeners = new Set<() => void>();
  #db: Connection;

  constructor(
    readonly system: SystemName,
    readonly url: string,
    readonly drawn: Drawn,
    readonly table: FilledTable,
    db: Connection,
    readonly needsChildren: boolean,
    readonly server: BreakableServer | undefined,
    /** What runs connect to; another account than that of the test. */
    public runUrl = url,
  ) {
    this.#db = db;
    this.spec = table.spec;
  }

  /** The test's own connection: another one after a server broke. */
  async db(): Promise<Connection> {
    for (let attempt = 1; this.#db.isLost; attempt++)
      try {
        this.#db = await connect(this.url, { applicationName: "test" });
      } catch (error) {
        if (attempt === 400) throw error;
        await pause(50);
      }
    return this.#db;
  }

  get alive(): readonly Process[] {
    return this.processes.filter(({ outcome }) => outcome === undefined);
  }

  inputOf(changes: Partial<ProcessInput> = {}): ProcessInput {
    const { seed, workers } = this.drawn;
    return {
      url: this.runUrl,
      spec: this.spec,
      seed: seed * 100 + this.processes.length,
      workers,
      isJoining: true,
      needsFillTrigger: this.table.hasTrigger,
      leaseMs: 3000,
      ...changes,
    };
  }

  start(changes: Partial<ProcessInput> = {}): Process {
    const begin = this.needsChildren ? startChild : startHere;
    const started = begin(this.inputOf(changes), (event) => this.#hear(event));
    this.processes.push(started);
    void started.ended.then(() => this.#tell());
    return started;
  }

  /** Until so many rows were passed, or nobody is at it any more. */
  async passed(rows: number): Promise<void> {
    await this.#until(() => this.#passed >= rows || this.alive.length === 0, 60_000, `${rows} rows are passed`);
  }

  async settled(): Promise<void> {
    await this.#until(() => this.alive.length === 0, 90_000, "every process ends");
  }

  async #until(isSo: () => boolean, ms: number, what: string): Promise<void> {
    if (isSo()) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      const listener = () => {
        if (!isSo()) return;
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
      timer = setTimeout(() => reject(new Error(`It did not happen: ${what}`)), ms);
    }).finally(() => clearTimeout(timer));
  }

  #hear(event: BackfillEvent): void {
    if (event.kind === "progress") this.#passed = Math.max(this.#passed, event.rows);
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  async close(): Promise<void> {
    for (const each of this.alive) {
      if (this.needsChildren) each.signal("SIGKILL");
      else each.stop();
    }
    await this.application?.stop();
    await this.#db.close();
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
