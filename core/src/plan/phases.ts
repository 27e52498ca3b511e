import type { Phase, Plan } from "../model/index.js";

/** The phases of a plan, in order: a single index needs none after expand, optional columns need none after switch. */
export function phasesOf(plan: Plan): Phase[] {
  // Code reads an existing column already.
  const isRelaxed = plan.columns.some((column) => column.isRelaxed && !column.becomesRequired);
  const hasBackfill = plan.backfills.length > 0;
  // In a brisk plan, reads start together with contract; if there is no contract, they have their own phase.
  const hasSwitch = isRelaxed
    ? plan.pace !== "brisk"
    : hasBackfill && plan.columns.some((column) => !column.becomesRequired);
  return [
    "expand",
    ...(hasBackfill ? (["backfill"] as const) : []),
    ...(hasSwitch ? (["switch"] as const) : []),
    ...(plan.units.some((unit) => unit.phase === "contract") ? (["contract"] as const) : []),
  ];
}
