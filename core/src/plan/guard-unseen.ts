import { LockstepError } from "../base/errors.js";
import { type Operation, type TableName, tableLabel } from "../model/index.js";
import type { HazardFinding } from "../rules/judge.js";
import type { TableShape } from "./sources.js";

/**
 * Rejects a change that is only safe because the development database lacks what it changes. Other databases may have it, with values.
 *
 * @param alone the hazards that the statements have by themselves
 * @param findings those that are left with the facts of the database
 * @throws LS9025
 */
export function refuseUnseen(
  alone: readonly HazardFinding[],
  findings: readonly HazardFinding[],
  shapeOf: (table: TableName) => TableShape | undefined,
): void {
  for (const { rule, operation, hazard } of alone) {
    if (!("table" in operation) || operation.table === undefined) continue;
    const isLeft = findings.some((each) => each.rule === rule && each.operation === operation);
    const lacking = lackingIn(shapeOf(operation.table), operation);
    // A plan keeps a table whatever the database says, but its foreign keys would be missing.
    if (lacking === undefined || (isLeft && operation.kind !== "dropTable")) continue;
    throw new LockstepError(
      "LS9025",
      `The development database has no ${lacking}, but line ${hazard.line} of the migration changes it.`,
      { details: { line: hazard.line } },
    );
  }
}

function lackingIn(shape: TableShape | undefined, operation: Operation & { readonly table: TableName }) {
  const table = `"${tableLabel(operation.table)}"`;
  if (shape === undefined) return `table ${table}`;
  const column = "column" in operation && typeof operation.column === "string" ? operation.column : undefined;
  return column === undefined || shape.columns.includes(column) ? undefined : `column ${table}."${column}"`;
}
