import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import type { Lack } from "../../dialect/system-catalog.js";
import { isFilled, type PlannedColumn } from "../../model/index.js";

/** A missing part of a planned column. */
export interface MissingPart extends Lack {
  readonly column: PlannedColumn;
}

/** The missing parts of columns that a plan fills, although its migrations count as applied. */
export async function missingParts(
  connection: Connection,
  columns: readonly PlannedColumn[],
): Promise<readonly MissingPart[]> {
  const missing: MissingPart[] = [];
  for (const column of columns.filter(isFilled)) {
    try {
      for (const lack of await connection.dialect.live.systemCatalog.lacks(connection, column))
        missing.push({ column, ...lack });
    } catch (error) {
      throw refused(error, `Reading the column "${column.name}" on ${connection.label}`);
    }
  }
  return missing;
}
