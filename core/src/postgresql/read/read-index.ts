import type { IndexStmt } from "libpg-query";
import { collidingInKeys, elementsOf } from "./null-values.js";
import { tableOf } from "./read-names.js";
import { columnsOf } from "./walk.js";

/**
 * Reads CREATE INDEX.
 *
 * @param slice cuts the source at node locations (UTF-8 bytes); `end` is where the statement ends
 */
export function readIndex(
  statement: IndexStmt,
  { slice, end }: { slice(from: number, to: number): string; readonly end: number },
) {
  const elements = elementsOf(statement.indexParams);
  const isPlain =
    statement.whereClause === undefined &&
    !statement.indexIncludingParams?.length &&
    !statement.nulls_not_distinct &&
    !statement.options?.length &&
    statement.tableSpace === undefined &&
    elements.every(
      (element) =>
        element.name !== undefined &&
        !element.opclass?.length &&
        !element.collation?.length &&
        (element.ordering ?? "SORTBY_DEFAULT") === "SORTBY_DEFAULT" &&
        (element.nulls_ordering ?? "SORTBY_NULLS_DEFAULT") === "SORTBY_NULLS_DEFAULT",
    );
  const hasExpression = statement.whereClause !== undefined || elements.some((element) => element.expr !== undefined);
  const nullsCollide = statement.nulls_not_distinct === true;
  const colliding = statement.unique === true ? collidingInKeys(elements, statement.whereClause, { nullsCollide }) : [];
  return {
    kind: "createIndex" as const,
    table: tableOf(statement.relation),
    name: statement.idxname ?? "",
    isUnique: statement.unique === true,
    isConcurrent: statement.concurrent === true,
    columns: isPlain ? elements.map((element) => element.name ?? "") : undefined,
    reads: columnsOf([statement.indexParams, statement.indexIncludingParams, statement.whereClause]),
    ...(hasExpression ? { hasExpression } : {}),
    ...(colliding.length === 0 ? {} : { refusesNull: colliding }),
    method: statement.accessMethod ?? "btree",
    definition: afterName(slice(statement.relation?.location ?? 0, end)),
  };
}

/** The text after a table name, with or without a schema. */
function afterName(text: string): string {
  return text.replace(/^(?:"(?:[^"]|"")*"|[^\s".(]+)(?:\s*\.\s*(?:"(?:[^"]|"")*"|[^\s".(]+))?\s*/, "");
}
