import type { Connection } from "../dialect/connection.js";
import type { Routine } from "../dialect/system-catalog.js";
import type { WholeRowRoutine } from "../dialect/whole-rows.js";
import type { TableName } from "../model/names.js";
import { codeSql } from "./code-sql/index.js";
import { routinesOf } from "./routines.js";

/** The routines that take the whole row of a table. */
export async function wholeRowsOf(
  connection: Connection,
  tables: readonly TableName[],
): Promise<readonly WholeRowRoutine<Routine>[]> {
  const routines = await routinesOf(connection, tables);
  return tables.flatMap((table) =>
    codeSql.routineRows(
      routines.filter((routine) => routine.table.name === table.name && routine.table.schema === table.schema),
      { ...table, columns: [] },
    ),
  );
}
