import type { Routine } from "../dialect/system-catalog.js";
import { brokenRoutines, userNames, type WholeRowRoutine } from "../dialect/whole-rows.js";
import {
  isSameTable,
  type Migration,
  type Operation,
  operationsOfKind,
  type Remark,
  type TableName,
} from "../model/index.js";
import { addedColumns } from "../plan/added-columns.js";
import { statementOf } from "../rules/notice.js";
import type { AddedRemarks } from "./remarks.js";

/** As many routines as a person reads at once. */
const most = 5;

/**
 * What uses the tables to which a change adds columns: the routines that fail once a column exists, and for a plan also the names of all
 * others, because triggers fire for every filled row.
 *
 * @param users of these tables, from the development database
 */
export function tableUserRemarks(
  migration: Migration,
  users: readonly WholeRowRoutine<Routine>[],
  { isPlanned }: { readonly isPlanned: boolean },
): readonly AddedRemarks[] {
  const adds = operationsOfKind(migration.operations, "addColumn");
  return addedTables(migration.operations).flatMap((table): readonly AddedRemarks[] => {
    const add = adds.find((each) => isSameTable(each.table, table));
    const own = users.filter(({ routine }) => isSameTable(routine.table, table));
    const objects = isPlanned ? userNames(own) : [];
    const remarks: readonly Remark[] = [
      ...brokenRoutines(own)
        .slice(0, most)
        .map(({ routine, kind: use, statement, writes }) => ({
          kind: "takes-whole-row" as const,
          ...{ routine, use, statement, writes },
        })),
      ...(objects.length === 0 ? [] : [{ kind: "used-by" as const, objects }]),
    ];
    if (add === undefined || remarks.length === 0) return [];
    return [{ line: add.line, sql: statementOf(add, migration), isBeside: false, remarks }];
  });
}

/** The existing tables that get a column. */
export function addedTables(operations: readonly Operation[]): readonly TableName[] {
  const tables = addedColumns(operations).map(({ table }) => table);
  return tables.filter((table, at) => tables.findIndex((other) => isSameTable(other, table)) === at);
}
