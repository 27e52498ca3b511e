import { setTimeout as sleep } from "node:timers/promises";
import type { Build } from "./instance.js";
import { Load } from "./load.js";
import { type LocksOfPhase, LockWatch } from "./lock-watch.js";
import type { Options } from "./options.js";
import type { Orm } from "./orms/orm.js";
import { Rotation } from "./rotation.js";
import type { Screen } from "./screen.js";
import type { Shop } from "./shop.js";
import type { Stage } from "./stage.js";
import type { Server, System } from "./systems/system.js";

/** What both ways are told with. */
export interface Story {
  readonly options: Options;
  readonly orm: Orm;
  readonly stage: Stage;
  readonly screen: Screen;
  readonly system: System;
  readonly server: Server;
  readonly shop: Shop;
}

/** A production: its database, the instances that serve it, and its users. */
export class Production {
  readonly url: string;
  readonly rotation: Rotation;
  readonly load: Load;
  #locks: LockWatch | undefined;
  #endLocks: (() => Promise<void>) | undefined;

  constructor(
    private readonly story: Story,
    way: "naive" | "lockstep",
    database: string,
  ) {
    const { options, server, stage } = story;
    this.url = server.url(database);
    this.rotation = new Rotation(this.url, stage.signal);
    this.load = new Load(way, this.rotation, options.rate, options.users);
    stage.onClose(() => this.close());
  }

  /** Two instances and their users. What the first seconds of new processes look like is not part of the story. */
  async open(build: Build): Promise<void> {
    for (let count = 0; count < 2; count++) await this.rotation.add(build);
    this.load.phase("warm-up");
    await this.look(2_000);
    this.load.forget();
    const { system, orm } = this.story;
    const locks = await system.locksOn?.(this.url, system.quote(orm.table));
    if (locks === undefined) return;
    this.#locks = new LockWatch(locks.look);
    this.#endLocks = locks.end;
  }

  /** What was seen of the locks of the shop's table in a phase; undefined: nothing could look. */
  locksOf(phase: string): LocksOfPhase | undefined {
    return this.#locks?.of(phase);
  }

  /** From now on everything counts for this phase; the one before is summed up in a line. */
  async phase(name: string): Promise<void> {
    this.load.phase(name);
    this.#locks?.phase(name);
    this.story.screen.live(() => this.load.line());
    await this.#sumUp();
  }

  /** Lets the users go on for a while. */
  async look(ms = this.story.options.lookMs): Promise<void> {
    await sleep(ms, undefined, { signal: this.story.stage.signal });
  }

  /** The end of the story: the last phase is summed up, and everybody goes home. */
  async end(): Promise<void> {
    await this.load.stop();
    await this.#sumUp();
    this.story.screen.live(undefined);
    await this.close();
  }

  /** At any time: nobody waits for requests that may be stuck. */
  async close(): Promise<void> {
    this.load.halt();
    await this.#locks?.end();
    await this.#endLocks?.().catch(() => undefined);
    this.#endLocks = undefined;
    await this.rotation.stop();
  }

  async #sumUp(): Promise<void> {
    const line = await this.load.summary();
    if (line !== undefined) this.story.screen.figures(line);
  }
}
