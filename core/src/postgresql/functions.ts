import { duringCleanUp } from "../base/expected-errors.js";
import { isDatabaseError } from "../dialect/db/retry.js";
import { inTransaction } from "../dialect/db/transaction.js";
import { isValuesFault } from "../dialect/db/value-fault.js";
import type { FunctionValues } from "../dialect/functions.js";
import { rowKey } from "../dialect/table.js";
import { type InputRow, inputColumns, inputOf } from "./function-inputs.js";
import { postgresText } from "./function-value.js";
import { withoutLength } from "./length.js";
import { quoteIdentifier, quoteTable } from "./quote.js";
import { rowLabel } from "./rows/label.js";

/** Of PostgreSQL. */
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

  // An assignment: a cast would cut texts to length.
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
        // A type that the same change makes, or no right to temporary tables: the backfill finds out by itself.
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
