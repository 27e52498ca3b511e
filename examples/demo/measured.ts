import { readdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Answer, PhaseNumbers } from "./record.js";
import type { Production, Story } from "./story.js";

/** One point of a chart. */
const sliceMs = 500;

/** Gives the report of the plan what the demo has measured itself: both ways, over one time axis. See docs/report.md. */
export async function writeMeasured(story: Story, naive: Production, lockstep: Production): Promise<void> {
  const { options, server, shop, system } = story;
  const [plan] = readdirSync(join(shop.folder, "lockstep"), { withFileTypes: true }).filter((each) =>
    each.isDirectory(),
  );
  if (plan === undefined) throw new Error("The shop has no plan to report on.");
  const rows = options.users.toLocaleString("en-US");
  const document = {
    schemaVersion: 1,
    about: `Measured by the demo on ${await system.version(server)} with ${cpus().length} cores: ${rows} users, ${options.rate} requests per second to two instances of the application, and a report of some seconds that runs before each deployment.`,
    runs: [runOf("naive", naive, story.orm.table), runOf("plan", lockstep, story.orm.table)],
  };
  writeFileSync(join(shop.folder, "lockstep", plan.name, "measured.json"), `${JSON.stringify(document, null, 2)}\n`);
}

const titles: Readonly<Record<string, string>> = {
  migration: "one migration: the column, its values, NOT NULL and the unique index",
  "old build": "the old build still serves, and the new one replaces it",
  expand: "migrations of expand, then the code that writes the column",
  backfill: "existing rows are filled in batches",
  switch: "the code that reads the column",
  contract: "migrations of contract, then the code without fallbacks",
};

function runOf(way: "naive" | "plan", production: Production, name: string) {
  const { load } = production;
  const table = { name };
  const [before, ...phases] = load.numbers();
  const begin = before?.beginMs ?? 0;
  return {
    way,
    ...(before && { before: trafficOf(before) }),
    steps: phases.map((each) => {
      const seen = production.locksOf(each.phase);
      return {
        id: each.phase,
        kind: way === "naive" ? "naive" : each.phase === "backfill" ? "backfill" : "unit",
        ...(way === "plan" && { phase: each.phase }),
        title: titles[each.phase] ?? each.phase,
        startedMs: Math.round(each.beginMs - begin),
        durationMs: Math.round(each.durationMs),
        traffic: trafficOf(each),
        ...(seen && { observed: { locks: seen.locks.map((lock) => ({ table, ...lock })) } }),
        differences: [],
        waits: (seen?.waits ?? []).map((wait) => ({ table, ...wait })),
      };
    }),
    points: pointsOf(load.answers(), begin),
  };
}

function trafficOf({ requests, failures, medianMs, p99Ms, longestMs }: PhaseNumbers) {
  const failed = Object.entries(failures).map(([reason, count]) => ({ reason, requests: count }));
  return { requests, failed, p50Ms: medianMs, p99Ms, longestMs };
}

function pointsOf(answers: readonly Answer[], begin: number) {
  const last = Math.max(begin, ...answers.map(({ dueMs }) => dueMs));
  return Array.from({ length: Math.ceil((last - begin) / sliceMs) }, (_, slice) => {
    const [from, end] = [begin + slice * sliceMs, begin + (slice + 1) * sliceMs];
    const due = answers.filter(({ dueMs }) => from <= dueMs && dueMs < end);
    return {
      atMs: slice * sliceMs,
      requests: due.length,
      failed: due.filter(({ hasFailed }) => hasFailed).length,
      longestMs: Math.max(0, ...due.map(({ latencyMs }) => latencyMs)),
      waiting: answers.filter(({ dueMs, latencyMs }) => dueMs < end && dueMs + latencyMs > end).length,
    };
  });
}
