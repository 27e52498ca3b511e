import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LockstepError } from "../base/errors.js";
import { named } from "../base/pattern-of.js";
import { addedBy, isSameTable, type Plan, type PlannedColumn, tableLabel } from "../model/index.js";
import type { PlansAndMigrations } from "./contradictions.js";
import { readsFrom, refuseUnfilledSources } from "./guard-sources.js";
import { takeOut } from "./guard-undo.js";
import { madeBy } from "./made-objects.js";
import { dropGates } from "./next-phase.js";
import { planFolder } from "./plan-file.js";
import { releasesOf } from "./releases.js";
import { isOpen } from "./store.js";

/** A plan that, after a merge, drops something from another one. */
export interface TakenFromOthers {
  /** Id of the plan that must not continue. */
  readonly plan: string;
  /** Relative to the root: the migration that drops it, and the first one of the other plan. */
  readonly files: readonly [string, ...string[]];
  readonly error: LockstepError;
}

/** The positions of a plan's migrations in the ORM's order. */
interface Course {
  readonly plan: Plan;
  /** The first migration of expand; undefined: none is listed, as in a squashed history. */
  readonly start: number | undefined;
  /** The last migration of contract, after which nothing fills the columns; -1: they are filled, and none is listed. */
  readonly filledUntil: number;
  /** The first migration that drops the columns; -1: none is listed. */
  readonly dropped: number;
  /** `… drops` */
  readonly by: string;
}

/**
 * Compares plans with each other: two must not share a column, none may read what another one is still filling, and none may undo what
 * another one has, reads or builds on. Commands within one branch reject this, but a merge can combine such plans.
 */
export async function takenFromOthers({
  root,
  migrations,
  plans,
}: Omit<PlansAndMigrations, "damaged">): Promise<TakenFromOthers[]> {
  const courses = plans.map((plan) => courseOf(plan, migrations));
  const textsBetween: TextsBetween = (from, to, ...own) => {
    const written = new Set(own.flatMap(({ state }) => state.written.map(({ file }) => file)));
    const files = migrations.slice(from + 1, to).filter((file) => !written.has(file) && existsSync(join(root, file)));
    return files.map((file) => readFileSync(join(root, file), "utf8"));
  };
  const found: TakenFromOthers[] = [];
  for (const one of courses)
    for (const other of courses.filter((each) => each !== one && each.plan.state.released !== "undone")) {
      const isUndone = one.plan.state.released === "undone";
      const error = isUndone
        ? await takenBy(one, other, textsBetween)
        : (bothOf(one, other, textsBetween) ?? unfilledOf(one.plan, other.plan));
      if (error === undefined) continue;
      const drop = migrations[one.dropped] ?? `${planFolder((isUndone ? one : other).plan.id)}/plan.json`;
      const starts = [one, other].flatMap(({ start }) => (start === undefined ? [] : [migrations[start]!]));
      found.push({ plan: (isUndone ? one : other).plan.id, files: [drop, ...starts], error });
    }
  return found;
}

/** The migrations between two positions, without those of these plans. */
type TextsBetween = (from: number, to: number, ...own: readonly Plan[]) => readonly string[];

function courseOf(plan: Plan, migrations: readonly string[]): Course {
  const releases = releasesOf(plan).filter(({ isPast }) => !isPast);
  const placesOf = (of: (release: (typeof releases)[number]) => boolean) =>
    releases
      .filter(of)
      .map(({ file }) => migrations.indexOf(file))
      .filter((at) => at !== -1);
  const expand = placesOf(({ kind, phase }) => kind === "phase" && phase === "expand");
  const contract = placesOf(({ kind, phase }) => kind === "phase" && phase === "contract");
  const drops = placesOf(
    ({ kind, units }) => kind === "undo" && units.some((unit) => dropGates(plan, unit).length > 0),
  );
  const drop = drops.length === 0 ? -1 : Math.min(...drops);
  return {
    plan,
    start: expand.length === 0 ? undefined : Math.min(...expand),
    filledUntil: isOpen(plan) ? Number.POSITIVE_INFINITY : Math.max(-1, ...contract),
    dropped: drop,
    by: drop === -1 ? `plan ${plan.id} has undone` : `${migrations[drop]} drops`,
  };
}

