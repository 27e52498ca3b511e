import { LockstepError } from "../errors.js";
import { isSameTable, type Plan, type PlanState, tableLabel } from "../model/index.js";
import { refuseLostSources, refuseUnfilledSources } from "./guard-sources.js";
import { isOpen } from "./store.js";

/**
 * Refuses to take back what another plan stands on.
 *
 * @param to the phase that the plan would be in afterwards
 * @throws LS2012, LS2013 when a fill of an open plan reads the column · LS3020 when a later plan or an open one has the same column, or
 * an index of an open one would go with it
 */
export function refuseUndo(plan: Plan, to: PlanState["released"], plans: readonly Plan[]): void {
  const others = plans.filter((other) => other.id !== plan.id);
  for (const other of to === "undone" && isOpen(plan) ? others.filter(isOpen) : []) {
    const same = plan.columns.find((column) => hasColumn(other, column));
    if (same !== undefined)
      throw new LockstepError(
        "LS3020",
        `${label(same)} is the column of the open plan ${other.id}, too: to take it back would drop it, with its values, for both.`,
        { hint: takeOut(plan.id > other.id ? plan : other) },
      );
  }
  for (const other of others.filter((each) => each.id > plan.id && each.state.released !== "undone")) {
    const same = plan.columns.find((column) => hasColumn(other, column));
    if (same === undefined) continue;
    throw new LockstepError(
      "LS3020",
      `${label(same)} is the column of ${other.id} by now: it was dropped and planned again.`,
      { hint: `npx lockstep abandon ${other.id}` },
    );
  }
  for (const other of others.filter(isOpen)) {
    if (to !== "undone") {
      refuseUnfilledSources(other.columns, [plan]);
      continue;
    }
    refuseLostSources(
      plan.columns.map(({ table, name }) => ({
        kind: "dropColumn",
        table,
        column: name,
        statement: 0,
        line: 0,
        sql: `DROP COLUMN "${name}", to take back ${plan.id}`,
      })),
      other.columns,
      other.id,
    );
    refuseLostIndex(plan, other);
  }
}

/** Of two plans on one column, which came together in a merge: what takes the later one away, and leaves the column. */
export function takeOut({ id }: Pick<Plan, "id">): string {
  return `take ${id} out of the repository, with those of its migrations that no database has run: git rm -r lockstep/${id}`;
}

/** DROP COLUMN takes every index with it that names the column. */
function refuseLostIndex(plan: Plan, other: Plan): void {
  for (const { spec } of other.units) {
    if (spec.kind !== "create-index") continue;
    const lost = plan.columns.find(
      (column) => isSameTable(column.table, spec.table) && spec.index.columns.includes(column.name),
    );
    if (lost === undefined) continue;
    throw new LockstepError(
      "LS3020",
      `The index "${spec.index.name}" of the open plan ${other.id} is over ${label(lost)}, and would go with it.`,
      { hint: `npx lockstep abandon ${other.id}, then npx lockstep abandon ${plan.id}` },
    );
  }
}

function label({ table, name }: Plan["columns"][number]): string {
  return `"${tableLabel(table)}"."${name}"`;
}

function hasColumn(plan: Plan, { table, name }: Plan["columns"][number]): boolean {
  return plan.columns.some((column) => column.name === name && isSameTable(column.table, table));
}
