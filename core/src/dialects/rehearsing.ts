import type { TableName } from "../model/index.js";
import type { Stats } from "../stats/stats-file.js";

/** Which rows a stage is to have. */
export interface RowsRequest {
  /** Tables that need rows; those that their foreign keys lead to get some, too. */
  readonly wanted: readonly TableName[];
  readonly stats: Pick<Stats, "tables"> | undefined;
  /** Of production's rows. */
  readonly scale: number;
  /** Rows of a table that the statistics do not know. */
  readonly defaultRows: number;
  /** `User.email`: an expression over the number `n` of a row, that the user has given. */
  readonly values: Readonly<Record<string, string>>;
  /** Sessions that insert side by side. */
  readonly sessions: number;
  onProgress(progress: { readonly table: string; readonly rows: number; readonly total: number }): void;
}

export interface MadeTable {
  readonly table: TableName;
  readonly rows: number;
  readonly productionRows?: number;
  /** With its indexes. */
  readonly productionBytes?: number;
}
