import { refused } from "../db/refused.js";
import type { Connection } from "../dialects/connection.js";
import { hasTrigger, isFilled, type PlannedColumn, tableLabel } from "../model/index.js";
import { quoteTable, scaffoldNames } from "../sql/postgres/quote.js";

/** A planned column that a database does not have, or has without the trigger that fills it. */
export interface MissingPart {
  readonly column: PlannedColumn;
  readonly lacks: "column" | "trigger";
  readonly statement: string;
}

/** Asks the catalogue. A column that is required has its contract behind it: the trigger is rightly gone. One that stays optional has none. */
export async function missingParts(
  connection: Connection,
  columns: readonly PlannedColumn[],
): Promise<readonly MissingPart[]> {
  const missing: MissingPart[] = [];
  for (const column of columns.filter(isFilled)) {
    const name = `"${tableLabel(column.table)}"."${column.name}"`;
    const found = await findColumn(connection, column);
    if (found === undefined) missing.push({ column, lacks: "column", statement: `${name} does not exist` });
    else if (hasTrigger(column) && !found.isRequired && !found.hasTrigger)
      missing.push({ column, lacks: "trigger", statement: `${name} has no fill trigger` });
  }
  return missing;
}

async function findColumn(
  connection: Connection,
  { table, name }: PlannedColumn,
): Promise<{ readonly isRequired: boolean; readonly hasTrigger: boolean } | undefined> {
  try {
    const { rows } = await connection.query<{ isRequired: boolean; hasTrigger: boolean }>(
      `SELECT attnotnull AS "isRequired",
              EXISTS (SELECT FROM pg_trigger WHERE tgrelid = attrelid AND tgname = $3) AS "hasTrigger"
         FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped`,
      [quoteTable(table), name, scaffoldNames(table, name).trigger],
    );
    return rows[0];
  } catch (error) {
    throw refused(error, `Reading the column "${name}" on ${connection.label}`);
  }
}
