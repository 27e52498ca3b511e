/** The process that sends the traffic: in the rehearsal's own process, requests would wait for the backfill's work. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Sample } from "../../results/figures.js";
import type { Load, TrafficAnswer, TrafficOrder } from "./messages.js";
import { requestSender } from "./requests.js";
import { startScript } from "./script.js";
import type { Request } from "./sender.js";
import { statementSender } from "./statements.js";

/** The interval for reporting responses. */
const tellMs = 100;

let samples: Sample[] = [];
let waiting = 0;
let isStopped = false;

process.on("message", (order: TrafficOrder) => {
  if (order.kind === "stop") isStopped = true;
  else
    run(order).catch((error: unknown) => {
      tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
      process.disconnect();
    });
});
// Its parent has ended.
process.on("disconnect", () => process.exit());

async function run({ load, rate, sessions }: Extract<TrafficOrder, { kind: "open" }>): Promise<void> {
  if (load.kind === "script") return runScript(load);
  const sender = load.kind === "statements" ? await statementSender(load, sessions) : requestSender(load);
  const due: { readonly at: number; readonly request: Request }[] = [];
  let free = sessions;
  const send = (): void => {
    const next = due.shift();
    if (next === undefined) {
      free++;
      return;
    }
    void answered(next.at, next.request).then(send);
  };
  tell({ kind: "opened" });
  const teller = setInterval(flush, tellMs);
  const begin = now();
  for (let sent = 0; !isStopped; sent++) {
    // Open loop: requests are due at fixed times, whether or not earlier ones were answered, as with real users.
    const at = begin + (sent * 1000) / rate;
    const wait = at - now();
    if (wait > 1) await sleep(wait);
    waiting++;
    due.push({ at, request: sender.next() });
    if (free > 0) {
      free--;
      send();
    }
  }
  while (waiting > 0) await sleep(20);
  clearInterval(teller);
  flush();
  await sender.close();
  process.disconnect();
}

/** The script sets the rate: latency counts from a request's arrival. */
async function runScript(load: Extract<Load, { kind: "script" }>): Promise<void> {
  const script = await startScript(load, (sample) => samples.push(sample));
  tell({ kind: "opened" });
  while (!isStopped && script.silence() === undefined) {
    await sleep(tellMs);
    waiting = script.waiting();
    flush();
  }
  await script.stop();
  waiting = 0;
  flush();
  const silence = script.silence();
  if (silence !== undefined) tell({ kind: "failed", message: silence });
  process.disconnect();
}

async function answered(due: number, request: Request): Promise<void> {
  const failure = await request();
  waiting--;
  samples.push({ due, ms: now() - due, ...(failure === undefined ? {} : { failure }) });
}

function flush(): void {
  tell({ kind: "samples", samples, waiting });
  samples = [];
}

function tell(answer: TrafficAnswer): void {
  process.send?.(answer);
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
