import type { Plan, TableName } from "../model/index.js";

/** The tables that the plan changes. */
export function tablesOf(plan: Plan): readonly TableName[] {
  const tables = new Map(
    [
      ...plan.units.map(({ spec }) => ("table" in spec ? spec.table : undefined)),
      ...plan.columns.map(({ table }) => table),
    ]
      .filter((table) => table !== undefined)
      .map((table) => [`${table.schema ?? ""}.${table.name}`, table]),
  );
  return [...tables.values()];
}
