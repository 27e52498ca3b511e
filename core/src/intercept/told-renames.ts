import {
  type Migration,
  type Notice,
  type Operation,
  operationsOfKind,
  type Remark,
  type Words,
} from "../model/index.js";
import { statementOf } from "../rules/notice.js";
import { renamedColumns } from "../rules/renamed-columns.js";
import type { RuleContext } from "../rules/rule.js";

/**
 * The notices of a change that passes, those of a rename with what keeps the values, or the running code, as it is.
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
  const remarks = [
    ...renamedColumns(operations, formerType).map(({ drop, add }): [Operation, Remark] => [
      drop,
      { kind: "may-be-renamed", newName: add.column.name, keeps: words.columnName(drop.column) },
    ]),
    ...operationsOfKind(operations, "renameColumn").map((rename): [Operation, Remark] => [
      rename,
      { kind: "renames", keeps: words.columnName(rename.column) },
    ]),
  ];
  const known = new Map(
    remarks.map(([operation, remark]) => [`${operation.line} ${statementOf(operation, migration)}`, remark]),
  );
  return notices.map((notice) => {
    const remark = known.get(`${notice.line} ${notice.sql}`);
    return remark === undefined ? notice : { ...notice, remarks: [...(notice.remarks ?? []), remark] };
  });
}
