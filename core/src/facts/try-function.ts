import type { FillFunction } from "../config/fill-function.js";
import type { Clock } from "../db/clock.js";
import { refused } from "../db/refused.js";
import { isDatabaseError } from "../db/retry.js";
import { inTransaction } from "../db/transaction.js";
import { isValuesFault } from "../db/value-fault.js";
import type { Connection } from "../dialects/connection.js";
import { rowKey, type TableFacts } from "../dialects/table.js";
import { LockstepError } from "../errors.js";
import { type ComputedFill, functionLabel } from "../model/index.js";
import { withoutLength } from "../sql/postgres/length.js";
import { quoteIdentifier, quoteTable } from "../sql/postgres/quote.js";
import { type AskedRow, callFunction } from "./call-function.js";
import { type InputRow, inputColumns, inputOf } from "./function-inputs.js";
import { rowLabel } from "./row-label.js";

/** So many rows show the likely mistakes; the function may be slow or cost something. */
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
  /** For the call. Default: 30 000. */
  readonly timeoutMs?: number;
}

/**
 * Tries a function on up to 100 rows of the development database while the change is being planned. Nothing is changed; the
 * column need not be there yet.
 *
 * @throws LS5050, LS5051, LS5053, LS5055 from the call · LS5052 a value that the column cannot hold · LS5054 the same value for
 *   rows that a unique index keeps apart
 */
export async function tryFunction(connection: Connection, trial: FunctionTrial): Promise<void> {
  const { compute, column, clock, run, timeoutMs = 30_000 } = trial;
  try {
    const rows = await readRows(connection, trial);
    if (rows.length === 0) return;
    const values = await callFunction({ compute, run, column, clock, timeoutMs }, rows);
    await refuseUnfit(connection, trial, rows, values);
    for (const key of column.uniqueKeys) refuseDuplicates(trial, key, rows, values);
  } catch (error) {
    throw refused(error, `Trying the ${functionLabel(compute)} on ${connection.label}`);
  }
}

interface TriedRow extends AskedRow {
  /** The row's columns that unique indexes of the change are over, as text. */
  readonly keys: Readonly<Record<string, string | null>>;
}

async function readRows(
  connection: Connection,
  { table, compute, column }: FunctionTrial,
): Promise<readonly TriedRow[]> {
  const partners = [...new Set(column.uniqueKeys.flat())].filter((name) =>
    table.columns.some((each) => each.name === name && name !== column.name),
  );
  const columns = [
    `${rowLabel(table)} AS label`,
    ...inputColumns(compute.reads, table),
    ...partners.map((name, at) => `${quoteIdentifier(name)}::text AS k${at}`),
  ];
  const order = rowKey(table)
    .map((key) => quoteIdentifier(key.column))
    .join(", ");
  const settings = { statement_timeout: 30_000, lock_timeout: 5000, row_security: "off" };
  return inTransaction(connection, { isReadOnly: true, settings }, async () => {
    const { rows } = await connection.query<InputRow>(
      `SELECT ${columns.join(", ")} FROM ${quoteTable(table)} ${order === "" ? "" : `ORDER BY ${order}`} LIMIT ${triedRows}`,
    );
    return rows.map((row) => ({
      label: String(row.label),
      input: inputOf(row, compute.reads),
      keys: Object.fromEntries(partners.map((name, at) => [name, row[`k${at}`] as string | null])),
    }));
  });
}

/** Assigns the values to a column of the type, so that the rules of a real write apply; a cast would cut texts to length. */
async function refuseUnfit(
  connection: Connection,
  { column, compute }: FunctionTrial,
  rows: readonly AskedRow[],
  values: readonly string[],
): Promise<void> {
  const insert = (given: readonly string[]) =>
    connection.query(
      `INSERT INTO pg_temp.lockstep_try_function SELECT v::${withoutLength(column.type)} FROM unnest($1::text[]) v`,
      [given],
    );
  await connection.query("BEGIN; SET LOCAL statement_timeout = 30000");
  try {
    try {
      await connection.query(`CREATE TEMPORARY TABLE lockstep_try_function (value ${column.type}) ON COMMIT DROP`);
    } catch (error) {
      // A type that the same change makes, or no right to temporary tables: the backfill finds out by itself.
      if (isDatabaseError(error)) return;
      throw error;
    }
    for (const [row, value] of [
      [undefined, values] as const,
      ...rows.map((row, at) => [row, [values[at]!]] as const),
    ]) {
      await connection.query("SAVEPOINT tried");
      try {
        await insert(value);
        if (row === undefined) return;
      } catch (error) {
        if (!isDatabaseError(error) || !(isValuesFault(error) || error.code.startsWith("42"))) throw error;
        if (row !== undefined) throw unfit(compute, column, row, error);
      }
      await connection.query("ROLLBACK TO SAVEPOINT tried");
    }
  } finally {
    if (!connection.isLost) await connection.query("ROLLBACK").catch(() => undefined);
  }
}

function unfit(
  compute: ComputedFill,
  column: FunctionTrial["column"],
  row: AskedRow,
  cause: Error & { readonly hint?: string },
): LockstepError {
  return new LockstepError(
    "LS5052",
    `The ${functionLabel(compute)} returned a value for ${row.label} that "${column.name}" (${column.type}) cannot hold: ${cause.message}`,
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
    const parts = key.map((name) => (name === column.name ? values[at]! : row.keys[name]));
    // Another new column of the change, or NULL: such rows do not collide.
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
