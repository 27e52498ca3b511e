import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import type { MadeTable, RowsRequest } from "../../dialect/rehearsing.js";
import { firstFree, madeTable, plannedRows, refusable } from "../../sql/rehearsal/planned-rows.js";
import { RowValues } from "../../sql/rehearsal/row-values.js";
import type { TableShape } from "../../sql/rehearsal/shapes.js";
import { quoteIdentifier } from "../quote.js";
import { fitChecks } from "./fit-checks.js";
import { numberSql } from "./number-sql.js";
import { readShapes } from "./shapes.js";

/** A session makes so many rows with a statement: progress is told in between. */
const rowsAtOnce = 500_000;

/**
 * Fills tables of a stage with rows as the statistics say, and those that their foreign keys lead to; what was in them goes. Indexes are built afterwards,
 * foreign keys checked afterwards, and at the end everything is analysed.
 *
 * @param connect further sessions on the same database
 * @throws LS6502 a value that cannot be made, or that a check refuses
 */
export async function makeRows(
  connection: Connection,
  connect: () => Promise<Connection>,
  request: RowsRequest,
): Promise<readonly MadeTable[]> {
  const shapes = await readShapes(connection);
  const wanted = plannedRows(shapes, request, numberSql);
  const chosen = wanted.flatMap(({ shape, rows }) => (rows > 0 ? [shape] : []));
  // Migrations may have added some, whose keys would come twice.
  if (chosen.length > 0) await connection.query(`TRUNCATE ${chosen.map(({ quoted }) => quoted).join(", ")} CASCADE`);
  const rebuild = await takeApart(connection, chosen);
  const planned = await fitChecks(connection, wanted);
  const values = new RowValues(planned, numberSql);
  const filled = planned.filter(({ rows }) => rows > 0);
  const sessions = [connection, ...(await Promise.all(Array.from({ length: request.sessions - 1 }, connect)))];
  try {
    const parts = filled.flatMap(({ shape, rows }) =>
      Array.from({ length: Math.ceil(rows / rowsAtOnce) }, (_, at) => ({
        shape,
        from: at * rowsAtOnce,
        to: Math.min(rows, (at + 1) * rowsAtOnce),
      })),
    );
    const total = filled.reduce((sum, { rows }) => sum + rows, 0);
    let [next, done] = [0, 0];
    await Promise.all(
      sessions.map(async (session) => {
        for (let part = parts[next++]; part !== undefined; part = parts[next++]) {
          const sql = values.insert(part.shape.oid, part.from, part.to);
          await refusable(part.shape.name, () => session.query(sql), part.shape.checks);
          done += part.to - part.from;
          request.onProgress({ table: part.shape.name, rows: done, total });
        }
      }),
    );
    // In their order: a foreign key needs the unique index that it leads to.
    for (const { sql, table } of rebuild) await refusable(table, () => connection.query(sql));
    // Rows that are added afterwards get numbers that no row has.
    await connection.query(
      `SELECT setval(s.oid, s.most) FROM (
         SELECT pg_get_serial_sequence(a.attrelid::regclass::text, a.attname)::regclass AS oid, r.rows + 1000 AS most
           FROM unnest($1::oid[], $2::bigint[]) AS r(table_oid, rows) JOIN pg_attribute a ON a.attrelid = r.table_oid AND a.attnum > 0 AND NOT a.attisdropped) s
        WHERE s.oid IS NOT NULL`,
      [filled.map(({ shape }) => shape.oid), filled.map((each) => firstFree(each))],
    );
    await connection.query(`VACUUM (ANALYZE) ${filled.map(({ shape }) => shape.quoted).join(", ")}`);
  } finally {
    for (const session of sessions) if (session !== connection) await session.close();
  }
  return filled.map(madeTable);
}

/** What puts something back, and the table whose rows may be in its way. */
interface Rebuilt {
  readonly sql: string;
  readonly table: string;
}

/** Takes away what makes inserting slow, and says what puts it back. A constraint that something else needs stays. */
async function takeApart(connection: Connection, shapes: readonly TableShape[]): Promise<readonly Rebuilt[]> {
  const oids = shapes.map(({ oid }) => oid);
  const { rows: constraints } = await connection.query<{
    table: string;
    label: string;
    name: string;
    type: string;
    definition: string;
  }>(
    `SELECT k.conrelid::regclass::text AS table, (SELECT relname FROM pg_class WHERE oid = k.conrelid)::text AS label, k.conname::text AS name, k.contype::text AS type, pg_get_constraintdef(k.oid) AS definition
       FROM pg_constraint k WHERE (k.conrelid = ANY ($1::oid[]) OR k.confrelid = ANY ($1::oid[])) AND k.contype IN ('p', 'u', 'f', 'x')
        AND k.conparentid = 0 ORDER BY k.contype <> 'f', k.conname`,
    [oids],
  );
  const again: Rebuilt[] = [];
  const take = async (drop: string, sql: string, table: string) => {
    try {
      await connection.query(drop);
      again.unshift({ sql, table });
    } catch (error) {
      if (!isDatabaseError(error) || error.code !== "2BP01") throw error;
    }
  };
  for (const { table, label, name, definition } of constraints)
    await take(
      `ALTER TABLE ${table} DROP CONSTRAINT ${quoteIdentifier(name)}`,
      `ALTER TABLE ${table} ADD CONSTRAINT ${quoteIdentifier(name)} ${definition}`,
      label,
    );
  const { rows: indexes } = await connection.query<{ name: string; label: string; definition: string }>(
    `SELECT i.indexrelid::regclass::text AS name, (SELECT relname FROM pg_class WHERE oid = i.indrelid)::text AS label,
            pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
      WHERE i.indrelid = ANY ($1::oid[]) AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
        AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = i.indexrelid OR inhrelid = i.indexrelid)`,
    [oids],
  );
  for (const { name, label, definition } of indexes) await take(`DROP INDEX ${name}`, definition, label);
  for (const { quoted, name } of shapes) {
    await connection.query(`ALTER TABLE ${quoted} DISABLE TRIGGER USER`);
    again.push({ sql: `ALTER TABLE ${quoted} ENABLE TRIGGER USER`, table: name });
  }
  return again;
}
