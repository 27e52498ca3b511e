import type { TableName } from "./names.js";

/** What keeps a statement prepared on its connection. */
export type PreparedBy =
  /** `{ name, text }` of node-postgres, pg-promise's PreparedStatement. */
  | "name"
  /** `PREPARE … AS` */
  | "prepare"
  /** postgres.js prepares all statements. It retries failed ones, but not inside a transaction. */
  | "transaction"
  /** The ORM's client, which names its raw queries. */
  | "client";

/** A statement in the code that fails on connections that have prepared it, once the columns of its table change. */
export interface FoundStatement {
  /** From the root. */
  readonly file: string;
  readonly line: number;
  /** `findDevice`; undefined outside of functions. */
  readonly within: string | undefined;
  /** `SELECT * FROM "Device" WHERE "id" = $1`, on one line. */
  readonly sql: string;
  readonly by: PreparedBy;
  readonly table: TableName;
}
