import type { Phase, Plan } from "../model/index.js";

/** The phases that a plan has, in order: an index alone needs nothing after expand, optional columns nothing after switch. */
export function phasesOf(plan: Plan): Phase[] {
  const isRelaxed = plan.columns.some((column) => column.isRelaxed);
  const hasBackfill = plan.backfills.length > 0;
  // Brisk, reads open together with the contract; without one they have a phase of their own.
  const hasSwitch = isRelaxed ? plan.pace !== "brisk" : hasBackfill;
  return [
    "expand",
    ...(hasBackfill ? (["backfill"] as const) : []),
    ...(hasSwitch ? (["switch"] as const) : []),
    ...(plan.units.some((unit) => unit.phase === "contract") ? (["contract"] as const) : []),
  ];
}
