/** The process behind `Load`. Open loop: operations are due at fixed times whether or not earlier ones were answered, as with users. */
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadAnswer, LoadMessage, LoadOptions } from "./load.js";
import { type LoadPool, openPool } from "./load-pool.js";

/** As large as that of an application on a small machine. */
const connections = 12;

interface Phase {
  readonly name: string;
  readonly latencies: number[];
  readonly failures: Record<string, number>;
}

const phases: Phase[] = [{ name: "warm-up", latencies: [], failures: {} }];
let isStopped = false;
/** Old code does not know the column; new code writes it. */
let isDeployed = false;
let running: Promise<void> | undefined;

process.on("message", (message: LoadMessage) => {
  switch (message.kind) {
    case "start":
      running = start(message);
      break;
    case "phase":
      phases.push({ name: message.name, latencies: [], failures: {} });
      break;
    case "deploy":
      isDeployed = true;
      break;
    case "stop":
      isStopped = true;
      void running?.then(() => answer({ kind: "figures", phases })).then(() => process.disconnect());
      break;
    default:
      message satisfies never;
  }
});
// The bench is gone, or has what it wanted.
process.on("disconnect", () => process.exit());

async function start({ url, rows, rate }: LoadOptions): Promise<void> {
  const pool = await openPool(url, connections);
  await answer({ kind: "ready" });
  const begin = performance.now();
  const waiting = new Set<Promise<void>>();
  for (let sent = 0; !isStopped; sent++) {
    const due = begin + (sent * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    const work = operate(pool, operation(pool, sent, rows), due);
    waiting.add(work);
    void work.then(() => waiting.delete(work));
  }
  await Promise.all(waiting);
}

interface Operation {
  readonly name: "read" | "update" | "insert";
  readonly text: string;
  readonly values: readonly unknown[];
}

/** 6 reads, 3 updates, 1 insert in ten, as an ORM writes them: every column by its name. */
function operation({ quote, now }: LoadPool, number: number, rows: number): Operation {
  const id = 1 + Math.floor(Math.random() * rows);
  const turn = number % 10;
  const names = (...columns: readonly string[]) => columns.map(quote).join(", ");
  const table = quote("User");
  if (turn === 9) {
    const email = `New.User.${number}@example.org`;
    const [columns, values] = isDeployed
      ? [names("email", "name", "updatedAt", "handle"), `?, ?, ${now}, ?`]
      : [names("email", "name", "updatedAt"), `?, ?, ${now}`];
    const text = `INSERT INTO ${table} (${columns}) VALUES (${values})`;
    return { name: "insert", text, values: [email, "New User", ...(isDeployed ? [email.toLowerCase()] : [])] };
  }
  if (turn % 3 === 2) {
    const text = `UPDATE ${table} SET ${quote("name")} = ?, ${quote("updatedAt")} = ${now} WHERE ${quote("id")} = ?`;
    return { name: "update", text, values: [`User ${number}`, id] };
  }
  const text = `SELECT ${names("id", "email", "name", "createdAt", "updatedAt")} FROM ${table} WHERE ${quote("id")} = ?`;
  return { name: "read", text, values: [id] };
}

async function operate(pool: LoadPool, { name, text, values }: Operation, due: number): Promise<void> {
  const phase = phases.at(-1);
  let failure: string | undefined;
  try {
    await pool.query(text, values);
  } catch (error) {
    failure = `${name} ${(error as { code?: string }).code ?? (error as Error).message}`;
  }
  phase?.latencies.push(performance.now() - due);
  if (phase !== undefined && failure !== undefined) phase.failures[failure] = (phase.failures[failure] ?? 0) + 1;
}

function answer(message: LoadAnswer): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, undefined, (error) => (error ? reject(error) : resolve()));
  });
}
