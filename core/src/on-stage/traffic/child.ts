/** The process that makes the traffic: in that of the rehearsal its requests would wait for the backfill's work. */
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../connect.js";
import { textWithoutValues } from "../../db/without-values.js";
import type { Connection } from "../../dialects/connection.js";
import type { TrafficStatement } from "../../dialects/rehearsing.js";
import type { Sample } from "../../rehearse/figures.js";
import type { TrafficAnswer, TrafficOrder } from "./messages.js";

/** Answers are told so often. */
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
// Whoever wanted it is gone.
process.on("disconnect", () => process.exit());

async function run({
  url,
  applicationName,
  statements,
  rate,
  sessions,
}: Extract<TrafficOrder, { kind: "open" }>): Promise<void> {
  const all = await Promise.all(
    Array.from({ length: sessions }, () => connect(url, { applicationName, statementTimeoutMs: 0 })),
  );
  const free = [...all];
  const due: { readonly at: number; readonly call: Call }[] = [];
  const calls = new Calls(statements);
  const send = (session: Connection): void => {
    const next = due.shift();
    if (next === undefined) {
      free.push(session);
      return;
    }
    void request(session, next.at, next.call).then(() => send(session));
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
    due.push({ at, call: calls.next() });
    const session = free.pop();
    if (session !== undefined) send(session);
  }
  while (waiting > 0) await sleep(20);
  clearInterval(teller);
  flush();
  await Promise.all(all.map((session) => session.close().catch(() => undefined)));
  process.disconnect();
}

async function request(session: Connection, due: number, { text, values }: Call): Promise<void> {
  const failure = await session.query(text, values).then(
    () => undefined,
    (error: unknown) => textWithoutValues(error),
  );
  waiting--;
  samples.push({ due, ms: now() - due, ...(failure === undefined ? {} : { failure }) });
}

interface Call {
  readonly text: string;
  readonly values: readonly (string | null)[];
}

/** Which statement comes next: the same ones in the same order each time, as often as their weights say. */
class Calls {
  readonly #credits: number[];
  readonly #sent: number[];
  readonly #total: number;

  constructor(private readonly statements: readonly TrafficStatement[]) {
    this.#credits = statements.map(() => 0);
    this.#sent = statements.map(() => 0);
    this.#total = statements.reduce((sum, { weight }) => sum + weight, 0);
  }

  next(): Call {
    let best = 0;
    for (const [at, { weight, addsRows, parameters }] of this.statements.entries()) {
      const isUsedUp = addsRows && this.#sent[at]! >= parameters.length;
      this.#credits[at] = isUsedUp ? Number.NEGATIVE_INFINITY : this.#credits[at]! + weight;
      if (this.#credits[at]! > this.#credits[best]!) best = at;
    }
    this.#credits[best]! -= this.#total;
    const { text, parameters } = this.statements[best]!;
    const call = this.#sent[best]!;
    this.#sent[best] = call + 1;
    return { text, values: parameters[call % parameters.length] ?? [] };
  }
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
