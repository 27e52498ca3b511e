import * as z from "zod";
import { LockstepError } from "../../base/errors.js";
import type { Connection } from "../../dialect/connection.js";

/** int8 arrives as text. Row counts stay below 2^53. */
export const count = z.string().regex(/^\d+$/).transform(Number);
/** ISO 8601. */
export const moment = z.string();

/** Validates a row, because other programs may have written it. */
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
