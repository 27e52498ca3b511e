import type { TableName } from "../../model/names.js";
import { quoteTable, quoteText } from "../quote.js";
import { isTable } from "./column.js";
import { execute, type MysqlServer, signal } from "./frame.js";

/**
 * Lines that set `many` to the number of rows that meet the condition, and `example` to the key of one of them. Both use the alias `c` for
 * the table.
 * @param from `` `User` c ``, or a join with it
 */
export function countRows(table: TableName, from: string, condition: string, limit?: number): string {
  const limited = limit === undefined ? "" : ` LIMIT ${limit}`;
  return `  SET @lockstep_many = 0, @lockstep_example = NULL;
${execute(quoteText(`SELECT count(*) INTO @lockstep_many FROM (SELECT 1 FROM ${from} WHERE ${condition}${limited}) x`))}  SET many = @lockstep_many;
  IF many > 0 THEN
    SELECT concat('SELECT concat(', group_concat(quote(concat(COLUMN_NAME, ' = ')), ', ', IF(DATA_TYPE LIKE '%binary', 'hex', ''), '(c.\`', replace(COLUMN_NAME, '\`', '\`\`'), '\`)' ORDER BY ORDINAL_POSITION SEPARATOR ', '', '', '), ') INTO @lockstep_example FROM ')
      INTO example FROM information_schema.COLUMNS WHERE ${isTable(table)} AND COLUMN_KEY = 'PRI';
    IF example IS NOT NULL THEN
${execute(`concat(example, ${quoteText(`${from} WHERE ${condition} LIMIT 1`)})`)}    END IF;
    SET example = coalesce(@lockstep_example, 'a table without a primary key');
  END IF;
`;
}

/** Lines that stop the unit and report how many rows and which. `what` and `next` are texts. */
export function refuseRows(what: string, next: string, server: MysqlServer, number?: number): string {
  return `  IF many > 0 THEN
    SET message = concat(${quoteText(`${what}: `)}, many, ' rows, as ', example, ${quoteText(`. ${next}`)});
    ${signal(server, number)}
  END IF;
`;
}

/** `` `User` c `` */
export function asC(table: TableName): string {
  return `${quoteTable(table)} c`;
}
