import {
  type Migration,
  type Notice,
  type Operation,
  type Remark,
  renameOf,
  type TableName,
  type Words,
} from "../model/index.js";
import { renameCommand } from "../plan/rename-command.js";
import type { PlanSources } from "../plan/sources.js";
import { statementOf } from "../rules/notice.js";
import { renamedColumns } from "../rules/renamed-columns.js";
import type { RuleContext } from "../rules/rule.js";

/**
 * The notices of a change that passes. Those of a rename include how to keep the values, or the running code, intact.
 *
 * @param told how the ORM's users name a column, and the fields of the models
 */
export function withRenames(
  notices: readonly Notice[],
  migration: Migration,
  formerType: RuleContext["formerType"],
  told: FieldNames,
): readonly Notice[] {
  const { operations } = migration;
  const beside = (operation: Operation, remark: Remark): AddedRemarks => ({
    line: operation.line,
    sql: statementOf(operation, migration),
    isBeside: true,
    remarks: [remark],
  });
  return withRemarks(notices, [
    ...likelyRenames(migration, formerType, told).map((each) => ({ ...each, isBeside: true })),
    ...operations.flatMap((operation) => {
      const rename = renameOf(operation);
      if (rename === undefined) return [];
      const { table, column, newName } = rename;
      return [beside(operation, { kind: "renames", ...kept(table, column, newName, told) })];
    }),
  ]);
}

/** For each likely rename, how to keep the values. */
export function likelyRenames(
  migration: Migration,
  formerType: RuleContext["formerType"],
  told: FieldNames,
): readonly AddedRemarks[] {
  return renamedColumns(migration.operations, formerType).map(({ drop, add }) => ({
    line: drop.line,
    sql: statementOf(drop, migration),
    isBeside: false,
    remarks: [
      { kind: "may-be-renamed", newName: add.column.name, ...kept(drop.table, drop.column, add.column.name, told) },
    ],
  }));
}

interface FieldNames {
  readonly words: Pick<Words, "columnName">;
  /** Absent: the models are unknown. */
  readonly source?: PlanSources["column"] | undefined;
}

/** How to declare a field that keeps its column, and the command that does it. */
function kept(table: TableName, column: string, newName: string, { words, source }: FieldNames) {
  const command = renameCommand(source?.(table, newName), column, newName);
  return { keeps: words.columnName(column), ...(command !== undefined && { command }) };
}

/** Facts about a statement in addition to the rules' findings. */
export interface AddedRemarks extends Notice {
  /** Only added to an existing notice of the statement: without one, the remarks are omitted. */
  readonly isBeside: boolean;
  readonly remarks: readonly Remark[];
}

/** Notices with the additional facts about their statements. */
export function withRemarks(notices: readonly Notice[], added: readonly AddedRemarks[]): readonly Notice[] {
  const isSame = (one: Notice, other: Notice) => one.line === other.line && one.sql === other.sql;
  const told = notices.map((notice) => {
    const more = added.filter((other) => isSame(notice, other)).flatMap(({ remarks }) => remarks);
    return more.length === 0 ? notice : { ...notice, remarks: [...(notice.remarks ?? []), ...more] };
  });
  const untold = added.filter((each) => !each.isBeside && !notices.some((notice) => isSame(notice, each)));
  return [...told, ...untold.map(({ line, sql, remarks }) => ({ line, sql, remarks }))];
}
