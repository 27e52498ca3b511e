/** An application at work on the same table: how long its longest query waits without a backfill, with one, and with one UPDATE. */
import { setTimeout as sleep } from "node:timers/promises";
import { Load } from "../load.js";
import { memoryFolder } from "../systems/memory-folder.js";
import { postgresqlWith } from "../systems/postgresql.js";
import { afterExpand } from "./idle.js";
import { run } from "./run.js";

/** How long queries waited, in milliseconds, and how many failed. */
export interface Wait {
  readonly longestMs: number;
  /** One query in a thousand waited longer. */
  readonly p999Ms: number;
  readonly failures: number;
  readonly durationMs: number;
}

export interface BusyRound {
  readonly alone: Wait;
  readonly backfill: Wait;
}

export interface BusyFigures {
  readonly rounds: readonly (BusyRound & { readonly update: Wait })[];
  /** Where the server's files were. */
  readonly files: "memory" | "disk";
  /** On a disk, where each COMMIT waits until its WAL is there. */
  readonly synced: readonly BusyRound[];
}

export interface BusyOptions {
  readonly rows: number;
  readonly rounds: number;
  /** Operations a second. */
  readonly rate: number;
}

const warmUpMs = 2000;

/** What the server needs, at most. */
const walBytes = 8e9;
const rowBytes = 1200;

/** WAL files are written again, as on a server that has been at work for a while: a new one is made under the lock of every COMMIT. */
const settings = { min_wal_size: "6GB" };

/**
 * Measured with the server's files in memory where there is room, so that waits are those for locks and cores; then on a disk that is
 * waited for. There an fsync waits as well while the operating system writes back what it has gathered, whoever wrote it.
 */
export async function measureBusy(options: BusyOptions, progress: (text: string) => void): Promise<BusyFigures> {
  const { rounds: count } = options;
  const parent = await memoryFolder(walBytes + options.rows * rowBytes);
  const rounds = await measureOn({ settings, ...(parent === undefined ? {} : { parent }) }, options, async (waits) => {
    const all: BusyFigures["rounds"][number][] = [];
    for (let round = 1; round <= count; round++) {
      progress(`beside an application, round ${round} of ${count}`);
      all.push({ ...(await waits.round()), update: await waits.update() });
    }
    return all;
  });
  const synced = await measureOn({ settings, fsync: true }, options, async (waits) => {
    const all: BusyRound[] = [];
    for (let round = 1; round <= count; round++) {
      progress(`beside an application, on a disk that is waited for, round ${round} of ${count}`);
      all.push(await waits.round());
    }
    return all;
  });
  return { rounds, files: parent === undefined ? "disk" : "memory", synced };
}

interface Waits {
  round(): Promise<BusyRound>;
  update(): Promise<Wait>;
}

async function measureOn<T>(
  serverOptions: Parameters<typeof postgresqlWith>[1],
  { rows, rate }: BusyOptions,
  measure: (waits: Waits) => Promise<T>,
): Promise<T> {
  const system = postgresqlWith({ keyType: "bigint", id: "BIGSERIAL" }, serverOptions);
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
        const slowest = measured.latencies.toSorted((a, b) => b - a);
        return {
          longestMs: slowest[0] ?? 0,
          p999Ms: slowest[Math.floor(slowest.length / 1000)] ?? 0,
          failures,
          durationMs,
        };
      } finally {
        load.kill();
      }
    });
  try {
    return await measure({
      async round() {
        const plan = await system.plan();
        const backfill = await waits((url) => run({ url, plan }));
        // The longest of many waits grows with their number.
        return { backfill, alone: await waits(() => sleep(backfill.durationMs)) };
      },
      update: () => waits((url) => system.query(url, system.fillSql)),
    });
  } finally {
    await server.stop();
  }
}
