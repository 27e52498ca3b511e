import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { named } from "../base/pattern-of.js";
import { checkingOf } from "../databases/checking-of.js";
import type { Plan } from "../model/index.js";
import type { PlansAndMigrations } from "./contradictions.js";
import { type MadeObject, madeBy } from "./made-objects.js";
import { dropGates } from "./next-phase.js";
import { releasesOf } from "./releases.js";
import { isOpen } from "./store.js";
import { isTaken, type Need, needsOf, type TakenNeed, type Taking, takingsIn } from "./takes-and-needs.js";

/** The positions of a plan's migrations in the ORM's order, and what the plan takes and needs. */
export interface Course {
  readonly plan: Plan;
  /** The first migration of expand; undefined: none is listed, as in a squashed history. */
  readonly start: number | undefined;
  /** The same, also if the plan was undone since. */
  readonly first: number | undefined;
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
export type PlacedTaking = Taking & { readonly at: number | undefined };

/** The migrations between two positions, without those of these plans. */
export type TextsBetween = (from: number, to: number, ...own: readonly Plan[]) => readonly string[];

/** Reads them from the files of the repository. */
export function textsIn({ root, migrations }: Pick<PlansAndMigrations, "root" | "migrations">): TextsBetween {
  return (from, to, ...own) => {
    const written = new Set(own.flatMap(({ state }) => state.written.map(({ file }) => file)));
    const files = migrations.slice(from + 1, to).filter((file) => !written.has(file) && existsSync(join(root, file)));
    return files.map((file) => readFileSync(join(root, file), "utf8"));
  };
}

/** The course of one plan. */
export async function courseOf(plan: Plan, migrations: readonly string[]): Promise<Course> {
  const all = releasesOf(plan);
  const releases = all.filter(({ isPast }) => !isPast);
  const begun = all
    .filter(({ kind, phase }) => kind === "phase" && phase === "expand")
    .map(({ file }) => migrations.indexOf(file))
    .filter((at) => at !== -1);
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
    first: begun.length === 0 ? undefined : Math.min(...begun),
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

/**
 * What statements take before a plan is done with it.
 *
 * @param takers the plans that have them
 */
export function lostTo<T extends PlacedTaking>(
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

/** Whether a migration may drop or rename one of these. */
export function isDropped(text: string, names: readonly string[]): boolean {
  return /\b(?:DROP|RENAME)/i.test(text) && names.some((name) => named(name).test(text));
}
