import type { TableName } from "../../model/names.js";
import { quoteTable, quoteText } from "../quote.js";
import { isTable } from "./column.js";
import { type MysqlServer, waitSeconds } from "./frame.js";

/**
 * Lines before a statement that asks for its lock again when everything is built: it has to wait a second then, or would lose the build.
 * On MariaDB the second begins when the table is free: its comment, written again as it is, asks for the same lock without waiting, and
 * nobody queues behind that. Where the time of such tries is up, and on MySQL, which knows no wait below a second, there is no look.
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
