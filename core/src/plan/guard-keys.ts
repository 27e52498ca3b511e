import { LockstepError } from "../base/errors.js";
import { tableLabel } from "../model/index.js";
import type { RuleContext } from "../rules/rule.js";

/**
 * Rejects a new column inside the primary key: a key contains no NULL, so the column cannot be optional in any phase.
 *
 * @throws LS2042
 */
export function refuseNewKeyColumns(context: RuleContext): void {
  for (const operation of context.operations) {
    if (operation.kind !== "addPrimaryKey") continue;
    const { table, columns } = operation;
    const added = columns.filter((name) => context.addedColumn(table, name) !== undefined);
    if (added.length === 0 || added.some((name) => context.source(table, name)?.skip !== undefined)) continue;
    const names = added.map((name) => `"${name}"`).join(", ");
    throw new LockstepError(
      "LS2042",
      `The primary key of "${tableLabel(table)}" would become (${columns.map((name) => `"${name}"`).join(", ")}), and this change adds ${names}.`,
      { details: { table: tableLabel(table), added } },
    );
  }
}
