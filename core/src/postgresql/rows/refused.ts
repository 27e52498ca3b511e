import { duringCleanUp } from "../../base/expected-errors.js";
import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import { notTheValuesFault } from "../../dialect/db/value-fault.js";
import type { Refusal, RefusedRows, RefusedRowsInput } from "../../dialect/rows.js";
import { tableLabel } from "../../model/names.js";
import { rowName } from "../../sql/fill-context.js";
import { dollarQuote, quoteIdentifier, quoteLiteral, quoteTable } from "../quote.js";
import { statedSettingsOfFunction } from "../stated-settings.js";
import { rowLabel } from "./label.js";

/**
 * Tests a fill row by row, like the fill trigger: which rows get no value, and why. Uses temporary functions in a transaction that is
 * rolled back.
 *
 * @example
 * const found = await findRefusedRows(connection, { table, column, fill, columnExists: true, limit: 10_000, timeoutMs: 10_000 });
 * @throws PostgreSQL's error if it is not caused by the fill: privileges, a lost connection
 */
export async function findRefusedRows(connection: Connection, input: RefusedRowsInput): Promise<RefusedRows> {
  await connection.begin({
    isRepeatable: true,
    limits: { statementTimeoutMs: input.timeoutMs, lockTimeoutMs: 5000 },
    settings: { row_security: "off" },
  });
  try {
    const functions = tryFunctions(input);
    for (const sql of functions.create) await connection.query(sql);
    await connection.query("SET TRANSACTION READ ONLY");
    const { rows } = await connection.query<{ looked: number; refusals: Refusal[] | null }>(
      refusedSql(input, functions),
    );
    return { kind: "tried", looked: rows[0]!.looked, refusals: rows[0]!.refusals ?? [] };
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    if (error.code === "57014" || error.code === "55P03")
      return { kind: "not-tried", why: `not within ${input.timeoutMs / 1000} s` };
    // No privilege for temporary objects, a replica, or a type or table that the same change creates.
    if (/^(42|25|0A)/.test(error.code) && !/row-level security|row security/.test(error.message))
      return { kind: "not-tried", why: error.message };
    throw error;
  } finally {
    if (!connection.isLost) await connection.rollback().catch(duringCleanUp);
  }
}

/** Temporary functions that evaluate a fill over a row without raising errors. */
export interface TryFunctions {
  readonly create: readonly string[];
  /** NULL if the fill fails. @param row a row of the table, as SQL */
  valueIn(row: string): string;
  /** SQLSTATE and message; NULL if there is a value. */
  whyIn(row: string): string;
}

/** The value of a row, and why it has none. A parameter named `new` allows the trigger's own expression to be used unchanged. */
export function tryFunctions({
  table,
  column,
  fill,
}: Pick<RefusedRowsInput, "table" | "column" | "fill">): TryFunctions {
  const make = (name: string, returns: string, found: string, caught: string) => `
CREATE FUNCTION pg_temp.${name}(new ${quoteTable(table)}) RETURNS ${returns} LANGUAGE plpgsql${fill.dependsOnSession ? statedSettingsOfFunction : ""} AS ${dollarQuote(
    `#variable_conflict use_column
DECLARE value ${column.type};
BEGIN
  value := ${fill.newSql}
;
  RETURN ${found};
EXCEPTION
  WHEN ${notTheValuesFault} THEN RAISE;
  WHEN OTHERS OR assert_failure THEN RETURN ${caught};
END`,
    "try",
  )};`;
  const none = "CASE WHEN value IS NULL THEN ARRAY['', 'the fill yields NULL'] END";
  const of = (name: string) => (row: string) => `pg_temp.${name}(${row})`;
  return {
    create: [
      make("lockstep_value", column.type, "value", "NULL"),
      make("lockstep_why", "text[]", none, "ARRAY[SQLSTATE, SQLERRM, 'raised']"),
    ],
    valueIn: of("lockstep_value"),
    whyIn: of("lockstep_why"),
  };
}

function refusedSql(
  { table, column, columnExists, limit, uniqueKeys = [], foreignKeys = [] }: RefusedRowsInput,
  { valueIn, whyIn }: TryFunctions,
): string {
  const name = quoteIdentifier(column.name);
  const own = quoteTable(table);
  const keys = [...uniqueKeys, ...foreignKeys.map(({ columns }) => columns)];
  const others = [...new Set(keys.flat())].filter((each) => each !== column.name);
  const given = (each: string) => (each === column.name ? "o.value" : `o.k${others.indexOf(each)}`);
  const same = (columns: readonly string[], referenced = columns) =>
    columns.map((each, at) => `r.${quoteIdentifier(referenced[at]!)} = ${given(each)}`).join(" AND ");
  const isTwice = (key: readonly string[]) =>
    `EXISTS (SELECT FROM ${own} r WHERE ${same(key)}) OR row_number() OVER (PARTITION BY ${key.map(given).join(", ")} ORDER BY o.label) > 1`;
  const cases = [
    "WHEN o.why IS NOT NULL THEN o.why",
    ...uniqueKeys.map(
      (key) =>
        `WHEN ${key.map((each) => `${given(each)} IS NOT NULL`).join(" AND ")} AND (${isTwice(key)}) THEN ARRAY['23505', 'another row already has this value']`,
    ),
    ...foreignKeys.map(
      ({ columns, references, referencedColumns }) =>
        `WHEN ${columns.map((each) => `${given(each)} IS NOT NULL`).join(" AND ")} AND NOT EXISTS (SELECT FROM ${quoteTable(references)} r WHERE ${same(columns, referencedColumns)}) THEN ARRAY['23503', ${quoteLiteral(`its value references no row of "${tableLabel(references)}"`)}]`,
    ),
  ];
  const select = [
    `${rowLabel(table)} AS label`,
    `${whyIn(rowName)} AS why`,
    // Only lookups need it.
    `${keys.length === 0 ? `NULL::${column.type}` : valueIn(rowName)} AS value`,
    ...others.map((each) => `${quoteIdentifier(each)} AS k${others.indexOf(each)}`),
  ];
  return `WITH o AS MATERIALIZED (SELECT ${select.join(", ")} FROM ${own} AS ${rowName}${columnExists ? ` WHERE ${name} IS NULL` : ""}${limit === undefined ? "" : ` LIMIT ${limit}`}),
  judged AS (SELECT o.label, CASE ${cases.join(" ")} END AS why FROM o),
  numbered AS (SELECT label, why, row_number() OVER (PARTITION BY why[1] ORDER BY label) AS n FROM judged WHERE why IS NOT NULL),
  grouped AS (SELECT why[1] AS code, (array_agg(why[2] ORDER BY n) FILTER (WHERE n = 1))[1] AS message, bool_or(why[3] IS NOT NULL) AS raised, count(*) AS rows,
                     array_agg(label ORDER BY n) FILTER (WHERE n <= 3) AS samples FROM numbered GROUP BY why[1])
SELECT (SELECT count(*) FROM o)::int AS looked,
       (SELECT json_agg(json_build_object('why', message, 'isRaised', raised, 'sqlState', code, 'rows', rows, 'samples', samples) ORDER BY rows DESC, code) FROM grouped) AS refusals`;
}
