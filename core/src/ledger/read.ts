import * as z from "zod";
import type { Connection } from "../db/connection.js";
import { LockstepError } from "../errors.js";

/** A table as the ledger keys it. A table that was dropped and created again has another OID, and so no history. */
export interface LedgerTable {
  readonly schema: string;
  readonly name: string;
  /** 0 where the database has nothing of the kind. */
  readonly oid: number;
}

/** Whether two mean the same table. Where tables have no identity their names are it. */
export function isSameLedgerTable(one: LedgerTable, other: LedgerTable): boolean {
  return one.schema === other.schema && one.oid === other.oid && (one.oid !== 0 || one.name === other.name);
}

/** int8 arrives as text. Row counts stay below 2^53. */
export const count = z.string().regex(/^\d+$/).transform(Number);
/** ISO 8601. */
export const moment = z.string();

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
