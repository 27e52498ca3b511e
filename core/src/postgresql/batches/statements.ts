import type { Ahead, FilledColumns, FillTarget, Scope } from "../../dialect/batches.js";
import type { Fill } from "../../model/fill.js";
import { drawsFromSequence } from "../../sql/fill-kinds.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { inKeys, keyColumns, keyParameters, keyRow, keyText } from "./keys.js";

/** A statement with its parameter values. */
export interface Query {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** A column that still lacks its value. */
export const lacks = (column: { readonly name: string }) => `${quoteIdentifier(column.name)} IS NULL`;

/**
 * The same condition for rows that another condition selects. It prevents the use of an index: an index on the column (for a planned unique
 * column) lists every unfilled row under NULL, and a plan with it (a BitmapAnd) would read all of them for each batch.
 */
export const stillLacks = (column: { readonly name: string }, alias = "") =>
  `num_nulls(${alias}${quoteIdentifier(column.name)}) > 0`;

/** Any planned column that still lacks its value. */
export const lacksAny = (columns: readonly { readonly name: string }[]) => `(${columns.map(lacks).join(" OR ")})`;

// Qualifies every name: ORDER BY prefers a result column for a bare name, and that one is text.
const inOrder = (key: FillTarget["key"], direction: "ASC" | "DESC") =>
  `ORDER BY ${key.map(({ column }) => `t.${quoteIdentifier(column)} ${direction}`).join(", ")}`;

const beyond = (key: FillTarget["key"], from: number) => `${keyRow(key, "t")} > ${keyParameters(key, from)}`;

/** The columns that define the order of a pass. */
const orderOf = ({ key, order = key }: FillTarget) => order;

/** The condition for the rows ahead. Its parameters start at `$<from>`. */
function aheadOf(target: FillTarget, { after: begin, upTo }: Ahead, from: number): Query {
  const order = orderOf(target);
  const conditions = [
    ...(begin === null ? [] : [beyond(order, from)]),
    ...(upTo === undefined ? [] : [`${keyRow(order, "t")} <= ${keyParameters(order, from + (begin?.length ?? 0))}`]),
  ];
  const sql = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  return { sql, values: [...(begin ?? []), ...(upTo ?? [])] };
}

/** The greatest key; no row in an empty table. */
export function lastKey(target: FillTarget): string {
  return `SELECT ${keyText(target.key, "t")} AS key FROM ${quoteTable(target.table)} t ${inOrder(target.key, "DESC")} LIMIT 1`;
}

/** Where a batch of this size ends. No row: fewer rows are left. */
export function batchEnd(target: FillTarget, size: number, ahead: Ahead): Query {
  const where = aheadOf(target, ahead, 2);
  // A scan by row position already returns rows in order, and sorting would read all rows ahead.
  const order = target.order === undefined ? inOrder(target.key, "ASC") : "";
  const names = orderOf(target).map(({ column }) => `t.${quoteIdentifier(column)}`);
  return {
    // Converts only the last key to text, not every key before it.
    sql: `SELECT ${keyText(orderOf(target), "t")} AS upper FROM (SELECT ${names.join(", ")} FROM ${quoteTable(target.table)} t ${where.sql} ${order} OFFSET $1::bigint - 1 LIMIT 1) t`,
    values: [size, ...where.values],
  };
}

/** The last key of the rows ahead, and their number. */
export function lastBatchEnd(target: FillTarget, ahead: Ahead): Query {
  const where = aheadOf(target, ahead, 1);
  const from = `FROM ${quoteTable(target.table)} t ${where.sql}`;
  return {
    sql: `SELECT (SELECT ${keyText(orderOf(target), "t")} ${from} ${inOrder(orderOf(target), "DESC")} LIMIT 1) AS upper, (SELECT count(*) ${from})::int AS rows`,
    values: where.values,
  };
}

/** The condition of a scope, for the table named `t`. */
export function within(target: FillTarget, scope: Scope): Query {
  const { key } = target;
  if (scope.kind === "keys") return { sql: inKeys(key, "t"), values: keyColumns(key, scope.keys) };
  const order = orderOf(target);
  const upper = `${keyRow(order, "t")} <= ${keyParameters(order, 1)}`;
  if (scope.after === null) return { sql: upper, values: scope.upTo };
  return { sql: `${beyond(order, 1 + order.length)} AND ${upper}`, values: [...scope.upTo, ...scope.after] };
}

/** The mean stored size of a row's values in bytes, compressed or out of line. */
export function valueBytes(target: FillTarget, scope: Scope): Query {
  const { sql, values } = within(target, scope);
  const sizes = target.columns.map(({ name }) => `coalesce(pg_column_size(t.${quoteIdentifier(name)}), 0)`);
  return {
    sql: `SELECT coalesce(avg(${sizes.join(" + ")}), 0)::float8 AS bytes FROM ${quoteTable(target.table)} t WHERE ${sql}`,
    values,
  };
}

/**
 * The UPDATEs of one batch, each of which returns `filled` (rows updated) and `empty` (of these, still without a value). They never
 * overwrite a value: PostgreSQL reads the row again after it has waited for a writer, and then `IS NULL` is false. The first statement
 * fills rows that lack all columns, which is nearly every row. A CASE per column would need only one statement, but could change the type
 * of existing values (numeric beside double precision).
 * @param skipLocked leave rows that other sessions have locked to the sweep
 */
export function fillStatements(target: FillTarget, scope: Scope, skipLocked: boolean): readonly Query[] {
  const columns = target.columns.flatMap(({ name, fill }) => (fill === undefined ? [] : [{ name, fill }]));
  if (columns.length === 0) return [];
  const all = fillColumns(target, scope, columns, skipLocked);
  if (columns.length === 1) return [all];
  return [all, ...columns.map((column) => fillColumns(target, scope, [column], skipLocked))];
}

interface FilledColumn {
  readonly name: string;
  readonly fill: Fill;
}

function fillColumns(target: FillTarget, scope: Scope, columns: readonly FilledColumn[], skipLocked: boolean): Query {
  const table = quoteTable(target.table);
  const { sql, values } = within(target, scope);
  const set = columns.map((column) => `${quoteIdentifier(column.name)} = (${column.fill.rowSql}\n)`).join(", ");
  const wanted = `${sql} AND ${columns.map((column) => stillLacks(column)).join(" AND ")}`;
  const where = skipLocked
    ? `${keyRow(target.key, "t")} IN (SELECT ${keyRow(target.key, "t").slice(1, -1)} FROM ${table} t WHERE ${wanted} FOR NO KEY UPDATE SKIP LOCKED) AND ${wanted}`
    : wanted;
  return {
    sql: `WITH done AS (UPDATE ${table} t SET ${set} WHERE ${where} RETURNING ${lacksAny(columns)} AS empty)
SELECT count(*)::int AS filled, count(*) FILTER (WHERE empty)::int AS empty FROM done`,
    values,
  };
}

/** Keys of up to `$1` rows that still lack a value, in the whole table. */
export function rowsLeft(target: FillTarget): string {
  return `SELECT ${keyText(target.key, "t")} AS key FROM ${quoteTable(target.table)} t WHERE ${lacksAny(target.columns)} LIMIT $1`;
}

/** One row if any row has a value in any planned column. */
export function anyValue({ table, columns }: FillTarget): string {
  return `SELECT 1 FROM ${quoteTable(table)} t WHERE ${columns.map(({ name }) => `t.${quoteIdentifier(name)} IS NOT NULL`).join(" OR ")} LIMIT 1`;
}

/** Of the first `$1` rows in key order: how many get a value from their fills (`rows`), and how many of these have one (`filled`). */
export function firstValues(target: FilledColumns): string {
  const counts = target.columns.map((column) => {
    const isGiven = givesValue(column);
    const has = `t.${quoteIdentifier(column.name)} IS NOT NULL`;
    return `SELECT count(*) FILTER (WHERE ${isGiven})::int AS rows, count(*) FILTER (WHERE ${has} AND ${isGiven})::int AS filled FROM first t`;
  });
  return `WITH first AS MATERIALIZED (SELECT * FROM ${quoteTable(target.table)} t ${inOrder(target.key, "ASC")} LIMIT $1) ${counts.join(" UNION ALL ")}`;
}

/**
 * Keys of up to `$1` rows, up to the key in `$2`, …, that lack a value and were written by a transaction that had not ended before the one
 * in the next parameter. Rows that were not changed since have an older transaction. An UPDATE of the key writes a new row version.
 * @param isEvaluated only rows that get a value from the fill
 */
export function changedRows(target: FillTarget, isSince: boolean, isEvaluated: boolean): string {
  const { key, columns } = target;
  const empty = columns.map((column) => `(t.${lacks(column)}${isEvaluated ? ` AND ${givesValue(column)}` : ""})`);
  const conditions = [
    `${keyRow(key, "t")} <= ${keyParameters(key, 2)}`,
    `(${empty.join(" OR ")})`,
    ...(isSince ? [`age(t.xmin) <= age($${2 + key.length}::text::xid)`] : []),
  ];
  return `SELECT ${keyText(key, "t")} AS key FROM ${quoteTable(target.table)} t WHERE ${conditions.join(" AND ")} LIMIT $1`;
}

/** Counts up to `$1` rows beyond the key in `$2`, … that lack a value. */
export function laterRows(target: FillTarget): string {
  return `SELECT count(*)::int AS rows FROM (SELECT 1 FROM ${quoteTable(target.table)} t WHERE ${beyond(target.key, 2)} AND ${lacksAny(target.columns)} LIMIT $1) x`;
}

/** Does not evaluate a sequence, because each evaluation would use up a number. */
function givesValue({ fill }: FillTarget["columns"][number]): string {
  return fill === undefined || drawsFromSequence(fill) ? "true" : `(${fill.rowSql}\n) IS NOT NULL`;
}
