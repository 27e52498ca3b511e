import type { FilledColumns } from "../dialect/batches.js";
import type { Connection } from "../dialect/connection.js";
import { isValuesFault } from "../dialect/db/value-fault.js";
import type { SinglePassBounds } from "../dialect/ledger-store.js";
import type { TableFacts } from "../dialect/table.js";
import type { BackfillSpec } from "../model/plan.js";
import { readTable } from "../target/facts/table.js";
import type { BackfillRecord } from "../target/ledger/backfills.js";
import type { RunSettings } from "./input.js";

/** Number of rows at the start of the table that show whether an earlier pass filled them. */
const firstRows = 1000;

/** For each column, how many of the first rows its fill gives a value, and how many of these have one. Undefined: the fill fails. */
export async function firstValuesOf(
  connection: Connection,
  target: FilledColumns,
  { scanTimeoutMs, rows = firstRows }: Pick<RunSettings, "scanTimeoutMs"> & { readonly rows?: number },
): Promise<readonly { readonly rows: number; readonly filled: number }[] | undefined> {
  const first = connection.dialect.live.batches.firstValues(
    connection,
    target,
    Math.min(rows, firstRows),
    scanTimeoutMs,
  );
  return first.catch((error: unknown) => {
    // The check of all rows reports a fill that fails on some row.
    if (isValuesFault(error)) return undefined;
    throw error;
  });
}

/** Distinguishes the columns of a pass from later columns of the same name. */
export function identitiesOf(table: TableFacts, { columns }: Pick<FilledColumns, "columns">): SinglePassBounds["made"] {
  const known = columns.flatMap(({ name }) => {
    const identity = identityOf(table, name);
    return identity === undefined ? [] : [[name, identity] as const];
  });
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

function identityOf({ columns, alteredAt }: TableFacts, name: string): string | undefined {
  const number = columns.find((column) => column.name === name)?.number;
  return number === undefined ? alteredAt : String(number);
}

/** Same as `madeAgain`, for a plan's backfill. Also undefined if it fills until no row lacks a value, because the rows show that. */
export async function specMadeAgain(
  connection: Connection,
  record: BackfillRecord,
  spec: BackfillSpec,
  limits: Pick<RunSettings, "scanTimeoutMs">,
): Promise<string | undefined> {
  const table = spec.once ? await readTable(connection, spec.table) : undefined;
  // A missing column is reported elsewhere.
  const hasAll = spec.columns.every(({ name }) => table?.columns.some((column) => column.name === name));
  return table && hasAll ? madeAgain(connection, record, table, { ...spec, key: record.work.key }, limits) : undefined;
}

/**
 * Finds columns that were dropped and added again since a single pass, which therefore filled other columns. PostgreSQL numbers its
 * columns. MySQL and MariaDB only record when a table was last altered, so after that the rows that the pass has passed decide.
 * @param target its columns are checked
 * @returns what happened, as a sentence without its full stop. Undefined: nothing, or an earlier release started the pass
 */
export async function madeAgain(
  connection: Connection,
  { cursor, rowsDone }: BackfillRecord,
  table: TableFacts,
  target: FilledColumns,
  limits: Pick<RunSettings, "scanTimeoutMs">,
): Promise<string | undefined> {
  const others = target.columns.filter(({ name }) => {
    const before = cursor.made?.[name];
    return before !== undefined && before !== identityOf(table, name);
  });
  const [other] = others;
  if (other === undefined) return undefined;
  if (table.columns.some(({ name, number }) => name === other.name && number !== undefined))
    return `"${other.name}" was dropped and added again since`;
  const first = await firstValuesOf(connection, { ...target, columns: others }, { ...limits, rows: rowsDone });
  const empty = others.find(({ fill }, at) => {
    const { rows = 0, filled = 0 } = first?.[at] ?? {};
    // A function may return NULL for most rows, and is not called here.
    return rows > 0 && (fill === undefined ? filled === 0 : filled <= rows / 2);
  });
  return empty && `The table was altered since, and most of its first rows have no value of "${empty.name}"`;
}
