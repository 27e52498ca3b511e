import { Worker } from "node:worker_threads";

/** Where a thread writes while the process itself is busy: a file descriptor, as text or as a request that Prisma's CLI prints. */
export interface AtWorkOptions {
  /** The text for work without a description: `lockstep check`. Default: such work is not reported */
  readonly name?: string;
  readonly descriptor: 1 | 2;
  /** Default: text */
  readonly form?: "text" | "print";
  /** How long after its parent the process ends, with the child that `endsWithMe` named. Default: it does not */
  readonly afterParentMs?: number;
  /** Starts the thread after 100 ms of described work, or 2 s: to start and end it takes as long as a small change. Default: at once */
  readonly isLate?: boolean;
}

const mostBytes = 400;
const lateMs = 100;
const latestMs = 2_000;

/** Shared with the thread. `said`: when the work began, and when something was printed. `length` and `text`: the current work. */
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
let ownChild = 0;
let startThread: (() => void) | undefined;
let starting: NodeJS.Timeout | undefined;

/** Ids of the thread's requests to Prisma's CLI start here. Their responses are ignored. */
export const printIds = 970_000;

/**
 * Starts a thread that reports what this process is doing: after 3 seconds without output, then every 30. A parser blocks the process, so
 * it cannot report this itself. The process does not wait for the thread.
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
    child: new Int32Array(new SharedArrayBuffer(4)).fill(ownChild),
  };
  const workerData = { ...shared, ...options, printIds, parent: process.ppid };
  startThread = () => {
    startThread = undefined;
    // No loaders and no user preloads: they would run a second time.
    const thread = new Worker(program, { eval: true, workerData, execArgv: [], env: {}, name: "lockstep-at-work" });
    // The process works without it, for example if the machine is short of threads.
    thread.on("error", () => undefined);
    thread.unref();
  };
  if (options.isLate !== true) startThread();
  else setTimeout(() => startThread?.(), latestMs).unref();
  doing();
}

/** Sets the current work: `reading the code`. Default: the process's name. Empty: nothing that a user waits for. */
export function doing(what?: string): void {
  if (shared === undefined) return;
  shared.length[0] = 0;
  const isOther = starting !== undefined;
  clearTimeout(starting);
  starting = undefined;
  if (isQuiet) return;
  shared.length[0] = new TextEncoder().encodeInto(what ?? ownName, shared.text).written;
  if (shared.length[0] === 0 || startThread === undefined) return;
  if (isOther) startThread();
  else starting = setTimeout(startThread, lateMs).unref();
}

/** Quiet: a person is busy with a prompt, or the work writes its own log. Nothing is reported, and the time does not count. */
export function beQuiet(isQuietNow: boolean): void {
  doing("");
  if (isQuiet && !isQuietNow) shared?.said.fill(Date.now());
  isQuiet = isQuietNow;
}

/** Something was printed: restarts the thread's silence. */
export function hasSaid(): void {
  if (shared !== undefined) shared.said[1] = Date.now();
}

/** The child is killed when this process is, if its thread ends it. */
export function endsWithMe(pid: number | undefined): void {
  ownChild = pid ?? 0;
  if (shared !== undefined) shared.child[0] = ownChild;
}

/** A separate file would have to be found in every form in which the package is built. */
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
