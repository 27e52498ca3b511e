import type { FilledColumn } from "../../dialect/leftovers.js";
import type { Plan } from "../../model/index.js";
import { releasedUnits } from "../../plan/migration-of.js";
import type { Finding, Repair } from "./repair.js";

/** The trigger that fills new rows is disabled or missing: rows are written without a value, so contract can never run. */
export const fillTrigger: Repair = {
  id: "fill-trigger",
  async find({ plan, connection, state }) {
    const leftovers = await connection.dialect.ops.leftovers();
    const findings: (Finding | undefined)[] = [];
    for (const filled of guardedColumns(plan, state.applied))
      findings.push(await leftovers.fillTrigger(connection, filled));
    return findings.filter((finding) => finding !== undefined);
  },
};

/** Columns that a trigger has to fill on this target now: those that the applied migrations created and did not drop again. */
function guardedColumns(plan: Plan, applied: readonly string[]): readonly FilledColumn[] {
  const guarded = new Map<string, FilledColumn>();
  for (const { unit, migration } of releasedUnits([plan])) {
    const { spec } = unit;
    if (!applied.includes(migration) || !("columns" in spec) || spec.kind === "prove") continue;
    const { table, columns, hasChildren } = spec;
    const isMade = spec.kind === "expand" || spec.kind === "undo-contract";
    for (const column of columns.filter(({ fill }) => fill !== undefined)) {
      const key = JSON.stringify([table, column.name]);
      if (isMade) guarded.set(key, { plan: plan.id, table, column, ...(hasChildren ? { hasChildren } : {}) });
      else guarded.delete(key);
    }
  }
  return [...guarded.values()];
}
