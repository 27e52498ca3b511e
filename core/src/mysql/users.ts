import type { Connection } from "../dialect/connection.js";
import type { Routine } from "../dialect/system-catalog.js";
import type { WholeRowRoutine } from "../dialect/whole-rows.js";
import { isSameTable, type TableName } from "../model/names.js";
import { codeSql } from "./code-sql/index.js";
import { routinesOf } from "./routines.js";

/** The objects that use tables, with their statements that take the whole row. */
export async function usersOf(
  connection: Connection,
  tables: readonly TableName[],
): Promise<readonly WholeRowRoutine<Routine>[]> {
  const routines = await routinesOf(connection, tables);
  return tables.flatMap((table) =>
    codeSql.routineRows(
      routines.filter((routine) => isSameTable(routine.table, table)),
      { ...table, columns: [] },
    ),
  );
}
