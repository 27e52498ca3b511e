import { setTimeout as sleep } from "node:timers/promises";
import { lastErrors } from "./app-errors.js";
import { type Build, type Instance, startInstance } from "./instance.js";
import { type Call, send } from "./request.js";

/** Instances that serve requests, in turns: the load balancer of the story. */
export class Rotation {
  #members: Member[] = [];
  #turn = 0;
  readonly #logFiles: string[] = [];

  constructor(
    private readonly databaseUrl: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Starts one instance of a build; it serves once it is warm. */
  async add(build: Build): Promise<void> {
    const instance = await startInstance(build, this.databaseUrl, this.signal);
    this.#logFiles.push(instance.logFile);
    await warmUp(instance);
    this.#members.push({ instance, inFlight: 0 });
  }

  /** Takes one instance of a build out: first from the rotation, then it finishes what it has, then it stops. */
  async remove(build: Build): Promise<void> {
    const index = this.#members.findIndex((member) => member.instance.build === build);
    const [member] = index < 0 ? [] : this.#members.splice(index, 1);
    if (member === undefined) return;
    const deadline = performance.now() + 10_000;
    while (member.inFlight > 0 && performance.now() < deadline) await sleep(20);
    await member.instance.stop();
  }

  async stop(): Promise<void> {
    const members = this.#members;
    this.#members = [];
    await Promise.all(members.map(({ instance }) => instance.stop()));
  }

  /** The instance whose turn it is; undefined when there is none. Release it after the answer. */
  take(): { readonly port: number; release(): void } | undefined {
    const member = this.#members[this.#turn++ % this.#members.length];
    if (member === undefined) return undefined;
    member.inFlight++;
    return { port: member.instance.port, release: () => void member.inFlight-- };
  }

  /** What the app has complained about. */
  errors(count: number): string[] {
    return lastErrors(this.#logFiles, count);
  }

  /** `old ×2  new ×1` */
  words(): string {
    const counts = new Map<string, number>();
    for (const { instance } of this.#members)
      counts.set(instance.build.name, (counts.get(instance.build.name) ?? 0) + 1);
    return [...counts].map(([name, count]) => `${name} ×${count}`).join("  ");
  }
}

/**
 * What readiness probes are for: the first connections and the first query of every kind take a while in a new process, whatever
 * the migration does.
 */
async function warmUp({ port }: Instance): Promise<void> {
  const calls: Call[] = [
    { method: "GET", path: "/health" },
    { method: "GET", path: "/users/1" },
    { method: "GET", path: "/admin/users/1" },
    { method: "PATCH", path: "/users/1", body: {} },
    // Refused: every email is taken once. The way to that answer is the one that matters.
    { method: "POST", path: "/users", body: { email: "bela.1@example.com", name: "Bela" } },
  ];
  for (let round = 0; round < 10; round++) await Promise.all(calls.map((call) => send(port, call)));
}

interface Member {
  readonly instance: Instance;
  inFlight: number;
}
