import { isDatabaseError } from "../db/retry.js";
import { inTransaction } from "../db/transaction.js";
import { isValuesFault } from "../db/value-fault.js";
import type { Connection } from "../dialects/connection.js";
import type { TableFacts } from "../dialects/table.js";
import { tryFunctions } from "../facts/refused-rows.js";
import { rowLabel, rowOrder } from "../facts/row-label.js";
import { tableLabel } from "../model/names.js";
import { rowName } from "../sql/fill/context.js";
import { differs } from "../sql/postgres/differs.js";
import { qualified, quoteIdentifier, quoteLiteral, quoteTable, scaffoldNames } from "../sql/postgres/quote.js";
import { statedSettings } from "../sql/postgres/stated-settings.js";
import type { OpenWriter } from "./gate.js";
import { type FilledColumn, rowsInDoubt, sample, spelling } from "./rows-in-doubt.js";

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
  const { rows, fails, untried } = await findDiffering(connection, table, column, timeoutMs);
  if (untried !== undefined)
    return {
      isOpen: false,
      statement: `${name} on ${target} could not be compared with its source: ${sql} fails for some row (${fails}), and row by row it could not be tried (${untried})`,
      help: "Correct the row, or ask as a role that may make temporary functions (GRANT TEMPORARY ON DATABASE …).",
    };
  if (rows.length === 0)
    return { isOpen: true, statement: `Every value of ${name} on ${target} is that of its source, ${sql}` };
  return {
    rows,
    meant: (some) =>
      `code chose ${some.length > maxRows ? `more than ${maxRows}` : some.length} ${some.length === 1 ? "value" : "values"} of ${name} other than ${sql}: ${sample(some)}`,
    otherwise: (some, hasConfirmed) =>
      `to have them follow their source again, on ${target}: ${follow(table, column, hasConfirmed || fails !== undefined ? some : undefined)}`,
  };
});

/** The rows whose value is another one than their source gives. A row without a value is another gate's. */
function differing(table: TableFacts, { name, type }: FilledColumn, value: string, select: string): string {
  const column = quoteIdentifier(name);
  return `SELECT ${select} FROM ${quoteTable(table)} AS ${rowName} WHERE ${column} IS NOT NULL AND ${differs(column, value, type)}`;
}

const sourceOf = ({ fill, type }: FilledColumn) => `CAST((${fill.rowSql}\n) AS ${type})`;

interface Compared {
  readonly rows: readonly OpenWriter[];
  /** What the source of some row gives instead of a value: an error's message. */
  readonly fails?: string;
  /** Why the rows beside such a row could not be looked at. */
  readonly untried?: string;
}

async function findDiffering(
  connection: Connection,
  table: TableFacts,
  mirror: FilledColumn,
  timeoutMs: number,
): Promise<Compared> {
  // An error instead of rows that a policy hides; stated settings, so that a value is spelled as it was when it was confirmed.
  const settings = { ...statedSettings, statement_timeout: timeoutMs, row_security: "off" };
  // What is not built in means what it means to the trigger.
  const searchPath = () =>
    connection.query(
      `SELECT set_config('search_path', substr(setting, length('search_path=') + 1), true)
         FROM pg_catalog.pg_proc, unnest(proconfig) setting WHERE oid = to_regprocedure($1) AND starts_with(setting, 'search_path=')`,
      [`${qualified(table.schema, scaffoldNames(mirror.table, mirror.name).function)}()`],
    );
  try {
    const rows = await inTransaction(connection, { isReadOnly: true, settings }, async () => {
      await searchPath();
      return compare(connection, table, mirror, sourceOf(mirror));
    });
    return { rows };
  } catch (error) {
    if (!isValuesFault(error)) throw error;
    const fails = (error as Error).message;
    try {
      return { rows: await rowByRow(), fails };
    } catch (refusal) {
      // No right for temporary functions, or a replica.
      if (!isDatabaseError(refusal) || !/^(42501|25006)$/.test(refusal.code)) throw refusal;
      return { rows: [], fails, untried: refusal.message };
    }
  }

  function rowByRow() {
    return inTransaction(connection, { isReadOnly: false, settings }, async () => {
      await searchPath();
      const functions = tryFunctions({ table, column: mirror, fill: mirror.fill });
      await connection.query(functions.create);
      const found = await compare(connection, table, mirror, functions.valueIn(rowName));
      await connection.query(functions.drop);
      return found;
    });
  }
}

/** @param source what a row should have, as SQL; NULL where its source gives no value */
async function compare(
  connection: Connection,
  table: TableFacts,
  mirror: FilledColumn,
  source: string,
): Promise<readonly OpenWriter[]> {
  const text = (sql: string) =>
    `(SELECT CASE WHEN length(v) > 60 THEN left(v, 60) || '… ' || md5(v) ELSE v END FROM (SELECT (${sql})::text) x(v))`;
  const select = `${rowLabel(table)} AS row, ${text(quoteIdentifier(mirror.name))} AS has, ${text(source)} AS source`;
  const { rows } = await connection.query<{ row: string; has: string; source: string | null }>(
    `${differing(table, mirror, source, select)} ORDER BY ${rowOrder(table)} LIMIT ${maxRows + 1}`,
  );
  return rows.map((each) => ({
    file: `"${tableLabel(table)}"."${mirror.name}"`,
    line: 0,
    what: each.row,
    reason: `has ${spelling(each.has)} instead of ${each.source === null ? "NULL" : spelling(each.source)}`,
    id: JSON.stringify([each.row, each.has, each.source]),
  }));
}

/** The statement that gives rows back to the trigger: it fills what an UPDATE takes away. */
function follow(table: TableFacts, mirror: FilledColumn, only: readonly OpenWriter[] | undefined): string {
  const key = rowOrder(table);
  const update = `UPDATE ${quoteTable(table)} SET ${quoteIdentifier(mirror.name)} = NULL WHERE`;
  if (only === undefined)
    return `${update} (${key}) IN (${differing(table, mirror, sourceOf(mirror), key).replaceAll("\n", " ")} LIMIT 1000), until it updates no row`;
  const labels = only.slice(0, 20).map(({ what }) => quoteLiteral(what));
  return `${update} ${rowLabel(table)} IN (${labels.join(", ")})${only.length > labels.length ? ", and ask again for the rest" : ""}`;
}
