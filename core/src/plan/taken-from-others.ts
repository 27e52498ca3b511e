import { LockstepError } from "../base/errors.js";
import { named } from "../base/pattern-of.js";
import { addedBy, isSameTable, objectLabel, type Plan, type PlannedColumn, quotedName } from "../model/index.js";
import type { PlansAndMigrations } from "./contradictions.js";
import { type Course, courseOf, isDropped, lostTo, type TextsBetween, textsIn } from "./courses.js";
import { readsFrom, refuseUnfilledSources } from "./guard-sources.js";
import { takeOut } from "./guard-undo.js";
import { planFolder } from "./plan-file.js";
import { isOpen } from "./store.js";
import { type SqlOf, takenByOwn } from "./taken-by-own.js";
import { type TakenNeed, takenText } from "./takes-and-needs.js";

/** A plan that, after a merge, drops something from another one. */
export interface TakenFromOthers {
  /** Id of the plan that must not continue. */
  readonly plan: string;
  /** Relative to the root: the migration that drops it, and the first one of the other plan. */
  readonly files: readonly [string, ...string[]];
  readonly error: LockstepError;
  /** The plan can be undone, and all but these migrations deployed. Absent: nothing of it may run. */
  readonly due?: readonly string[];
}

/**
 * Compares plans with each other, and open plans with the user's own migrations: two plans must not share a column, none may read what
 * another one is still filling, and none may take what another one has, reads or builds on. Commands within one branch reject this, but a
 * merge can combine such plans.
 */
export async function takenFromOthers(
  { root, migrations, plans }: Omit<PlansAndMigrations, "damaged">,
  sqlOf: SqlOf,
): Promise<TakenFromOthers[]> {
  const courses: Course[] = [];
  for (const plan of plans) courses.push(await courseOf(plan, migrations));
  const textsBetween = textsIn({ root, migrations });
  const found: TakenFromOthers[] = [];
  for (const one of courses)
    for (const other of courses.filter((each) => each !== one && each.plan.state.released !== "undone")) {
      const isUndone = one.plan.state.released === "undone";
      const error = isUndone
        ? takenBy(one, other, textsBetween)
        : (bothOf(one, other, textsBetween) ?? unfilledOf(one.plan, other.plan));
      const starts = [one, other].flatMap(({ start }) => (start === undefined ? [] : [migrations[start]!]));
      const fileOf = (plan: Plan) => `${planFolder(plan.id)}/plan.json`;
      if (error !== undefined) {
        const drop = migrations[one.dropped] ?? fileOf((isUndone ? one : other).plan);
        found.push({ plan: (isUndone ? one : other).plan.id, files: [drop, ...starts], error });
      } else if (!isUndone) {
        const lost = lostTo(one.takings, other, textsBetween, one.plan);
        if (lost === undefined) continue;
        const drop = migrations[lost.taking.at ?? -1];
        const due = drop === undefined ? [] : [drop, ...(other.start === undefined ? [] : [migrations[other.start]!])];
        found.push({
          plan: one.plan.id,
          files: [drop ?? fileOf(one.plan)],
          error: lostError(one.plan, other, lost, drop),
          due,
        });
      }
    }
  return [...found, ...(await takenByOwn({ root, migrations, plans }, courses, textsBetween, sqlOf))];
}

/** Two plans on one column or index, at least one of them open. Reported once, for the later one. */
function bothOf(one: Course, other: Course, textsBetween: TextsBetween): LockstepError | undefined {
  const [earlier, later] = [one.plan, other.plan];
  if (earlier.id > later.id || !(isOpen(earlier) || isOpen(later))) return undefined;
  const column = later.columns.find((each) => hasColumn(earlier, each));
  const drop = later.drops?.find((each) =>
    earlier.drops?.some(({ table, column }) => column === each.column && isSameTable(table, each.table)),
  );
  const index = other.made.find(
    ({ name, table }) =>
      name !== undefined && one.made.some((each) => each.name === name && isSameTable(each.table, table)),
  );
  const same = column === undefined ? drop : { table: column.table, column: column.name };
  const label = same !== undefined ? objectLabel(same) : index?.name === undefined ? undefined : quotedName(index.name);
  if (label === undefined) return undefined;
  // The operations of a squashed history in between are unknown.
  if (!isOpen(earlier) && one.start === undefined) return undefined;
  // The column was dropped or renamed, and planned again.
  const texts = [later.source.sql, ...textsBetween(one.start ?? 0, other.start ?? 0, earlier, later)];
  const names = same === undefined ? [index!.name!] : [same.column ?? same.table.name, same.table.name];
  const isAgain = drop === undefined && texts.some((text) => isDropped(text, names));
  if (isAgain && !isOpen(earlier)) return undefined;
  const which = isOpen(earlier) && isOpen(later) ? "open plans" : "plans";
  return new LockstepError("LS3020", `${label} has two ${which}: ${earlier.id} and ${later.id}.`, {
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

/** @param drop the migration that takes it; undefined: none is written yet */
function lostError(taker: Plan, { plan }: Course, lost: TakenNeed, drop: string | undefined): LockstepError {
  const what = `Plan ${taker.id} ${lost.taking.does} ${takenText(lost, plan.id)}`;
  const hint =
    drop === undefined
      ? `npx lockstep next ${plan.id}   # finish it first\n       npx lockstep abandon ${taker.id}   # or cancel the other plan`
      : `npx lockstep undo ${taker.id}   # where no database has run ${drop}\n       npx lockstep abandon ${plan.id}   # otherwise`;
  return new LockstepError("LS3023", what, { hint });
}

function takenBy({ plan, dropped, by }: Course, other: Course, textsBetween: TextsBetween): LockstepError | undefined {
  const { start } = other;
  // For a squashed history, only its end state counts.
  if (start === undefined) return undefined;
  const hint = `npx lockstep abandon ${other.plan.id}. To keep that plan instead, take ${planFolder(plan.id)} and its migrations from the branch where it is not undone`;
  const refuse = (what: string) => new LockstepError("LS3020", what, { hint });
  const isUnder = start < dropped;
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
    const over = other.made.find((each) => isSameTable(each.table, column.table) && each.columns.includes(column.name));
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

function hasColumn(plan: Plan, { table, name }: PlannedColumn): boolean {
  return plan.columns.some((column) => column.name === name && isSameTable(column.table, table));
}

function labelOf({ table, name }: PlannedColumn): string {
  return objectLabel({ table, column: name });
}
