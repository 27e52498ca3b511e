import type { ComputedColumn, ComputedValues, FillTarget, Scope } from "../../dialect/batches.js";
import type { TableFacts } from "../../dialect/table.js";
import { inputColumns } from "../function-inputs.js";
import { withoutLength } from "../length.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { castType, keyColumns, keyRow, keyText } from "./keys.js";
import { lacks, type Query, stillLacks, within } from "./statements.js";

/**
 * Rows of a scope that lack their value: the key, the function's inputs (`i0`, …), and `seen`: the inputs as text.
 * As text because every type converts to text, and because equality may ignore differences that a function sees (citext, 1.0 and 1.00).
 */
export function unfilledRows(target: FillTarget, table: TableFacts, scope: Scope, column: ComputedColumn): Query {
  const { reads } = column.compute;
  const seen = `ARRAY[${reads.map((name) => `t.${quoteIdentifier(name)}::text`).join(", ")}]::text[] AS seen`;
  const columns = [`${keyText(target.key, "t")} AS key`, seen, ...inputColumns(reads, table, "t.")];
  const order = target.key.map((key) => `t.${quoteIdentifier(key.column)}`).join(", ");
  const { sql, values } = within(target, scope);
  return {
    sql: `SELECT ${columns.join(", ")} FROM ${quoteTable(target.table)} t WHERE ${sql} AND ${stillLacks(column, "t.")} ORDER BY ${order}`,
    values,
  };
}

/**
 * Writes computed values by compare-and-set: a row is only written while it has no value and still has the inputs of the computation.
 * PostgreSQL checks both again after it has waited for a writer.
 */
export function storeComputed(target: FillTarget, { column, rows }: ComputedValues, skipLocked: boolean): Query {
  const table = quoteTable(target.table);
  const { key } = target;
  const { reads } = column.compute;
  const names = [...key.map((_, at) => `k${at}`), ...reads.map((_, at) => `s${at}`), "value"];
  const given = `unnest(${names.map((_, at) => `$${at + 1}::text[]`).join(", ")}) given(${names.join(", ")})`;
  const keys = key.map(({ type }, at) => `given.k${at}::${castType(type)}`).join(", ");
  const isSame = reads.map((name, at) => `t.${quoteIdentifier(name)}::text IS NOT DISTINCT FROM given.s${at}`);
  const wanted = [`${keyRow(key, "t")} = (${keys})`, stillLacks(column, "t."), ...isSame].join(" AND ");
  const free = skipLocked
    ? ` AND ${keyRow(key, "t")} IN (SELECT ${keyRow(key, "t").slice(1, -1)} FROM ${table} t, ${given} WHERE ${wanted} FOR NO KEY UPDATE OF t SKIP LOCKED)`
    : "";
  const set = `${quoteIdentifier(column.name)} = given.value::${withoutLength(column.type)}`;
  const keyed = keyColumns(
    key,
    rows.map((row) => row.key),
  );
  return {
    sql: `WITH done AS (UPDATE ${table} t SET ${set} FROM ${given} WHERE ${wanted}${free} RETURNING t.${lacks(column)} AS empty)
SELECT count(*)::int AS filled, count(*) FILTER (WHERE empty)::int AS empty FROM done`,
    // Text arrays: one for each key column, one for each column read, then the values.
    values: [...keyed, ...reads.map((_, at) => rows.map(({ seen }) => seen[at])), rows.map(({ value }) => value)],
  };
}
