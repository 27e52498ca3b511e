import { nameKey, type Operation, type OperationOf, operationsOfKind } from "../model/index.js";
import type { RuleContext } from "./rule.js";

/** A dropped and an added column in one change of a table: a rename, as far as ORMs and people can tell. */
export interface RenamedColumn {
  readonly drop: OperationOf<"dropColumn">;
  readonly add: OperationOf<"addColumn">;
}

/**
 * Likely renames: pairs of the same type, in order. Only the author knows whether they are renames.
 *
 * @param formerType undefined: accepts any type
 * @example DROP COLUMN "name"; ADD COLUMN "fullName" TEXT; // one
 */
export function renamedColumns(
  operations: readonly Operation[],
  formerType: RuleContext["formerType"],
): readonly RenamedColumn[] {
  const drops = operationsOfKind(operations, "dropColumn");
  if (drops.length === 0) return [];
  const gone = new Set(drops.map(({ table, column }) => nameKey(table, column)));
  // If a column is dropped and added again, only its type changes.
  const back = new Set<string>();
  const added = new Map<string, OperationOf<"addColumn">[]>();
  for (const add of operationsOfKind(operations, "addColumn")) {
    const { table, column } = add;
    if (gone.has(nameKey(table, column.name))) back.add(nameKey(table, column.name));
    else if (!column.isGenerated) added.set(nameKey(table), [...(added.get(nameKey(table)) ?? []), add]);
  }
  return drops.flatMap((drop) => {
    if (back.has(nameKey(drop.table, drop.column))) return [];
    const former = formerType(drop.table, drop.column);
    const candidates = added.get(nameKey(drop.table)) ?? [];
    const at = candidates.findIndex(({ column }) => former === undefined || former === column.type);
    return candidates.splice(at, at === -1 ? 0 : 1).map((add) => ({ drop, add }));
  });
}
