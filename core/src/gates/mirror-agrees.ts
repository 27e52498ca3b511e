import type { Connection } from "../db/connection.js";
import { inTransaction } from "../db/transaction.js";
import { rowLabel } from "../facts/row-label.js";
import { rowKey, type TableFacts } from "../facts/table.js";
import { tableLabel } from "../model/names.js";
import { differs } from "../sql/postgres/differs.js";
import { qualified, quoteIdentifier, quoteLiteral, quoteTable, scaffoldNames } from "../sql/postgres/quote.js";
import { statedSettings } from "../sql/postgres/stated-settings.js";
import type { OpenWriter } from "./gate.js";
import { type FilledColumn, notComputed, rowsInDoubt, sample, spelling } from "./rows-in-doubt.js";

/** So many rows that differ are told and confirmed one by one; more of them together. */
const maxRows = 10_000;

/**
 * Every row of a mirror has the value that its source gives, or one that code chose and a person has confirmed. The database compares:
 * one statement, so one snapshot, in which each row has the source and the value that were written together. Rows written while it
 * reads are the trigger's; what code writes from switch on is compared again before contract.
 */
export default rowsInDoubt("its source", async ({ name, column, table, timeoutMs }, { connection, target }) => {
  // Contract has run: nothing follows any more, and code may write what it likes.
  if (table.columns.find((each) => each.name === column.name)?.isNullable === false)
    return { isOpen: true, statement: `${name} is NOT NULL on ${target}` };
  const { sql } = column.fill;
  const rows = await findDiffering(connection, table, column, timeoutMs);
  if (rows.length === 0)
    return { isOpen: true, statement: `Every value of ${name} on ${target} is that of its source, ${sql}` };
  return {
    rows,
    meant: (some) =>
      `code chose ${some.length > maxRows ? `more than ${maxRows}` : some.length} ${some.length === 1 ? "value" : "values"} of ${name} other than ${sql}: ${sample(some)}`,
    otherwise: (some, hasConfirmed) =>
      `to have them follow their source again, on ${target}: ${follow(table, column, hasConfirmed ? some : undefined)}`,
  };
});

const keyOf = (table: TableFacts) => {
  const key = rowKey(table).map(({ column }) => quoteIdentifier(column));
  return key.length > 0 ? key : ["ctid"];
};

/** The rows whose value is another one than their source gives. A row without a value is another gate's. */
function differing(table: TableFacts, { name, type, fill }: FilledColumn, select: string): string {
  const column = quoteIdentifier(name);
  const value = `CAST((${fill.rowSql}\n) AS ${type})`;
  return `SELECT ${select} FROM ${quoteTable(table)} WHERE ${column} IS NOT NULL AND ${differs(column, value, type)}`;
}

async function findDiffering(
  connection: Connection,
  table: TableFacts,
  mirror: FilledColumn,
  timeoutMs: number,
): Promise<readonly OpenWriter[]> {
  const file = `"${tableLabel(table)}"."${mirror.name}"`;
  const text = (sql: string) =>
    `(SELECT CASE WHEN length(v) > 60 THEN left(v, 60) || '… ' || md5(v) ELSE v END FROM (SELECT (${sql})::text) x(v))`;
  const select = `${rowLabel(table)} AS row, ${text(quoteIdentifier(mirror.name))} AS has, ${text(`CAST((${mirror.fill.rowSql}\n) AS ${mirror.type})`)} AS source`;
  // An error instead of rows that a policy hides; stated settings, so that a value is spelled as it was when it was confirmed.
  const settings = { ...statedSettings, statement_timeout: timeoutMs, row_security: "off" };
  try {
    return await inTransaction(connection, { isReadOnly: true, settings }, async () => {
      // What is not built in means what it means to the trigger.
      await connection.query(
        `SELECT set_config('search_path', substr(setting, length('search_path=') + 1), true)
           FROM pg_catalog.pg_proc, unnest(proconfig) setting WHERE oid = to_regprocedure($1) AND starts_with(setting, 'search_path=')`,
        [`${qualified(table.schema, scaffoldNames(mirror.table, mirror.name).function)}()`],
      );
      const { rows } = await connection.query<{ row: string; has: string; source: string | null }>(
        `${differing(table, mirror, select)} ORDER BY ${keyOf(table).join(", ")} LIMIT ${maxRows + 1}`,
      );
      return rows.map(({ row, has, source }) => ({
        file,
        line: 0,
        what: row,
        reason: `has ${spelling(has)} instead of ${source === null ? "NULL" : spelling(source)}`,
      }));
    });
  } catch (error) {
    // The source of a row gives no value at all: what stands there cannot be its.
    const row = notComputed(error, file);
    if (row !== undefined) return [row];
    throw error;
  }
}

/** The statement that gives rows back to the trigger: it fills what an UPDATE takes away. */
function follow(table: TableFacts, mirror: FilledColumn, only: readonly OpenWriter[] | undefined): string {
  const key = keyOf(table).join(", ");
  const update = `UPDATE ${quoteTable(table)} SET ${quoteIdentifier(mirror.name)} = NULL WHERE`;
  if (only === undefined)
    return `${update} (${key}) IN (${differing(table, mirror, key).replaceAll("\n", " ")} LIMIT 1000), until it updates no row`;
  const labels = only.slice(0, 20).map(({ what }) => quoteLiteral(what));
  return `${update} ${rowLabel(table)} IN (${labels.join(", ")})${only.length > labels.length ? ", and ask again for the rest" : ""}`;
}
