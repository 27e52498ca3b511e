import { inTransaction } from "../../dialect/db/transaction.js";
import type { Rows } from "../../dialect/rows.js";
import { typeOf } from "../../dialect/table.js";
import type { ScalarType } from "../../model/code.js";
import { textOf } from "../batches/keys.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { rowLabel, rowOrder } from "./label.js";

export const evaluated: Rows["evaluated"] = async (connection, table, fill, { which, limit, timeoutMs }) => {
  const inputs = fill.reads.map((name) => textOf(quoteIdentifier(name), typeOf(table, name)));
  const given = inputs.map((sql, at) => `${sql} AS i${at}`);
  const select = `SELECT ${[`${rowLabel(table)} AS label`, ...given, `CAST((${fill.rowSql}\n) AS CHAR) AS value`].join(", ")} FROM ${quoteTable(table)} t`;
  const share = limit / Math.max(table.rowEstimate, 1);
  // No letter ranges: a collation may match other characters.
  const beyond = inputs.map((sql) => `LENGTH(${sql}) <> CHAR_LENGTH(${sql}) OR ${sql} REGEXP '[[:cntrl:]]'`);
  const where = which === "spread" ? (share >= 1 ? "TRUE" : `RAND(1) < ${share}`) : beyond.join(" OR ") || "FALSE";
  const order = which === "spread" ? "" : rowOrder(table);
  const limits = { statementTimeoutMs: timeoutMs };
  const { rows } = await inTransaction(connection, { isReadOnly: true, limits }, () =>
    connection.query<Readonly<Record<string, string | null>>>(`${select} WHERE ${where}${order} LIMIT ${limit}`),
  );
  return {
    rows: rows.map((row) => ({
      row: String(row.label),
      inputs: inputs.map((_, at) => row[`i${at}`] ?? null),
      value: row.value ?? null,
    })),
    isWhole: rows.length < limit && (which === "beyond-ascii" || share >= 1),
  };
};

export function scalarOf(type: string): ScalarType | undefined {
  return scalars.find(([pattern]) => pattern.test(type))?.[1];
}

/** A tinyint(1) is a boolean in one ORM and a number in the other. */
const scalars: readonly (readonly [RegExp, ScalarType])[] = [
  [/^(?:var)?char\b|^(?:tiny|medium|long)?text\b|^enum\b/, "string"],
  [/^(?:small|medium)?int\b(?!.*unsigned)/, "int"],
  [/^bigint\b/, "bigint"],
  [/^(?:float|double)\b/, "float"],
  [/^decimal\b/, "decimal"],
  [/^(?:date|datetime|timestamp|time)\b/, "datetime"],
  [/^json\b/, "json"],
  [/^(?:var)?binary\b|blob\b/, "bytes"],
];
