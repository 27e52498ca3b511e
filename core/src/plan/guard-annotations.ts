import { LockstepError } from "../errors.js";
import { type Operation, type OperationOf, type TableName, tableLabel } from "../model/index.js";
import type { ColumnSource } from "./sources.js";

/**
 * Refuses a value for existing rows that nobody would use: the column has a default or stays nullable, so no plan fills it.
 *
 * @param isPlanned the column gets its value from a plan
 * @throws LS2014
 */
export function refuseIdleAnnotations(
  operations: readonly Operation[],
  column: (table: TableName, column: string) => ColumnSource | undefined,
  isPlanned: (table: TableName, column: string) => boolean,
): void {
  const added = operations.filter((operation): operation is OperationOf<"addColumn"> => operation.kind === "addColumn");
  for (const { table, column: declaration } of added) {
    if (isPlanned(table, declaration.name)) continue;
    const source = column(table, declaration.name);
    if (source?.fill === undefined || source.skip !== undefined) continue;
    const instead =
      declaration.defaultSql === undefined
        ? "NULL, because the column is optional"
        : `its default ${declaration.defaultSql}`;
    throw new LockstepError(
      "LS2014",
      `${source.file}:${source.line}: @lockstep.${source.fill.kind}(${source.fill.sql}) would not be used: rows of "${tableLabel(table)}" that exist get ${instead} in "${declaration.name}".`,
    );
  }
}
