import { LockstepError } from "../errors.js";
import { type Operation, type OperationOf, type TableName, tableLabel } from "../model/index.js";
import type { ColumnSource } from "./sources.js";

/**
 * Refuses a value for existing rows that nobody would use: the column has a default or stays nullable, so no plan fills it.
 *
 * @param isPlanned the column gets its value from a plan
 * @throws LS2014 an annotation · LS2054 a function
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
    if (source === undefined || source.skip !== undefined) continue;
    const { fill, compute } = source;
    if (fill === undefined && compute === undefined) continue;
    const instead =
      declaration.defaultSql === undefined
        ? "NULL, because the column is optional"
        : `its default ${declaration.defaultSql}`;
    const unused = `would not be used: rows of "${tableLabel(table)}" that exist get ${instead} in "${declaration.name}".`;
    if (fill !== undefined)
      throw new LockstepError("LS2014", `${source.file}:${source.line}: @lockstep.${fill.kind}(${fill.sql}) ${unused}`);
    throw new LockstepError("LS2054", `${compute?.file}: fills.${source.model}.${source.field} ${unused}`);
  }
}
