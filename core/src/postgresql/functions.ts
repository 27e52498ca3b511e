import { duringCleanUp } from "../base/expected-errors.js";
import { isDatabaseError } from "../dialect/db/retry.js";
import { inTransaction } from "../dialect/db/transaction.js";
import { isValuesFault } from "../dialect/db/value-fault.js";
import type { FunctionValues } from "../dialect/functions.js";
import { rowKey } from "../dialect/table.js";
import { type TextForms, textOfValue } from "../target/facts/function-value.js";
import { type InputRow, inputColumns, inputOf } from "./function-inputs.js";
import { withoutLength } from "./length.js";
import { quoteIdentifier, quoteTable } from "./quote.js";
import { rowLabel } from "./rows/label.js";

/** A value as text for PostgreSQL, stored as the pg driver would store it. @throws LS5052 */
export function postgresText(value: unknown, type: string): string | undefined {
  return textOfValue(value, type, forms);
}

const forms: TextForms = {
  isJson: (type) => /^jsonb?$/.test(type),
  list: (value, type) =>
    type.endsWith("[]")
      ? `{${value.map((element) => elementText(element, type.replace(/\[\]$/, ""))).join(",")}}`
      : undefined,
  text: (value) => value,
  boolean: String,
  moment: (value) => value.toISOString(),
  bytes: (value) => `\\x${value.toString("hex")}`,
};

/** Inside `{…}`: always quoted, so commas and the word NULL have no special meaning. */
function elementText(element: unknown, type: string): string {
  // Nested lists have the same type as lists.
  if (Array.isArray(element) && !/^jsonb?$/.test(type))
    return `{${element.map((inner) => elementText(inner, type)).join(",")}}`;
  const text = postgresText(element, type);
  return text === undefined ? "NULL" : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** For PostgreSQL. */
export const functions: FunctionValues = {
  text: postgresText,

  async rows(connection, table, { reads, texts, limit }) {
    const columns = [
      `${rowLabel(table)} AS label`,
      ...inputColumns(reads, table),
      ...texts.map((name, at) => `${quoteIdentifier(name)}::text AS k${at}`),
    ];
    const order = rowKey(table)
      .map((key) => quoteIdentifier(key.column))
      .join(", ");
    const settings = { statement_timeout: 30_000, lock_timeout: 5000, row_security: "off" };
    return inTransaction(connection, { isReadOnly: true, settings }, async () => {
      const { rows } = await connection.query<InputRow>(
        `SELECT ${columns.join(", ")} FROM ${quoteTable(table)} ${order === "" ? "" : `ORDER BY ${order}`} LIMIT ${limit}`,
      );
      return rows.map((row) => ({
        label: String(row.label),
        input: inputOf(row, reads),
        texts: Object.fromEntries(texts.map((name, at) => [name, row[`k${at}`] as string | null])),
      }));
    });
  },

  // An assignment, because a cast would truncate text.
  async unfit(connection, type, values) {
    const insert = (given: readonly string[]) =>
      connection.query(
        `INSERT INTO pg_temp.lockstep_try_function SELECT v::${withoutLength(type)} FROM unnest($1::text[]) v`,
        [given],
      );
    await connection.begin({ limits: { statementTimeoutMs: 30_000 } });
    try {
      try {
        await connection.query(`CREATE TEMPORARY TABLE lockstep_try_function (value ${type}) ON COMMIT DROP`);
      } catch (error) {
        // The same change creates the type, or the role has no privilege for temporary tables. The backfill detects that.
        if (isDatabaseError(error)) return undefined;
        throw error;
      }
      for (const [at, given] of [values, ...values.map((value) => [value])].entries()) {
        const isAll = at === 0;
        await connection.query("SAVEPOINT tried");
        try {
          await insert(given);
          if (isAll) return undefined;
        } catch (error) {
          if (!isDatabaseError(error) || !(isValuesFault(error) || error.code.startsWith("42"))) throw error;
          if (!isAll) return { at: at - 1, error };
        }
        await connection.query("ROLLBACK TO SAVEPOINT tried");
      }
      return undefined;
    } finally {
      if (!connection.isLost) await connection.query("ROLLBACK").catch(duringCleanUp);
    }
  },
};
