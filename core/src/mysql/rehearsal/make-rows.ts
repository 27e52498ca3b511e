import type { Connection } from "../../dialect/connection.js";
import type { MadeTable, RowsRequest } from "../../dialect/rehearsing.js";
import { madeTable, plannedRows, refusable } from "../../sql/rehearsal/planned-rows.js";
import { RowValues } from "../../sql/rehearsal/row-values.js";
import { numberSql, numbersAtOnce } from "./number-sql.js";
import { readShapes } from "./shapes.js";

/**
 * Fills tables of a scratch database with rows that match the statistics, and the tables that their foreign keys reference. Deletes
 * existing rows.
 *
 * @param connect opens further sessions on the same database
 * @throws LS6502 a value that cannot be generated, or that the server rejects
 */
export async function makeRows(
  connection: Connection,
  connect: () => Promise<Connection>,
  request: RowsRequest,
): Promise<readonly MadeTable[]> {
  const shapes = await readShapes(connection);
  const planned = plannedRows(shapes, { ...request, stats: onStage(request.stats, shapes[0]?.schema) }, numberSql);
  const filled = planned.filter(({ rows }) => rows > 0);
  const values = new RowValues(planned, numberSql);
  const sessions = [connection, ...(await Promise.all(Array.from({ length: request.sessions - 1 }, connect)))];
  // Rows can be inserted before the rows that they reference. A local time skipped by daylight saving time is not valid.
  for (const session of sessions) await session.query("SET foreign_key_checks = 0, time_zone = '+00:00'");
  try {
    // Migrations may have inserted rows, whose keys would collide.
    for (const { shape } of filled) await connection.query(`TRUNCATE TABLE ${shape.quoted}`);
    const parts = filled.flatMap(({ shape, rows }) =>
      Array.from({ length: Math.ceil(rows / numbersAtOnce) }, (_, at) => ({
        shape,
        from: at * numbersAtOnce,
        to: Math.min(rows, (at + 1) * numbersAtOnce),
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
    if (filled.length > 0)
      await connection.query(`ANALYZE TABLE ${filled.map(({ shape }) => shape.quoted).join(", ")}`);
  } finally {
    for (const session of sessions)
      await (session === connection ? session.query("SET foreign_key_checks = 1") : session.close());
  }
  return filled.map(madeTable);
}

/** Production's database has another name. */
function onStage(stats: RowsRequest["stats"], schema = ""): RowsRequest["stats"] {
  return stats && { tables: stats.tables.map((table) => ({ ...table, schema })) };
}
