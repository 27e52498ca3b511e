import type { Connection } from "../../dialect/connection.js";
import type { Leftovers } from "../../dialect/leftovers.js";
import { type TableName, tableLabel } from "../../model/names.js";
import { quoteIdentifier, quoteTable, scaffoldNames } from "../quote.js";
import { framedChange } from "../units/block.js";

/** Even NOT VALID, the check rejects new and updated rows without a value, although the column is not required yet. */
export const leftCheck: Leftovers["leftCheck"] = async (connection, table, column, running) => {
  const { check } = scaffoldNames(table, column);
  if (!(await isLeft(connection, table, check))) return undefined;
  const name = `"${tableLabel(table)}"."${column}"`;
  const what = `The check "${check}" on ${name} is not validated: it rejects writes of rows without a value.`;
  const prover = running.pid ?? (await proverOf(connection, table, check));
  return prover === undefined
    ? {
        what,
        action: "drop it; the migration adds it again",
        fix: () => dropCheck(connection, table, check),
      }
    : { what, action: `pid ${prover} may be validating it on ${running.target}: wait until it ends` };
};

async function isLeft(connection: Connection, table: TableName, check: string): Promise<boolean> {
  const { rows } = await connection.query(
    "SELECT FROM pg_constraint WHERE conrelid = to_regclass($1) AND conname = $2 AND contype = 'c' AND NOT convalidated",
    [quoteTable(table), check],
  );
  return rows.length > 0;
}

/** The session that is running prove: between two of its transactions it holds no lock, but its statement is active. */
async function proverOf(connection: Connection, table: TableName, check: string): Promise<number | undefined> {
  const { rows } = await connection.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' AND strpos(query, $2) > 0
     UNION ALL
     SELECT l.pid FROM pg_locks l WHERE l.relation = to_regclass($1) AND l.granted AND l.pid <> pg_backend_pid()
        AND l.mode = 'ShareUpdateExclusiveLock' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = l.pid AND a.backend_type = 'autovacuum worker') LIMIT 1`,
    [quoteTable(table), check],
  );
  return rows[0]?.pid;
}

async function dropCheck(connection: Connection, table: TableName, check: string): Promise<string> {
  const drop = `ALTER TABLE ${quoteTable(table)} DROP CONSTRAINT IF EXISTS ${quoteIdentifier(check)};`;
  await connection.query(framedChange({ table }, `    ${drop}\n`));
  return `the check "${check}" was dropped`;
}
