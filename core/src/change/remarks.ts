import { type Migration, type Notice, type Operation, type Remark, renameOf, type Words } from "../model/index.js";
import { statementOf } from "../rules/notice.js";
import { renamedColumns } from "../rules/renamed-columns.js";
import type { RuleContext } from "../rules/rule.js";

/**
 * The notices of a change that passes. Those of a rename include how to keep the values, or the running code, intact.
 *
 * @param words how the ORM's users name a column
 */
export function withRenames(
  notices: readonly Notice[],
  migration: Migration,
  formerType: RuleContext["formerType"],
  words: Pick<Words, "columnName">,
): readonly Notice[] {
  const { operations } = migration;
  const beside = (operation: Operation, remark: Remark): AddedRemarks => ({
    line: operation.line,
    sql: statementOf(operation, migration),
    isBeside: true,
    remarks: [remark],
  });
  return withRemarks(notices, [
    ...likelyRenames(migration, formerType, words).map((each) => ({ ...each, isBeside: true })),
    ...operations.flatMap((operation) => {
      const rename = renameOf(operation);
      return rename === undefined
        ? []
        : [beside(operation, { kind: "renames", keeps: words.columnName(rename.column) })];
    }),
  ]);
}

/** For each likely rename, how to keep the values. */
export function likelyRenames(
  migration: Migration,
  formerType: RuleContext["formerType"],
  words: Pick<Words, "columnName">,
): readonly AddedRemarks[] {
  return renamedColumns(migration.operations, formerType).map(({ drop, add }) => ({
    line: drop.line,
    sql: statementOf(drop, migration),
    isBeside: false,
    remarks: [{ kind: "may-be-renamed", newName: add.column.name, keeps: words.columnName(drop.column) }],
  }));
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
