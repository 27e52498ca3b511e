import type { Migration, Notice, Words } from "../model/index.js";
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
    ...renamedColumns(operations, formerType).map(({ drop, add }) => ({
      operation: drop,
      text: `if "${add.column.name}" is its new name, ${words.columnName(drop.column)} at the field keeps the column and its values`,
    })),
    ...operations.flatMap((operation) =>
      operation.kind === "renameColumn"
        ? [{ operation, text: `with ${words.columnName(operation.column)} the field alone gets the new name` }]
        : [],
    ),
  ];
  const texts = new Map(
    remarks.map(({ operation, text }) => [`${operation.line} ${statementOf(operation, migration)}`, text]),
  );
  return notices.map((notice) => {
    const text = texts.get(`${notice.line} ${notice.sql}`);
    return text === undefined ? notice : { ...notice, reason: `${notice.reason}; ${text}` };
  });
}
