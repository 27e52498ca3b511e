import { setTimeout as sleep } from "node:timers/promises";
import pc from "picocolors";
import { milliseconds, sparkline, whole } from "./figures.js";
import { type Answer, type PhaseNumbers, PhaseRecord } from "./record.js";
import { send } from "./request.js";
import type { Rotation } from "./rotation.js";
import { isHalfFilled, Traffic } from "./traffic.js";

/**
 * A steady load, open loop: requests are due at fixed times whether or not earlier ones were answered, as with real users, and
 * latency counts from the moment a request was due. Otherwise a stall of five seconds would look like one slow request.
 */
export class Load {
  readonly #traffic: Traffic;
  readonly #records: PhaseRecord[] = [];
  #current: PhaseRecord | undefined;
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(
    private readonly way: "naive" | "lockstep",
    private readonly rotation: Rotation,
    private readonly rate: number,
    users: number,
  ) {
    this.#traffic = new Traffic(users);
  }

  /** From now on requests belong to this phase. The first call starts the load. */
  phase(name: string): void {
    this.#current?.end();
    this.#current = new PhaseRecord(this.way, name);
    this.#records.push(this.#current);
    this.#running ??= this.#send();
  }

  /** Forgets the requests of the phase so far. */
  forget(): void {
    this.#records.pop();
    this.#current = undefined;
  }

  /** No more requests. */
  halt(): void {
    this.#isStopped = true;
  }

  /** No more requests; resolves when the last one was answered. */
  async stop(): Promise<void> {
    this.halt();
    this.#current?.end();
    await this.#running;
    while (this.#records.some((record) => record.waiting > 0)) await sleep(20);
  }

  /** Until nothing waits any more: a stall is over for its users, too. */
  async settled(signal: AbortSignal): Promise<void> {
    while (this.#records.reduce((sum, record) => sum + record.waiting, 0) > this.rate / 10)
      await sleep(50, undefined, { signal });
  }

  /** The last phase that is over, in one line, once all its requests were answered; undefined while there is none. */
  async summary(): Promise<string | undefined> {
    const record = this.#records.findLast((candidate) => candidate.isOver);
    if (record === undefined) return undefined;
    while (record.waiting > 0) await sleep(10);
    const { phase, longestMs, failed, requests } = record.numbers();
    return [
      `${pc.bold(phase)}  ${tintOf(longestMs)(sparkline(record.picture(32)))}`,
      `longest stall ${tintOf(longestMs)(milliseconds(longestMs))}`,
      failed > 0 ? pc.red(`${whole(failed)} of ${whole(requests)} failed`) : `0 of ${whole(requests)} failed`,
    ].join(separator);
  }

  /** Rows of the closing table, in order. */
  numbers(): PhaseNumbers[] {
    return this.#records.map((record) => record.numbers());
  }

  /** All requests of all phases. */
  answers(): readonly Answer[] {
    return this.#records.flatMap(({ answers }) => answers);
  }

  /** One line about now: the last eight seconds of this phase, half a second a column. */
  line(): string {
    const record = this.#current;
    if (record === undefined) return "";
    const picture = record.picture(16);
    const now = Math.max(0, ...picture.slice(-2));
    const tint = tintOf(now);
    const failed = `${whole(record.failed)} failed`;
    return [
      `${tint("●")} ${record.phase}`,
      tint(sparkline(picture).padEnd(16)),
      `slowest ${tint(`${whole(now)} ms`.padStart(8))}`,
      record.failed > 0 ? pc.red(failed) : failed,
      record.waiting > this.rate / 4 ? pc.red(`${whole(record.waiting)} waiting`) : this.rotation.words(),
    ].join(separator);
  }

  async #send(): Promise<void> {
    const begin = performance.now();
    for (let sent = 0; !this.#isStopped; sent++) {
      const due = begin + (sent * 1000) / this.rate;
      const wait = due - performance.now();
      if (wait > 1) await sleep(wait);
      if (!this.#isStopped) void this.#request(due);
    }
  }

  async #request(due: number): Promise<void> {
    const record = this.#current;
    const call = this.#traffic.next();
    record?.due(due);
    const instance = this.rotation.take();
    if (instance === undefined) return record?.answered(due, "nobody serves", false);
    const { status, text } = await send(instance.port, call);
    instance.release();
    if (status >= 200 && status < 300) this.#traffic.learn(call, text);
    const failure = status >= 200 && status < 300 ? undefined : `${call.method} → ${status === 0 ? text : status}`;
    record?.answered(due, failure, isHalfFilled(text));
  }
}

const separator = pc.dim("  ·  ");

/** Nobody notices · noticed · complained about. */
function tintOf(ms: number): (text: string) => string {
  return ms > 1_000 ? pc.red : ms > 200 ? pc.yellow : pc.green;
}
