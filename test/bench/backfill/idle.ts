/** Nobody else is there: all rows by one UPDATE, and by a run in a process of its own, with the unique index in place. */
import { estimateBackfill } from "../../../core/src/backfill/estimate.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import { median } from "../figures.js";
import { filesOf } from "../stall-ways.js";
import { postgresqlWith, type TableKind } from "../systems/postgresql.js";
import type { BenchServer, BenchSystem } from "../systems/system.js";
import { type Ran, run } from "./run.js";

export interface IdleCase {
  readonly name: string;
  readonly table: TableKind;
  /** The least share of the UPDATE's rate: of the whole run, and of its batches alone. */
  readonly least: number;
  readonly leastBatches?: number;
  /** Default: as the command, which starts a second session on an idle server. */
  readonly workers?: number;
}

const bigint = { keyType: "bigint", id: "BIGSERIAL" };

// In no order: neighbours by key are anywhere in the table.
const uuid = { keyType: "uuid", id: "UUID DEFAULT gen_random_uuid()", idOf: "md5(n::text)::uuid" };

export const idleCases: readonly IdleCase[] = [
  { name: "bigint", table: bigint, least: 1 },
  { name: "uuid", table: uuid, least: 1 },
  {
    name: "text",
    table: { keyType: "text", id: "TEXT DEFAULT gen_random_uuid()", idOf: "'user_' || lpad(n::text, 12, '0')" },
    least: 1,
  },
  { name: "composite", table: { ...bigint, furtherKey: [{ column: "email", type: "text" }] }, least: 1 },
  { name: "fillfactor 50", table: { ...bigint, storage: "fillfactor = 50" }, least: 1 },
  { name: "bigint, one session", table: bigint, least: 0.9, leastBatches: 0.97, workers: 1 },
  { name: "uuid, one session", table: uuid, least: 0.88, workers: 1 },
];

/** Of a table's size. */
const slightGrowth = 0.05;

export interface IdleFigures {
  readonly updateMs: number;
  readonly ran: Ran;
  /** What the estimate said, of what then happened: 1 is right. */
  readonly estimated: { readonly duration: number; readonly log: number; readonly growth: number };
}

export async function measureIdle(
  { table, workers }: IdleCase,
  { rows, rounds }: { readonly rows: number; readonly rounds: number },
  progress: (text: string) => void,
): Promise<readonly IdleFigures[]> {
  const system = postgresqlWith(table);
  progress(`making ${rows} rows`);
  const server = await system.start(rows);
  try {
    const figures: IdleFigures[] = [];
    for (let round = 1; round <= rounds; round++) {
      progress(`round ${round} of ${rounds}, one UPDATE`);
      const updateMs = await afterExpand(system, server, async (url) => {
        const begin = performance.now();
        await system.query(url, system.fillSql);
        return performance.now() - begin;
      });
      progress(`round ${round} of ${rounds}, backfill`);
      figures.push({ updateMs, ...(await afterExpand(system, server, (url) => filled(system, url, workers))) });
    }
    return figures;
  } finally {
    await server.stop();
  }
}

async function filled(
  system: BenchSystem,
  url: string,
  workers?: number,
): Promise<Pick<IdleFigures, "ran" | "estimated">> {
  const plan = await system.plan();
  const spec = plan.backfills[0]!;
  const { rate, growthBytes } = await estimateBackfill({
    url,
    plan: plan.id,
    spec,
    clock: systemClock,
    random: Math.random,
  });
  const before = await sizes(system, url);
  const ran = await run({ url, plan, ...(workers === undefined ? {} : { workers }) });
  const after = await sizes(system, url);
  return {
    ran: ran!,
    estimated: {
      // The estimate is for one session.
      duration: rate!.durationMs / ran!.totalMs / (workers ?? 1),
      log: rate!.logBytes! / (after.log - before.log),
      // A little of either is nothing to be right about.
      growth: (growthBytes + before.table * slightGrowth) / (after.table - before.table + before.table * slightGrowth),
    },
  };
}

async function sizes(system: BenchSystem, url: string): Promise<{ readonly log: number; readonly table: number }> {
  const [row] = await system.query(
    url,
    `SELECT pg_current_wal_insert_lsn() - '0/0' AS log, pg_table_size('"User"') AS "table"`,
  );
  return { log: Number(row?.log), table: Number(row?.table) };
}

/** A fresh table with the column and its index, before any row has a value. */
export async function afterExpand<T>(
  system: BenchSystem,
  server: BenchServer,
  measure: (url: string) => Promise<T>,
): Promise<T> {
  const url = await server.copy("bench_fill");
  try {
    await system.migrate(url, filesOf(await system.plan(), "expand"));
    await system.query(url, "CHECKPOINT");
    return await measure(url);
  } finally {
    await server.drop("bench_fill");
  }
}

export const shareOf = (figures: readonly IdleFigures[], of: (ran: Ran) => number) =>
  median(figures.map(({ updateMs, ran }) => updateMs / of(ran)));
