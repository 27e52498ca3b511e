/** An application at work on the same table: how long its longest query waits without a backfill, with one, and with one UPDATE. */
import { setTimeout as sleep } from "node:timers/promises";
import { Load } from "../load.js";
import { memoryFolder } from "../systems/memory-folder.js";
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
  /** Where the server's files were. */
  readonly files: "memory" | "disk";
}

const warmUpMs = 2000;

/**
 * What the server needs, at most. Its files are in memory where there is room, so that waits are those for locks and cores: on a disk, and
 * without fsync, bursts of 50 to 190 ms came with a backfill and without one. What a disk adds is not measured by that.
 */
const walBytes = 8e9;
const rowBytes = 1200;

export async function measureBusy(
  options: { readonly rows: number; readonly rounds: number; readonly rate: number },
  progress: (text: string) => void,
): Promise<readonly BusyFigures[]> {
  const { rows, rounds, rate } = options;
  const folder = await memoryFolder(walBytes + rows * rowBytes);
  const system = postgresqlWith(
    { keyType: "bigint", id: "BIGSERIAL" },
    // WAL files are written again, as on a server that has been at work for a while: a new one is made under the lock of every COMMIT.
    { min_wal_size: "6GB" },
    folder,
  );
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
      figures.push({ alone, backfill, update, files: folder === undefined ? "disk" : "memory" });
    }
    return figures;
  } finally {
    await server.stop();
  }
}
