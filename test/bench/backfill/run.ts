import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Plan } from "../../../core/src/model/index.js";
import { byFunction } from "../../database/backfill/fixture.js";

/** What a run took, in milliseconds and megabytes. */
export interface Ran {
  /** The trial of the fills, the batches, and the look at the end. */
  readonly totalMs: number;
  readonly batchesMs: number;
  readonly largestBatch: number;
  readonly filled: number;
  readonly batches: number;
  /** The most memory that the process had. */
  readonly peakMb: number;
}

type Told = { readonly kind: "started" | "progress"; readonly rows: number } | ({ readonly kind: "ended" } & Ran);

export interface RunInput {
  readonly url: string;
  readonly plan: Plan;
  /** Default: as the command. */
  readonly workers?: number;
  /** The values are computed by a function that takes so long for a row. */
  readonly rowMs?: number;
  readonly options?: Readonly<Record<string, string>>;
  /** Told after each batch: the rows passed. */
  onRows?(rows: number, child: ChildProcess): void;
}

/**
 * Fills the table of a plan, in a process of its own.
 * @returns undefined when the process was killed by `onRows`
 */
export async function run({ url, plan, rowMs, onRows, ...rest }: RunInput): Promise<Ran | undefined> {
  const spec = plan.backfills[0]!;
  const input = {
    workers: "idle",
    ...rest,
    url,
    plan: plan.id,
    spec: rowMs === undefined ? spec : byFunction(spec),
    ...(rowMs === undefined ? {} : { rowMs, needsFillTrigger: false }),
  };
  const child = fork(fileURLToPath(new URL("./run-process.mjs", import.meta.url)), [JSON.stringify(input)], {
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    let ran: Ran | undefined;
    child.on("message", (told: Told) => {
      if (told.kind === "ended") ran = told;
      else onRows?.(told.rows, child);
    });
    child.once("exit", (code, signal) => {
      if (signal !== null || ran !== undefined) resolve(ran);
      else reject(new Error(`The backfill ended with exit code ${code}`));
    });
  });
}
