import type { TableName } from "../model/names.js";

/** Quotes names and texts in SQL that is the same on every server. All throw LS1003 for values that the server cannot store. */
export interface Quote {
  identifier(name: string): string;
  table(name: TableName): string;
  /** A text as an expression. */
  literal(text: string): string;
}
