import { isDatabaseError } from "../../db/retry.js";
import { textWithoutValues } from "../../db/without-values.js";
import type { Connection } from "../../dialects/connection.js";
import type { MadeTable, RowsRequest } from "../../dialects/rehearsing.js";
import { LockstepError } from "../../errors.js";
import { quoteIdentifier } from "../../sql/postgres/quote.js";
import { statsOf } from "../../stats/stats-file.js";
import { fitChecks } from "./fit-checks.js";
import { mostRows, type PlannedRows, RowValues } from "./row-values.js";
import { readShapes, type TableShape } from "./shapes.js";

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
  const wanted = plannedRows(shapes, request);
  const chosen = wanted.flatMap(({ shape, rows }) => (rows > 0 ? [shape] : []));
  // Migrations may have added some, whose keys would come twice.
  if (chosen.length > 0) await connection.query(`TRUNCATE ${chosen.map(({ quoted }) => quoted).join(", ")} CASCADE`);
  const rebuild = await takeApart(connection, chosen);
  const planned = await fitChecks(connection, wanted);
  const values = new RowValues(planned);
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
  return filled.map(({ shape: { schema, name }, rows, stats }) => ({
    table: { schema, name },
    rows,
    ...(stats === undefined ? {} : { productionRows: stats.rows, productionBytes: stats.bytes + stats.indexBytes }),
  }));
}

/** Numbers go up to the number of rows, or as high as in production. */
function firstFree({ rows, stats }: PlannedRows): string {
  const highest = Object.values(stats?.columns ?? {}).map(({ range }) => BigInt(range?.[1] ?? 0));
  return String([BigInt(rows), ...highest].reduce((most, each) => (each > most ? each : most)));
}

/** @throws LS6502 the server refuses the rows of a table; the columns of a check are named */
async function refusable(table: string, run: () => Promise<unknown>, checks: TableShape["checks"] = []): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    const { constraint } = error as typeof error & { readonly constraint?: string };
    const columns = checks.find(({ name }) => name === constraint)?.columns ?? ["<column>"];
    const values = columns.map((column) => `${JSON.stringify(`${table}.${column}`)}: "<sql over n>"`).join(", ");
    throw new LockstepError(
      "LS6502",
      `The rows that were made for "${table}" are refused: ${textWithoutValues(error)}`,
      {
        hint: `Say in lockstep.config.ts how the values of its columns are made, from the number n of a row: rehearse: { values: { ${values} } }; or take a dump with rows: npx lockstep rehearse --from dump.sql`,
        cause: error,
      },
    );
  }
}

/** The tables that are asked for, and all that their foreign keys lead to. */
function plannedRows(
  shapes: readonly TableShape[],
  { wanted, stats, scale, values, defaultRows }: RowsRequest,
): readonly PlannedRows[] {
  const byOid = new Map(shapes.map((shape) => [shape.oid, shape]));
  const chosen = new Set<TableShape>();
  const choose = (shape: TableShape | undefined) => {
    if (shape === undefined || chosen.has(shape)) return;
    chosen.add(shape);
    for (const { to } of shape.foreignKeys) choose(byOid.get(to));
  };
  for (const { schema, name } of wanted)
    choose(shapes.find((shape) => shape.name === name && (schema === undefined || shape.schema === schema)));
  const tables = new Map<string, PlannedRows>();
  for (const shape of chosen) {
    const own = stats && statsOf(stats, shape);
    const productionRows = own?.rows ?? defaultRows;
    const given = Object.entries(values).flatMap(([key, sql]): [string, string][] =>
      key.startsWith(`${shape.name}.`) ? [[key.slice(shape.name.length + 1), sql]] : [],
    );
    tables.set(shape.oid, {
      shape,
      // A table that is small is small everywhere: countries do not get fewer.
      rows: Math.round(productionRows <= 1000 ? productionRows : Math.max(1000, productionRows * scale)),
      stats: own,
      productionRows,
      given: Object.fromEntries(given),
    });
  }
  // A key that leads to few rows cannot be unique for more: until nothing changes.
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (const [oid, table] of tables) {
      const rows = mostRows(table, tables);
      if (rows >= table.rows) continue;
      tables.set(oid, { ...table, rows });
      isSettled = false;
    }
  }
  return [...tables.values()];
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
