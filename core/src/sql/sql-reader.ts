import type { HandWritten } from "../dialect/hand-written.js";
import type { Judging } from "../dialect/judging.js";
import type { Fill } from "../model/fill.js";
import type { TableName } from "../model/names.js";
import type { Migration } from "../model/operation.js";
import type { FillContext } from "./fill-context.js";

/** How the SQL of a dialect is read. Nothing here connects to anything. */
export interface SqlReader {
  /**
   * Reads a migration file: every statement becomes operations, or an explicit `unknown`.
   *
   * @param file how the file is called in messages
   * @throws LS1001 where it is no SQL
   */
  readMigration(sql: string, file: string): Migration;
  /**
   * Reads an expression that fills a column.
   *
   * @throws LS1002 no SQL · LS2003 an unknown name · LS2004 what no row can be filled with · LS2030 a mirror of what changes by itself ·
   *   LS2071 a look-up that may give several rows
   */
  readFill(text: string, context: FillContext): Promise<Fill>;
  /** An expression whose value depends on settings of the session, under settings that are always the same. Absent: none depends on them. */
  underStatedSettings?(sql: string): string;
  /** Whether a text is one statement that asks for rows: SELECT, VALUES, TABLE. What its functions do is not known here. */
  isQuery(sql: string): boolean;
  /** An expression that could fill a column of another type from one that is there: a suggestion. Types as they are printed. */
  conversion(name: string, former: string, type: string): string;
  /** What its statements do to a database in use. */
  readonly judging: Judging;
  /**
   * The name that the server gives to what has none, unless that is taken. Absent: it cannot be told beforehand.
   *
   * @param label what it is: `seq` of a serial column, `fkey`, `key`, `check`
   */
  nameOf?(table: TableName, columns: readonly string[], label: string): string;
  readonly handWritten: HandWritten;
}
