import type { Connection } from "../../dialect/connection.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import { isValuesFault } from "../../dialect/db/value-fault.js";
import type { DifferingRow, MirrorColumn, Rows } from "../../dialect/rows.js";
import { type TableFacts, typeOf } from "../../dialect/table.js";
import type { TableName } from "../../model/names.js";
import { quoteIdentifier, quoteLiteral, quoteTable, triggerNames } from "../quote.js";
import { rowLabel, rowOrder } from "./label.js";
import { storedBytes } from "./stored.js";

/** The rows where a mirror differs from its source, byte by byte, evaluated as in its trigger. */
export const findDiffering: Rows["differing"] = async (connection, table, mirror, { limit, timeoutMs }) => {
  const text = (sql: string) => {
    const whole = /^(?:var)?binary\b|blob\b/.test(typeOf(table, mirror.name))
      ? `HEX(${sql})`
      : `CONVERT(${sql} USING utf8mb4)`;
    return `IF(CHAR_LENGTH(${whole}) > 60, CONCAT(LEFT(${whole}, 60), '… ', SHA2(${whole}, 256)), ${whole})`;
  };
  const { has, source } = bytesOf(table, mirror);
  const select = `${rowLabel(table)} AS \`row\`, ${text(has)} AS has, ${text(source)} AS source`;
  try {
    const rows = await asTheTrigger(connection, mirror, timeoutMs, async () => {
      const found = await connection.query<DifferingRow>(
        `SELECT ${select} FROM ${quoteTable(table)} t WHERE ${differs(table, mirror)}${rowOrder(table)} LIMIT ${limit}`,
      );
      return found.rows;
    });
    return { rows };
  } catch (error) {
    if (!isValuesFault(error)) throw error;
    const why = "the server does not report for which one";
    return {
      rows: [],
      fails: (error as Error).message,
      untried: { why, help: "Correct the row, then run the command again." },
    };
  }
};

function bytesOf(table: TableFacts, { name, fill }: MirrorColumn): { readonly has: string; readonly source: string } {
  const type = typeOf(table, name);
  return { has: storedBytes(quoteIdentifier(name), type), source: storedBytes(fill.rowSql, type) };
}

function differs(table: TableFacts, mirror: MirrorColumn): string {
  const { has, source } = bytesOf(table, mirror);
  return `${quoteIdentifier(mirror.name)} IS NOT NULL AND NOT (${has} <=> ${source})`;
}

/** The trigger restores what an UPDATE clears. */
export const follow: Rows["follow"] = (table, mirror, only) => {
  // An UPDATE changes these columns by itself, but this is not a user's change.
  const kept = table.columns
    .filter(({ isSelfUpdating }) => isSelfUpdating)
    .map(({ name }) => `, ${quoteIdentifier(name)} = ${quoteIdentifier(name)}`);
  const update = `UPDATE ${quoteTable(table)} t SET ${quoteIdentifier(mirror.name)} = NULL${kept.join("")} WHERE`;
  if (only === undefined)
    return `${update} ${differs(table, mirror).replaceAll("\n", " ")} LIMIT 1000, until it updates no row`;
  return `${update} CAST(${rowLabel(table)} AS BINARY) IN (${only.map(quoteLiteral).join(", ")})`;
};

/**
 * Reads under the sql_mode and the collation of the column's fill trigger, because operators depend on them (`||`). Runs in a read-only
 * transaction and restores the session afterwards.
 */
async function asTheTrigger<T>(
  connection: Connection,
  column: { readonly table: TableName; readonly name: string },
  statementTimeoutMs: number,
  run: () => Promise<T>,
): Promise<T> {
  const { schema = null } = column.table;
  const { rows } = await connection.query<Settings & { readonly wasMode: string; readonly wasCollation: string }>(
    `SELECT SQL_MODE AS mode, COLLATION_CONNECTION AS collation, @@SESSION.sql_mode AS wasMode, @@SESSION.collation_connection AS wasCollation
       FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = COALESCE(?, DATABASE()) AND TRIGGER_NAME = ?`,
    [schema, triggerNames(column.table, column.name).update],
  );
  const [made] = rows;
  const set = ({ mode, collation }: Settings) =>
    connection.query("SET SESSION sql_mode = ?, collation_connection = ?", [mode, collation]);
  if (made !== undefined) await set(made);
  try {
    return await inTransaction(connection, { isReadOnly: true, limits: { statementTimeoutMs } }, run);
  } finally {
    if (made !== undefined && !connection.isLost) await set({ mode: made.wasMode, collation: made.wasCollation });
  }
}

interface Settings {
  readonly mode: string;
  readonly collation: string;
}
