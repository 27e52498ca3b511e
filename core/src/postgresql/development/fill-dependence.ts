import { duringCleanUp } from "../../base/expected-errors.js";
import type { Connection } from "../../dialect/connection.js";
import { errorCode, isDatabaseError } from "../../dialect/db/retry.js";
import type { FillDependence } from "../../dialect/development.js";
import type { Fill } from "../../model/fill.js";
import type { TableName } from "../../model/names.js";
import { quoteIdentifier, quoteTable } from "../quote.js";

/**
 * Tests in PostgreSQL what the value of a fill depends on besides its row, including casts and the assignment to the column. An expression
 * that is accepted for a generated column depends on nothing else. One that is kept out of a filter is volatile. Uses an empty copy of the
 * table, in a transaction that is rolled back.
 *
 * @returns undefined if the database rejects the expression or the copy
 */
export async function fillDependence(
  connection: Connection,
  table: TableName,
  column: { readonly name: string; readonly type: string },
  fill: Pick<Fill, "rowSql">,
): Promise<FillDependence | undefined> {
  const { rows } = await connection.query<{ known: boolean }>(
    "SELECT EXISTS (SELECT FROM pg_type WHERE oid = to_regtype($1) AND typtype <> 'e') AS known",
    [column.type],
  );
  // A cast to an enum only depends on its values, and a type that the same change creates does not exist yet.
  const value = rows[0]!.known ? `CAST((${fill.rowSql}\n) AS ${column.type})` : `(${fill.rowSql}\n)`;
  await connection.begin({ limits: { lockTimeoutMs: 5000 } });
  try {
    await connection.query(
      `CREATE TEMPORARY TABLE lockstep_fill (LIKE ${quoteTable(table)}) ON COMMIT DROP;
       CREATE TEMPORARY VIEW lockstep_fill_value AS SELECT ${value} AS value FROM pg_temp.lockstep_fill`,
    );
    const seen = await connection.query<{ own: boolean; prints: boolean; type: string }>(treeSql);
    const { own, prints, type } = seen.rows[0]!;
    const on = (dependence: FillDependence["on"]): FillDependence => ({ on: dependence, usesOwn: own });
    if (await isImmutable(connection, value, type)) return on(prints ? "session" : "row");
    const plan = await connection.query<{ "QUERY PLAN": string }>(
      `EXPLAIN (COSTS OFF) SELECT FROM (SELECT ${value} AS value FROM pg_temp.lockstep_fill) x WHERE value IS NULL`,
    );
    // PostgreSQL never merges a subquery with a volatile value into the outer query.
    return on(plan.rows.some((row) => row["QUERY PLAN"].includes("Subquery Scan")) ? "volatile" : "session");
  } catch (error) {
    if (!isDatabaseError(error) || connection.isLost) throw error;
    return undefined;
  } finally {
    if (!connection.isLost) await connection.rollback().catch(duringCleanUp);
  }
}

async function isImmutable(connection: Connection, value: string, type: string): Promise<boolean> {
  try {
    await connection.query(
      `SAVEPOINT asked; ALTER TABLE pg_temp.lockstep_fill ADD COLUMN ${quoteIdentifier("lockstep fill")} ${type} GENERATED ALWAYS AS (${value}) STORED`,
    );
    return true;
  } catch (error) {
    if (errorCode(error) !== "42P17") throw error;
    await connection.query("ROLLBACK TO SAVEPOINT asked");
    return false;
  }
}

/**
 * `own`: it calls a function or operator that is not built in; PostgreSQL does not record dependencies on built-in ones.
 * `prints`: it converts a float, an interval, a bytea or a geometric value to text. PostgreSQL marks this immutable, although the text
 * depends on extra_float_digits, IntervalStyle and bytea_output.
 */
const treeSql = `
  SELECT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                    AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)) AS own,
         r.ev_action::text ~ '(COERCEVIAIO|:opfuncid (2003|2004) )'
           AND r.ev_action::text ~ ':(var|result|funcresult|opresult)type (17|600|601|602|603|604|628|718|700|701|1186) ' AS prints,
         (SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a WHERE a.attrelid = r.ev_class AND a.attnum = 1) AS type
    FROM pg_rewrite r WHERE r.ev_class = 'pg_temp.lockstep_fill_value'::regclass`;
