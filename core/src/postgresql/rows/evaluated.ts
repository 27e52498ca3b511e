import { inTransaction } from "../../dialect/db/transaction.js";
import type { EvaluatedRow, Rows } from "../../dialect/rows.js";
import type { ScalarType } from "../../model/code.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { statedSettings } from "../stated-settings.js";
import { rowLabel, rowOrder } from "./label.js";

export const evaluated: Rows["evaluated"] = async (connection, table, fill, { which, limit, timeoutMs }) => {
  const inputs = fill.reads.map((name) => `${quoteIdentifier(name)}::text`);
  const select = `SELECT ${rowLabel(table)} AS row, ARRAY[${inputs.join(", ")}] AS inputs, (${fill.rowSql}\n)::text AS value FROM ${quoteTable(table)}`;
  const share = (limit * 100) / Math.max(table.rowEstimate, 1);
  const spread = share >= 100 ? "" : ` TABLESAMPLE SYSTEM (${share}) REPEATABLE (1)`;
  const beyond = inputs.map((input) => `${input} COLLATE "C" ~ '[^ -~]'`).join(" OR ");
  const sql = which === "spread" ? `${select}${spread}` : `${select} WHERE ${beyond} ORDER BY ${rowOrder(table)}`;
  const settings = { ...statedSettings, statement_timeout: timeoutMs, row_security: "off" };
  const { rows } = await inTransaction(connection, { isReadOnly: true, settings }, () =>
    connection.query<EvaluatedRow>(`${sql} LIMIT ${limit}`),
  );
  return { rows, isWhole: rows.length < limit && (which === "beyond-ascii" || spread === "") };
};

export function scalarOf(type: string): ScalarType | undefined {
  const name = type.replace(/^.*\./, "").replace(/\(.*\)/, "");
  return scalars.find(([pattern]) => pattern.test(name))?.[1];
}

const scalars: readonly (readonly [RegExp, ScalarType])[] = [
  [/^(text|character varying|character|citext|uuid)$/, "string"],
  [/^(integer|smallint)$/, "int"],
  [/^bigint$/, "bigint"],
  [/^boolean$/, "boolean"],
  [/^(real|double precision)$/, "float"],
  [/^numeric$/, "decimal"],
  [/^(date|time|timestamp)\b/, "datetime"],
  [/^jsonb?$/, "json"],
  [/^bytea$/, "bytes"],
];
