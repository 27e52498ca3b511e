import { attempt } from "../../base/expected-errors.js";
import type { Connection } from "../../dialect/connection.js";
import type { ShapedTraffic } from "../../dialect/rehearsing.js";
import type { StatementStats } from "../../dialect/stats/stats-file.js";
import { isSameTable, type TableName } from "../../model/index.js";
import { isNotSql } from "../../sql/not-sql.js";
import { probesOf } from "../../sql/rehearsal/probes.js";
import type { ColumnShape, TableShape } from "../../sql/rehearsal/shapes.js";
import * as traffic from "../../sql/rehearsal/traffic.js";
import { quoteIdentifier, quoteLiteral } from "../quote.js";
import { loadParser } from "../read/parser.js";
import { type ColumnOf, type ParameterUse, readParameters } from "./parameters.js";
import { readShapes } from "./shapes.js";
import { valueOfType } from "./value-of-type.js";

/** See `Rehearsing.tablesOf`. */
export async function tablesOf(statement: string, tables: readonly TableName[]): Promise<readonly TableName[]> {
  const named = new Set((await readOrNothing(statement))?.tables);
  return tables.filter(({ name }) => named.has(name));
}

/** See `Rehearsing.probes`. */
export async function probes(connection: Connection, tables: readonly TableName[]): Promise<readonly StatementStats[]> {
  const shapes = await readShapes(connection);
  const { rows: defaults } = await connection.query<{ oid: string; name: string }>(
    "SELECT attrelid::text AS oid, attname::text AS name FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND (atthasdef OR attidentity <> '')",
  );
  return tables.flatMap((table) => {
    const shape = shapes.find((each) => isSameTable(each, table) || (!table.schema && each.name === table.name));
    if (shape === undefined) return [];
    return probesOf(shape, {
      identifier: quoteIdentifier,
      parameter: (at) => `$${at + 1}`,
      addEmpty: ({ quoted }) => `INSERT INTO ${quoted} DEFAULT VALUES`,
      hasDefault: ({ oid }, column) => defaults.some((each) => each.oid === oid && each.name === column),
    });
  });
}

/** See `Rehearsing.shapeTraffic`. */
export async function shapeTraffic(
  connection: Connection,
  statements: readonly StatementStats[],
  round: number,
): Promise<ShapedTraffic> {
  const shapes = await readShapes(connection);
  const system: traffic.TrafficSystem = {
    async read(sql) {
      const read = await readOrNothing(sql);
      if (read === undefined) return undefined;
      const types = await typesOf(connection, sql);
      const parameters = types.map((type, at) => sourceOf(read.uses.get(at + 1) ?? { kind: "other" }, type, shapes));
      return { text: sql, addsRows: read.addsRows, parameters };
    },
    sample: (...wanted) => sample(connection, ...wanted),
    make: (...wanted) => make(connection, ...wanted),
  };
  return traffic.shapeTraffic(connection, system, statements, round);
}

async function readOrNothing(sql: string) {
  const parser = await loadParser();
  return attempt(() => readParameters(parser, sql), isNotSql);
}

/** The parameter types that the server infers. @throws the server's error for the statement */
async function typesOf(connection: Connection, sql: string): Promise<readonly string[]> {
  await connection.query(`PREPARE lockstep_shape AS ${sql}`);
  const { rows } = await connection.query<{ types: string[] }>(
    "SELECT parameter_types::text[] AS types FROM pg_prepared_statements WHERE name = 'lockstep_shape'",
  );
  await connection.query("DEALLOCATE lockstep_shape");
  return rows[0]!.types;
}

function sourceOf(use: ParameterUse, type: string, shapes: readonly TableShape[]): traffic.ParameterSource {
  if (use.kind === "limit") return { kind: "fixed", value: "20" };
  if (use.kind === "offset") return { kind: "fixed", value: "0" };
  const found = "column" in use ? columnOf(use.column, shapes) : undefined;
  if (!("column" in use) || found === undefined) return { kind: "made", column: plainColumn(type) };
  const isArray = use.kind === "compared" && type.endsWith("[]") && found.column.elementType === null;
  return { kind: use.kind, ...found, ...(isArray ? { asArray: arrayText } : {}) };
}

function columnOf({ tables, column }: ColumnOf, shapes: readonly TableShape[]) {
  for (const table of tables)
    for (const shape of shapes) {
      const own = shape.name === table ? shape.columns.find(({ name }) => name === column) : undefined;
      if (own !== undefined) return { shape, column: own };
    }
  return undefined;
}

/** A parameter without a related column. */
function plainColumn(type: string): ColumnShape {
  const elementType = type.endsWith("[]") ? type.slice(0, -2) : null;
  return { name: "", type, baseType: type, labels: [], elementType, isRequired: false };
}

const arrayText = (values: readonly string[]) =>
  `{${values.map((value) => `"${value.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;

async function sample(
  connection: Connection,
  { quoted, oid }: TableShape,
  { name }: ColumnShape,
  seed: string,
  count: number,
): Promise<readonly string[]> {
  const column = quoteIdentifier(name);
  const { rows: sizes } = await connection.query<{ rows: number }>(
    "SELECT greatest(reltuples, 0)::float8 AS rows FROM pg_class WHERE oid = $1",
    [oid],
  );
  const percent = Math.min(100, (100 * traffic.sampledRows) / Math.max(sizes[0]?.rows ?? 0, 1));
  const { rows } = await connection.query<{ value: string }>(
    `SELECT value FROM (SELECT ${column}::text AS value, ctid FROM ${quoted} TABLESAMPLE SYSTEM (${percent}) REPEATABLE (1) WHERE ${column} IS NOT NULL LIMIT ${traffic.sampledRows}) s
      ORDER BY hashtext(ctid::text || ${quoteLiteral(seed)}) LIMIT ${count}`,
  );
  return rows.map(({ value }) => value);
}

async function make(
  connection: Connection,
  column: ColumnShape,
  from: number,
  count: number,
): Promise<readonly string[] | undefined> {
  const made = valueOfType(column);
  if (made === undefined) return undefined;
  const sql = made("n", traffic.ofNewRows);
  const { rows } = await connection.query<{ value: string }>(
    `SELECT (${sql})::text AS value FROM generate_series(${from}::bigint, ${from + count - 1}::bigint) AS n`,
  );
  return rows.map(({ value }) => value);
}
