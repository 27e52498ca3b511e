import { LockstepError } from "../base/errors.js";
import {
  hasTrigger,
  isSameTable,
  type OperationOf,
  type PlannedColumn,
  tableLabel,
  type Words,
} from "../model/index.js";
import type { RuleContext } from "../rules/rule.js";
import type { PlanSources } from "./sources.js";

/**
 * Rejects foreign keys that no plan can add safely.
 *
 * @throws LS2041 the table is partitioned · LS2043 values would refer to rows that do not exist when expand is applied
 */
export async function refuseUnsafeRelations(
  columns: readonly PlannedColumn[],
  context: RuleContext,
  table: PlanSources["table"],
  words: Pick<Words, "annotation">,
): Promise<void> {
  for (const operation of context.operations) {
    if (operation.kind !== "addForeignKey") continue;
    const own = columns.filter(
      (column) => isSameTable(column.table, operation.table) && operation.columns.includes(column.name),
    );
    if (own.length === 0) continue;
    // If one of its columns is NULL, the foreign key checks nothing.
    const valued = own.filter(isGivenToNewRows);
    const missing = valued.length === own.length ? missingRows(operation, context) : undefined;
    if (missing !== undefined) throw withoutRows(operation, own[0] as PlannedColumn, missing);
    if ((await table(operation.table)).descendants === "partitions")
      throw new LockstepError(
        "LS2041",
        `"${tableLabel(operation.table)}" is partitioned, and this change adds the foreign key "${operation.name ?? ""}" over ${listed(operation.columns)}.`,
        {
          hint: `Add the column in a separate change, then the foreign key by hand, partition by partition. To accept the lock, write ${words.annotation("@lockstep.skip(<reason>)")} above the field.`,
        },
      );
  }
}

/** By a default or by the fill trigger; a column that stays optional has no trigger. */
function isGivenToNewRows(column: PlannedColumn): boolean {
  return column.defaultSql !== undefined || hasTrigger(column);
}

/** Why the referenced rows cannot exist yet. */
function missingRows({ references, referencedColumns }: OperationOf<"addForeignKey">, context: RuleContext) {
  const label = `"${tableLabel(references)}"`;
  if (context.createdInThisChange(references)) return `${label} is made by the same change and has no rows yet`;
  const added = referencedColumns.filter((name) => context.addedColumn(references, name) !== undefined);
  return added.length > 0 ? `${label}.${listed(added)} is added by the same change and has no values yet` : undefined;
}

function withoutRows({ table }: OperationOf<"addForeignKey">, column: PlannedColumn, why: string): LockstepError {
  const value = column.fill === undefined ? `its default ${column.defaultSql}` : column.fill.sql;
  const place = column.fill === undefined ? "" : `${column.fill.source}: `;
  return new LockstepError(
    "LS2043",
    `${place}"${tableLabel(table)}"."${column.name}" would get ${value} in every row, but ${why}.`,
    { details: { model: column.model, field: column.field } },
  );
}

function listed(columns: readonly string[]): string {
  return columns.map((name) => `"${name}"`).join(", ");
}
