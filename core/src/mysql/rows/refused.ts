import { isDatabaseError } from "../../dialect/db/retry.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import { isValuesFault } from "../../dialect/db/value-fault.js";
import { textWithoutValues } from "../../dialect/db/without-values.js";
import type { RefusedRows, RefusedRowsInput, Rows } from "../../dialect/rows.js";
import { tableLabel } from "../../model/names.js";
import { quoteIdentifier, quoteTable, quoteText } from "../quote.js";
import { refusedByType } from "../validation/refused-by-type.js";
import { rowLabel } from "./label.js";
import { storedValue } from "./stored.js";

/**
 * Evaluates the fill for each row, and finds the values that the column's type rejects. Creates no objects, because neither server has
 * temporary functions.
 */
export const findRefusedRows: Rows["refused"] = async (connection, input) => {
  const limits = { statementTimeoutMs: input.timeoutMs, lockTimeoutMs: 5000 };
  const { looked, refusals } = refusedSql(input);
  try {
    return await inTransaction(connection, { isReadOnly: true, isRepeatable: true, limits }, async () => {
      const counts = await connection.query<{ n: string | number }>(looked);
      const found = await connection.query<RefusalRow>(refusals);
      return { kind: "tried", looked: Number(counts.rows[0]?.n), refusals: found.rows.map(refusalOf) };
    });
  } catch (error) {
    if (!isDatabaseError(error) || /^(08|28|42501|57P)/.test(error.code)) throw error;
    if (error.code === "57014" || error.code === "55P03") return notTried(`not within ${input.timeoutMs / 1000} s`);
    // The value of some row cannot be computed. The server does not report which one.
    return notTried(isValuesFault(error) ? textWithoutValues(error) : error.message);
  }
};

const notTried = (why: string): RefusedRows => ({ kind: "not-tried", why });

interface RefusalRow {
  readonly code: string;
  readonly why: string;
  readonly n: string | number;
  readonly labels: string;
}

function refusalOf({ code, why, n, labels }: RefusalRow) {
  return { why, sqlState: code, rows: Number(n), samples: labels.split("\n") };
}

function refusedSql({
  table,
  column,
  fill,
  columnExists,
  limit,
  uniqueKeys = [],
  foreignKeys = [],
}: RefusedRowsInput): { readonly looked: string; readonly refusals: string } {
  const own = quoteTable(table);
  const name = quoteIdentifier(column.name);
  const from = `FROM ${own} t${columnExists ? ` WHERE ${name} IS NULL` : ""}${limit === undefined ? "" : ` LIMIT ${limit}`}`;
  const keys = [...uniqueKeys, ...foreignKeys.map(({ columns }) => columns)];
  const others = [...new Set(keys.flat())].filter((each) => each !== column.name);
  const given = (each: string) => (each === column.name ? "o.s" : `o.k${others.indexOf(each)}`);
  const isGiven = (columns: readonly string[]) => columns.map((each) => `${given(each)} IS NOT NULL`).join(" AND ");
  const same = (columns: readonly string[], referenced = columns) =>
    columns.map((each, at) => `r.${quoteIdentifier(referenced[at] ?? each)} = ${given(each)}`).join(" AND ");
  const { isTooLong, isRefused = "FALSE" } = refusedByType("o.v", column.type) ?? {};
  const cases: readonly (readonly [when: string, code: string, why: string])[] = [
    ["o.v IS NULL", "", "the fill yields NULL"],
    ...(isTooLong === undefined
      ? []
      : [[isTooLong.sql, "22001", `the fill is longer than ${isTooLong.limit} characters`] as const]),
    [isRefused, "22000", `${column.type} does not support the value of the fill`],
    ...uniqueKeys.map((key, at) => {
      const isTwice = `o.nth${at} > 1 OR EXISTS (SELECT 1 FROM ${own} r WHERE ${same(key)})`;
      return [`${isGiven(key)} AND (${isTwice})`, "23505", "another row already has this value"] as const;
    }),
    ...foreignKeys.map(({ columns, references, referencedColumns }) => {
      const isMissing = `NOT EXISTS (SELECT 1 FROM ${quoteTable(references)} r WHERE ${same(columns, referencedColumns)})`;
      return [
        `${isGiven(columns)} AND ${isMissing}`,
        "23503",
        `its value references no row of "${tableLabel(references)}"`,
      ] as const;
    }),
  ];
  const select = [
    `${rowLabel(table)} AS label`,
    `(${fill.rowSql}\n) AS v`,
    // Only values that keys need: MariaDB cannot cast to JSON, but JSON is never in a key.
    ...(keys.length === 0 ? [] : [`${storedValue(fill.rowSql, column.type)} AS s`]),
    ...others.map((each, at) => `${quoteIdentifier(each)} AS k${at}`),
  ];
  // Separate columns, because MariaDB 10.11 counts wrongly next to a subquery that references the row.
  const nth = uniqueKeys.map(
    (key, at) => `, ROW_NUMBER() OVER (PARTITION BY ${key.map(given).join(", ")} ORDER BY o.label) AS nth${at}`,
  );
  const numbered = `SELECT o.*${nth.join("")} FROM (SELECT ${select.join(", ")} ${from}) o`;
  const judged = `SELECT o.label, CASE ${cases.map(([when], at) => `WHEN ${when} THEN ${at}`).join(" ")} END AS reason FROM (${numbered}) o`;
  const of = (values: readonly string[]) => `ELT(reason + 1, ${values.map(quoteText).join(", ")})`;
  return {
    looked: `SELECT COUNT(*) AS n FROM (SELECT 1 ${from}) o`,
    refusals: `SELECT ${of(cases.map(([, code]) => code))} AS code, ${of(cases.map(([, , why]) => why))} AS why, COUNT(*) AS n,
      SUBSTRING_INDEX(GROUP_CONCAT(label ORDER BY label SEPARATOR 0x0A), CHAR(10), 3) AS labels
      FROM (${judged}) judged WHERE reason IS NOT NULL GROUP BY reason ORDER BY n DESC, reason`,
  };
}
