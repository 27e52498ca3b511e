import { duringCleanUp } from "../base/expected-errors.js";
import { isDatabaseError } from "../dialect/db/retry.js";
import { inTransaction } from "../dialect/db/transaction.js";
import { isValuesFault } from "../dialect/db/value-fault.js";
import type { FunctionValues } from "../dialect/functions.js";
import { typeOf } from "../dialect/table.js";
import { type TextForms, textOfValue } from "../target/facts/function-value.js";
import { inputOf } from "./batches/inputs.js";
import { isBinary, textOf } from "./batches/keys.js";
import { quoteIdentifier, quoteTable } from "./quote.js";
import { rowLabel, rowOrder } from "./rows/label.js";

/** A value as text for MySQL and MariaDB; hexadecimal digits for binary columns. @throws LS5052 */
function mysqlText(value: unknown, type: string): string | undefined {
  return textOfValue(value, type, forms);
}

const hex = (value: Buffer) => value.toString("hex");

const forms: TextForms = {
  isJson: (type) => /^json\b/.test(type),
  list: () => undefined,
  text: (value, type) => (isBinary(type) ? hex(Buffer.from(value)) : value),
  boolean: (value) => (value ? "1" : "0"),
  // Neither server accepts T and Z. A time of day would put a date out of range.
  moment(value, type) {
    const [date = "", time = ""] = value.toISOString().replace("Z", "").split("T");
    return /^date\b/.test(type) ? date : /^time\b/.test(type) ? time : `${date} ${time}`;
  },
  bytes: hex,
};

/** For MySQL and MariaDB. */
export const functions: FunctionValues = {
  text: mysqlText,

  async rows(connection, table, { reads, texts, limit }) {
    const columns = [
      `${rowLabel(table)} AS label`,
      ...reads.map((name, at) => `${quoteIdentifier(name)} AS i${at}`),
      ...texts.map((name, at) => `${textOf(quoteIdentifier(name), typeOf(table, name))} AS k${at}`),
    ];
    const limits = { statementTimeoutMs: 30_000, lockTimeoutMs: 5000 };
    return inTransaction(connection, { isReadOnly: true, limits }, async () => {
      const { rows } = await connection.query(
        `SELECT ${columns.join(", ")} FROM ${quoteTable(table)} t${rowOrder(table)} LIMIT ${limit}`,
      );
      return rows.map((row) => ({
        label: String(row.label),
        input: inputOf(row, reads, table),
        texts: Object.fromEntries(texts.map((name, at) => [name, (row[`k${at}`] ?? null) as string | null])),
      }));
    });
  },

  async unfit(connection, type, values) {
    const table = "`lockstep_try_function`";
    try {
      await connection.query(`CREATE TEMPORARY TABLE ${table} (value ${type})`);
    } catch (error) {
      // The account has no privilege for temporary tables, or this is a replica. The backfill detects that.
      if (isDatabaseError(error)) return undefined;
      throw error;
    }
    try {
      for (const [at, value] of values.entries()) {
        try {
          await connection.query(`INSERT INTO ${table} VALUES (${isBinary(type) ? "UNHEX(?)" : "?"})`, [value]);
        } catch (error) {
          if (!isValuesFault(error)) throw error;
          return { at, error: error as Error };
        }
      }
      return undefined;
    } finally {
      if (!connection.isLost) await connection.query(`DROP TEMPORARY TABLE IF EXISTS ${table}`).catch(duringCleanUp);
    }
  },
};
