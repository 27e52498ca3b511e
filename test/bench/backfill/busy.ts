/** An application at work on the same table: how long its longest query waits without a backfill, with one, and with one UPDATE. */
import { setTimeout as sleep } from "node:timers/promises";
import { Load } from "../load.js";
import { postgresqlWith } from "../systems/postgresql.js";
import { afterExpand } from "./idle.js";
import { run } from "./run.js";

/** The longest wait, in milliseconds, and queries that failed. */
export interface Wait {
  readonly longestMs: number;
  readonly failures: number;
  readonly durationMs: number;
}

export interface BusyFigures {
  readonly alone: Wait;
  readonly backfill: Wait;
  readonly update: Wait;
}

const warmUpMs = 2000;

export async function measureBusy(
  options: { readonly rows: number; readonly rounds: number; readonly rate: number },
  progress: (text: string) => void,
): Promise<readonly BusyFigures[]> {
  const { rows, rounds, rate } = options;
  const system = postgresqlWith({ keyType: "bigint", id: "BIGSERIAL" });
  const server = await system.start(rows);
  const waits = (act: (url: string) => Promise<unknown>): Promise<Wait> =>
    afterExpand(system, server, async (url) => {
      const load = await Load.start({ url, rows, rate });
      try {
        load.deploy();
        await sleep(warmUpMs);
        load.phase("measured");
        const begin = performance.now();
        await act(url);
        const durationMs = performance.now() - begin;
        const measured = (await load.stop()).find(({ name }) => name === "measured")!;
        const failures = Object.values(measured.failures).reduce((sum, count) => sum + count, 0);
        return { longestMs: measured.latencies.reduce((most, ms) => Math.max(most, ms), 0), failures, durationMs };
      } finally {
        load.kill();
      }
    });
  try {
    const figures: BusyFigures[] = [];
    for (let round = 1; round <= rounds; round++) {
      progress(`beside an application, round ${round} of ${rounds}`);
      const plan = await system.plan();
      const backfill = await waits((url) => run({ url, plan }));
      // The longest of many waits grows with their number.
      const alone = await waits(() => sleep(backfill.durationMs));
      const update = await waits((url) => system.query(url, system.fillSql));
      figures.push({ alone, backfill, update });
    }
    return figures;
  } finally {
    await server.stop();
  }
}
