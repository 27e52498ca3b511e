import type { Connection } from "../dialect/connection.js";
import type { Routine } from "../dialect/system-catalog.js";
import type { WholeRowRoutine } from "../dialect/whole-rows.js";
import type { TableName } from "../model/names.js";
import { routinesOf } from "./routines.js";
import { readTableFacts } from "./table.js";

/** The objects that use tables, with their statements that take the whole row. */
export async function usersOf(
  connection: Connection,
  tables: readonly TableName[],
): Promise<readonly WholeRowRoutine<Routine>[]> {
  const routines = await routinesOf(connection, tables);
  if (routines.length === 0) return [];
  const { codeSql } = await import("./code-sql/index.js");
  await codeSql.load();
  const found: WholeRowRoutine<Routine>[] = [];
  for (const table of tables) {
    const own = routines.filter((routine) => routine.table === table);
    const first = codeSql.routineRows(own, { ...table, columns: [] });
    const isNone = first.every(({ uses }) => uses.length === 0);
    const facts = isNone ? undefined : await readTableFacts(connection, table);
    const columns = facts?.columns.map(({ name }) => name) ?? [];
    const children = facts?.children.map(({ name }) => name) ?? [];
    found.push(...(isNone ? first : codeSql.routineRows(own, { ...table, columns }, children)));
  }
  return found;
}
