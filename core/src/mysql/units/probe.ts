import type { TableName } from "../../model/names.js";
import { quoteTable, quoteText } from "../quote.js";
import { isTable } from "./column.js";
import { type MysqlServer, waitSeconds } from "./frame.js";

/**
 * Lines before a statement that needs its lock again after a long build: then it must wait a second, or the build would be lost. On
 * MariaDB, that second starts when the table is free: rewriting the table's comment unchanged requests the same lock without waiting, so no
 * session queues behind it. Skipped after the time limit, and on MySQL, which has no wait below a second.
 */
export function probe(table: TableName, server: MysqlServer): string {
  if (server === "mysql") return "";
  return `          IF wait_s = 0 THEN  -- is the table free? its comment, as it is, asks for the same lock without waiting
            SET @lockstep_sql = (SELECT concat(${quoteText(`ALTER TABLE ${quoteTable(table)} COMMENT = '`)}, TABLE_COMMENT, '''')
              FROM information_schema.TABLES WHERE ${isTable(table)} AND locate('''', TABLE_COMMENT) + locate(char(92), TABLE_COMMENT) = 0);
            IF @lockstep_sql IS NOT NULL THEN EXECUTE IMMEDIATE concat(@lockstep_sql, ', ALGORITHM=INSTANT'); END IF;
            SET waited = ${waitSeconds}, SESSION lock_wait_timeout = ${waitSeconds};
          END IF;
`;
}
