/** What a rehearsal takes: rows made beside a COPY of the same ones, both runs of a plan, and the statistics of many tables. */
import pg from "pg";
import { connect } from "../../core/src/databases/connect.js";
import { type Stats, statsSchema } from "../../core/src/dialect/stats/stats-file.js";
import { makeRows } from "../../core/src/postgresql/rehearsal/make-rows.js";
import { rehearsalSchema } from "../../core/src/rehearsal/results/rehearsal.js";
import { createDatabase } from "../support/database.js";
import { start } from "../support/postgres.js";
import { addHandle, createShop, type ShopProject, seedUsers, setUp } from "../support/shop-project.js";
import { milliseconds, whole } from "./figures.js";
import { prepare } from "./large-schema.js";
import type { BenchReport } from "./report.js";

const leastShare = 0.8;
const limitMinutes = 10;
const limitPullMs = 5000;
/** Of which the statistics are pulled. */
const productionUsers = 50_000;

export interface RehearseOptions {
  readonly rows: number;
  /** Tables whose statistics are pulled. */
  readonly models: number;
}

export async function benchRehearse(
  { rows, models }: RehearseOptions,
  progress: (text: string) => void,
): Promise<BenchReport> {
  const server = await start({ settings: { max_wal_size: "8GB", shared_buffers: "512MB" } });
  process.env.LOCKSTEP_TEST_PG = server.url();
  try {
    const rehearsed = await rehearse(rows, progress);
    progress("a COPY of the same rows");
    const { makeMs, copyMs } = await beside(rehearsed.stats, rows);
    progress(`statistics of ${models} tables`);
    const { pullMs, tables } = await pull(models);
    const share = copyMs / makeMs;
    return {
      name: "rehearse",
      title: `A plan is rehearsed with ${whole(rows)} rows; statistics of ${tables} tables are pulled`,
      table: [
        ["", "time"],
        [`${whole(rows)} rows made of statistics, with indexes, vacuumed and analysed`, milliseconds(makeMs)],
        ["a COPY of the same rows into the same table, vacuumed and analysed", milliseconds(copyMs)],
        ["the rehearsal, with its server, rows and both runs", milliseconds(rehearsed.durationMs)],
        [`statistics of ${tables} tables, with the command's start`, milliseconds(pullMs)],
      ],
      notes: [`Findings of the rehearsal: ${rehearsed.findings.join(", ") || "none"}.`],
      bounds: [
        {
          promise: `rows are made at ${leastShare * 100} % of the rate of a COPY, or faster`,
          measured: `${Math.round(share * 100)} %`,
          isMet: share >= leastShare,
        },
        {
          promise: `a rehearsal takes under ${limitMinutes} minutes`,
          measured: milliseconds(rehearsed.durationMs),
          isMet: rehearsed.durationMs < limitMinutes * 60_000,
        },
        {
          promise: `statistics of ${tables} tables take under ${limitPullMs / 1000} s`,
          measured: milliseconds(pullMs),
          isMet: pullMs < limitPullMs,
        },
      ],
      measurements: { makeMs, copyMs, rehearsalMs: rehearsed.durationMs, pullMs },
    };
  } finally {
    await server.stop();
  }
}

/** The whole command, with statistics of a table that is as large as asked for. */
async function rehearse(rows: number, progress: (text: string) => void) {
  progress("a shop and its statistics");
  const shop = await createShop();
  try {
    await setUp(shop, { development: 20, production: productionUsers });
    await analysed(shop.production);
    await done(shop.lockstep(["stats", "pull", "--target", "production"]));
    const pulled = statsSchema.parse(JSON.parse(shop.read("lockstep/stats.json")));
    const stats = withRows(pulled, "User", rows);
    shop.write("lockstep/stats.json", JSON.stringify(stats));
    addHandle(shop);
    await done(shop.prisma(["migrate", "dev", "--name", "add_handle"]));
    progress(`a rehearsal with ${rows} rows`);
    const begin = performance.now();
    const { code, output } = await shop.lockstep(["rehearse", "--scale", "1"]);
    const durationMs = performance.now() - begin;
    const [, file] = /^Figures: (lockstep\/\S+\/rehearsal\.json)$/m.exec(output) ?? [];
    if (file === undefined || code > 1) throw new Error(output);
    const { findings } = rehearsalSchema.parse(JSON.parse(shop.read(file)));
    return { durationMs, stats, findings: findings.map(({ kind, value }) => `${kind} ${value ?? ""}`) };
  } finally {
    await shop.dispose();
  }
}

/** The same table, as if production had so many rows of it. */
function withRows(stats: Stats, name: string, rows: number): Stats {
  const tables = stats.tables.map((table) => {
    const factor = rows / table.rows;
    const bytes = { bytes: Math.round(table.bytes * factor), indexBytes: Math.round(table.indexBytes * factor) };
    return table.name === name ? { ...table, rows, ...bytes } : table;
  });
  return { ...stats, tables };
}

/** Rows that are made, and the same rows from a file, both into the shop's table as its migrations make it. */
async function beside(stats: Stats, rows: number) {
  const shop = await createShop();
  const other = await createDatabase("bench_copy");
  try {
    await shop.deploy(shop.production);
    await shop.deploy(other.url);
    const url = shop.production;
    const open = () => connect(url, { applicationName: "bench", statementTimeoutMs: 0 });
    const connection = await open();
    const begin = performance.now();
    await makeRows(connection, open, {
      wanted: [{ name: "User" }],
      stats,
      scale: 1,
      defaultRows: rows,
      values: {},
      sessions: 2,
      onProgress: () => undefined,
    });
    const makeMs = performance.now() - begin;
    await connection.close();
    // Where the server may write, whoever it runs as.
    const [{ folder }] = await query<{ folder: string }>(url, "SELECT current_setting('data_directory') AS folder");
    const file = `${folder}/bench-rows.copy`;
    await query(url, `COPY "User" TO '${file}'`);
    const copyBegin = performance.now();
    await query(other.url, `COPY "User" FROM '${file}'`);
    await query(other.url, `VACUUM (ANALYZE) "User"`);
    return { makeMs, copyMs: performance.now() - copyBegin };
  } finally {
    await other.drop();
    await shop.dispose();
  }
}

async function pull(models: number) {
  const shop = await createShop();
  try {
    await prepare(shop, models);
    await shop.deploy(shop.production);
    await seedUsers(shop.production, 1000);
    await analysed(shop.production);
    const begin = performance.now();
    await done(shop.npx("lockstep", ["stats", "pull", "--target", "production"]));
    const pullMs = performance.now() - begin;
    const { tables } = statsSchema.parse(JSON.parse(shop.read("lockstep/stats.json")));
    return { pullMs, tables: tables.length };
  } finally {
    await shop.dispose();
  }
}

const analysed = (url: string) => query(url, "VACUUM (ANALYZE)");

async function query<R extends object>(url: string, sql: string): Promise<[R]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(sql)).rows as [R];
  } finally {
    await client.end();
  }
}

async function done(run: ReturnType<ShopProject["lockstep"]>): Promise<void> {
  const { code, output } = await run;
  if (code !== 0) throw new Error(output);
}
