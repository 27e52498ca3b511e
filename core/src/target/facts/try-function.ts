import { LockstepError } from "../../base/errors.js";
import type { FillFunction } from "../../config/fill-function.js";
import type { Connection } from "../../dialect/connection.js";
import type { Clock } from "../../dialect/db/clock.js";
import { refused } from "../../dialect/db/refused.js";
import type { TriedRow } from "../../dialect/functions.js";
import type { TableFacts } from "../../dialect/table.js";
import { type ComputedFill, functionLabel } from "../../model/index.js";
import { type AskedRow, callFunction } from "./call-function.js";

/** Enough rows to show likely mistakes. The function may be slow or cost money. */
const triedRows = 100;

export interface FunctionTrial {
  readonly table: TableFacts;
  readonly column: {
    readonly name: string;
    readonly type: string;
    readonly uniqueKeys: readonly (readonly string[])[];
  };
  readonly compute: ComputedFill;
  readonly run: FillFunction;
  readonly clock: Clock;
  /** The timeout of the call. Default: 30 000. */
  readonly timeoutMs?: number;
}

/**
 * Tests a function on up to 100 rows of the development database during planning. Changes nothing. The column need not exist yet.
 *
 * @throws LS5050, LS5051, LS5053, LS5055 from the call · LS5052 a value that the column cannot hold · LS5054 the same value for
 *   rows that a unique index requires to differ
 */
export async function tryFunction(connection: Connection, trial: FunctionTrial): Promise<void> {
  const { table, compute, column, clock, run, timeoutMs = 30_000 } = trial;
  try {
    const { functions } = connection.dialect.live;
    const texts = [...new Set(column.uniqueKeys.flat())].filter((name) =>
      table.columns.some((each) => each.name === name && name !== column.name),
    );
    const rows = await functions.rows(connection, table, { reads: compute.reads, texts, limit: triedRows });
    if (rows.length === 0) return;
    const { text } = functions;
    const values = await callFunction({ compute, run, column, clock, text, timeoutMs }, rows);
    const wrong = await functions.unfit(connection, column.type, values);
    if (wrong !== undefined) throw unfit(compute, column, rows[wrong.at]!, wrong.error);
    for (const key of column.uniqueKeys) refuseDuplicates(trial, key, rows, values);
  } catch (error) {
    throw refused(error, `Trying the ${functionLabel(compute)} on ${connection.label}`);
  }
}

function unfit(
  compute: ComputedFill,
  column: FunctionTrial["column"],
  row: AskedRow,
  cause: Error & { readonly hint?: string | undefined },
): LockstepError {
  return new LockstepError(
    "LS5052",
    `The ${functionLabel(compute)} returned a value for ${row.label} that "${column.name}" (${column.type}) cannot store: ${cause.message}`,
    { ...(cause.hint ? { hint: cause.hint } : {}), cause },
  );
}

function refuseDuplicates(
  { compute, column }: FunctionTrial,
  key: readonly string[],
  rows: readonly TriedRow[],
  values: readonly string[],
): void {
  const seen = new Map<string, AskedRow[]>();
  for (const [at, row] of rows.entries()) {
    const parts = key.map((name) => (name === column.name ? values[at]! : row.texts[name]));
    // Another new column of the change, or NULL: these rows do not collide.
    if (parts.some((part) => part === undefined || part === null)) continue;
    const text = JSON.stringify(parts);
    seen.set(text, [...(seen.get(text) ?? []), row]);
  }
  const twice = [...seen].filter(([, same]) => same.length > 1).slice(0, 3);
  if (twice.length === 0) return;
  const shown = twice.map(
    ([text, same]) =>
      `${(JSON.parse(text) as string[]).map((part) => `'${part}'`).join(", ")} for ${same
        .slice(0, 3)
        .map((row) => row.label)
        .join(" and ")}`,
  );
  throw new LockstepError(
    "LS5054",
    `The ${functionLabel(compute)} returned the same value for rows that must differ in (${key.map((name) => `"${name}"`).join(", ")}): ${shown.join("; ")}`,
  );
}
