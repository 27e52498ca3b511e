import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import type { MadeTable, RowsRequest } from "../../dialect/rehearsing.js";
import type { NumberSql } from "../../sql/rehearsal/number-sql.js";
import { firstFree, madeTable, plannedRows, refusable } from "../../sql/rehearsal/planned-rows.js";
import { type PlannedRows, RowValues } from "../../sql/rehearsal/row-values.js";
import type { TableShape } from "../../sql/rehearsal/shapes.js";
import { quoteIdentifier } from "../quote.js";
import { allowedBy } from "./checked-values.js";
import { readShapes } from "./shapes.js";
import { valueOfType } from "./value-of-type.js";

/** The number of rows per statement. Progress is reported in between. */
const rowsAtOnce = 500_000;

/**
 * Fills tables of a scratch database with rows that match the statistics, and the tables that their foreign keys reference. Deletes
 * existing rows. Builds indexes and checks foreign keys afterwards, and runs ANALYZE at the end.
 *
 * @param connect opens further sessions on the same database
 * @throws LS6502 a value that cannot be generated, or that a check rejects
 */
export async function makeRows(
  connection: Connection,
  connect: () => Promise<Connection>,
  request: RowsRequest,
): Promise<readonly MadeTable[]> {
  const shapes = await readShapes(connection);
  const wanted = plannedRows(shapes, request, numberSql);
  const chosen = wanted.flatMap(({ shape, rows }) => (rows > 0 ? [shape] : []));
  // Migrations may have inserted rows, whose keys would collide.
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
    // In order: a foreign key needs the unique index that it references.
    for (const { sql, table } of rebuild) await refusable(table, () => connection.query(sql));
    // Rows inserted later get unused numbers.
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

/** A statement that restores an object, and the table whose rows may prevent it. */
interface Rebuilt {
  readonly sql: string;
  readonly table: string;
}

/** Drops what slows down inserts, and returns the statements that restore it. Keeps a constraint that another object needs. */
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

/** This many rows show whether a check accepts them. */
const sampleRows = 100;

/**
 * Finds values that multi-column checks accept if the drawn ones fail: NULL for nullable columns, and a constant for booleans. Does not
 * change key columns or values set by the user.
 *
 * @returns the tables; unchanged if no accepted values were found
 */
async function fitChecks(connection: Connection, tables: readonly PlannedRows[]): Promise<readonly PlannedRows[]> {
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

/** @returns the error of a check; undefined: the first rows are accepted, or fail for another reason, which is reported later */
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

/** Types with few values. */
const valuesOf: Readonly<Record<string, number>> = { boolean: 2, smallint: 32_000, '"char"': 26 };

/** Numbers are bigints. */
const numberSql: NumberSql = {
  insert: ({ quoted, columns }, values, from, to) =>
    `INSERT INTO ${quoted} (${columns.map(({ name }) => quoteIdentifier(name)).join(", ")}) OVERRIDING SYSTEM VALUE
SELECT ${values.join(",\n  ")}
  FROM generate_series(${from}::bigint, ${to - 1}::bigint) AS n`,
  literal: (number) => `${number}::bigint`,
  divided: (number, by) => `((${number}) / ${by})`,
  floor: (number) => `floor(${number})::bigint`,
  share: (row, seed) => `((hashint8extended(${row}, ${seed}) & 9007199254740991) / 9007199254740992.0::float8)`,
  withShare: (share, made) => `(SELECT ${made("r")} FROM (SELECT ${share} AS r) s)`,
  given: (expression, row, { type }) => `(SELECT (${expression})::${type} FROM (SELECT ${row} AS n) g)`,
  pick: (values, number, { type }) =>
    `(ARRAY[${values.join(", ")}])[1 + ((${number}) % ${values.length})::int]::${type}`,
  valueOf: valueOfType,
  allowed: allowedBy,
  valuesOfType: ({ baseType }) => valuesOf[baseType],
};
