import { LockstepError } from "../base/errors.js";
import type { Fill } from "../model/fill.js";
import type { TableName } from "../model/names.js";

export interface FillContext {
  readonly kind: Fill["kind"];
  /** Where the user wrote it, for messages: `prisma/schema.prisma:14`. */
  readonly source: string;
  readonly table: TableName;
  /** Names in the database. Whether the new and the generated columns are among them makes no difference. */
  readonly columns: readonly string[];
  /** Computed after BEFORE triggers have run, so a trigger would read their old value. */
  readonly generatedColumns: readonly string[];
  /** Numbers that the server gives on insert; whether a trigger sees them before is the dialect's affair. Default: none. */
  readonly numberedColumns?: readonly string[];
  readonly newColumn: string;
  /** What names a row of the table; absent: nothing does. */
  readonly key?: readonly string[];
  /** A table that a subquery names; undefined: there is none. Absent: subqueries are refused. */
  lookedUp?(table: TableName): Promise<LookedUpTable | undefined>;
}

/** @param hint Default: where a value comes from that is not the row's. */
export function refused(why: string, { source, newColumn }: FillContext, hint?: string): LockstepError {
  const message = `${source}: the fill of "${newColumn}" cannot be used: ${why}`;
  return new LockstepError("LS2004", message, hint === undefined ? {} : { hint });
}

/** The row, where its table's own name would be taken for another one. */
export const rowName = "lockstep_row";

/** @returns the refusal of a mirror whose expression gives another value each time */
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

/** A table that a subquery looks at, as the catalogue has it. */
export interface LookedUpTable {
  readonly columns: readonly string[];
  /** Of each valid unique index over all rows and plain columns. */
  readonly uniqueKeys: readonly (readonly string[])[];
}