/** Two plans on one column, at least one of them open. Reported once, for the later one. */
function bothOf(one: Course, other: Course, textsBetween: TextsBetween): LockstepError | undefined {
  const [earlier, later] = [one.plan, other.plan];
  if (earlier.id > later.id || !(isOpen(earlier) || isOpen(later))) return undefined;
  const same = later.columns.find((column) => hasColumn(earlier, column));
  if (same === undefined) return undefined;
  // The operations of a squashed history in between are unknown.
  if (!isOpen(earlier) && one.start === undefined) return undefined;
  // The column was dropped or renamed, and planned again.
  const texts = [later.source.sql, ...textsBetween(one.start ?? 0, other.start ?? 0, earlier, later)];
  const isAgain = texts.some((text) => isDropped(text, [same.name, same.table.name]));
  if (isAgain && !isOpen(earlier)) return undefined;
  const which = isOpen(earlier) && isOpen(later) ? "open plans" : "plans";
  return new LockstepError("LS3020", `${labelOf(same)} has two ${which}: ${earlier.id} and ${later.id}.`, {
    hint: takeOut(later),
  });
}

/** Two open plans, one of which reads what the other is still filling. */
function unfilledOf(filling: Plan, reading: Plan): LockstepError | undefined {
  if (!isOpen(filling) || !isOpen(reading)) return undefined;
  try {
    refuseUnfilledSources(reading.columns, [filling]);
    return undefined;
  } catch (error) {
    if (error instanceof LockstepError) return error;
    throw error;
  }
}

async function takenBy(
  { plan, dropped, by }: Course,
  other: Course,
  textsBetween: TextsBetween,
): Promise<LockstepError | undefined> {
  const { start } = other;
  // For a squashed history, only its end state counts.
  if (start === undefined) return undefined;
  const hint = `npx lockstep abandon ${other.plan.id}. To keep that plan instead, take ${planFolder(plan.id)} and its migrations from the branch where it is not undone`;
  const refuse = (what: string) => new LockstepError("LS3020", what, { hint });
  const isUnder = start < dropped;
  const made = await madeBy(other.plan);
  for (const column of addedBy(plan)) {
    const label = labelOf(column);
    if (hasColumn(other.plan, column)) {
      if (!isUnder) continue;
      const what = `${label} is the column of plan ${other.plan.id}, too, and ${by} it with its values.`;
      return new LockstepError("LS3020", what, { hint: takeOut(plan) });
    }
    // It was added again before the other plan started.
    if (!isUnder && textsBetween(dropped, start, plan, other.plan).some((text) => named(column.name).test(text)))
      continue;
    const reader = other.plan.columns.find((each) => readsFrom(each, { table: column.table, column: column.name }));
    if (reader !== undefined && dropped < other.filledUntil)
      return refuse(`The fill of ${labelOf(reader)} of plan ${other.plan.id} reads ${label}, and ${by} it.`);
    const over = made.find((each) => isSameTable(each.table, column.table) && each.columns.includes(column.name));
    if (over === undefined) continue;
    const isGone = textsBetween(start, dropped, plan, other.plan).some((text) =>
      isDropped(text, [...(over.name === undefined ? [] : [over.name]), ...over.columns]),
    );
    if (isUnder && isGone) continue;
    const what = over.name === undefined ? `A key or an index` : `"${over.name}"`;
    return refuse(`${what} of plan ${other.plan.id} is over ${label}, and ${by} it.`);
  }
  return undefined;
}

function isDropped(text: string, names: readonly string[]): boolean {
  return /\b(?:DROP|RENAME)\b/i.test(text) && names.some((name) => named(name).test(text));
}

function hasColumn(plan: Plan, { table, name }: PlannedColumn): boolean {
  return plan.columns.some((column) => column.name === name && isSameTable(column.table, table));
}

function labelOf({ table, name }: PlannedColumn): string {
  return `"${tableLabel(table)}"."${name}"`;
}
