import type { Connection } from "../../dialect/connection.js";
import type { ShapedTraffic } from "../../dialect/rehearsing.js";
import type { StatementStats } from "../../dialect/stats/stats-file.js";
import type { TableName } from "../../model/index.js";
import { probesOf } from "../../sql/rehearsal/probes.js";
import type { ColumnShape, TableShape } from "../../sql/rehearsal/shapes.js";
import * as traffic from "../../sql/rehearsal/traffic.js";
import { quoteIdentifier, quoteText } from "../quote.js";
import { numbers } from "./number-sql.js";
import { type ParameterUse, readStatement } from "./parameters.js";
import { readShapes } from "./shapes.js";
import { isOfBytes, valueOfType } from "./value-of-type.js";

/** See `Rehearsing.tablesOf`. */
export async function tablesOf(statement: string, tables: readonly TableName[]): Promise<readonly TableName[]> {
  const named = new Set(readStatement(statement)?.tables.map((name) => name.toLowerCase()));
  return tables.filter(({ name }) => named.has(name.toLowerCase()));
}

/** See `Rehearsing.ofNewBuild`. Reads each statement with the new columns, which are not part of its text yet. */
export function ofNewBuild(
  statements: readonly StatementStats[],
  table: TableName,
  columns: readonly string[],
): readonly StatementStats[] {
  return statements.flatMap((each) => {
    const read = readStatement(each.text);
    if (read === undefined) return [];
    if (!read.addsRows || read.tables[0] !== table.name) return [each];
    const text = readStatement(each.text, { table: table.name, columns })?.text;
    return text === undefined ? [] : [{ ...each, text }];
  });
}

/** See `Rehearsing.probes`. */
export async function probes(connection: Connection, tables: readonly TableName[]): Promise<readonly StatementStats[]> {
  const shapes = await readShapes(connection);
  const { rows: defaults } = await connection.query<{ table: string; name: string }>(
    `SELECT TABLE_NAME AS \`table\`, COLUMN_NAME AS name FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = DATABASE() AND (COLUMN_DEFAULT IS NOT NULL OR EXTRA LIKE '%auto_increment%')`,
  );
  return tables.flatMap((table) => {
    const shape = shapes.find(({ name }) => name === table.name);
    if (shape === undefined) return [];
    return probesOf(shape, {
      identifier: quoteIdentifier,
      parameter: () => "?",
      // `readStatement` rejects an INSERT without a column list.
      addEmpty: ({ quoted, columns }) => `INSERT INTO ${quoted} (${quoteIdentifier(columns[0]!.name)}) VALUES (?)`,
      hasDefault: ({ name }, column) => defaults.some((each) => each.table === name && each.name === column),
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
      const read = readStatement(sql);
      if (read === undefined) return undefined;
      const parameters = read.uses.map((use) => sourceOf(use, read.tables, shapes));
      const areBytes = parameters.map((each) => "column" in each && isOfBytes(each.column));
      return { text: withBytes(read.text, areBytes), addsRows: read.addsRows, parameters };
    },
    sample: (...wanted) => sample(connection, ...wanted),
    make: (...wanted) => make(connection, ...wanted),
  };
  return traffic.shapeTraffic(connection, system, statements, round);
}

function sourceOf(
  use: ParameterUse,
  tables: readonly string[],
  shapes: readonly TableShape[],
): traffic.ParameterSource {
  const found = use.kind === "other" ? undefined : columnOf(use.column, use.table ? [use.table] : tables, shapes);
  if (use.kind === "other" || found === undefined) return { kind: "fixed", value: "1" };
  return { kind: use.kind, ...found };
}

function columnOf(column: string, tables: readonly string[], shapes: readonly TableShape[]) {
  const isNamed = ({ name }: ColumnShape) => name.toLowerCase() === column.toLowerCase();
  for (const table of tables)
    for (const shape of shapes) {
      const own = shape.name === table ? shape.columns.find(isNamed) : undefined;
      if (own !== undefined) return { shape, column: own };
    }
  return undefined;
}

async function sample(
  connection: Connection,
  { quoted, uniqueKeys, name: table }: TableShape,
  column: ColumnShape,
  seed: string,
  count: number,
): Promise<readonly string[]> {
  const name = quoteIdentifier(column.name);
  const key = (uniqueKeys[0] ?? [column.name]).map(quoteIdentifier).join(", ");
  const { rows: sizes } = await connection.query<{ rows: string }>(
    "SELECT TABLE_ROWS + 0e0 AS `rows` FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?",
    [table],
  );
  const part = Math.min(1, traffic.sampledRows / Math.max(Number(sizes[0]?.rows ?? 0), 1));
  const { rows } = await connection.query<{ value: string }>(
    `SELECT value FROM (SELECT ${printed(name, column)} AS value, CONCAT_WS(',', ${quoteText(seed)}, ${key}) AS place FROM ${quoted}
        WHERE ${name} IS NOT NULL AND RAND(1) <= ${part} LIMIT ${traffic.sampledRows}) s
      ORDER BY SHA2(place, 256) LIMIT ${count}`,
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
    `SELECT ${printed(sql, column)} AS value FROM ${numbers(from, from + count)} ORDER BY n`,
  );
  return rows.map(({ value }) => value);
}

/** Text that can be written back to the column. */
function printed(sql: string, column: ColumnShape): string {
  if (isOfBytes(column)) return `HEX(${sql})`;
  if (/^bit\b/.test(column.baseType)) return `CAST(${sql} + 0 AS CHAR)`;
  return `CAST(${sql} AS CHAR)`;
}

/** Parameters of columns that hold bytes are sent in hexadecimal. */
function withBytes(text: string, areBytes: readonly boolean[]): string {
  let at = 0;
  return text.replace(/\?/g, () => (areBytes[at++] ? "UNHEX(?)" : "?"));
}
