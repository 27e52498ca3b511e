import type { Connection, Row } from "../dialect/connection.js";
import { qualified, quoteIdentifier } from "./quote.js";

/** The servers have no statement for it: what `SHOW CREATE` prints is made again, and rows are read over. Events are not copied. */
export async function copyDatabase(connection: Connection, from: string, to: string): Promise<void> {
  const use = (database: string) => connection.query(`USE ${quoteIdentifier(database)}`);
  const names = async (sql: string) => (await connection.query<{ name: string }>(sql)).rows.map(({ name }) => name);
  // What is printed names no database as long as it is the session's own.
  await use(from);
  const tables = await names(
    "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'",
  );
  const views = await names("SELECT TABLE_NAME AS name FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()");
  const triggers = await names(
    "SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY ACTION_ORDER",
  );
  const { rows: routines } = await connection.query<{ name: string; kind: string }>(
    "SELECT ROUTINE_NAME AS name, ROUTINE_TYPE AS kind FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()",
  );
  const shown = async (kind: string, list: readonly string[]) => {
    const texts: string[] = [];
    for (const name of list) texts.push(textOf(await connection.query(`SHOW CREATE ${kind} ${quoteIdentifier(name)}`)));
    return texts;
  };
  const made = await shown("TABLE", tables);
  const later = [
    ...(await shown(
      "FUNCTION",
      routines.filter(({ kind }) => kind === "FUNCTION").map(({ name }) => name),
    )),
    ...(await shown(
      "PROCEDURE",
      routines.filter(({ kind }) => kind === "PROCEDURE").map(({ name }) => name),
    )),
    ...(await shown("TRIGGER", triggers)),
  ];
  const madeViews = await shown("VIEW", views);
  await use(to);
  // In no order: a foreign key may lead to a table that is not there yet.
  await connection.query("SET foreign_key_checks = 0, unique_checks = 0");
  for (const sql of made) await connection.query(sql);
  for (const table of tables) {
    const columns = await names(
      `SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ${connection.dialect.sql.quote.literal(table)}
          AND EXTRA NOT REGEXP '(VIRTUAL|STORED|PERSISTENT) GENERATED' ORDER BY ORDINAL_POSITION`,
    );
    const list = columns.map(quoteIdentifier).join(", ");
    await connection.query(
      `INSERT INTO ${quoteIdentifier(table)} (${list}) SELECT ${list} FROM ${qualified(from, table)}`,
    );
  }
  for (const sql of later) await connection.query(sql);
  await inSomeOrder(connection, madeViews);
  if (tables.length > 0) await connection.query(`ANALYZE TABLE ${tables.map(quoteIdentifier).join(", ")}`);
}

/** Views that are made of others come behind those. @throws what the server says against one that none of the others helps */
async function inSomeOrder(connection: Connection, statements: readonly string[]): Promise<void> {
  let left = statements;
  while (left.length > 0) {
    const refused: { readonly sql: string; readonly error: unknown }[] = [];
    for (const sql of left) await connection.query(sql).catch((error) => refused.push({ sql, error }));
    if (refused.length === left.length) throw refused[0]!.error;
    left = refused.map(({ sql }) => sql);
  }
}

/** The column's name tells of what it is: `Create Table`, `SQL Original Statement`. */
function textOf({ rows: [row = {}] }: { readonly rows: readonly Row[] }): string {
  const [, text] = Object.entries(row).find(([name]) => /^(?:Create |SQL Original)/.test(name)) ?? [];
  return String(text);
}
