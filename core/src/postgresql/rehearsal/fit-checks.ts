import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import { type PlannedRows, RowValues } from "../../sql/rehearsal/row-values.js";
import { numberSql } from "./number-sql.js";

/** So many rows tell whether a check takes them. */
const sampleRows = 100;

/**
 * Finds values that checks over several columns take, where those that were drawn do not: NULL for what may be NULL, and one of the two
 * for what is true or false. Columns of keys stay, and those that the user has said.
 *
 * @returns the tables; those for whose checks nothing was found as they were
 */
export async function fitChecks(
  connection: Connection,
  tables: readonly PlannedRows[],
): Promise<readonly PlannedRows[]> {
  let fitted = tables;
  for (const table of tables) {
    if (table.rows === 0 || table.shape.checks.length === 0) continue;
    const refused = await refusalOf(connection, fitted, table);
    if (refused === undefined) continue;
    for (const given of attempts(table)) {
      const attempt = fitted.map((each) => (each === table ? { ...table, given } : each));
      if ((await refusalOf(connection, attempt, attempt[fitted.indexOf(table)]!)) !== undefined) continue;
      fitted = attempt;
      break;
    }
  }
  return fitted;
}

/** @returns the error of a check; undefined: its first rows go in, or something else is in their way, which is told later */
async function refusalOf(
  connection: Connection,
  tables: readonly PlannedRows[],
  { shape, rows }: PlannedRows,
): Promise<unknown> {
  const sql = new RowValues(tables, numberSql).insert(shape.oid, 0, Math.min(rows, sampleRows));
  await connection.query("BEGIN");
  try {
    await connection.query(sql);
    return undefined;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    return error.code === "23514" ? error : undefined;
  } finally {
    await connection.query("ROLLBACK");
  }
}

function attempts({ shape, given }: PlannedRows): readonly PlannedRows["given"][] {
  const checked = new Set(shape.checks.flatMap(({ columns }) => columns));
  const keys = new Set([...shape.uniqueKeys.flat(), ...shape.foreignKeys.flatMap(({ columns }) => columns)]);
  const free = shape.columns.filter(({ name }) => checked.has(name) && !keys.has(name) && given[name] === undefined);
  const every = (columns: typeof free, sql: string) => Object.fromEntries(columns.map(({ name }) => [name, sql]));
  const nulls = every(
    free.filter(({ isRequired }) => !isRequired),
    "NULL",
  );
  const flags = free.filter(({ baseType, isRequired }) => baseType === "boolean" && isRequired);
  const [no, yes] = [every(flags, "false"), every(flags, "true")];
  return [no, yes, nulls, { ...nulls, ...no }, { ...nulls, ...yes }].map((each) => ({ ...given, ...each }));
}
