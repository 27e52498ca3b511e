import type { Phase, Plan } from "../model/index.js";

/** The phases of a plan, in order: a single index needs none after expand, optional columns need none after switch. */
export function phasesOf(plan: Plan): Phase[] {
  // Code reads an existing column already, and never reads one that the ORM's client lacks.
  const readLater = plan.columns.filter((column) => !column.becomesRequired && !column.isOutsideClient);
  const isRelaxed = readLater.some((column) => column.isRelaxed);
  const hasBackfill = plan.backfills.length > 0;
  // In a brisk plan, reads start together with contract; if there is no contract, they have their own phase.
  const hasSwitch = isRelaxed ? plan.pace !== "brisk" : hasBackfill && readLater.length > 0;
  return [
    "expand",
    ...(hasBackfill ? (["backfill"] as const) : []),
    ...(hasSwitch ? (["switch"] as const) : []),
    ...(plan.units.some((unit) => unit.phase === "contract") ? (["contract"] as const) : []),
  ];
}
