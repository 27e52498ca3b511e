import { duringCleanUp } from "../../base/expected-errors.js";
import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import { isValuesFault } from "../../dialect/db/value-fault.js";
import type { DifferingRow, MirrorColumn, Rows } from "../../dialect/rows.js";
import type { TableFacts } from "../../dialect/table.js";
import { rowName } from "../../sql/fill-context.js";
import { qualified, quoteIdentifier, quoteLiteral, quoteTable, scaffoldNames } from "../quote.js";
import { differs } from "../read/differs.js";
import { statedSettings } from "../stated-settings.js";
import { rowLabel, rowOrder } from "./label.js";
import { tryFunctions } from "./refused.js";

/** The rows of a mirror that differ. A single statement uses one snapshot, in which each row has a source and value written together. */
export const findDiffering: Rows["differing"] = async (connection, table, mirror, { limit, timeoutMs }) => {
  // Fails instead of hiding rows by a policy. Uses the stated settings, so that a value has the same text as when it was confirmed.
  const settings = { ...statedSettings, statement_timeout: timeoutMs, row_security: "off" };
  // User-defined functions resolve as in the trigger.
  const searchPath = () =>
    connection.query(
      `SELECT set_config('search_path', substr(setting, length('search_path=') + 1), true)
         FROM pg_catalog.pg_proc, unnest(proconfig) setting WHERE oid = to_regprocedure($1) AND starts_with(setting, 'search_path=')`,
      [`${qualified(table.schema, scaffoldNames(mirror.table, mirror.name).function)}()`],
    );
  try {
    const rows = await inTransaction(connection, { isReadOnly: true, settings }, async () => {
      await searchPath();
      return compare(connection, table, mirror, sourceOf(mirror), limit);
    });
    return { rows };
  } catch (error) {
    if (!isValuesFault(error)) throw error;
    const fails = (error as Error).message;
    try {
      return { rows: await rowByRow(), fails };
    } catch (refusal) {
      // No privilege for temporary functions, or a replica.
      if (!isDatabaseError(refusal) || !/^(42501|25006)$/.test(refusal.code)) throw refusal;
      const help =
        "Correct the row, or connect as a role that can create temporary functions (GRANT TEMPORARY ON DATABASE …).";
      return { rows: [], fails, untried: { why: refusal.message, help } };
    }
  }

  async function rowByRow() {
    const functions = tryFunctions({ table, column: mirror, fill: mirror.fill });
    await connection.begin({ settings });
    try {
      await searchPath();
      for (const sql of functions.create) await connection.query(sql);
      await connection.query("SET TRANSACTION READ ONLY");
      return await compare(connection, table, mirror, functions.valueIn(rowName), limit);
    } finally {
      if (!connection.isLost) await connection.rollback().catch(duringCleanUp);
    }
  }
};

/** The rows whose value differs from the value of their source. Another gate checks rows without a value. */
function differing(table: TableFacts, { name, type }: MirrorColumn, value: string, select: string): string {
  const column = quoteIdentifier(name);
  return `SELECT ${select} FROM ${quoteTable(table)} AS ${rowName} WHERE ${column} IS NOT NULL AND ${differs(column, value, type)}`;
}

const sourceOf = ({ fill, type }: MirrorColumn) => `CAST((${fill.rowSql}\n) AS ${type})`;

/** @param source the expected value as SQL; NULL if the source gives no value */
async function compare(
  connection: Connection,
  table: TableFacts,
  mirror: MirrorColumn,
  source: string,
  limit: number,
): Promise<readonly DifferingRow[]> {
  const text = (sql: string) =>
    `(SELECT CASE WHEN length(v) > 60 THEN left(v, 60) || '… ' || md5(v) ELSE v END FROM (SELECT (${sql})::text) x(v))`;
  const select = `${rowLabel(table)} AS row, ${text(quoteIdentifier(mirror.name))} AS has, ${text(source)} AS source`;
  const { rows } = await connection.query<DifferingRow>(
    `${differing(table, mirror, source, select)} ORDER BY ${rowOrder(table)} LIMIT ${limit}`,
  );
  return rows;
}

/** The trigger restores what an UPDATE clears. */
export const follow: Rows["follow"] = (table, mirror, only) => {
  const key = rowOrder(table);
  const update = `UPDATE ${quoteTable(table)} SET ${quoteIdentifier(mirror.name)} = NULL WHERE`;
  if (only === undefined)
    return `${update} (${key}) IN (${differing(table, mirror, sourceOf(mirror), key).replaceAll("\n", " ")} LIMIT 1000), until it updates no row`;
  return `${update} ${rowLabel(table)} IN (${only.map(quoteLiteral).join(", ")})`;
};
