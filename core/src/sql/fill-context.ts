import { LockstepError } from "../base/errors.js";
import type { Fill } from "../model/fill.js";
import type { TableName } from "../model/names.js";

export interface FillContext {
  readonly kind: Fill["kind"];
  /** Its location in the user's files, for messages: `prisma/schema.prisma:14`. */
  readonly source: string;
  readonly table: TableName;
  /** Names in the database. They may include the new and the generated columns. */
  readonly columns: readonly string[];
  /** Computed after BEFORE triggers, so a trigger would read their old value. */
  readonly generatedColumns: readonly string[];
  /** Columns that the server numbers on insert; the dialect defines whether a trigger sees the number. Default: none. */
  readonly numberedColumns?: readonly string[];
  readonly newColumn: string;
  /** The columns that identify a row of the table; absent: none do. */
  readonly key?: readonly string[];
  /** Returns a table that a subquery names; undefined: it does not exist. Absent: subqueries are rejected. */
  lookedUp?(table: TableName): Promise<LookedUpTable | undefined>;
}

/** @param hint Default: where to get a value that does not come from the row. */
export function refused(why: string, { source, newColumn }: FillContext, hint?: string): LockstepError {
  const message = `${source}: the fill of "${newColumn}" cannot be used: ${why}`;
  return new LockstepError("LS2004", message, hint === undefined ? {} : { hint });
}

/** The name for the row if its table's own name is ambiguous. */
export const rowName = "lockstep_row";

/** @returns the error for a mirror whose expression returns a different value each time */
export function changing(
  what: string,
  { source, newColumn }: Pick<FillContext, "source" | "newColumn">,
): LockstepError {
  return new LockstepError(
    "LS2030",
    `${source}: ${what} returns a different value at each evaluation, so "${newColumn}" cannot follow its source.`,
    {
      hint: "Write @lockstep.backfill(<sql>) for an initial value. If your own function depends only on its arguments, declare that: ALTER FUNCTION … IMMUTABLE.",
    },
  );
}

/** A table in a subquery, from the catalog. */
export interface LookedUpTable {
  readonly columns: readonly string[];
  /** The columns of each valid unique index over all rows and plain columns. */
  readonly uniqueKeys: readonly (readonly string[])[];
}
