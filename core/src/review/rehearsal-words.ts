import { sizeText } from "../backfill/run-option.js";
import { quotedTable, tableLabel } from "../model/names.js";
import type {
  LockDifference,
  LockWait,
  Rehearsal,
  RehearsalFinding,
  RehearsedStep,
  Replanned,
} from "../rehearsal/results/rehearsal.js";
import { counted } from "./counted.js";
import { duration } from "./progress.js";

/** `1.4 s`, `12 ms` */
export function stallText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms);
}

/** The difference between the lock that the plan states and the observed one, as a sentence without a full stop. */
export function differenceText(difference: LockDifference): string {
  switch (difference.kind) {
    case "stronger-lock":
      return `it took ${difference.mode} on "${tableLabel(named(difference.table))}", but the plan states ${difference.stated ?? "no lock there"}`;
    case "weaker-lock":
      return `the plan states ${difference.mode} on "${tableLabel(named(difference.table))}", but it took ${difference.seen ?? "no lock"}`;
    case "held-longer":
      return `it held the lock while ${heldWords[difference.seen]}, but the plan states ${difference.stated}`;
  }
}

const heldWords = {
  instant: "no rows were read",
  scan: "rows were read",
  rewrite: "the table was rewritten",
} as const;

/** Which sessions waited for a step. */
export function waitText({ table, wanted, held, sessions, longestMs }: LockWait): string {
  return `${counted(sessions, "session")} waited up to ${stallText(longestMs)} for ${wanted} on "${tableLabel(named(table))}", blocked by ${held}`;
}

/** A finding that users would notice, as a sentence without a full stop. */
export function findingText({ kind, detail, value = 0, limit = 0 }: RehearsalFinding): string {
  switch (kind) {
    case "lock-differs":
      return "its locks differ from those that the plan states";
    case "step-failed":
      return `the server rejected it: ${detail}`;
    case "undo-failed":
      return `the server rejected its undo: ${detail}`;
    case "requests-failed":
      return `${counted(value, "request")} failed: ${detail}`;
    case "stalled":
      return `a request waited for ${stallText(value)} (limit ${stallText(limit)})`;
    case "lagged":
      return `the replica lagged by ${stallText(value)} (limit ${stallText(limit)})`;
    case "plan-worse":
      return `a statement gets slower: ${detail}`;
    case "end-state-differs":
      return `the plan's final schema differs from that of the ORM's own migration: ${detail}`;
  }
}

/** The locks observed during a step. If the server keeps no lock history, only longer ones. */
export function seenText({ locks, held }: NonNullable<RehearsedStep["observed"]>): string {
  if (locks.length === 0) return held === undefined ? "no lasting lock" : "no lock";
  const list = locks.map(({ mode, table }) => `${mode} on "${tableLabel(named(table))}"`).join(", ");
  return held === undefined ? list : `${list}, ${held}`;
}

/** A statement whose query plan changed: the plan before and after, and its cost. */
export function replannedText({ before, after, costBefore, costAfter }: Replanned): string {
  const [old, now] = [before, after].map((nodes) => nodes.map((node) => node.trim()).join(" → "));
  return old === now
    ? `the same plan, at cost ${Math.round(costAfter)} instead of ${Math.round(costBefore)}`
    : `${old} became ${now}, at cost ${Math.round(costAfter)} instead of ${Math.round(costBefore)}`;
}

/** What to do about the observations; empty: nothing. */
export function adviceTexts(rehearsal: Rehearsal): readonly string[] {
  const plan = rehearsal.runs.find(({ way }) => way === "plan");
  if (plan === undefined) return [];
  const stalled = rehearsal.findings.flatMap(({ kind, step }) => (kind === "stalled" ? [step] : []));
  const lagged = rehearsal.findings.some(({ kind }) => kind === "lagged");
  const backfills = plan.steps.filter(({ kind }) => kind === "backfill");
  return [
    ...(backfills.some(({ id }) => stalled.includes(id))
      ? [
          `use smaller batches, or a window at night (--window): npx lockstep backfill run ${rehearsal.plan} --batch-ms 10`,
        ]
      : []),
    ...quietText(plan.steps.filter(({ id, kind }) => kind !== "backfill" && stalled.includes(id))),
    ...(lagged
      ? [
          `limit the rate so that replicas keep up: npx lockstep backfill run ${rehearsal.plan} --max-rows-per-second <number>`,
        ]
      : []),
    ...rehearsal.findings.flatMap(({ kind, detail }) =>
      kind === "plan-worse" ? [`create an index first, or run ANALYZE right after the phase, for: ${detail}`] : [],
    ),
    ...bloatTexts(rehearsal, backfills),
  ];
}

/** Steps that hold a lock while they read, or that found the table locked, have no pace to change: only the time of day can be chosen. */
function quietText(steps: readonly RehearsedStep[]): readonly string[] {
  if (steps.length === 0) return [];
  const tables = [...new Set(steps.flatMap(({ waits }) => waits.map(({ table }) => `"${tableLabel(named(table))}"`)))];
  const others = tables.length === 0 ? "" : `, without long transactions on ${tables.join(", ")}`;
  return [
    `run these at a quiet time${others}, because requests waited for them: ${steps.map(({ title }) => title).join("; ")}`,
  ];
}

/** A table that grew by half or more is worth a rewrite. */
const muchGrowth = 0.5;

function bloatTexts({ stage }: Rehearsal, backfills: readonly RehearsedStep[]): readonly string[] {
  return backfills.flatMap(({ id, growthBytes = 0 }) => {
    const own = stage.tables.find(({ table }) => id === `backfill:${table.name}`);
    if (own === undefined || growthBytes < own.bytes * muchGrowth || own.bytes < 16 * 1024 * 1024) return [];
    const growth = own.productionBytes === undefined ? growthBytes : (own.productionBytes / own.bytes) * growthBytes;
    const room = sizeText((own.productionBytes ?? own.bytes) + growth);
    return [
      `"${own.table.name}" grows by ${sizeText(growth)}; new rows reuse that space. ${stage.dialect === "postgresql" ? repackText(own, stage.repack, room) : rebuildText(own, room)}`,
    ];
  });
}

/** MySQL and MariaDB do it on the server. */
function rebuildText({ table }: Rehearsal["stage"]["tables"][number], room: string): string {
  return `To free it without blocking reads and writes: ALTER TABLE \`${table.name}\` FORCE, ALGORITHM=INPLACE, LOCK=NONE (needs ${room} of free disk space, which was not checked)`;
}

/** How to reclaim the space, with its prerequisites if they could be checked. */
function repackText(
  { table, hasKey }: Rehearsal["stage"]["tables"][number],
  repack: Rehearsal["stage"]["repack"],
  room: string,
): string {
  if (hasKey === false)
    return "pg_repack cannot free it: it needs a primary key, or a unique index over columns that are never NULL. VACUUM FULL blocks all reads and writes";
  const command = `To free it: pg_repack --table '${quotedTable(named(table))}'`;
  const extension = {
    installed: "its extension is installed",
    missing: "install its extension first: CREATE EXTENSION pg_repack",
    unknown: "it needs its extension",
  }[repack ?? "unknown"];
  return `${command} (${extension}${hasKey === true ? "; the table has the required key" : ""}; needs ${room} of free disk space, which was not checked)`;
}

/** A table in a file: its schema may be omitted. */
export function named({ schema, name }: { schema?: string | undefined; name: string }) {
  return schema === undefined || schema === "public" ? { name } : { schema, name };
}
