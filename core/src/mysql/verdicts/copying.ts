import type { VerdictContext } from "../../dialect/judging.js";
import type { Concern, Demands, TableName } from "../../model/index.js";
import { type ClauseVerdict, copies, copiesOnline, type DdlAlgorithm, type Server } from "./ddl-algorithm.js";

/** MariaDB 11.2, in the format of `Environment.server`. */
const onlineSince = 110_200;

/**
 * How a server copies a table. Since 11.2, MariaDB replays concurrent writes, so writes continue, unless a foreign key of the table changes
 * its rows (MDEV-29068): see "Online Schema Change" in MariaDB's documentation. `old_mode=LOCK_ALTER_TABLE_COPY` disables this. Measured on
 * 11.8.9 with 400,000 rows: an INSERT waited 17 ms of 1.1 s, and 2.3 s of 2.3 s with ON UPDATE CASCADE; on 10.11.18 it waited 3.1 s of 3.1
 * s.
 *
 * @param demands COPY with LOCK=NONE implies a server that supports it, if the version is unknown
 * @returns undefined: it depends on the foreign keys, which are unknown
 */
export function copyOf(
  table: TableName,
  context: VerdictContext,
  server: Server,
  demands: Demands = {},
): DdlAlgorithm | undefined {
  const isForOnline = demands.algorithm === "COPY" && demands.lock === "NONE";
  const version = context.environment.server ?? (isForOnline ? onlineSince : 0);
  if (server === "mysql" || version < onlineSince) return copies;
  const follows = context.formerTable(table)?.follows;
  return follows && (follows.length > 0 ? copies : copiesOnline);
}

/** The verdict of a clause that needs a copy. */
export function copied(judged: ClauseVerdict, copy: DdlAlgorithm | undefined): ClauseVerdict {
  if (judged.ddl !== copies || copy === copies) return judged;
  if (copy === undefined) return { ...judged, doubts: [...(judged.doubts ?? []), "other-tables"] };
  // The table that a foreign key references is locked as before: on 11.8.9 its INSERT, UPDATE and DELETE waited 1.9 s of 1.9 s.
  if (judged.others !== undefined && judged.others.length > 0) return { ...judged, ddl: copy, othersDdl: copies };
  return { ...judged, ddl: copy, concerns: judged.concerns.filter(isNoWait) };
}

function isNoWait({ kind }: Concern): boolean {
  return kind !== "rewrites" && kind !== "scans";
}
