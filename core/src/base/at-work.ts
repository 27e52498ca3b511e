import { Worker } from "node:worker_threads";

/** Where a thread writes while the process itself is busy: a file descriptor, as text or as a request that Prisma's CLI prints. */
export interface AtWorkOptions {
  /** What is said of work that has no words of its own: `lockstep check`. Default: such work is not told */
  readonly name?: string;
  readonly descriptor: 1 | 2;
  /** Default: text */
  readonly form?: "text" | "print";
  /** The process ends, with the child that `endsWithMe` named, this long after its parent. Default: it does not */
  readonly afterParentMs?: number;
}

const mostBytes = 400;

/** Shared with the thread. `said`: when the work began, and when something was printed; `length` and `text`: what is being done. */
interface Shared {
  readonly said: Float64Array;
  readonly length: Int32Array;
  readonly text: Uint8Array;
  /** Its process id; 0: none. */
  readonly child: Int32Array;
}

let shared: Shared | undefined;
let ownName = "";
let isQuiet = false;

/** Requests of the thread to Prisma's CLI have ids from here on; nobody waits for their answers. */
export const printIds = 970_000;

/**
 * Starts a thread that says what this process is doing: after 3 seconds without any output, then every 30. A parser keeps the process
 * busy, so nothing in it could say so. The thread costs nothing that the process waits for.
 *
 * @example watchWork({ descriptor: 2 }); doing("reading the code");
 */
export function watchWork(options: AtWorkOptions): void {
  ownName = options.name ?? "";
  isQuiet = false;
  if (shared !== undefined) {
    shared.said.fill(Date.now());
    doing();
    return;
  }
  shared = {
    said: new Float64Array(new SharedArrayBuffer(16)).fill(Date.now()),
    length: new Int32Array(new SharedArrayBuffer(4)),
    text: new Uint8Array(new SharedArrayBuffer(mostBytes)),
    child: new Int32Array(new SharedArrayBuffer(4)),
  };
  doing();
  const workerData = { ...shared, ...options, printIds, parent: process.ppid };
  // Neither loaders nor what the user preloads: they would take their time again.
  const thread = new Worker(program, { eval: true, workerData, execArgv: [], env: {}, name: "lockstep-at-work" });
  // The process does its work without it, on a machine that is short of threads say.
  thread.on("error", () => undefined);
  thread.unref();
}

/** What the process is doing from here on: `reading the code`. Default: its name. Empty: nothing that anybody waits for. */
export function doing(what?: string): void {
  if (shared === undefined) return;
  shared.length[0] = 0;
  if (!isQuiet) shared.length[0] = new TextEncoder().encodeInto(what ?? ownName, shared.text).written;
}

/** From here on the work has a log of its own. */
export function logsItself(): void {
  doing("");
  isQuiet = true;
}

/** Something was printed: the thread is silent for another while. */
export function hasSaid(): void {
  if (shared !== undefined) shared.said[1] = Date.now();
}

/** The child is killed when this process is, if its thread ends it. */
export function endsWithMe(pid: number | undefined): void {
  if (shared !== undefined) shared.child[0] = pid ?? 0;
}

/** A file of its own would have to be found in every form that the package is built in. */
const program = `
const { workerData: { said, length, text, child, descriptor, form, afterParentMs, printIds, parent } } = require("node:worker_threads");
const { writeSync } = require("node:fs");
let told = 0;
let nth = 0;
setInterval(() => {
  const now = Date.now();
  if (told < said[0]) told = 0;
  const quietFor = now - Math.max(told, said[1]);
  if (length[0] === 0 || quietFor < (told === 0 ? 3000 : 30000)) return;
  told = now;
  const what = Buffer.from(text.slice(0, length[0])).toString();
  const line = "Still running after " + Math.round((now - said[0]) / 1000) + " s: " + what + "\\n";
  const request = { id: printIds + nth++, jsonrpc: "2.0", method: "print", params: { content: line } };
  try { writeSync(descriptor, form === "print" ? JSON.stringify(request) + "\\n" : line); } catch {}
}, 250);
if (afterParentMs !== undefined) {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    setTimeout(() => {
      for (const pid of [child[0], process.pid].filter((each) => each > 0))
        try { process.kill(pid, "SIGKILL"); } catch {}
    }, afterParentMs);
  }, 250);
}
`;
