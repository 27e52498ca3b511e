import type { TableName } from "../model/names.js";

/** Names and texts in SQL that is the same on every server. All throw LS1003 for what the server cannot hold. */
export interface Quote {
  identifier(name: string): string;
  table(name: TableName): string;
  /** A text as an expression. */
  literal(text: string): string;
}
