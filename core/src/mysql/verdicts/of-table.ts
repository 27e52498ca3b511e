import type { FormerTable, VerdictContext } from "../../dialect/judging.js";
import { type Concern, type Operation, operationsIn, type TableName } from "../../model/index.js";
import {
  type ClauseVerdict,
  copies,
  type DdlAlgorithm,
  rebuilds,
  rebuildsShared,
  type Server,
  stronger,
} from "./ddl-algorithm.js";

/** Adjusts a verdict for the other columns and the indexes of the table. `test/database/mysql/verdict-combinations.test.ts` covers each. */
export function ofTable(
  judged: ClauseVerdict,
  operation: Operation,
  table: TableName,
  context: VerdictContext,
  server: Server,
): ClauseVerdict {
  const former = context.formerTable(table);
  if (former === undefined) return judged;
  const isMoved = movesColumn(operation, former, server);
  let found = judged;
  if (isMoved && isCompressed(former)) found = needs(found, table, rebuilds, "storage");
  const isHeld = found.ddl === rebuilds || (isMoved && found.ddl.lock === "NONE");
  if (isHeld && hasWords(former, operation))
    return needs(found, table, server === "mysql" ? copies : rebuildsShared, "fulltext");
  if (server === "mysql") return found;
  if (isHeld && hasIndexedVirtual(former)) found = needs(found, table, rebuildsShared, "storage");
  return shiftsVirtual(operation, former, context) ? needs(found, table, copies, "storage") : found;
}

function needs(
  judged: ClauseVerdict,
  table: TableName,
  ddl: DdlAlgorithm,
  why: Extract<Concern, { kind: "rewrites" }>["why"],
): ClauseVerdict {
  const { concerns } = judged;
  const isSaid = concerns.some(({ kind }) => kind === "rewrites");
  return {
    ...judged,
    ddl: stronger(judged.ddl, ddl),
    concerns: isSaid ? concerns : [...concerns, { kind: "rewrites", table, why }],
  };
}

/** Whether a column is added, dropped or moved, other than a virtual one. */
function movesColumn(operation: Operation, former: FormerTable, server: Server): boolean {
  switch (operation.kind) {
    case "addColumn":
      return server === "mysql" || operation.column.isVirtual !== true || hasWords(former, operation);
    case "dropColumn":
      return server === "mysql" || former.column(operation.column)?.isVirtual !== true;
    case "redeclareColumn":
      return operation.position !== undefined;
    default:
      return false;
  }
}

/** Compressed tables are rebuilt to add or drop a column. */
function isCompressed({ optionsSql }: FormerTable): boolean {
  return /\b(?:ROW_FORMAT\s*=?\s*COMPRESSED|KEY_BLOCK_SIZE\s*=?\s*[1-9])/i.test(optionsSql);
}

/** Whether a FULLTEXT index remains that is not dropped with its column. */
function hasWords({ indexes }: FormerTable, operation: Operation): boolean {
  const gone = operation.kind === "dropColumn" ? operation.column : undefined;
  return indexes.some(({ method, columns }) => method === "fulltext" && columns.some((each) => each !== gone));
}

/** MariaDB rebuilds the index of a virtual column while writes wait. */
function hasIndexedVirtual({ indexes, column }: FormerTable): boolean {
  return indexes.some(({ columns }) => columns.some((name) => column(name)?.isVirtual === true));
}

/** MariaDB copies the table if the position of a virtual column changes, unless a column is dropped alone. */
function shiftsVirtual(operation: Operation, former: FormerTable, context: VerdictContext): boolean {
  if (!former.hasVirtualColumn) return false;
  if (operation.kind === "addColumn") return operation.position !== undefined;
  if (operation.kind !== "dropColumn" || former.column(operation.column)?.isVirtual === true) return false;
  const others = operationsIn(context, operation.statement).filter(({ kind }) => kind !== "dropColumn");
  return others.length > 0 || hasIndexedVirtual(former);
}
