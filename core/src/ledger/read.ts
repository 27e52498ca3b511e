import * as z from "zod";
import type { Connection } from "../db/connection.js";
import { LockstepError } from "../errors.js";

/** A table as the ledger keys it. A table that was dropped and created again has another OID, and so no history. */
export interface LedgerTable {
  readonly schema: string;
  readonly name: string;
  readonly oid: number;
}

/** int8 arrives as text. Row counts stay below 2^53. */
export const count = z.string().regex(/^\d+$/).transform(Number);
/** ISO 8601, as `momentSql` reads it. */
export const moment = z.string();

/** Reads a time whatever the DateStyle of the session: the driver understands one of them only. */
export function momentSql(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${column}`;
}

/** Checks a row at the edge: another hand may have written it. */
export function readRow<S extends z.ZodType>(
  schema: S,
  row: unknown,
  table: string,
  connection: Connection,
): z.output<S> {
  const result = schema.safeParse(row);
  if (result.success) return result.data;
  throw new LockstepError(
    "LS7004",
    `A row of lockstep.${table} on ${connection.label} cannot be read: ${z.prettifyError(result.error)}`,
  );
}
