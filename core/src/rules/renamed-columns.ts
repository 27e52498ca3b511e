import { isSameTable, type Operation, type OperationOf } from "../model/index.js";
import type { RuleContext } from "./rule.js";

/** A column that goes and one that comes, in one change of one table: a rename, as far as ORMs and people can be told apart. */
export interface RenamedColumn {
  readonly drop: OperationOf<"dropColumn">;
  readonly add: OperationOf<"addColumn">;
}

/**
 * What looks like a rename: both of one type, in the order in which they stand. Whether it is one only its author knows.
 *
 * @param formerType where it is not known, any type will do
 * @example DROP COLUMN "name"; ADD COLUMN "fullName" TEXT; // one
 */
export function renamedColumns(
  operations: readonly Operation[],
  formerType: RuleContext["formerType"],
): readonly RenamedColumn[] {
  const drops = operations.filter((operation) => operation.kind === "dropColumn");
  if (drops.length === 0) return [];
  const added = operations.filter((operation) => operation.kind === "addColumn");
  const isMadeAgain = (name: string) => drops.some(({ column }) => column === name);
  const taken = new Set<Operation>();
  return drops.flatMap((drop) => {
    if (added.some(({ table, column }) => column.name === drop.column && isSameTable(table, drop.table))) return [];
    const former = formerType(drop.table, drop.column);
    const add = added.find(
      (other) =>
        !taken.has(other) &&
        isSameTable(other.table, drop.table) &&
        !isMadeAgain(other.column.name) &&
        !other.column.isGenerated &&
        (former === undefined || former === other.column.type),
    );
    if (add === undefined) return [];
    taken.add(add);
    return [{ drop, add }];
  });
}
