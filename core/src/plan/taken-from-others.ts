import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LockstepError } from "../base/errors.js";
import { named } from "../base/pattern-of.js";
import { checkingOf } from "../databases/checking-of.js";
import { addedBy, isSameTable, objectLabel, type Plan, type PlannedColumn, quotedName } from "../model/index.js";
import type { PlansAndMigrations } from "./contradictions.js";
import { readsFrom, refuseUnfilledSources } from "./guard-sources.js";
import { takeOut } from "./guard-undo.js";
import { type MadeObject, madeBy } from "./made-objects.js";
import { dropGates } from "./next-phase.js";
import { planFolder } from "./plan-file.js";
import { releasesOf } from "./releases.js";
import { isOpen } from "./store.js";
import { isTaken, type Need, needsOf, type TakenNeed, type Taking, takenText, takingsIn } from "./takes-and-needs.js";

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

/** The SQL of migrations that no plan wrote, by file, as far as their texts contain it. */
export type SqlOf = (files: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** The positions of a plan's migrations in the ORM's order, and what the plan takes and needs. */
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
  readonly made: readonly MadeObject[];
  readonly needs: readonly Need[];
  readonly takings: readonly PlacedTaking[];
}

/** `at`: the position of its migration; infinite: not released yet, undefined: not listed. */
type PlacedTaking = Taking & { readonly at: number | undefined };

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

/** The migrations between two positions, without those of these plans. */
type TextsBetween = (from: number, to: number, ...own: readonly Plan[]) => readonly string[];

async function courseOf(plan: Plan, migrations: readonly string[]): Promise<Course> {
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
  const made = await madeBy(plan);
  return {
    plan,
    start: expand.length === 0 ? undefined : Math.min(...expand),
    filledUntil: isOpen(plan) ? Number.POSITIVE_INFINITY : Math.max(-1, ...contract),
    dropped: drop,
    by: drop === -1 ? `plan ${plan.id} has undone` : `${migrations[drop]} drops`,
    made,
    needs: needsOf(plan, made),
    takings: await takingsOf(plan, migrations),
  };
}

/** What the units of a plan drop, rename or retype, with the positions of their migrations. */
async function takingsOf(plan: Plan, migrations: readonly string[]): Promise<readonly PlacedTaking[]> {
  const { read } = (await checkingOf(plan.dialect))!;
  const releases = releasesOf(plan).filter(({ kind, isPast }) => kind === "phase" && !isPast);
  return plan.units.flatMap((unit) => {
    const sql = unit.spec.kind === "original" ? unit.spec.sql : unit.ddl;
    const release = releases.find(({ units }) => units.includes(unit));
    const place = release === undefined ? Number.POSITIVE_INFINITY : migrations.indexOf(release.file);
    return takingsIn(read(sql, plan.id).operations).map((taking) => ({
      ...taking,
      at: place === -1 ? undefined : place,
    }));
  });
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

/**
 * What statements take before a plan is done with it.
 *
 * @param takers the plans that have them
 */
function lostTo<T extends PlacedTaking>(
  takings: readonly T[],
  { plan, start, filledUntil, needs }: Course,
  textsBetween: TextsBetween,
  ...takers: readonly Plan[]
): (TakenNeed & { readonly taking: T }) | undefined {
  for (const taking of takings) {
    const { at, table, column, index, does } = taking;
    // In a squashed history, only its end state counts.
    if (at === undefined || (Number.isFinite(at) && start === undefined)) continue;
    if (!isOpen(plan) && at >= filledUntil) continue;
    const need = needs.find((each) => isTaken(each, taking));
    if (need === undefined) continue;
    if (start !== undefined && at < start) {
      if (need.isOwn || index !== undefined || does === "changes the type of") continue;
      // It was made again before the plan began.
      const name = column ?? table?.name ?? "";
      if (textsBetween(at, start, plan, ...takers).some((text) => named(name).test(text))) continue;
    }
    return { taking, need };
  }
  return undefined;
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

/** What the user's own migrations take from open plans. */
async function takenByOwn(
  { root, migrations, plans }: Omit<PlansAndMigrations, "damaged">,
  courses: readonly Course[],
  textsBetween: TextsBetween,
  sqlOf: SqlOf,
): Promise<TakenFromOthers[]> {
  const written = new Set(plans.flatMap(({ state }) => state.written.map(({ file }) => file)));
  const own = migrations.filter((file) => !written.has(file));
  const found: TakenFromOthers[] = [];
  for (const other of courses.filter(({ plan }) => isOpen(plan))) {
    const names = [
      ...new Set(other.needs.flatMap(({ index, column, table }) => [index ?? column ?? [], table.name].flat())),
    ];
    const texts = own.filter(
      (file) => existsSync(join(root, file)) && mayTake(readFileSync(join(root, file), "utf8"), names),
    );
    const sql = texts.length === 0 ? undefined : await sqlOf(texts);
    const { read } = (await checkingOf(other.plan.dialect))!;
    const takings = [...(sql ?? [])].flatMap(([file, text]) =>
      takingsIn(read(text, file).operations).map((taking) => ({ ...taking, file, at: migrations.indexOf(file) })),
    );
    const lost = lostTo(takings, other, textsBetween);
    if (lost === undefined) continue;
    const { file, does } = lost.taking;
    const error = new LockstepError("LS3023", `${file} ${does} ${takenText(lost, other.plan.id)}`, {
      hint: `Remove the statement from ${file} where no database has run it, and repeat it when the plan is done.\n       npx lockstep abandon ${other.plan.id}   # otherwise`,
    });
    const start = other.start === undefined ? [] : [migrations[other.start]!];
    found.push({ plan: other.plan.id, files: [file], error, due: [file, ...start] });
  }
  return found;
}

/** A quick search, so that few files are parsed. */
function mayTake(text: string, names: readonly string[]): boolean {
  return /\b(?:DROP|RENAME|TYPE|CHANGE)\b/i.test(text) && names.some((name) => named(name).test(text));
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

function isDropped(text: string, names: readonly string[]): boolean {
  return /\b(?:DROP|RENAME)\b/i.test(text) && names.some((name) => named(name).test(text));
}

function hasColumn(plan: Plan, { table, name }: PlannedColumn): boolean {
  return plan.columns.some((column) => column.name === name && isSameTable(column.table, table));
}

function labelOf({ table, name }: PlannedColumn): string {
  return objectLabel({ table, column: name });
}
