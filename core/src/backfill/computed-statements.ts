import { inputColumns } from "../facts/function-inputs.js";
import type { TableFacts } from "../facts/table.js";
import type { ComputedFill } from "../model/fill.js";
import { withoutLength } from "../sql/postgres/length.js";
import { quoteIdentifier } from "../sql/postgres/quote.js";
import { castType, keyRow, keyText } from "./keys.js";
import { type FillTarget, lacks, type Scope, within } from "./statements.js";

/** A column that a function fills. */
export interface ComputedColumn {
  readonly name: string;
  readonly type: string;
  readonly compute: ComputedFill;
}

/**
 * Rows of a scope that lack their value: the key, what the function is given (`i0`, …), and `seen`: the same as text.
 * As text because every type has one, and because an equality may overlook what a function does not (citext, 1.0 and 1.00).
 */
export function unfilledRows(target: FillTarget, table: TableFacts, scope: Scope, column: ComputedColumn): string {
  const { reads } = column.compute;
  const seen = `ARRAY[${reads.map((name) => `t.${quoteIdentifier(name)}::text`).join(", ")}]::text[] AS seen`;
  const columns = [`${keyText(target.key, "t")} AS key`, seen, ...inputColumns(reads, table, "t.")];
  const order = target.key.map((key) => `t.${quoteIdentifier(key.column)}`).join(", ");
  return `SELECT ${columns.join(", ")} FROM ${target.table} t WHERE ${within(target, scope)} AND t.${lacks(column)} ORDER BY ${order}`;
}

/**
 * Writes computed values: compare and set. A row is written only while it still has what its value was computed from, and no
 * value; PostgreSQL looks at both again after it has waited for a writer.
 * Parameters: arrays of text, one for each column of the key, then one for each column read, then the values.
 */
export function storeComputed(target: FillTarget, column: ComputedColumn, skipLocked: boolean): string {
  const { key } = target;
  const { reads } = column.compute;
  const names = [...key.map((_, at) => `k${at}`), ...reads.map((_, at) => `s${at}`), "value"];
  const given = `unnest(${names.map((_, at) => `$${at + 1}::text[]`).join(", ")}) given(${names.join(", ")})`;
  const keys = key.map(({ type }, at) => `given.k${at}::${castType(type)}`).join(", ");
  const isSame = reads.map((name, at) => `t.${quoteIdentifier(name)}::text IS NOT DISTINCT FROM given.s${at}`);
  const wanted = [`${keyRow(key, "t")} = (${keys})`, `t.${lacks(column)}`, ...isSame].join(" AND ");
  const free = skipLocked
    ? ` AND ${keyRow(key, "t")} IN (SELECT ${keyRow(key, "t").slice(1, -1)} FROM ${target.table} t, ${given} WHERE ${wanted} FOR NO KEY UPDATE OF t SKIP LOCKED)`
    : "";
  const set = `${quoteIdentifier(column.name)} = given.value::${withoutLength(column.type)}`;
  return `WITH done AS (UPDATE ${target.table} t SET ${set} FROM ${given} WHERE ${wanted}${free} RETURNING t.${lacks(column)} AS empty)
SELECT count(*)::int AS filled, count(*) FILTER (WHERE empty)::int AS empty FROM done`;
}
