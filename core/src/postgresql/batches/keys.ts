import type { KeyValues } from "../../dialect/batches.js";
import type { Connection, TransactionOptions } from "../../dialect/connection.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { KeyColumn } from "../../model/plan.js";
import { quoteIdentifier } from "../quote.js";

/** The key of the table named `alias` as a text array. */
export function keyText(key: readonly KeyColumn[], alias: string): string {
  return `ARRAY[${key.map(({ column }) => `${alias}.${quoteIdentifier(column)}::text`).join(", ")}]`;
}

/** `(t."a", t."b")`: comparing this row is a single index condition. */
export function keyRow(key: readonly KeyColumn[], alias: string): string {
  return `(${key.map(({ column }) => `${alias}.${quoteIdentifier(column)}`).join(", ")})`;
}

/** `($2::integer, $3::text)`: a key as parameters, starting with `$<from>`. */
export function keyParameters(key: readonly KeyColumn[], from: number): string {
  return `(${key.map(({ type }, at) => `$${from + at}::${castType(type)}`).join(", ")})`;
}

/** The rows whose keys are in the text arrays `$1`, `$2`, …, one per column: see `keyColumns`. */
export function inKeys(key: readonly KeyColumn[], alias: string): string {
  const names = key.map((_, at) => `k${at}`);
  const values = key.map(({ type }, at) => `given.k${at}::${castType(type)}`).join(", ");
  const arrays = key.map((_, at) => `$${at + 1}::text[]`).join(", ");
  return `${keyRow(key, alias)} IN (SELECT ${values} FROM unnest(${arrays}) given(${names.join(", ")}))`;
}

/** The parameter values of `inKeys`. */
export function keyColumns(key: readonly KeyColumn[], keys: readonly KeyValues[]): readonly (readonly string[])[] {
  return key.map((_, at) => keys.map((values) => values[at]!));
}

/** The type to cast keys to. A length would truncate; `character` without one means `character(1)`, so this uses its other name. */
export function castType(type: string): string {
  if (/^character\(\d+\)$/.test(type)) return "bpchar";
  return /^character varying\(\d+\)$/.test(type) ? "character varying" : type;
}

/**
 * Settings under which key text is lossless and means the same in every later session. Nearly every database uses them, so a key has one
 * text in all sessions: rejected rows are found again by it. Only for reading keys: a fill must use the user's settings.
 */
const exact = { DateStyle: "ISO, MDY", IntervalStyle: "postgres", extra_float_digits: 3 } as const;

const exactSessions = new WeakMap<Connection, Promise<boolean>>();

/** Whether the session's own settings are lossless already, as in nearly every database. */
function readsExactly(connection: Connection): Promise<boolean> {
  const known =
    exactSessions.get(connection) ??
    connection
      .query<{ exact: boolean }>(
        `SELECT current_setting('DateStyle') LIKE 'ISO,%' AND current_setting('IntervalStyle') = 'postgres'
        AND current_setting('extra_float_digits')::int > 0 AS exact`,
      )
      .then(({ rows }) => rows[0]!.exact);
  exactSessions.set(connection, known);
  // The next call queries again: a statement may be cancelled.
  known.catch(() => exactSessions.delete(connection));
  return known;
}

/** Reads keys inside a transaction, then restores its settings. */
export async function readingKeys<T>(connection: Connection, read: () => Promise<T>): Promise<T> {
  if (await readsExactly(connection)) return read();
  const names = Object.entries(exact);
  await connection.query(names.map(([name, value]) => `SET LOCAL ${name} = '${value}'`).join("; "));
  const result = await read();
  await connection.query(names.map(([name]) => `SET LOCAL ${name} = DEFAULT`).join("; "));
  return result;
}

/** A transaction that reads keys and evaluates no fill. */
export function inKeyTransaction<T>(
  connection: Connection,
  options: TransactionOptions,
  run: () => Promise<T>,
): Promise<T> {
  return inTransaction(connection, { ...options, settings: { ...options.settings, ...exact } }, run);
}
