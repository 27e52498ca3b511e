import { sqlReader } from "../../databases/sql-reader.js";
import type { Taken } from "../../dialect/system-catalog.js";
import { flattened, type Migration, type Operation, type Plan } from "../../model/index.js";
import type { ReleasedUnit } from "../../plan/migration-of.js";
import { dropGates } from "../../plan/next-phase.js";
import type { TargetState } from "../../plugin/target-state.js";

/** Part of a pending migration: a unit of a plan with its statements, or the user's own statements. */
export interface Pending {
  readonly migration: string;
  readonly released?: ReleasedUnit;
  readonly operations: readonly Operation[];
}

/** The contract of a plan as if it were released and pending, behind all others. */
export function withContract<T extends Pick<TargetState, "units" | "pending">>(state: T, plan: Plan): T {
  const migration = `contract of ${plan.id}`;
  const units = plan.units
    .filter(({ phase }) => phase === "contract")
    .map((unit) => ({ plan, unit, migration, phase: "contract", kind: "phase", isPast: false }) as const);
  return { ...state, pending: [...state.pending, migration], units: [...state.units, ...units] };
}

/** The pending parts, in the order in which they run. */
export async function inOrder(
  { units, failed, pending }: Pick<TargetState, "units" | "failed" | "pending">,
  own: readonly (Pick<Migration, "operations"> & { readonly name: string })[],
): Promise<readonly Pending[]> {
  const found: Pending[] = [];
  for (const migration of [...failed, ...pending]) {
    for (const released of units.filter((each) => each.migration === migration && !each.isPast)) {
      const { plan, unit } = released;
      const { readMigration } = await sqlReader(plan.dialect);
      const { spec } = unit;
      const operations = spec.kind === "original" ? flattened(readMigration(spec.sql, unit.id).operations) : [];
      found.push({ migration, released, operations });
    }
    const mine = own.find(({ name }) => name === migration);
    if (mine !== undefined && !found.some((each) => each.migration === migration))
      found.push({ migration, operations: flattened(mine.operations) });
  }
  return found;
}

/** With the number of its statement, if the unit has statements. */
export interface Taking {
  readonly taken: Taken;
  readonly isRenamed?: true;
  readonly nth?: number;
}

/** What a part of a migration drops, or makes optional. */
export function takenBy({ released, operations }: Pending): readonly Taking[] {
  if (released === undefined) return operations.flatMap((each, nth) => takenByOwn(each, nth));
  const { plan, unit, kind } = released;
  const { spec } = unit;
  const columns = dropGates(plan, unit).map(({ table, column }) => ({
    taken: { kind: "column", table, name: column } as const,
  }));
  if (columns.length > 0) return columns;
  if (spec.kind === "original") {
    const taken = operations.flatMap((each, nth) => takenByOwn(each, nth));
    return kind === "undo" ? [...taken, ...operations.flatMap((each, nth) => constraintOf(each, nth))] : taken;
  }
  if (kind !== "undo") return [];
  if (spec.kind === "undo-contract")
    return spec.columns.map(({ name }) => ({ taken: { kind: "not-null", table: spec.table, name } }));
  return spec.kind === "drop-index" ? [{ taken: { kind: "index", table: spec.table, name: spec.index.name } }] : [];
}

/** What a part of a migration drops, or makes optional. */
export function takenByOwn(operation: Operation, nth: number): readonly Taking[] {
  switch (operation.kind) {
    case "dropTable": {
      const { table, isCascade } = operation;
      return isCascade ? [] : [{ taken: { kind: "table", table, name: table.name }, nth }];
    }
    case "dropColumn": {
      const { table, column, isCascade } = operation;
      return isCascade ? [] : [{ taken: { kind: "column", table, name: column }, nth }];
    }
    case "renameColumn":
      return [{ taken: { kind: "column", table: operation.table, name: operation.column }, isRenamed: true, nth }];
    case "redeclareColumn": {
      const { table, formerName, column } = operation;
      return formerName === column.name
        ? []
        : [{ taken: { kind: "column", table, name: formerName }, isRenamed: true, nth }];
    }
    default:
      return [];
  }
}

/** Constraints that the user's own statements in contract created. */
function constraintOf(operation: Operation, nth: number): readonly Taking[] {
  if (operation.kind !== "dropConstraint") return [];
  return [{ taken: { kind: "index", table: operation.table, name: operation.name }, nth }];
}
