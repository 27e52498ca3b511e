import type { Plan, Unit } from "../model/index.js";
import { type Release, releasesOf } from "./releases.js";

/** `prisma/migrations/20261120093000_add_handle/migration.sql` → `20261120093000_add_handle`; else the file name without its extension. */
export function migrationOf(file: string): string {
  const parts = file.split("/");
  const last = parts.at(-1) ?? file;
  return last === "migration.sql" ? (parts.at(-2) ?? file) : last.replace(/\.(?:[cm]?[jt]s|sql)$/, "");
}

/** A released unit with its plan and the name of its migration. */
export interface ReleasedUnit extends Pick<Release, "phase" | "kind" | "isPast"> {
  readonly plan: Plan;
  readonly unit: Unit;
  readonly migration: string;
}

/** Every unit of the plans in the repository's migrations, in order; several may share a migration. */
export function releasedUnits(plans: readonly Plan[]): ReleasedUnit[] {
  return plans.flatMap((plan) =>
    releasesOf(plan).flatMap(({ units, file, phase, kind, isPast }) =>
      units.map((unit) => ({ plan, unit, migration: migrationOf(file), phase, kind, isPast })),
    ),
  );
}

/**
 * The pending migrations that run on a target before a plan adds its first column there. Empty if the plan has started there.
 *
 * @param pending in the order they run
 * @param units the pending units of plans on this target
 */
export function pendingBefore(
  plan: Plan,
  { pending, units }: { readonly pending: readonly string[]; readonly units: readonly ReleasedUnit[] },
): readonly string[] {
  const own = units.filter(
    (each) =>
      each.plan.id === plan.id &&
      each.phase === "expand" &&
      each.kind === "phase" &&
      each.unit.spec.kind !== "original",
  );
  const places = own.map(({ migration }) => pending.indexOf(migration));
  // If one is not pending, it has failed: the plan has started.
  return places.length === 0 || places.includes(-1) ? [] : pending.slice(0, Math.min(...places));
}
