import type { Body } from "../dialect/body.js";
import type { HandWritten } from "../dialect/hand-written.js";
import type { Judging } from "../dialect/judging.js";
import type { Fill } from "../model/fill.js";
import type { TableName } from "../model/names.js";
import type { Migration } from "../model/operation.js";
import type { FillContext } from "./fill-context.js";

/** Parses a dialect's SQL, without any connection. */
export interface SqlReader {
  /**
   * Parses a migration file: every statement becomes operations, or an explicit `unknown`.
   *
   * @param file its name in messages
   * @throws LS1001 if it is not SQL
   */
  readMigration(sql: string, file: string): Migration;
  /**
   * Parses an expression that fills a column.
   *
   * @throws LS1002 not SQL · LS2003 an unknown name · LS2004 an expression that cannot fill rows · LS2030 a mirror of a value that changes
   *   by itself · LS2071 a lookup that may return several rows
   */
  readFill(text: string, context: FillContext): Promise<Fill>;
  /** Fixes the session settings of an expression whose value depends on them. Absent: no expression does. */
  underStatedSettings?(sql: string): string;
  /** Whether a text is one statement that returns rows: SELECT, VALUES, TABLE. The effects of its functions are unknown here. */
  isQuery(sql: string): boolean;
  /** Splits the text of a trigger, function, procedure, event or view. undefined: the server's lexer would reject it, or it is cut off. */
  readBody(text: string): Body | undefined;
  /** Suggests an expression that fills a column from an existing one of another type. Types are spelled as the server prints them. */
  conversion(name: string, former: string, type: string): string;
  /** Returns the effects of its statements on a live database. */
  readonly judging: Judging;
  /**
   * The server's default name for an unnamed object, unless that name is taken. Absent: it cannot be predicted.
   *
   * @param label the suffix of the object: `seq` of a serial column, `fkey`, `key`, `check`
   */
  nameOf?(table: TableName, columns: readonly string[], label: string): string;
  readonly handWritten: HandWritten;
}
